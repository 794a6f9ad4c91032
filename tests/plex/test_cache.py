"""The cache on a fake clock."""

import asyncio

import pytest

from tests.support.clock import FakeClock
from watchtogether.plex.cache import Cache, Cached


class Down(Exception):
    """The source is away."""


class Gone(Exception):
    """The source says there is no such thing."""


class Source:
    """Counts how often it is asked; answers when the gate is open."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails_with: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self) -> str:
        self.asked += 1
        number = self.asked
        await self.gate.wait()
        if self.fails_with is not None:
            raise self.fails_with
        return f"value {number}"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def cache(clock: FakeClock) -> Cache[str]:
    return Cache(clock, capacity=3, passing=(Down,))


async def test_fresh_until_its_time_is_over(cache: Cache[str], clock: FakeClock) -> None:
    source = Source()
    assert await cache.get("k", 120, source) == Cached("value 1")
    await clock.advance(119)
    assert await cache.get("k", 120, source) == Cached("value 1")
    await clock.advance(1)
    assert await cache.get("k", 120, source) == Cached("value 2")
    assert (cache.hits, cache.misses) == (1, 2)


async def test_200_equal_requests_at_once_are_one_call(cache: Cache[str]) -> None:
    source = Source()
    source.gate.clear()
    waiting = [asyncio.ensure_future(cache.get("k", 120, source)) for _ in range(200)]
    await asyncio.sleep(0)
    source.gate.set()
    assert set(await asyncio.gather(*waiting)) == {Cached("value 1")}
    assert source.asked == 1


async def test_stale_is_served_while_the_source_is_down(
    cache: Cache[str], clock: FakeClock
) -> None:
    source = Source()
    await cache.get("k", 120, source)
    await clock.advance(3600)
    source.fails_with = Down()
    assert await cache.get("k", 120, source) == Cached("value 1", stale=True)
    source.fails_with = None
    assert await cache.get("k", 120, source) == Cached("value 3")


async def test_stale_is_forgotten_after_a_day(cache: Cache[str], clock: FakeClock) -> None:
    source = Source()
    await cache.get("k", 120, source)
    await clock.advance(25 * 3600)
    source.fails_with = Down()
    with pytest.raises(Down):
        await cache.get("k", 120, source)


async def test_stale_is_served_while_somebody_refreshes(
    cache: Cache[str], clock: FakeClock
) -> None:
    source = Source()
    await cache.get("k", 120, source)
    await clock.advance(121)
    source.gate.clear()
    first = asyncio.ensure_future(cache.get("k", 120, source))
    await asyncio.sleep(0)
    assert await cache.get("k", 120, source) == Cached("value 1", stale=True)
    source.gate.set()
    assert await first == Cached("value 2")


async def test_other_errors_forget_what_was_known(cache: Cache[str], clock: FakeClock) -> None:
    source = Source()
    await cache.get("k", 120, source)
    await clock.advance(121)
    source.fails_with = Gone()
    with pytest.raises(Gone):
        await cache.get("k", 120, source)
    source.fails_with = Down()
    with pytest.raises(Down):
        await cache.get("k", 120, source)


async def test_everybody_who_waits_hears_of_the_error(cache: Cache[str]) -> None:
    source = Source()
    source.fails_with = Down()
    source.gate.clear()
    waiting = [asyncio.ensure_future(cache.get("k", 120, source)) for _ in range(5)]
    await asyncio.sleep(0)
    source.gate.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, Down) for result in results)
    assert source.asked == 1


async def test_cancelled_fetch_is_taken_over(cache: Cache[str]) -> None:
    source = Source()
    source.gate.clear()
    first = asyncio.ensure_future(cache.get("k", 120, source))
    await asyncio.sleep(0)
    others = [asyncio.ensure_future(cache.get("k", 120, source)) for _ in range(3)]
    await asyncio.sleep(0)
    first.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    source.gate.set()
    assert set(await asyncio.gather(*others)) == {Cached("value 2")}
    assert source.asked == 2


async def test_bounded_by_weight_and_least_recently_used_goes(clock: FakeClock) -> None:
    cache: Cache[str] = Cache(clock, capacity=20, weigh=len)
    source = Source()
    for key in ("a", "b"):
        await cache.get(key, 120, source)
    await cache.get("a", 120, source)
    await cache.get("c", 120, source)
    assert len(cache) == 2
    await cache.get("a", 120, source)
    assert source.asked == 3
    await cache.get("b", 120, source)
    assert source.asked == 4
