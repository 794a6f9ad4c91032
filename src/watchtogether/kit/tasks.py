"""Tasks that last as long as the process: a failure is logged and the work begins again."""

from collections.abc import Awaitable, Callable
from typing import Final

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
