"""Rate limits `{points, duration, block}` with the meaning rate-limiter-flexible gives them.

A window begins with the first hit and lasts `duration_s`. A hit is allowed iff no more than
`points` were counted, itself included. The first hit too many replaces what is left of the window
by `block_s`; later hits are refused and change nothing; when the block ends the count is zero.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import TooManyRequests

_MAX_COUNTERS = 50_000


@dataclass(frozen=True, slots=True)
class Tier:
    """How often something may be done, and for how long it is refused after that."""

    name: str
    points: int
    duration_s: int
    block_s: int


AUTH = Tier("auth", 5, 60, 300)
"""Failed sign-ins of one account from one address; wrong set-up codes."""
PLEX = Tier("plex", 30, 60, 120)
"""Calls of one kind that reach a Plex server or plex.tv for one asker; cache hits are free."""
GENERAL = Tier("general", 100, 60, 60)
"""What one session changes; strangers' calls by address."""
GUEST_JOIN = Tier("guest_join", 20, 60, 60)
"""Guests who join one room from one address."""


class RateLimiter(Protocol):
    """Counts by tier and key. Both calls raise `TooManyRequests` with `retry_after_s`."""

    async def hit(self, tier: Tier, key: str) -> None:
        """Count one, and refuse when it is one too many."""
        ...

    async def check(self, tier: Tier, key: str) -> None:
        """Refuse while the key is blocked, counting nothing."""
        ...


@dataclass(slots=True)
class _Counter:
    consumed: int
    ends_ms: float


class MemoryRateLimiter:
    """Counters of this process, at most 50,000 of them.

    When full, the oldest that block nobody are forgotten first.
    """

    def __init__(self, clock: Clock, max_counters: int = _MAX_COUNTERS) -> None:
        self._clock = clock
        self._max = max_counters
        self._counters: OrderedDict[tuple[Tier, str], _Counter] = OrderedDict()

    async def hit(self, tier: Tier, key: str) -> None:
        now_ms = self._clock.monotonic_ms()
        counter = self._current(tier, key, now_ms)
        if counter is None:
            counter = self._open(tier, key, now_ms)
        counter.consumed += 1
        if counter.consumed == tier.points + 1:
            counter.ends_ms = now_ms + tier.block_s * 1000
        _refuse_when_blocked(tier, counter, now_ms)

    async def check(self, tier: Tier, key: str) -> None:
        now_ms = self._clock.monotonic_ms()
        counter = self._current(tier, key, now_ms)
        if counter is not None:
            _refuse_when_blocked(tier, counter, now_ms)

    def __len__(self) -> int:
        return len(self._counters)

    def _current(self, tier: Tier, key: str, now_ms: float) -> _Counter | None:
        counter = self._counters.get((tier, key))
        if counter is not None and counter.ends_ms <= now_ms:
            del self._counters[tier, key]
            return None
        return counter

    def _open(self, tier: Tier, key: str, now_ms: float) -> _Counter:
        if len(self._counters) >= self._max:
            self._make_room(now_ms)
        counter = _Counter(0, now_ms + tier.duration_s * 1000)
        self._counters[tier, key] = counter
        return counter

    def _make_room(self, now_ms: float) -> None:
        over = [name for name, counter in self._counters.items() if counter.ends_ms <= now_ms]
        if not over:
            wanted = max(1, self._max // 10)
            harmless = [n for n, c in self._counters.items() if c.consumed <= n[0].points]
            over = (harmless or list(self._counters))[:wanted]
        for name in over:
            del self._counters[name]


def _refuse_when_blocked(tier: Tier, counter: _Counter, now_ms: float) -> None:
    if counter.consumed > tier.points:
        left_s = math.ceil((counter.ends_ms - now_ms) / 1000)
        raise TooManyRequests(retry_after_s=max(1, left_s))
