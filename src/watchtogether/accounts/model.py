"""The people and sessions this server knows, as plain values. No storage, no HTTP."""

from dataclasses import dataclass
from typing import Literal

from watchtogether.kit.ids import AccountId, GuestId, RoomId, SessionId

AccountRole = Literal["owner", "user"]
Role = Literal["owner", "user", "guest"]
Provider = str
"""Who confirms that it is you: `plex`, or one of `accounts.providers` by its name."""
SignUpPolicy = Literal["closed", "plex", "open"]
"""Who may make an account once the owner exists: nobody, people whom Plex vouches for, everyone."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever makes a request, as their access token says."""

    kind: Literal["account", "guest"]
    id: str
    """An `AccountId` or a `GuestId`, as `kind` says."""
    session_id: SessionId
    name: str
    role: Role
    room_id: RoomId | None
    """The one room a guest belongs to; None for accounts."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person who can come back by signing in."""

    id: AccountId
    username: str
    display_name: str
    role: AccountRole
    disabled: bool
    created_wall_ms: int


@dataclass(frozen=True, slots=True)
class Guest:
    """A person without an account, known to one room."""

    id: GuestId
    room_id: RoomId
    name: str
    created_wall_ms: int


@dataclass(frozen=True, slots=True)
class Identity:
    """An account's link to a provider; its token stays sealed in the database."""

    account_id: AccountId
    provider: Provider
    subject: str
    """The provider's own, unchanging id of this person."""
    username: str


@dataclass(frozen=True, slots=True)
class ProvenIdentity:
    """What a provider has just confirmed about somebody."""

    provider: Provider
    subject: str
    username: str
    display_name: str
    token: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser or program."""

    id: SessionId
    account_id: AccountId | None
    guest_id: GuestId | None
    room_id: RoomId | None
    name: str
    device: str
    created_wall_ms: int
    last_seen_wall_ms: int
    expires_wall_ms: int
    ended_wall_ms: int | None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a sign-in or a refresh hands out. The tokens are secrets: never log them."""

    principal: Principal
    access_token: str
    refresh_token: str
    access_expires_in_s: int
    refresh_expires_in_s: int
