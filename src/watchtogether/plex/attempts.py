"""One question to Plex, asked until it is answered, refused, or its time is over.

A failed attempt is followed by another after a pause; one that hangs is joined by a second, and
by a third, and whichever answers first counts; after that the oldest makes room for a new one.
Only for what is safe to repeat.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

from watchtogether.plex.errors import (
    PlexBadAnswer,
    PlexBusy,
    PlexError,
    PlexResting,
    PlexSlow,
    PlexTooMuch,
    PlexUnreachable,
)

T = TypeVar("T")

Again = Literal["retry", "hedge"]
"""After a failure; or beside an attempt that hangs."""

PASSING: Final = (PlexUnreachable, PlexSlow, PlexBusy, PlexBadAnswer)
"""Errors of a server that may answer the next time."""
_BAD_ANSWERS = 3
"""A server that answers nonsense so often means it."""
_WORTH_WAITING_S = 2.0
"""A server that rests for longer has been away for a while: say so at once."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long, how often and how many at once. Pauses grow to twice, with jitter."""

    deadline_s: float = 4.9
    most: int = 10
    most_at_once: int = 3
    first_pause_s: float = 0.1
    longest_pause_s: float = 0.8
    hedge_from_s: float = 0.8
    hedge_to_s: float = 3.0


class Pace:
    """How long a server usually takes, so that slow is told from stuck."""

    def __init__(self) -> None:
        self._usual_s = 0.1

    def answered(self, elapsed_s: float) -> None:
        self._usual_s += 0.1 * (elapsed_s - self._usual_s)

    def hedge_after_s(self, patience: Patience) -> float:
        return min(patience.hedge_to_s, max(patience.hedge_from_s, 4 * self._usual_s))


@dataclass(frozen=True, slots=True)
class _Won(Generic[T]):
    value: T


async def persist(
    attempt: Callable[[], Awaitable[T]],
    pace: Pace,
    patience: Patience,
    again: Callable[[Again], None] = lambda _: None,
) -> T:
    """What `attempt` gives, however often that takes; `again` is told of every further one.

    Raises the last error of an attempt, `PlexSlow` when there was none in time, and at once what
    no further attempt can change.
    """
    race = _Race(attempt, pace, patience, again)
    try:
        async with asyncio.timeout(patience.deadline_s), asyncio.TaskGroup() as group:
            outcome = await race.run(group)
    except TimeoutError:
        outcome = race.errors[-1] if race.errors else PlexSlow()
    if isinstance(outcome, PlexError):
        raise outcome
    return outcome.value


class _Race(Generic[T]):
    """The attempts of one question. Errors are values here, so that none ends the group."""

    def __init__(
        self,
        attempt: Callable[[], Awaitable[T]],
        pace: Pace,
        patience: Patience,
        again: Callable[[Again], None],
    ) -> None:
        self._attempt = attempt
        self._pace = pace
        self._patience = patience
        self._again = again
        self._running: list[asyncio.Task[_Won[T] | PlexError]] = []
        self._begun = 0
        self.errors: list[PlexError] = []

    async def run(self, group: asyncio.TaskGroup) -> "_Won[T] | PlexError":
        pauses = _pauses(self._patience)
        while True:
            attempt = _try(self._attempt, self._pace)
            self._running.append(group.create_task(attempt, name="plex attempt"))
            self._begun += 1
            outcome = await self._outcome()
            if outcome is not None:
                for task in self._running:
                    task.cancel()
                return outcome
            if self._running:
                if len(self._running) >= self._patience.most_at_once:
                    self._running.pop(0).cancel()
                self._again("hedge")
            else:
                await asyncio.sleep(max(next(pauses), _rest_s(self.errors[-1])))
                self._again("retry")

    async def _outcome(self) -> "_Won[T] | PlexError | None":
        """How it ends; None when another attempt is due, beside those that still run or not."""
        exhausted = self._begun >= self._patience.most
        while self._running:
            done, _ = await asyncio.wait(
                self._running,
                timeout=None if exhausted else self._pace.hedge_after_s(self._patience),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if not done:
                return None
            self._running = [task for task in self._running if task not in done]
            for outcome in (task.result() for task in done):
                if isinstance(outcome, _Won):
                    return outcome
                self.errors.append(outcome)
                if _is_final(self.errors):
                    return outcome
        return self.errors[-1] if exhausted else None


async def _try(attempt: Callable[[], Awaitable[T]], pace: Pace) -> "_Won[T] | PlexError":
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    try:
        value = await attempt()
    except PlexError as error:
        return error
    pace.answered(loop.time() - started_s)
    return _Won(value)


def _is_final(errors: list[PlexError]) -> bool:
    """Whether nothing that follows the last error can be better."""
    last = errors[-1]
    if not isinstance(last, PASSING) or isinstance(last, PlexTooMuch):
        return True
    if isinstance(last, PlexResting):
        return last.left_s > _WORTH_WAITING_S
    if isinstance(last, PlexBusy):
        return (last.retry_after_s or 0) > _WORTH_WAITING_S
    return sum(isinstance(error, PlexBadAnswer) for error in errors) >= _BAD_ANSWERS


def _rest_s(error: PlexError) -> float:
    return error.left_s if isinstance(error, PlexResting) else 0.0


def _pauses(patience: Patience) -> Iterator[float]:
    pause_s = patience.first_pause_s
    while True:
        yield pause_s * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
        pause_s = min(patience.longest_pause_s, 2 * pause_s)
