"""One live room: one command at a time, committed before it is acknowledged."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog
from sqlalchemy.exc import IntegrityError

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import StorageUnavailable
from watchtogether.kit.ids import MemberId
from watchtogether.rooms.answers import Answers, key_of
from watchtogether.rooms.errors import CommandRefused, EpochLost
from watchtogether.rooms.log import Record, RoomLog
from watchtogether.rooms.ports import Figures, Unmeasured
from watchtogether.rooms.pulse import Pulse
from watchtogether.sync import commands as c
from watchtogether.sync.decide import decide
from watchtogether.sync.draft import Decision, Rejected
from watchtogether.sync.room import Room
from watchtogether.sync.settle import next_deadline_ms
from watchtogether.sync.timeline import State
from watchtogether.sync.togetherness import Drifts, Together

log = structlog.get_logger(__name__)

BEACON_S = 5.0
TOGETHER_S = 2.0
_RETRY_S = 1.0
_UNSAVED_MAX = 1_000
_COMMIT_PATIENCE_S = 1.0
_NEWS_MAX = 2_000
_UNPROMPTED: Final = (c.Tick, c.Connect, c.Disconnect, c.Ready, c.Status, c.Step, c.Restore)
_STEERING: Final = (c.Play, c.Pause, c.Seek, c.SetRate, c.Load, c.SkipWait)
_CHECKING: Final = (c.OpenCheck, c.AnswerCheck, c.CancelCheck)
_OFFERING: Final = (c.OfferNext, c.WithdrawNext)
_BEARABLE: Final = (*_UNPROMPTED, *_STEERING, *_CHECKING, *_OFFERING)
"""Commands that are accepted with the database away (SPEC LOG-6)."""


class Announcer(Protocol):
    """Tells the room's members what happened; filled by the Socket.IO side."""

    async def happened(self, room: Room, records: Sequence[Record], *, durable: bool) -> None:
        """Events of the log, in order; not `durable`: accepted with the database away."""
        ...

    async def presence_changed(self, room: Room, members: frozenset[MemberId]) -> None:
        """Members whose volatile state differs; may be coalesced."""
        ...

    async def beacon(self, room: Room) -> None:
        """The present timeline again (SPEC PB-17)."""
        ...

    async def together(self, room: Room, together: Together) -> None:
        """How well the room is together (SPEC SYN-1)."""
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


@dataclass(frozen=True, slots=True)
class _News:
    """Something to announce, with the room as it was then; a beacon never overtakes an event."""

    room: Room
    records: tuple[Record, ...] = ()
    changed: frozenset[MemberId] = frozenset()
    durable: bool = True
    beacon: bool = False
    together: Together | None = None


class LiveRoom:
    """The only writer of one room. No second command starts before the first is committed.

    Two tasks belong to it: `run` does what time brings, `tell` announces what was committed, in
    order and outside of the writer's turn, so that a slow socket never holds up a command.
    """

    def __init__(
        self,
        room: Room,
        history: Sequence[Record],
        log: RoomLog,
        clock: Clock,
        announcer: Announcer,
        *,
        figures: Figures | None = None,
    ) -> None:
        self.room = room
        self._figures: Figures = figures or Unmeasured()
        self._log = log
        self._clock = clock
        self._announcer = announcer
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()
        self._news: asyncio.Queue[_News] = asyncio.Queue(_NEWS_MAX)
        self._unsaved: list[Record] = []
        self._answers = Answers(history)
        self._drifts = Drifts()
        self._deadline_ms = next_deadline_ms(room)
        self._over = False
        self._unsure = False
        self.touched_ms = clock.monotonic_ms()

    @property
    def durable(self) -> bool:
        """Whether everything that happened is in the database (SPEC LOG-6)."""
        return not self._unsaved

    @property
    def over(self) -> bool:
        """Whether this object takes no commands any more; the room may live on elsewhere."""
        return self._over

    def answered(self, by: MemberId, command_id: str) -> Outcome | None:
        """The outcome of a command that this member has already given (SPEC LOG-7)."""
        records = self._answers.get((by, command_id))
        if records is None:
            return None
        return Outcome(self.room, records, self.durable, repeated=True)

    async def execute(self, command: c.Command, command_id: str | None = None) -> Outcome:
        """Decide and commit. Raises `CommandRefused`, `StorageUnavailable`, `EpochLost`.

        A `command_id` that this member has used before changes nothing and gives the first
        outcome again (SPEC LOG-7).
        """
        async with self._turn:
            if self._over:
                raise EpochLost
            key = key_of(command, command_id)
            before = self._answers.get(key)
            if before is not None:
                return Outcome(self.room, before, self.durable, repeated=True)
            now_ms = self._clock.monotonic_ms()
            decision = decide(self.room, command, now_ms)
            if isinstance(decision, Rejected):
                raise CommandRefused(decision.reason)
            records = self._records(decision, command, command_id, now_ms)
            await self._commit_or_end(command, records)
            self._accept(decision, records, now_ms)
            self._answers.put(key, records)
            self._note_status(command, now_ms)
            return Outcome(self.room, records, self.durable)

    async def run(self) -> None:
        """Do what time brings: deadlines, beacons, writing what is unsaved.

        Ends when the room is closed or retired; raises `EpochLost` when this object lost it.
        """
        started_ms = self._clock.monotonic_ms()
        beacon, together = Pulse(BEACON_S, started_ms), Pulse(TOGETHER_S, started_ms)
        while not (self.room.closed or self._over):
            self._wake.clear()
            await self._woken_or(self._pause_s(beacon.due_ms, together.due_ms))
            now_ms = self._clock.monotonic_ms()
            if self._unsaved:
                await self._try_to_flush()
            if self._deadline_ms is not None and now_ms >= self._deadline_ms and not self._over:
                await self._do_what_is_due()
            if self._showing and beacon.beats(now_ms):
                self._announce(_News(self.room, beacon=True))
            if self._showing and together.beats(now_ms):
                figures = self._drifts.together(self.room, now_ms)
                self._figures.together(figures)
                self._announce(_News(self.room, together=figures))

    async def tell(self) -> None:
        """Announce what was committed, until cancelled."""
        while True:
            news = await self._news.get()
            try:
                if news.records:
                    await self._announcer.happened(news.room, news.records, durable=news.durable)
                if news.changed:
                    await self._announcer.presence_changed(news.room, news.changed)
                if news.beacon:
                    await self._announcer.beacon(news.room)
                if news.together:
                    await self._announcer.together(news.room, news.together)
            except Exception:  # what is committed stays so, whether or not it could be told
                log.exception("announcement_failed", seq=news.room.seq)
            finally:
                self._news.task_done()

    async def told(self) -> None:
        """Until everything committed so far has been announced."""
        await self._news.join()

    def retire(self) -> None:
        """Take no more commands and end `run`; the room can be loaded again from its log."""
        self._over = True
        self._wake.set()

    async def flush(self) -> None:
        """Write what the database did not take earlier (SPEC LOG-6).

        Some of it may have been written although we were told otherwise. Raises `EpochLost` when
        something else was: the room then is what the log says.
        """
        batch = list(self._unsaved)
        if not batch:
            return
        written = await self._log.read(self.room.id, after=batch[0].seq - 1)
        if written != batch[: len(written)]:
            raise EpochLost
        if left := batch[len(written) :]:
            await self._log.append(self.room.id, batch[-1].epoch, left)
        del self._unsaved[: len(batch)]
        self._unsure = False

    def _accept(self, decision: Decision, records: tuple[Record, ...], now_ms: float) -> None:
        self._figures.decided(self.room, decision, now_ms)
        self.room = decision.room
        self.touched_ms = now_ms
        if decision.next_deadline_ms != self._deadline_ms or not self.durable or self.room.closed:
            self._wake.set()
        self._deadline_ms = decision.next_deadline_ms
        if records or decision.changed:
            self._announce(_News(decision.room, records, decision.changed, self.durable))

    def _announce(self, news: "_News") -> None:
        try:
            self._news.put_nowait(news)
        except asyncio.QueueFull:  # nobody is told any more: let everybody join anew
            log.error("room_news_overflow", room_id=self.room.id)
            self.retire()

    def _records(
        self, decision: Decision, command: c.Command, command_id: str | None, now_ms: float
    ) -> tuple[Record, ...]:
        return tuple(
            Record(
                seq=self.room.seq + place,
                epoch=decision.room.epoch,
                event=event,
                by=getattr(command, "by", None),
                command_id=command_id,
                at_ms=now_ms,
                clock_id=self._clock.clock_id,
                wall_ms=self._clock.wall_ms(),
            )
            for place, event in enumerate(decision.events, start=1)
        )

    async def _commit_or_end(self, command: c.Command, records: tuple[Record, ...]) -> None:
        """Commit; when nobody can say whether it was committed, this object is over."""
        try:
            await self._commit(command, records)
        except StorageUnavailable:
            self._unsure = True
            raise
        except BaseException:
            self.retire()
            raise

    async def _commit(self, command: c.Command, records: tuple[Record, ...]) -> None:
        if not records:
            return
        bearable = isinstance(command, _BEARABLE)
        if self._unsaved:
            if not bearable or len(self._unsaved) + len(records) > _UNSAVED_MAX:
                raise StorageUnavailable(retry_after_s=5)
            self._unsaved += records
            return
        try:
            async with asyncio.timeout(_COMMIT_PATIENCE_S if bearable else None):
                await self._make_sure()
                await self._log.append(self.room.id, records[-1].epoch, records)
        except IntegrityError as error:  # a commit given up for lost was made after all
            raise EpochLost from error
        except (StorageUnavailable, TimeoutError) as error:
            if not bearable:
                raise
            log.warning("room_not_durable", error=type(error).__name__)
            self._unsaved += records

    async def _make_sure(self) -> None:
        """After a failed commit: whether it failed is what the log says."""
        if self._unsure:
            if await self._log.tail(self.room.id) != self.room.seq:
                raise EpochLost
            self._unsure = False

    async def _do_what_is_due(self) -> None:
        """Nothing is any more in a room that was closed while this waited for its turn."""
        try:
            await self.execute(c.Tick())
        except CommandRefused:
            if not self.room.closed:
                raise

    async def _try_to_flush(self) -> None:
        try:
            await self.flush()
        except (StorageUnavailable, IntegrityError):  # the latter: written at this very moment
            log.info("room_still_not_durable", unsaved=len(self._unsaved))

    async def _woken_or(self, seconds: float | None) -> None:
        """Wait until there is something to look at, or for so many seconds on our clock."""
        if seconds is None:
            await self._wake.wait()
            return
        alarm = asyncio.ensure_future(self._clock.sleep(seconds))
        wake = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait((alarm, wake), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in (alarm, wake):
                waiter.cancel()
            await asyncio.gather(alarm, wake, return_exceptions=True)

    def _note_status(self, command: c.Command, now_ms: float) -> None:
        """A drift says something only while playing, and of the timeline it was measured by."""
        if not isinstance(command, c.Status):
            return
        timeline = self.room.timeline
        present = command.revision is None or command.revision == timeline.revision
        playing = present and timeline.state is State.PLAYING
        self._figures.reported(command, playing=playing)
        if playing and command.drift_ms is not None:
            self._drifts.note(command.by, command.drift_ms, now_ms)

    def _pause_s(self, *pulses_ms: float) -> float | None:
        """Seconds until there is something to do; None when only a command brings it."""
        dues = [] if self._deadline_ms is None else [self._deadline_ms]
        if self._showing:
            dues += pulses_ms
        now_ms = self._clock.monotonic_ms()
        if self._unsaved:
            dues.append(now_ms + _RETRY_S * 1000)
        return max(0.0, (min(dues) - now_ms) / 1000) if dues else None

    @property
    def _showing(self) -> bool:
        """Whether the film runs before somebody."""
        return self.room.timeline.state is State.PLAYING and bool(self.room.online())
