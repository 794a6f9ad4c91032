"""Rate limits: the meaning of points, duration and block, against a model and by example."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.clock import FakeClock
from watchtogether.kit.errors import TooManyRequests
from watchtogether.kit.rate_limit import (
    AUTH,
    GENERAL,
    GUEST_JOIN,
    PLEX,
    MemoryRateLimiter,
    Tier,
)

TIER = Tier("test", points=3, duration_s=10, block_s=30)


async def _hit(limiter: MemoryRateLimiter, key: str = "k", tier: Tier = TIER) -> int | None:
    """None when allowed, else the seconds to wait."""
    try:
        await limiter.hit(tier, key)
    except TooManyRequests as refused:
        return refused.retry_after_s or 0
    return None


def test_the_tiers_are_those_of_the_design() -> None:
    assert [(t.points, t.duration_s, t.block_s) for t in (AUTH, PLEX, GENERAL, GUEST_JOIN)] == [
        (5, 60, 300),
        (30, 60, 120),
        (100, 60, 60),
        (20, 60, 60),
    ]


async def test_as_many_as_there_are_points_are_allowed() -> None:
    limiter = MemoryRateLimiter(FakeClock())
    assert [await _hit(limiter) for _ in range(4)] == [None, None, None, 30]


async def test_the_window_begins_with_the_first_hit_and_does_not_slide() -> None:
    clock = FakeClock()
    limiter = MemoryRateLimiter(clock)
    await _hit(limiter)
    await clock.advance(9.999)
    assert [await _hit(limiter), await _hit(limiter)] == [None, None]
    await clock.advance(0.001)
    assert [await _hit(limiter) for _ in range(4)] == [None, None, None, 30]


async def test_the_block_replaces_the_window_and_later_hits_do_not_extend_it() -> None:
    clock = FakeClock()
    limiter = MemoryRateLimiter(clock)
    for _ in range(4):
        await _hit(limiter)
    waits = []
    for _ in range(3):
        await clock.advance(9)
        waits.append(await _hit(limiter))
    assert waits == [21, 12, 3]
    await clock.advance(3)
    assert [await _hit(limiter) for _ in range(3)] == [None, None, None]


async def test_a_block_may_be_shorter_than_the_window() -> None:
    clock = FakeClock()
    limiter = MemoryRateLimiter(clock)
    short = Tier("short", points=1, duration_s=60, block_s=5)
    assert [await _hit(limiter, tier=short) for _ in range(2)] == [None, 5]
    await clock.advance(5)
    assert await _hit(limiter, tier=short) is None


async def test_keys_and_tiers_are_counted_apart() -> None:
    limiter = MemoryRateLimiter(FakeClock())
    for _ in range(4):
        await _hit(limiter, "a")
    assert await _hit(limiter, "b") is None
    assert await _hit(limiter, "a", AUTH) is None


async def test_a_check_counts_nothing_and_refuses_while_blocked() -> None:
    limiter = MemoryRateLimiter(FakeClock())
    for _ in range(3):
        await limiter.check(TIER, "k")
        await limiter.hit(TIER, "k")
    await limiter.check(TIER, "k")
    assert await _hit(limiter) == 30
    with pytest.raises(TooManyRequests):
        await limiter.check(TIER, "k")


async def test_memory_is_bounded_and_blocks_are_kept_longest() -> None:
    clock = FakeClock()
    limiter = MemoryRateLimiter(clock, max_counters=100)
    for _ in range(4):
        await _hit(limiter, "blocked")
    for number in range(1_000):
        await _hit(limiter, f"address {number}")
        assert len(limiter) <= 100
    assert await _hit(limiter, "blocked") == 30


async def test_memory_is_bounded_even_when_everybody_is_blocked() -> None:
    limiter = MemoryRateLimiter(FakeClock(), max_counters=10)
    for number in range(50):
        for _ in range(4):
            await _hit(limiter, f"address {number}")
    assert len(limiter) <= 10


def _by_the_book(tier: Tier, times_ms: Iterable[int]) -> list[bool]:
    """rate-limiter-flexible's rule, written down as plainly as possible."""
    consumed, ends_ms = 0, -1
    allowed = []
    for now_ms in times_ms:
        if now_ms >= ends_ms:
            consumed, ends_ms = 0, now_ms + tier.duration_s * 1000
        consumed += 1
        if consumed == tier.points + 1:
            ends_ms = now_ms + tier.block_s * 1000
        allowed.append(consumed <= tier.points)
    return allowed


@settings(max_examples=150, deadline=None)
@given(
    points=st.integers(1, 5),
    duration_s=st.integers(1, 10),
    block_s=st.integers(1, 20),
    gaps_ms=st.lists(st.integers(0, 6_000), max_size=40),
)
async def test_any_sequence_of_hits_is_judged_by_the_book(
    points: int, duration_s: int, block_s: int, gaps_ms: list[int]
) -> None:
    tier = Tier("any", points, duration_s, block_s)
    clock = _StillClock()
    limiter = MemoryRateLimiter(clock)
    seen, times = [], []
    for gap_ms in gaps_ms:
        clock.now_ms += gap_ms
        times.append(clock.now_ms)
        wait_s = await _hit(limiter, tier=tier)
        assert wait_s is None or 1 <= wait_s <= block_s
        seen.append(wait_s is None)
    assert seen == _by_the_book(tier, times)


class _StillClock(FakeClock):
    """Set directly, which is quicker than advancing."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = 0

    def monotonic_ms(self) -> float:
        return float(self.now_ms)
