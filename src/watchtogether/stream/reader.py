"""The single reader of one transcode: begins it, fetches segments in order, one at a time.

What to do next is `next_step`; here it is done, and each outcome is noted. Nothing else
fetches from Plex for this room (SPEC STR-4).
"""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

import structlog

from watchtogether.kit.errors import AppError, NotFound
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.errors import PlexItemGone, PlexSlow, PlexUnauthorized, PlexUnreachable
from watchtogether.plex.transcode import Missing
from watchtogether.stream.content import Content, StreamKey
from watchtogether.stream.errors import SegmentBroken, TitleChanged, TranscodeLost
from watchtogether.stream.flights import Flight, Flights, again
from watchtogether.stream.mpegts import clock_gap_s, first_video_time_s, is_whole
from watchtogether.stream.next_step import (
    PREFETCH,
    Debounce,
    Fetch,
    Restart,
    Step,
    Wait,
    next_step,
    prefetch_numbers,
)
from watchtogether.stream.surroundings import Progress, Surroundings
from watchtogether.stream.upstream import Upstream
from watchtogether.stream.waker import Waker, or_error

log = structlog.get_logger(__name__)

_REFUSE_S = 2.0
"""For so long after a failure the same answer is given without asking Plex again."""
_RETRY_S = (0.25, 0.5, 1.0)
_PASSING_FAILURES = 2
_DOUBT_EVERY = 3
"""After so many 404s in a row Plex is asked whether it still knows the session."""
_BEGIN_S, _WORD_S = 30.0, 5.0
"""The longest that the beginning of a transcode, and one short question, may take."""
_LEAD_IN_S = 6.0
_CLOCK_TOLERANCE_S = 1.0
_PLAYERS_DIFFER_S = 0.5
"""So far apart are the places where players of one room look for their next segment."""

T = TypeVar("T")


class Reader:
    """`position_s` and `duration_s` are the room's when the reader is made."""

    def __init__(
        self, key: StreamKey, around: Surroundings, *, position_s: float, duration_s: float
    ) -> None:
        self.waker = Waker(around.clock)
        self.flights = Flights(around.clock, self.waker)
        self.upstream = Upstream(around.transcoder, around.titles, key)
        self.content: Content | None = None
        self.lost = False
        """Set when Plex has ended the transcode."""
        self.closing = False
        self._key = key
        self._around = around
        self._clock = around.clock
        self._position_s = position_s
        self._duration_s = duration_s
        self._access: ServerAccess | None = None
        self._listing: asyncio.Future[Content] | None = None
        self._asked: int | None = None
        self._debounce = Debounce()
        self._refusal: AppError | None = None
        self._refuse_until_ms = 0.0
        self._beginning_ms: float | None = None

    # For the session ------------------------------------------------------------------------

    def listing(self) -> asyncio.Future[Content]:
        """The one future on which everybody waits who needs the list."""
        if self._listing is None:
            self._listing = asyncio.get_running_loop().create_future()
            self._listing.add_done_callback(lambda done: done.cancelled() or done.exception())
            self.waker.wake()
        return self._listing

    def progress(self) -> Progress:
        now_ms, usual_s = self._clock.monotonic_ms(), self._around.pace.start_s
        if self._beginning_ms is not None:
            return Progress("starting", (now_ms - self._beginning_ms) / 1000, usual_s)
        waiting_ms = min((f.asked_ms for f in self.flights if f.waiters), default=None)
        if waiting_ms is None:
            return Progress("ready", 0.0, usual_s)
        return Progress("making", (now_ms - waiting_ms) / 1000, usual_s)

    def look_ahead(self, number: int) -> None:
        """This segment was asked for: wish for the next ones."""
        self._asked = number
        if self.content is None or self.refusal is not None:
            return
        for ahead in prefetch_numbers(number, len(self.content.layout)):
            if (self.content.name, ahead) not in self._around.cache:
                self.flights.wish(ahead)

    @property
    def refusal(self) -> AppError | None:
        """The failure that was met a moment ago; there is no use in asking yet."""
        refusing = self._clock.monotonic_ms() < self._refuse_until_ms
        return again(self._refusal) if refusing and self._refusal else None

    def tell_all(self, error: AppError) -> None:
        self.flights.refuse_all(error)
        if self._listing is not None and not self._listing.done():
            self._listing.set_exception(again(error))
        self._listing = None

    async def run(self, tasks: asyncio.TaskGroup) -> None:
        """Until `closing`."""
        self.waker.use(tasks)
        while not self.closing:
            self.waker.clear()
            self._around.stats.late += self.flights.tidy(self._ahead())
            if self.lost:
                self.lost = False
                await self.upstream.end()
            elif not self.flights and self._listing is None:
                await self.waker.pause(None)
            elif self._access is None:
                await self._admit()
            elif self.content is None:
                await self._begin(self._access, self._entrance_s())
            else:
                await self._do(self._next_step(self.flights), self._access, self.content)

    # Beginning ------------------------------------------------------------------------------

    async def _do(self, step: Step, access: ServerAccess, content: Content) -> None:
        match step:
            case Restart(number):
                await self._begin(access, self._start_s(content, number))
            case Fetch(number):
                await self._fetch(self.flights[number])
            case Wait(until_ms):
                times_ms = (until_ms, self.flights.next_deadline_ms())
                known_ms = [time_ms for time_ms in times_ms if time_ms is not None]
                await self.waker.pause(min(known_ms, default=None))

    async def _admit(self) -> None:
        """Learn whose access to Plex this is; what is remembered for it is known at once."""
        found = await or_error(self._around.find_access(self._key.account_id, self._key.server_id))
        if isinstance(found, AppError):
            self._fail(found)
            return
        self._access = found
        remembered = self._around.memory.find(self._key, found)
        if remembered is not None:
            await self._know(found, remembered)

    async def _begin(self, access: ServerAccess, offset_s: float) -> None:
        """Begin a transcode there; whoever waits has the full time again, or the failure."""
        stats = self._around.stats
        anew = self.upstream.running
        stats.restarts += anew
        stats.transcodes += 1
        before = self.content
        self._beginning_ms = self._clock.monotonic_ms()
        outcome = await self._unless_closing(
            self.upstream.begin(access, before, offset_s, self._duration_s), _BEGIN_S
        )
        took_s = (self._clock.monotonic_ms() - self._beginning_ms) / 1000
        self._beginning_ms = None
        if anew:
            self._debounce.restarted(self._clock.monotonic_ms())
        else:
            self._debounce.settle()
        if isinstance(outcome, Content):
            self._around.pace.took(took_s)
            log.info("transcode_began", room_id=self._key.room_id, offset_s=round(offset_s, 1))
            self.flights.extend()
            if outcome is not before:
                await self._know(access, outcome)
            return
        await self.upstream.end()
        if outcome is not None:
            self._fail(outcome)

    def _start_s(self, content: Content, number: int) -> float:
        """Where to begin to have this segment soon: there, or one before if the room is so near
        its beginning that some players will want that one, too."""
        starts_s = content.layout.starts_s
        room_s = self._room_position_s()
        near = room_s is not None and abs(room_s - starts_s[number]) < _PLAYERS_DIFFER_S
        return starts_s[max(0, number - 1) if near else number]

    async def _know(self, access: ServerAccess, content: Content) -> None:
        """Tell everybody who waited for the list, or for what turns out to be cached."""
        self.content = content
        self._around.memory.keep(self._key, access, content)
        if self._listing is not None and not self._listing.done():
            self._listing.set_result(content)
        self._listing = None
        for flight in self.flights:
            if flight.number >= len(content.layout):
                self.flights.refuse(flight, NotFound())
                continue
            cached = await self._around.cache.get(content.name, flight.number)
            if cached is not None:
                self.flights.deliver(flight, cached)
        if self._asked is not None:
            self.look_ahead(self._asked)

    def _entrance_s(self) -> float:
        """Where the first transcode begins: a little before the room's position."""
        room_s = self._room_position_s()
        position_s = self._position_s if room_s is None else room_s
        return float(int(position_s - _LEAD_IN_S)) if position_s > 5 * _LEAD_IN_S else 0.0

    def _room_position_s(self) -> float | None:
        """None when the room has gone on to something else."""
        screening = self._around.audience.screening(self._key.room_id)
        if screening is None or screening.generation != self._key.generation:
            return None
        return screening.position_s

    # Fetching -------------------------------------------------------------------------------

    async def _fetch(self, flight: Flight) -> None:
        self._around.stats.upstream_fetches += 1
        outcome = await self._while_it_matters(flight, self.upstream.fetch(flight.number))
        match outcome:
            case bytes():
                await self._receive(flight, outcome)
            case Missing.NOT_READY:
                await self._not_ready(flight)
            case Missing.LOST:
                self._ended_by_plex(flight)
            case AppError():
                self._failed(flight, outcome)

    async def _receive(self, flight: Flight, segment: bytes) -> None:
        self._around.stats.upstream_bytes += len(segment)
        if not is_whole(segment):
            self._around.stats.broken += 1
            flight.broken += 1
            log.warning("segment_came_broken", room_id=self._key.room_id, number=flight.number)
            if flight.broken >= _PASSING_FAILURES:
                self.flights.refuse(flight, SegmentBroken(retry_after_s=2))
            return
        self.upstream.arrived(flight.number)
        self.flights.deliver(flight, segment)
        if self.content is not None:
            self._check_clock(self.content, flight.number, segment)
            await self._around.cache.put(self.content.name, flight.number, segment)

    async def _not_ready(self, flight: Flight) -> None:
        """404: ahead of the encoder, or else the transcode is gone, which a ping tells."""
        now_ms = self._clock.monotonic_ms()
        if flight.refused_since_ms is None:
            flight.refused_since_ms = now_ms
        flight.refusals += 1
        flight.not_before_ms = now_ms + _pause_s(flight.refusals) * 1000
        if flight.refusals % _DOUBT_EVERY == 0:
            alive = await self._unless_closing(self.upstream.is_alive(), _WORD_S)
            if alive is False:
                self._ended_by_plex(flight)

    def _ended_by_plex(self, flight: Flight) -> None:
        self.lost = True
        flight.lost += 1
        flight.not_before_ms = 0.0
        log.info("transcode_ended_by_plex", room_id=self._key.room_id)
        if flight.lost >= _PASSING_FAILURES:
            self._fail(TranscodeLost(retry_after_s=5))

    def _failed(self, flight: Flight, error: AppError) -> None:
        if isinstance(error, PlexUnauthorized | PlexItemGone):
            self._fail(error)
            return
        flight.failures += 1
        flight.not_before_ms = self._clock.monotonic_ms() + _pause_s(flight.failures) * 1000
        if flight.failures <= _PASSING_FAILURES and error.retry_after_s is None:
            return
        if isinstance(error, PlexUnreachable | PlexSlow):
            self._fail(error)
        else:
            self.flights.refuse(flight, error)

    def _fail(self, error: AppError) -> None:
        """Nothing works just now: say so to all, and for a moment to whoever asks.

        What is cached can still be played, unless the access itself or the file is gone.
        """
        log.warning("stream_failed", room_id=self._key.room_id, code=error.code)
        if isinstance(error, PlexUnauthorized | PlexItemGone | TitleChanged):
            if self._access is not None:
                self._around.memory.forget(self._key, self._access)
            self.content = None
        elif isinstance(error, PlexUnreachable | PlexSlow) and self._access is not None:
            self._around.doubt(self._access)
        self.lost = self.upstream.running
        self._access = None
        self._refusal = error
        self._refuse_until_ms = self._clock.monotonic_ms() + _REFUSE_S * 1000
        self.tell_all(error)

    def _check_clock(self, content: Content, number: int, segment: bytes) -> None:
        """Every transcode of a title must count from the same zero, else seeks land elsewhere."""
        time_s = first_video_time_s(segment)
        if time_s is None:
            return
        start_s = content.layout.starts_s[number]
        if content.clock_base_s is None:
            content.clock_base_s = time_s - start_s
        elif clock_gap_s(time_s, content.clock_base_s + start_s) > _CLOCK_TOLERANCE_S:
            self._around.stats.clock_jumps += 1
            log.warning("segment_clock_jumped", room_id=self._key.room_id, number=number)

    # Waiting --------------------------------------------------------------------------------

    async def _unless_closing(self, work: Awaitable[T], within_s: float) -> T | AppError | None:
        """The outcome, which is `PlexSlow` after that time; None when the session closes."""
        until_ms = self._clock.monotonic_ms() + within_s * 1000
        task = self.waker.start(work)
        while not task.done() and not self.closing and self._clock.monotonic_ms() < until_ms:
            self.waker.clear()
            await self.waker.pause(until_ms, task)
        outcome = await _outcome(task)
        return PlexSlow(retry_after_s=5) if outcome is None and not self.closing else outcome

    async def _while_it_matters(self, flight: Flight, work: Awaitable[T]) -> T | AppError | None:
        """The outcome; None when its time is over or something else matters more."""
        task = self.waker.start(work)
        while not task.done() and not self.closing and not self.lost:
            self.waker.clear()
            until_ms = self._patience_ms(flight)
            if until_ms <= self._clock.monotonic_ms():
                break
            await self.waker.pause(until_ms, task)
        return await _outcome(task)

    def _patience_ms(self, flight: Flight) -> float:
        """Until when the reader stays with this fetch, as far as is known now."""
        wanted = [f for f in self.flights if f.waiters]
        step = self._next_step(f for f in wanted if f is not flight or flight.waiters)
        if isinstance(step, Restart):
            return float("-inf")
        if isinstance(step, Fetch) and not flight.waiters and step.number < flight.number:
            return float("-inf")
        times_ms = [flight.deadline_ms, *self._debounce.pending_after(self._clock.monotonic_ms())]
        if isinstance(step, Wait) and step.until_ms is not None:
            times_ms.append(step.until_ms)
        return min(times_ms)

    def _next_step(self, flights: Iterable[Flight]) -> Step:
        return next_step(
            list(flights), self.upstream.reach, self._debounce, self._clock.monotonic_ms()
        )

    def _ahead(self) -> range:
        asked = self._asked
        return range(0) if asked is None else range(asked, asked + 1 + PREFETCH)


async def _outcome(task: "asyncio.Task[T | AppError]") -> T | AppError | None:
    """The result of a call that is done; one that is not is given up."""
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
    return None if task.cancelled() else task.result()


def _pause_s(times: int) -> float:
    return _RETRY_S[min(times, len(_RETRY_S)) - 1]
