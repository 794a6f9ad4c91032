"""What rooms need from other layers, filled in by `server.py`."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from watchtogether.kit.ids import AccountId, RatingKey, RoomId, ServerId
from watchtogether.rooms.wire import Wire
from watchtogether.sync.timeline import RoomItem


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


History = Callable[[RoomId, int | None], Awaitable[Wire]]
"""What chat adds to the answer on joining: `messages`, the newest ones or all after a seq, and
`deleted`, the ids of those deleted since that seq; `resumed`, which of the two it is."""
