"""How a session's reader waits: for news, for a call, for a time, all at once and on its clock."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import AppError

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Waker:
    """`wake` is called from anywhere; the tasks belong to the group given to `use`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._news = asyncio.Event()
        self._tasks: asyncio.TaskGroup

    def use(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks

    def wake(self) -> None:
        self._news.set()

    def clear(self) -> None:
        """Whatever happened until now is known; what comes next wakes."""
        self._news.clear()

    def start(self, work: Awaitable[T]) -> asyncio.Task[T | AppError]:
        """Run a call beside the reader; its expected failure becomes its result."""
        return self._tasks.create_task(or_error(work))

    async def pause(self, until_ms: float | None, task: asyncio.Task[Any] | None = None) -> None:
        """Until there is news, the task is done, or this time has come (None: no time)."""
        waits: list[asyncio.Task[Any]] = [self._tasks.create_task(self._news_came())]
        if until_ms is not None:
            left_s = (until_ms - self._clock.monotonic_ms()) / 1000
            waits.append(self._tasks.create_task(self._clock.sleep(left_s)))
        try:
            everything = [*waits, task] if task else waits
            await asyncio.wait(everything, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _news_came(self) -> None:
        await self._news.wait()


async def or_error(work: Awaitable[T]) -> T | AppError:
    """The result, or the expected failure as a value. A bug is logged and becomes one too."""
    try:
        return await work
    except AppError as error:
        return error
    except Exception as error:  # one call's bug must not end the session
        log.error("stream_call_crashed", exc_info=error)
        return AppError()
