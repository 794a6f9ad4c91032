"""An event loop on virtual time: nothing waits, and the same party runs the same way every time."""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")
TICK_S = 1e-4
"""Nobody sleeps for less: a shorter sleep could be lost to rounding and never end."""
_SAME_S = 1e-7


class Stuck(Exception):
    """Nothing is left that would ever happen."""


class _Handle:
    """A callback to come, as asyncio's own but lighter."""

    __slots__ = ("args", "callback", "context", "gone", "when_s")

    def __init__(
        self,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        context: Context | None,
        when_s: float,
    ) -> None:
        self.callback = callback
        self.args = args
        self.context = context
        self.when_s = when_s
        self.gone = False

    def cancel(self) -> None:
        self.gone = True

    def cancelled(self) -> bool:
        return self.gone

    def when(self) -> float:
        return self.when_s


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs what is ready, then jumps to the next timer. What a callback raises ends the run."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self._soon: deque[_Handle] = deque()
        self._later: list[tuple[float, int, _Handle]] = []
        self._count = 0

    def time(self) -> float:
        return self.now_s

    def call_soon(  # type: ignore[override]  # our handles are no asyncio.Handle
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> _Handle:
        handle = _Handle(callback, args, context, self.now_s)
        self._soon.append(handle)
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> _Handle:
        return self.call_at(self.now_s + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> _Handle:
        handle = _Handle(callback, args, context, when)
        self._count += 1
        heapq.heappush(self._later, (when, self._count, handle))
        return handle

    def _run_once(self) -> None:
        """Called by `run_forever` until somebody stops the loop; stays inside until then."""
        soon, later = self._soon, self._later
        while not self._stopping:
            if not soon and later:
                self.now_s = max(self.now_s, later[0][0])
            while later and later[0][0] <= self.now_s + _SAME_S:
                soon.append(heapq.heappop(later)[2])
            if not soon:
                raise Stuck
            for _ in range(len(soon)):
                handle = soon.popleft()
                if handle.gone:
                    continue
                if handle.context is None:
                    handle.callback(*handle.args)
                else:
                    handle.context.run(handle.callback, *handle.args)

    _stopping: bool

    def _process_events(self, _: object) -> None:
        """There are no file descriptors."""

    def _write_to_self(self) -> None:
        """Nobody calls from another thread."""


def run(loop: VirtualLoop, work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end; tasks that are left over are cancelled."""
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(work)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        asyncio.set_event_loop(None)
        loop.close()


class ProcessClock:
    """Implements `kit.clock.Clock` for one process: its own name, zero and wall clock."""

    WALL_START_MS = 1_800_000_000_000

    def __init__(
        self, loop: VirtualLoop, clock_id: str, zero_ms: float, wall_error_ms: int
    ) -> None:
        self.clock_id = clock_id
        self.zero_ms = zero_ms
        """What this clock showed when the party began."""
        self._loop = loop
        self._wall_zero_ms = self.WALL_START_MS + wall_error_ms

    def monotonic_ms(self) -> float:
        return self._loop.now_s * 1000 + self.zero_ms

    def wall_ms(self) -> int:
        return int(self._wall_zero_ms + self._loop.now_s * 1000)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(TICK_S, seconds))
