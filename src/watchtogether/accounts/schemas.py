"""Bodies of the account endpoints. Unknown fields are ignored: nobody names their own role."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from watchtogether.accounts.model import Account, AccountRole, Session

_Name = Annotated[str, Field(max_length=400)]
_Password = Annotated[str, Field(max_length=256)]


class RegisterBody(BaseModel):
    """A new local account; the first one may need the set-up code."""

    username: _Name
    password: _Password
    display_name: _Name | None = None
    setup_code: Annotated[str, Field(max_length=100)] = ""


class LoginBody(BaseModel):
    """A local account's name and password."""

    username: _Name
    password: _Password


class RefreshBody(BaseModel):
    """For programs; a browser's refresh token is in its cookie."""

    refresh_token: Annotated[str, Field(max_length=200)] | None = None


class PasswordBody(BaseModel):
    """A change of password."""

    current_password: _Password
    new_password: _Password


class PlexLinkOut(BaseModel):
    """Whether a Plex account is linked, and which."""

    linked: bool
    username: str | None


class AccountOut(BaseModel):
    """An account as its owner sees it."""

    id: str
    username: str
    display_name: str
    role: AccountRole
    plex: PlexLinkOut

    @classmethod
    def of(cls, account: Account, plex_username: str | None) -> "AccountOut":
        """The account with its Plex link."""
        return cls(
            id=account.id,
            username=account.username,
            display_name=account.display_name,
            role=account.role,
            plex=PlexLinkOut(linked=plex_username is not None, username=plex_username),
        )


class GuestOut(BaseModel):
    """A guest as they see themselves."""

    id: str
    name: str
    room_code: str | None


class MeOut(BaseModel):
    """Who is signed in: exactly one of both."""

    account: AccountOut | None
    guest: GuestOut | None


class TokensOut(BaseModel):
    """Given to programs only; absent from a browser's answer."""

    access_token: str | None = None
    refresh_token: str | None = None
    token_type: Literal["bearer"] | None = None
    expires_in_s: int | None = None


class SignedInOut(TokensOut):
    """The answer to a sign-in."""

    account: AccountOut


class SessionOut(BaseModel):
    """One signed-in browser or program."""

    id: str
    current: bool
    created_wall_ms: int
    last_seen_wall_ms: int
    device: str

    @classmethod
    def of(cls, session: Session, current_id: str) -> "SessionOut":
        """The session, seen from the current one."""
        return cls(
            id=session.id,
            current=session.id == current_id,
            created_wall_ms=session.created_wall_ms,
            last_seen_wall_ms=session.last_seen_wall_ms,
            device=session.device,
        )


class OtherProvider(BaseModel):
    """A provider beside Plex that is configured, and what it is called."""

    name: str
    label: str


class SetupOut(BaseModel):
    """What the sign-in page needs to know before anybody is signed in."""

    first_run: bool
    sign_up: Literal["closed", "plex", "open"]
    providers: list[str]
    others: list[OtherProvider]
    demo: bool
    secure: bool
    """Whether cookies are Secure here; when not, the page shows a banner."""
    version: str
    setup_code_needed: bool
