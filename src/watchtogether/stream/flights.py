"""One flight per segment: whoever asks for the same one waits on the same future."""

import asyncio
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import AppError
from watchtogether.stream.errors import SegmentLate
from watchtogether.stream.next_step import WantedSegment
from watchtogether.stream.waker import Waker

LATE_S = 20.0
"""A segment that is not there by then is refused with `SegmentLate`."""


@dataclass(slots=True)
class Flight(WantedSegment):
    """A wish with the future that everybody waits on, and what has gone wrong so far."""

    future: asyncio.Future[bytes] = field(kw_only=True)
    refusals: int = 0
    failures: int = 0
    broken: int = 0
    lost: int = 0


class Flights:
    """All segments that are wanted and not there. Every change wakes the reader."""

    def __init__(self, clock: Clock, waker: Waker) -> None:
        self._clock = clock
        self._waker = waker
        self._by_number: dict[int, Flight] = {}

    def __iter__(self) -> Iterator[Flight]:
        return iter(list(self._by_number.values()))

    def __len__(self) -> int:
        return len(self._by_number)

    def __contains__(self, number: int) -> bool:
        return number in self._by_number

    def __getitem__(self, number: int) -> Flight:
        return self._by_number[number]

    def wish(self, number: int) -> Flight:
        """The flight of this segment, made now if there is none; nobody waits for it yet."""
        flight = self._by_number.get(number)
        if flight is None:
            now_ms = self._clock.monotonic_ms()
            flight = Flight(number, now_ms, now_ms + LATE_S * 1000, future=shared_future())
            self._by_number[number] = flight
            self._waker.wake()
        return flight

    async def wait_for(self, number: int) -> bytes:
        """The segment when it comes; cancelling one viewer's wait leaves the others'."""
        flight = self.wish(number)
        flight.waiters += 1
        flight.asked_ms = self._clock.monotonic_ms()
        self._waker.wake()
        try:
            return await asyncio.shield(flight.future)
        finally:
            flight.waiters -= 1
            if not flight.waiters:
                self._waker.wake()

    def deliver(self, flight: Flight, segment: bytes) -> None:
        if not flight.future.done():
            flight.future.set_result(segment)
        self._by_number.pop(flight.number, None)

    def refuse(self, flight: Flight, error: AppError) -> None:
        if not flight.future.done():
            flight.future.set_exception(again(error))
        self._by_number.pop(flight.number, None)

    def refuse_all(self, error: AppError) -> None:
        for flight in self:
            self.refuse(flight, error)

    def extend(self) -> None:
        """A transcode has begun: whoever was not refused yet has the full time again."""
        now_ms = self._clock.monotonic_ms()
        for flight in self:
            if flight.refused_since_ms is None:
                flight.deadline_ms = max(flight.deadline_ms, now_ms + LATE_S * 1000)
            else:
                flight.moved = True
            flight.not_before_ms, flight.refused_since_ms, flight.refusals = 0.0, None, 0

    def tidy(self, ahead: Container[int]) -> int:
        """Drop what nobody waits for unless it lies `ahead`, and refuse what is late; how many
        viewers' segments were."""
        now_ms = self._clock.monotonic_ms()
        late = 0
        for flight in self:
            if flight.deadline_ms <= now_ms:
                late += bool(flight.waiters)
                self.refuse(flight, SegmentLate(retry_after_s=2))
            elif not flight.waiters and flight.number not in ahead:
                flight.future.cancel()
                self._by_number.pop(flight.number, None)
        return late

    def next_deadline_ms(self) -> float | None:
        return min((flight.deadline_ms for flight in self), default=None)


def shared_future() -> asyncio.Future[bytes]:
    """A future whose failure may go unseen when nobody waits any more."""
    future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    future.add_done_callback(lambda done: done.cancelled() or done.exception())
    return future


def again(error: AppError) -> AppError:
    """The same failure for one more person; an exception object must not be raised twice."""
    copy = type(error)(error.text, retry_after_s=error.retry_after_s, extra=error.extra)
    copy.__cause__ = error.__cause__
    return copy
