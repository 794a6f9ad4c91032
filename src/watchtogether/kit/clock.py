"""Where time comes from. Nothing else in the server reads a clock by itself."""

import asyncio
import secrets
import time
from typing import Protocol


class Clock(Protocol):
    """A monotonic clock with a name, and the wall clock beside it."""

    @property
    def clock_id(self) -> str:
        """Name of this monotonic clock; times of different ids cannot be compared."""
        ...

    def monotonic_ms(self) -> float:
        """Milliseconds on the clock named `clock_id`."""
        ...

    def wall_ms(self) -> int:
        """Milliseconds since 1970, for expiries and for people; never for playback."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait on this clock."""
        ...


class SystemClock:
    """The machine's own clock.

    Wall time is an anchor taken at start plus monotonic time, so that somebody setting the
    machine's clock moves nothing (`reliability`: fault 13).
    """

    def __init__(self) -> None:
        self.clock_id = f"clk_{secrets.token_hex(6)}"
        self._wall_anchor_ms = time.time() * 1000 - self.monotonic_ms()

    def monotonic_ms(self) -> float:
        return time.monotonic_ns() / 1e6

    def wall_ms(self) -> int:
        return int(self._wall_anchor_ms + self.monotonic_ms())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))
