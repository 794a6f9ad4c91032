"""Every setting, typed, in one place. Only `app.py`, `server.py` and the commands read it."""

import secrets
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Network = IPv4Network | IPv6Network


class Role(StrEnum):
    """What one process does; `all` is the default and needs no other process."""

    ALL = "all"
    API = "api"
    ROOMS = "rooms"
    STREAM = "stream"
    WORKER = "worker"


class Settings(BaseSettings):
    """Read from `WATCHTOGETHER_*` variables and from a `.env` file."""

    model_config = SettingsConfigDict(
        env_prefix="WATCHTOGETHER_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # it may be a secret
    )

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every one.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    data_dir: Path = Field(Path("data"), description="Folder for database, keys and cache.")
    database_url: str = Field(
        "", description="SQLAlchemy URL; empty means SQLite in the data folder."
    )
    redis_url: str = Field("", description="Redis, for several instances; empty means none.")
    secret_key: SecretStr = Field(
        SecretStr(""), description="Root of all keys; empty means `secret.key` in the data folder."
    )
    public_url: str = Field(
        "", description="Address that people open, such as https://watch.example.org."
    )
    base_path: str = Field("", description="Path below which the server is hosted, such as /watch.")
    log_format: Literal["json", "text"] = Field("text", description="Form of the log lines.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe level that is logged."
    )
    role: Role = Field(Role.ALL, description="Which part of the server this process is.")
    sign_up: Literal["closed", "plex", "open"] = Field(
        "plex",
        description="Who may make an account: nobody, people on your Plex server, or everyone.",
    )
    oidc_issuer: str = Field(
        "", description="Your own sign-in provider's address (OpenID Connect); empty means none."
    )
    oidc_client_id: str = Field("", description="The id that it has given to this server.")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="The secret that it has given to this server."
    )
    oidc_name: str = Field(
        "single sign-on", max_length=40, description="What it is called on the button."
    )
    oidc_vouches: bool = Field(
        False, description="Whom it confirms may make an account, as people on your Plex server."
    )
    google_client_id: str = Field("", description="Sign-in with Google: the client's id.")
    google_client_secret: SecretStr = Field(SecretStr(""), description="The client's secret.")
    github_client_id: str = Field("", description="Sign-in with GitHub: the OAuth app's id.")
    github_client_secret: SecretStr = Field(SecretStr(""), description="The OAuth app's secret.")
    discord_client_id: str = Field("", description="Sign-in with Discord: the application's id.")
    discord_client_secret: SecretStr = Field(SecretStr(""), description="The application's secret.")
    plex_tv_url: str = Field(
        "", description="Stands for plex.tv in tests and in the demo; empty means plex.tv."
    )
    plex_device_keys: bool = Field(
        False,
        description="Sign in at plex.tv with keys of this server and tokens that end after a week.",
    )
    plex_allow_loopback: bool = Field(
        False, description="Allow Plex servers on this very machine's loopback addresses."
    )
    plex_allowed_networks: Annotated[tuple[Network, ...], NoDecode] = Field(
        (),
        description="Private networks with Plex servers, as CIDR list; empty means all private.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="Proxies whose X-Forwarded-For is believed, as CIDR list."
    )
    stream_cache_mb: int = Field(
        4096, ge=64, description="Most disk space that cached film segments may take, in MiB."
    )
    stream_rendition: Literal["1080p", "720p", "480p"] = Field(
        "720p", description="Largest picture that films are converted to."
    )
    stream_direct: bool = Field(
        True, description="Let players play a film's own file where they can."
    )
    stream_transcodes: int = Field(
        3, ge=1, le=5, description="Most conversions that one room may have at a time."
    )
    stream_accel: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_-]+/)?$")] = Field(
        "",
        description="Internal location under which nginx finds the segments' folder, such as "
        "/kept-segments/: it then sends them.",
    )
    stream_edge: bool = Field(
        False, description="Let caches that judge tickets themselves keep segments for all."
    )
    stream_own_encoder: bool = Field(True, description="Convert films here when Plex refuses to.")
    stream_own_encoders: int = Field(
        2, ge=1, le=8, description="Most films that are converted here at a time."
    )
    socket_polling: bool = Field(
        False, description="Also allow HTTP long polling; needs sticky routing behind a proxy."
    )
    demo: bool = Field(False, description="Say on the sign-in page that this is a demonstration.")

    @field_validator("plex_allowed_networks", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("base_path")
    @classmethod
    def _normal_path(cls, value: str) -> str:
        trimmed = value.strip("/")
        return f"/{trimmed}" if trimmed else ""

    @model_validator(mode="after")
    def _whole_registrations(self) -> Self:
        for name in ("oidc", "google", "github", "discord"):
            secret: SecretStr = getattr(self, f"{name}_client_secret")
            halves = [bool(getattr(self, f"{name}_client_id")), bool(secret.get_secret_value())]
            if name == "oidc":
                halves.append(bool(self.oidc_issuer))
            if any(halves) and not all(halves):
                raise ValueError(f"sign-in with {name}: set all of its values, or none")
        return self

    @property
    def sqlalchemy_url(self) -> str:
        """The database's URL with the asynchronous driver named."""
        url = self.database_url or f"sqlite:///{self.data_dir / 'watchtogether.db'}"
        for plain, driver in (
            ("postgresql://", "postgresql+asyncpg://"),
            ("postgres://", "postgresql+asyncpg://"),
            ("sqlite://", "sqlite+aiosqlite://"),
        ):
            if url.startswith(plain):
                return driver + url.removeprefix(plain)
        return url


def load_secret_key(settings: Settings) -> bytes:
    """The root key: the setting, or `secret.key` in the data folder, made at first start.

    The file is created for its owner alone (mode 0600).
    """
    given = settings.secret_key.get_secret_value()
    if given:
        return given.encode()
    path = settings.data_dir / "secret.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip().encode()
