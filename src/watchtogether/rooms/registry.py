"""The live rooms of this process: loads them by replaying their logs, runs them, lets them go."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import StorageUnavailable
from watchtogether.kit.ids import AccountId, RoomCode, RoomId
from watchtogether.kit.tasks import keep_running
from watchtogether.rooms import codec
from watchtogether.rooms.answers import REMEMBERED_COMMANDS
from watchtogether.rooms.errors import EpochLost, RoomIsClosed, RoomNotFound
from watchtogether.rooms.live import Announcer, LiveRoom
from watchtogether.rooms.log import Record, RoomLog, Tenure
from watchtogether.rooms.ports import Figures
from watchtogether.sync import commands as c
from watchtogether.sync.events import PlaybackChanged
from watchtogether.sync.evolve import evolve
from watchtogether.sync.room import Room, Rules, blank
from watchtogether.sync.timeline import State

log = structlog.get_logger(__name__)

ABSENCE_LIMIT_MS = 60_000
BEAT_S = 10.0
UNLOAD_AFTER_MS = 900_000
STATE_KINDS = tuple(kind for kind in codec.KINDS if not kind.startswith("message."))
"""Events that make the room what it is; chat is read by page."""


class Registry:
    """Finds a live room by its code. `run` owns every room's task."""

    def __init__(
        self,
        room_log: RoomLog,
        clock: Clock,
        announcer: Announcer,
        figures: Figures | None = None,
    ) -> None:
        self._log = room_log
        self._clock = clock
        self._announcer = announcer
        self._figures = figures
        self._rooms: dict[RoomCode, LiveRoom] = {}
        self._loading: defaultdict[RoomCode, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._started: asyncio.Queue[LiveRoom] = asyncio.Queue()

    def __iter__(self) -> Iterator[LiveRoom]:
        return iter(tuple(self._rooms.values()))

    def loaded(self, room_id: RoomId) -> LiveRoom | None:
        """A room that is live here already."""
        return next((live for live in self if live.room.id == room_id), None)

    async def create(
        self, room_id: RoomId, code: RoomCode, owner: AccountId, rules: Rules
    ) -> LiveRoom:
        """A new room with its first event written."""
        now_ms = self._clock.wall_ms()
        tenure = await self._log.create(room_id, code, owner, self._clock.clock_id, now_ms)
        live = self._live(blank(room_id, code, tenure.epoch, self._clock.clock_id), ())
        await live.execute(c.Create(rules, owner))
        self._keep(code, live)
        return live

    async def get(self, code: RoomCode) -> LiveRoom:
        """The room with this code. Raises `RoomNotFound` or `RoomIsClosed`."""
        live = self._present(code)
        if live is None:
            lock = self._loading[code]
            try:
                async with lock:
                    live = self._present(code) or await self._load(code)
            finally:
                if not lock.locked():
                    self._loading.pop(code, None)
        if live.room.closed:
            raise RoomIsClosed
        return live

    def _present(self, code: RoomCode) -> LiveRoom | None:
        live = self._rooms.get(code)
        return None if live is None or live.over else live

    async def wake(self, room_id: RoomId) -> LiveRoom:
        """The room with this id, loaded if need be. Raises `RoomNotFound` or `RoomIsClosed`."""
        code = await self._log.code_of(room_id)
        if code is None:
            raise RoomNotFound
        return await self.get(code)

    async def run(self) -> None:
        """Run every room's timers and renew the hold on them, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep_running("rooms_beat", self._beat_for_ever, self._clock))
            while True:
                live = await self._started.get()
                tasks.create_task(self._run_one(live))

    def _live(self, room: Room, history: Sequence[Record]) -> LiveRoom:
        return LiveRoom(
            room, history, self._log, self._clock, self._announcer, figures=self._figures
        )

    def _keep(self, code: RoomCode, live: LiveRoom) -> None:
        self._rooms[code] = live
        self._started.put_nowait(live)

    async def _load(self, code: RoomCode) -> LiveRoom:
        tenure = await self._log.take_over(code, self._clock.clock_id, self._clock.wall_ms())
        if tenure is None:
            raise RoomNotFound
        if tenure.closed:
            raise RoomIsClosed
        records = await self._log.read(tenure.room_id, kinds=STATE_KINDS)
        recent = await self._log.read(tenure.room_id, last=REMEMBERED_COMMANDS)
        room = replay(blank(tenure.room_id, code, tenure.epoch, self._clock.clock_id), records)
        room = replace(room, seq=recent[-1].seq if recent else 0)
        live = self._live(room, recent)
        await live.execute(self._restore(room, records, tenure))
        log.info("room_restored", room_id=tenure.room_id, epoch=tenure.epoch, seq=live.room.seq)
        self._keep(code, live)
        return live

    def _restore(self, room: Room, records: Sequence[Record], tenure: Tenure) -> c.Restore:
        """Where the film is now, judged by wall time (SPEC LOG-8)."""
        now_ms = self._clock.wall_ms()
        keep_playing = now_ms - tenure.alive_wall_ms <= ABSENCE_LIMIT_MS
        seen_ms = now_ms if keep_playing else tenure.alive_wall_ms
        timeline = room.timeline
        position_s = timeline.position_s
        last = next((r for r in reversed(records) if isinstance(r.event, PlaybackChanged)), None)
        if last is not None and timeline.state is State.PLAYING:
            on_log_clock_ms = last.at_ms + (seen_ms - last.wall_ms)
            position_s = timeline.position_at(on_log_clock_ms)
        return c.Restore(tenure.epoch, self._clock.clock_id, position_s, keep_playing)

    async def _run_one(self, live: LiveRoom) -> None:
        """One room's boundary: whatever fails here ends this room only."""
        structlog.contextvars.bind_contextvars(room_id=live.room.id)
        telling = asyncio.ensure_future(live.tell())
        try:
            await live.run()
            await live.told()
        except EpochLost:
            log.info("room_lost")
        except Exception:  # the boundary of a room: logged once, and the others go on
            log.exception("room_crashed")
        finally:
            telling.cancel()
            live.retire()
            if self._rooms.get(live.room.code) is live:
                del self._rooms[live.room.code]
        if not live.room.closed:
            await self._say_goodbye(live)

    async def _say_goodbye(self, live: LiveRoom) -> None:
        try:
            await self._announcer.lost(live.room)
        except Exception:  # still the boundary of this room
            log.exception("room_farewell_failed")

    async def _beat_for_ever(self) -> None:
        while True:
            await self._clock.sleep(BEAT_S)
            await self._unload_the_idle()
            try:
                await self._beat()
            except StorageUnavailable as error:
                log.warning("room_beat_failed", error=error.text)

    async def _beat(self) -> None:
        """Renew the hold on every room; let go of those that another process has taken over.

        Appending would notice it too (SPEC LOG-3), but a room may be quiet, and whoever joins
        it here would be shown the past.
        """
        here = tuple(self)
        if not here:
            return
        ids = [live.room.id for live in here]
        owned = await self._log.beat(ids, self._clock.clock_id, self._clock.wall_ms())
        for live in here:
            if live.room.id not in owned:
                live.retire()

    async def _unload_the_idle(self) -> None:
        limit_ms = self._clock.monotonic_ms() - UNLOAD_AFTER_MS
        for live in self:
            if live.touched_ms < limit_ms and not live.room.online() and live.durable:
                live.retire()


def replay(room: Room, records: Sequence[Record]) -> Room:
    """The room that its log tells (SPEC LOG-1)."""
    for record in records:
        room = evolve(room, record.event)
    return room
