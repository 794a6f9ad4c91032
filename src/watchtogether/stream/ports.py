"""What streaming needs from other layers, filled in by `server.py`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from starlette.requests import Request

from watchtogether.kit.ids import AccountId, MemberId, RatingKey, RoomId, ServerId, SessionId
from watchtogether.plex.beside import Marks, Shown, SubtitleTrack
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.facts import Version
from watchtogether.plex.previews import Strip
from watchtogether.plex.transcode import Missing, Moment, Order, Transcode

PlaybackState = Literal["idle", "waiting", "playing", "paused"]


@dataclass(frozen=True, slots=True)
class TicketClaims:
    """What a ticket says: this member, signed in by this session, may ask for this item."""

    room_id: RoomId
    member_id: MemberId
    session_id: SessionId
    server_id: ServerId
    rating_key: RatingKey
    expires_wall_ms: int


@dataclass(frozen=True, slots=True)
class Screening:
    """What a room shows right now.

    `generation` rises whenever the room's item or its sound changes. `account_id` is the account
    with whose access to Plex the room watches. `position_s` is the position at this moment.
    """

    room_id: RoomId
    generation: int
    server_id: ServerId
    rating_key: RatingKey
    account_id: AccountId
    duration_s: float
    rendition: str
    """The best box that the server's owner allows."""
    state: PlaybackState
    position_s: float
    sound: str | None = None
    """The sound track that the room has chosen; None: Plex's own choice."""


class Audience(Protocol):
    """The rooms, as far as streaming may see them. Answers at once, from memory, but for `wake`."""

    async def wake(self, claims: TicketClaims) -> None:
        """Bring a ticket's room to memory that is not there, as after a restart, so that whoever
        plays on is not refused. Does nothing for a room that is over. Raises `StorageUnavailable`.
        """
        ...

    def watching(self, claims: TicketClaims) -> Screening | None:
        """What this member may watch now; None when the member left, was kicked or signed out,
        when the room is closed, or when the ticket's item is no longer on."""
        ...

    def screening(self, room_id: RoomId) -> Screening | None:
        """What the room shows, for the keep-alive; None when it shows nothing."""
        ...


SessionOf = Callable[[Request], Awaitable[SessionId | None]]
"""The session that a request comes with, if it comes with one."""

FindAccess = Callable[[AccountId, ServerId], Awaitable[ServerAccess]]
"""An account's access to a server; raises the errors of `plex.errors`."""

Doubt = Callable[[ServerAccess], None]
"""Told when an access's address does not answer, so that the next `FindAccess` looks anew."""


class BesideSource(Protocol):
    """What a title has beside it, see `plex.beside.PlexBeside`."""

    async def tracks(self, shown: Shown) -> tuple[SubtitleTrack, ...]: ...

    async def marks(self, shown: Shown) -> Marks: ...

    async def previews(self, shown: Shown) -> Strip: ...

    async def text(self, account_id: AccountId, server_id: ServerId, track_id: str) -> bytes: ...


class Titles(Protocol):
    """What a title is made of, see `plex.titles.PlexTitles`."""

    async def versions(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> tuple[Version, ...]: ...


class FileSource(Protocol):
    """A film's own file, see `plex.files.PlexFiles`."""

    async def read(
        self, access: ServerAccess, version: Version, session: str, start: int, length: int
    ) -> bytes: ...

    async def report(self, access: ServerAccess, session: str, moment: Moment) -> bool: ...

    async def announce(
        self, access: ServerAccess, rating_key: RatingKey, version: Version, session: str
    ) -> None: ...


class Transcoder(Protocol):
    """Plex's transcoder, see `plex.transcode.PlexTranscoder`, or our own."""

    async def start(self, access: ServerAccess, order: Order) -> Transcode: ...

    async def segment(
        self, access: ServerAccess, job: Transcode, index: int
    ) -> bytes | Missing: ...

    async def ping(self, access: ServerAccess, session: str) -> bool: ...

    async def stop(self, access: ServerAccess, session: str) -> None: ...
