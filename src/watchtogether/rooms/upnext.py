"""Asks the library what follows an episode that is over, and offers it to the room."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Final

import structlog

from watchtogether.kit.errors import AppError
from watchtogether.kit.ids import RoomId
from watchtogether.rooms.log import Record
from watchtogether.rooms.registry import Registry
from watchtogether.sync import commands as c
from watchtogether.sync.events import NextWithdrawn, PlaybackChanged, QueueChanged
from watchtogether.sync.room import Room
from watchtogether.sync.timeline import RoomItem
from watchtogether.sync.upnext import lacks_offer

log = structlog.get_logger(__name__)

PATIENCE_S: Final = 10.0
AT_ONCE: Final = 4
"""Questions under way, of all rooms."""
_OCCASIONS: Final = (PlaybackChanged, QueueChanged, NextWithdrawn)

FollowUp = Callable[[Room], Awaitable[RoomItem | None]]
Start = Callable[[str, Coroutine[object, object, None]], None]
"""Runs work in the background, under a name."""


class UpNext:
    """`heard` listens to what happens in the rooms of this process."""

    def __init__(self, registry: Registry, follow_up: FollowUp, start: Start) -> None:
        self._registry = registry
        self._follow_up = follow_up
        self._start = start
        self._asked: set[tuple[RoomId, int, int]] = set()
        """(room, epoch, revision) that are being asked for."""
        self._turns = asyncio.Semaphore(AT_ONCE)

    def heard(self, room: Room, records: Sequence[Record]) -> None:
        """Ask when the room has come to an end and has nothing of its own to offer."""
        place = (room.id, room.epoch, room.timeline.revision)
        occasion = any(isinstance(record.event, _OCCASIONS) for record in records)
        if occasion and lacks_offer(room) and place not in self._asked:
            self._asked.add(place)
            self._start("next", self._offer(room, place))

    async def _offer(self, room: Room, place: tuple[RoomId, int, int]) -> None:
        """Without an answer in time there is no offer, and the room is as it was."""
        try:
            async with self._turns, asyncio.timeout(PATIENCE_S):
                item = await self._follow_up(room)
            live = self._registry.loaded(room.id)
            if item is not None and live is not None:
                await live.execute(c.OfferNext(item, room.timeline.revision, room.epoch))
        except (AppError, TimeoutError) as error:  # also when the room has moved on meanwhile
            log.info("next_not_offered", room_id=room.id, why=type(error).__name__)
        finally:
            self._asked.discard(place)
