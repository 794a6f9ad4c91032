"""A lasting task that fails is taken up again, and harms nobody else."""

import asyncio
import contextlib

from tests.support.clock import FakeClock
from watchtogether.kit.tasks import PAUSE_S, keep_running


async def test_work_that_raises_is_begun_again() -> None:
    clock, begun = FakeClock(), 0

    async def work() -> None:
        nonlocal begun
        begun += 1
        raise RuntimeError("a bug")

    running = asyncio.ensure_future(keep_running("testing", work, clock))
    await clock.advance(3 * PAUSE_S + 0.1)
    assert begun == 4
    assert not running.done()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
