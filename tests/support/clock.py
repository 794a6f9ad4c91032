"""A clock that moves only when a test says so."""

import asyncio
import heapq
import itertools


class FakeClock:
    """Implements `kit.clock.Clock` on virtual time."""

    def __init__(self, clock_id: str = "clk_test", wall_ms: int = 1_800_000_000_000) -> None:
        self.clock_id = clock_id
        self._now_ms = 0.0
        self._wall_start_ms = wall_ms
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def monotonic_ms(self) -> float:
        return self._now_ms

    def wall_ms(self) -> int:
        return int(self._wall_start_ms + self._now_ms)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now_ms + seconds * 1000, next(self._order), waiter))
        await waiter

    async def advance(self, seconds: float) -> None:
        """Move time on, waking every sleeper in order and letting it run until it waits again."""
        await self._settle()
        target_ms = self._now_ms + seconds * 1000
        while self._sleepers and self._sleepers[0][0] <= target_ms:
            due_ms, _, waiter = heapq.heappop(self._sleepers)
            self._now_ms = max(self._now_ms, due_ms)
            if not waiter.done():
                waiter.set_result(None)
            await self._settle()
        self._now_ms = target_ms
        await self._settle()

    async def _settle(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)
