"""One live room: one command at a time, committed before it is acknowledged."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import StorageUnavailable
from watchtogether.kit.ids import MemberId
from watchtogether.rooms.errors import CommandRefused
from watchtogether.rooms.log import Record, RoomLog
from watchtogether.sync import commands as c
from watchtogether.sync.decide import decide
from watchtogether.sync.draft import Decision, Rejected
from watchtogether.sync.room import Room
from watchtogether.sync.settle import next_deadline_ms
from watchtogether.sync.timeline import State

log = structlog.get_logger(__name__)

REMEMBERED_COMMANDS = 1_000
BEACON_S = 5.0
_RETRY_S = 1.0
_UNSAVED_MAX = 1_000
_UNPROMPTED: Final = (c.Tick, c.Connect, c.Disconnect, c.Ready, c.Status)
_PLAYBACK: Final = (c.Play, c.Pause, c.Seek, c.SetRate, c.Load, c.SkipWait)


class Announcer(Protocol):
    """Tells the room's members what happened; filled by the Socket.IO side."""

    async def happened(self, room: Room, records: Sequence[Record]) -> None:
        """Durable events, in order."""
        ...

    async def presence_changed(self, room: Room, members: frozenset[MemberId]) -> None:
        """Members whose volatile state differs; may be coalesced."""
        ...

    async def beacon(self, room: Room) -> None:
        """The present timeline again (SPEC PB-17)."""
        ...

    async def lost(self, room: Room) -> None:
        """This process has the room no longer; its members have to join anew."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did."""

    room: Room
    records: tuple[Record, ...]
    durable: bool
    repeated: bool = False


class LiveRoom:
    """The only writer of one room. No second command starts before the first is committed."""

    def __init__(
        self,
        room: Room,
        history: Sequence[Record],
        log: RoomLog,
        clock: Clock,
        announcer: Announcer,
    ) -> None:
        self.room = room
        self._log = log
        self._clock = clock
        self._announcer = announcer
        self._turn = asyncio.Lock()
        self._news = asyncio.Event()
        self._unsaved: list[Record] = []
        self._answers = _remember(history)
        self._retired = False
        self.touched_ms = clock.monotonic_ms()

    @property
    def durable(self) -> bool:
        """Whether everything that happened is in the database (SPEC LOG-6)."""
        return not self._unsaved

    async def execute(self, command: c.Command, command_id: str | None = None) -> Outcome:
        """Decide, commit, announce. Raises `CommandRefused`, `StorageUnavailable`, `EpochLost`.

        A `command_id` that this member has used before changes nothing and gives the first
        outcome again (SPEC LOG-7).
        """
        async with self._turn:
            by = getattr(command, "by", None)
            key = (by, command_id)
            if command_id is not None and key in self._answers:
                return Outcome(self.room, self._answers[key], self.durable, repeated=True)
            now_ms = self._clock.monotonic_ms()
            decision = decide(self.room, command, now_ms)
            if isinstance(decision, Rejected):
                raise CommandRefused(decision.reason)
            records = self._records(decision, by, command_id, now_ms)
            await self._commit(command, records)
            if command_id is not None:
                self._answers[key] = records
                _trim(self._answers)
            self.room = decision.room
            self.touched_ms = now_ms
            self._news.set()
            await self._announce(decision, records)
            return Outcome(self.room, records, self.durable)

    async def run(self) -> None:
        """Do what time brings, until cancelled: deadlines, beacons, writing what is unsaved."""
        beacon_ms = self._clock.monotonic_ms()
        while not (self.room.closed or self._retired):
            self._news.clear()
            await self._news_or(self._pause_s(beacon_ms))
            now_ms = self._clock.monotonic_ms()
            if self._unsaved:
                await self._try_to_flush()
            if self._due(now_ms):
                await self.execute(c.Tick())
            if self._beacon_due(beacon_ms, now_ms):
                beacon_ms = now_ms
                await self._announcer.beacon(self.room)

    async def _news_or(self, seconds: float | None) -> None:
        """Wait until a command came, or for so many seconds on the injected clock."""
        if seconds is None:
            await self._news.wait()
            return
        alarm = asyncio.ensure_future(self._clock.sleep(seconds))
        news = asyncio.ensure_future(self._news.wait())
        try:
            await asyncio.wait((alarm, news), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in (alarm, news):
                waiter.cancel()
            await asyncio.gather(alarm, news, return_exceptions=True)

    def _pause_s(self, beacon_ms: float) -> float | None:
        """Seconds until there is something to do; None when only a command brings it."""
        dues = [due for due in (next_deadline_ms(self.room),) if due is not None]
        if self._beaconing:
            dues.append(beacon_ms + BEACON_S * 1000)
        now_ms = self._clock.monotonic_ms()
        if self._unsaved:
            dues.append(now_ms + _RETRY_S * 1000)
        return max(0.0, (min(dues) - now_ms) / 1000) if dues else None

    def _due(self, now_ms: float) -> bool:
        deadline_ms = next_deadline_ms(self.room)
        return deadline_ms is not None and now_ms >= deadline_ms

    @property
    def _beaconing(self) -> bool:
        return self.room.timeline.state is State.PLAYING and bool(self.room.online())

    def _beacon_due(self, beacon_ms: float, now_ms: float) -> bool:
        return self._beaconing and now_ms >= beacon_ms + BEACON_S * 1000

    async def _try_to_flush(self) -> None:
        try:
            await self.flush()
        except StorageUnavailable:
            log.info("room_still_not_durable", unsaved=len(self._unsaved))

    def retire(self) -> None:
        """End `run`; the room can be loaded again from its log."""
        self._retired = True
        self._news.set()

    async def flush(self) -> None:
        """Write what the database did not take earlier (SPEC LOG-6)."""
        async with self._turn:
            if self._unsaved:
                await self._log.append(self.room.id, self.room.epoch, self._unsaved)
                self._unsaved.clear()

    def _records(
        self, decision: Decision, by: MemberId | None, command_id: str | None, now_ms: float
    ) -> tuple[Record, ...]:
        return tuple(
            Record(
                seq=self.room.seq + place,
                epoch=decision.room.epoch,
                event=event,
                by=by,
                command_id=command_id,
                at_ms=now_ms,
                clock_id=self._clock.clock_id,
                wall_ms=self._clock.wall_ms(),
            )
            for place, event in enumerate(decision.events, start=1)
        )

    async def _commit(self, command: c.Command, records: tuple[Record, ...]) -> None:
        if not records:
            return
        batch = [*self._unsaved, *records]
        try:
            await self._log.append(self.room.id, records[-1].epoch, batch)
        except StorageUnavailable:
            bearable = isinstance(command, (*_UNPROMPTED, *_PLAYBACK))
            if not bearable or len(batch) > _UNSAVED_MAX:
                raise
            log.warning("room_not_durable", unsaved=len(batch))
            self._unsaved = batch
        else:
            self._unsaved = []

    async def _announce(self, decision: Decision, records: tuple[Record, ...]) -> None:
        if records:
            await self._announcer.happened(decision.room, records)
        if decision.changed:
            await self._announcer.presence_changed(decision.room, decision.changed)


def _remember(
    history: Sequence[Record],
) -> "OrderedDict[tuple[MemberId | None, str | None], tuple[Record, ...]]":
    answers: OrderedDict[tuple[MemberId | None, str | None], tuple[Record, ...]] = OrderedDict()
    for record in history:
        if record.command_id is not None:
            key = (record.by, record.command_id)
            answers[key] = (*answers.get(key, ()), record)
    _trim(answers)
    return answers


def _trim(answers: "OrderedDict[tuple[MemberId | None, str | None], tuple[Record, ...]]") -> None:
    while len(answers) > REMEMBERED_COMMANDS:
        answers.popitem(last=False)
