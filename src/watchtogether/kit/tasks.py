"""Tasks that belong to the process rather than to a request."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Final, Self

import structlog

from watchtogether.kit.clock import Clock

log = structlog.get_logger(__name__)

PAUSE_S: Final = 1.0


async def keep_running(name: str, work: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Run `work` for ever; whatever it raises ends that run only, and never the process."""
    while True:
        try:
            await work()
        except Exception:  # a task boundary: logged once, and the work is taken up again
            log.exception("task_failed", task=name)
        await clock.sleep(PAUSE_S)


class Background:
    """Tasks that outlive whoever began them, and end with the `async with` around them."""

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        group = asyncio.TaskGroup()
        self._group = await group.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        group, self._group = self._group, None
        for task in self._running:
            task.cancel()
        if group is not None:
            await group.__aexit__(None, None, None)

    def start(self, name: str, work: Coroutine[object, object, None]) -> None:
        """Run `work`, which must deal with its own errors: one that escapes is logged.

        Raises `RuntimeError` when nobody runs this (any more).
        """
        if self._group is None:
            work.close()
            raise RuntimeError(f"no background for {name}")
        task = self._group.create_task(_contained(name, work), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def __len__(self) -> int:
        return len(self._running)


async def _contained(name: str, work: Coroutine[object, object, None]) -> None:
    try:
        await work
    except Exception:  # a task boundary: logged once, and nobody else is harmed
        log.exception("task_failed", task=name)
