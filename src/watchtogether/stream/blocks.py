"""The blocks of a film's own file that are wanted and not there: whoever waits for the same one
shares one read. What somebody waits for goes first, then what comes after the last read; what
nobody wants any more is not read."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final, TypeVar

from watchtogether.kit.errors import AppError
from watchtogether.stream.errors import StreamStopped
from watchtogether.stream.flights import again
from watchtogether.stream.waker import or_error

AT_ONCE: Final = 2
"""So many blocks are read at the same time."""

T = TypeVar("T")

Deliver = Callable[[bytes | AppError], None]
Read = Callable[[int, Deliver], Awaitable[None]]
"""Reads one block and delivers it, or what went wrong; then does with it what is left to do."""


@dataclass(slots=True, eq=False)
class _Flight:
    number: int
    outcome: asyncio.Future[bytes | AppError]
    waiters: int = 0
    work: asyncio.Task[None] | None = None
    """None until its turn has come."""


class Blocks:
    """Give it a task group by `use` before anything is asked, and call `close` before that ends."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._flights: dict[int, _Flight] = {}
        self._ahead: Collection[int] = ()
        self._tasks: asyncio.TaskGroup

    def use(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks

    def __contains__(self, number: int) -> bool:
        return number in self._flights

    def __len__(self) -> int:
        return len(self._flights)

    async def wait_for(self, number: int, ahead: Collection[int]) -> bytes:
        """The block when it comes, and then those `ahead`; leaving ends this wait alone.

        Raises what the read ended with, and `StreamStopped`.
        """
        flight = self._wish(number)
        flight.waiters += 1
        self.look_ahead(ahead)
        try:
            return await whole(flight.outcome)
        finally:
            flight.waiters -= 1
            self._go_on()

    def look_ahead(self, numbers: Collection[int]) -> None:
        """These come next after the last read; what came next before does so no more."""
        self._ahead = numbers
        for number in numbers:
            self._wish(number)
        self._go_on()

    def close(self) -> None:
        """Whoever waits is told `StreamStopped`."""
        for flight in list(self._flights.values()):
            self._drop(flight)

    def _wish(self, number: int) -> _Flight:
        flight = self._flights.get(number)
        if flight is None:
            outcome = asyncio.get_running_loop().create_future()
            flight = self._flights[number] = _Flight(number, outcome)
        return flight

    def _go_on(self) -> None:
        """Begin what is wanted most. A read that nobody wants any more gives way to a waiter."""
        for flight in list(self._flights.values()):
            if flight.work is None and self._is_abandoned(flight):
                self._drop(flight)
        while (wanted := self._next()) is not None:
            begun = [each for each in self._flights.values() if each.work is not None]
            if len(begun) >= AT_ONCE:
                abandoned = next(filter(self._is_abandoned, begun), None)
                if abandoned is None or not wanted.waiters:
                    return
                self._drop(abandoned)
            wanted.work = self._tasks.create_task(self._fly(wanted))

    def _next(self) -> _Flight | None:
        """What somebody waits for, then the nearest ahead."""
        pending = [each for each in self._flights.values() if each.work is None]
        awaited = next((each for each in pending if each.waiters), None)
        return awaited or min(pending, key=lambda each: each.number, default=None)

    def _is_abandoned(self, flight: _Flight) -> bool:
        return not (flight.waiters or flight.number in self._ahead or flight.outcome.done())

    async def _fly(self, flight: _Flight) -> None:
        def deliver(outcome: bytes | AppError) -> None:
            if not flight.outcome.done():
                flight.outcome.set_result(outcome)
            if isinstance(outcome, AppError):
                self._ahead = ()

        try:
            failure = await or_error(self._read(flight.number, deliver))
            if failure is not None:
                deliver(failure)
        finally:
            if self._flights.get(flight.number) is flight:
                del self._flights[flight.number]
            self._go_on()

    def _drop(self, flight: _Flight) -> None:
        del self._flights[flight.number]
        flight.outcome.cancel()
        if flight.work is not None:
            flight.work.cancel()


async def whole(work: asyncio.Future[T | AppError]) -> T:
    """The outcome of what others wait for too; leaving ends this wait alone."""
    await asyncio.wait([work])
    if work.cancelled():
        raise StreamStopped(retry_after_s=1)
    outcome = work.result()
    if isinstance(outcome, AppError):
        raise again(outcome)
    return outcome
