"""What rooms need from other layers, filled in by `server.py`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from watchtogether.kit.ids import AccountId, RatingKey, RoomId, ServerId
from watchtogether.rooms.wire import Wire
from watchtogether.sync.commands import Status
from watchtogether.sync.draft import Decision
from watchtogether.sync.room import Room
from watchtogether.sync.timeline import RoomItem
from watchtogether.sync.togetherness import Together


@dataclass(frozen=True, slots=True)
class Seen:
    """Whether an account has seen a title, and where it got to the last time."""

    seen: bool
    view_offset_s: float


class Catalogue(Protocol):
    """The library as a room sees it, with one account's access."""

    async def room_item(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> RoomItem:
        """The film or episode. Raises the errors of `plex.errors`."""
        ...

    async def next_episode(self, item: RoomItem) -> RoomItem | None:
        """What follows an episode; None for films and after the last one."""
        ...

    async def sounds(self, item: RoomItem) -> frozenset[str]:
        """The ids of its sound tracks, of all versions. Raises the errors of `plex.errors`."""
        ...

    async def seen(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey, asker: str
    ) -> Seen | None:
        """None for an account to whom that title is not shared, or while Plex is away.

        What it costs counts against the asker, so that nobody uses up another's limit.
        """
        ...


class Figures(Protocol):
    """Hears what rooms do and measures it; must neither wait nor fail."""

    def reported(self, status: Status, *, playing: bool) -> None:
        """A status that was taken in."""
        ...

    def decided(self, before: Room, decision: Decision, now_ms: float) -> None:
        """A decision that was committed, and the room it was taken on."""
        ...

    def together(self, together: Together) -> None:
        """What a room was told of itself (SPEC SYN-1)."""
        ...


class Unmeasured:
    """Implements `Figures` by forgetting them."""

    def reported(self, status: Status, *, playing: bool) -> None: ...

    def decided(self, before: Room, decision: Decision, now_ms: float) -> None: ...

    def together(self, together: Together) -> None: ...


History = Callable[[RoomId, int | None], Awaitable[Wire]]
"""What chat adds to the answer on joining: `messages`, the newest ones or all after a seq, and
`deleted`, the ids of those deleted since that seq; `resumed`, which of the two it is."""
