"""The cache on a fake clock."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.clock import FakeClock
from watchtogether.kit.tasks import Background
from watchtogether.plex.cache import Cache, Cached, How, Kept


class Down(Exception):
    """The source is away."""


class Gone(Exception):
    """The source says there is no such thing."""


class Source:
    """Counts how often it is asked; answers when the gate is open."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails_with: Exception | None = None
        self.called = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self) -> str:
        self.asked += 1
        self.called.set()
        number = self.asked
        await self.gate.wait()
        if self.fails_with is not None:
            raise self.fails_with
        return f"value {number}"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def background() -> AsyncIterator[Background]:
    async with Background() as background:
        yield background


@pytest.fixture
def cache(clock: FakeClock, background: Background) -> Cache[str, str]:
    return Cache(clock, background, capacity=3, passing=(Down,), patience_s=0.02)


class Shelf:
    """A second level in memory, which may be away."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept[str]] = {}
        self.away = False

    async def find(self, key: str) -> Kept[str] | None:
        return None if self.away else self.kept.get(key)

    async def keep(self, key: str, value: str, ttl_s: float) -> None:
        if not self.away:
            self.kept[key] = Kept(value, ttl_s)


async def test_fresh_until_its_time_is_over(cache: Cache[str, str], clock: FakeClock) -> None:
    source = Source()
    assert await cache.get("k", 120, source) == Cached("value 1")
    await clock.advance(90)
    assert await cache.get("k", 120, source) == Cached("value 1")
    assert await cache.get("k", 120, source) == Cached("value 1")
    await clock.advance(30)
    assert await cache.get("k", 120, source, current=True) == Cached("value 2")
    assert cache.counts.hit_rate == pytest.approx(2 / 4)


async def test_what_expired_lately_is_given_while_the_new_value_is_fetched(
    cache: Cache[str, str], clock: FakeClock
) -> None:
    source = Source()
    await cache.get("k", 120, source)
    await clock.advance(121)
    source.gate.clear()
    for _ in range(2):
        assert await cache.get("k", 120, source) == Cached("value 1", renewing=True)
    source.gate.set()
    await clock.advance(0)
    assert await cache.get("k", 120, source) == Cached("value 2")
    assert source.asked == 2
    assert cache.counts.by["meanwhile"] == 2


async def test_once_the_source_is_known_to_be_down_it_is_said(
    cache: Cache[str, str], clock: FakeClock
) -> None:
    source = Source()
    await cache.get("k", 120, source)
    await clock.advance(121)
    source.fails_with = Down()
    assert await cache.get("k", 120, source) == Cached("value 1", renewing=True)
    await clock.advance(0)
    assert await cache.get("k", 120, source) == Cached("value 1", stale=True)
    source.fails_with = None
    await clock.advance(0)
    assert await cache.get("k", 120, source) == Cached("value 3")


async def test_who_wants_the_right_answer_waits_for_it(
    cache: Cache[str, str], clock: FakeClock
) -> None:
    source = Source()
    await cache.get("k", 120, source)
    await clock.advance(121)
    source.gate.clear()
    waiting = asyncio.ensure_future(cache.get("k", 120, source, current=True))
    done, _ = await asyncio.wait([waiting], timeout=0.1)  # five times the patience
    assert not done
    source.gate.set()
    assert await waiting == Cached("value 2")


async def test_what_is_foreseen_is_there_when_it_is_asked_for(
    cache: Cache[str, str], clock: FakeClock
) -> None:
    source = Source()
    source.gate.clear()
    cache.foresee("k", 120, source)
    cache.foresee("k", 120, source)
    waiting = asyncio.ensure_future(cache.get("k", 120, source))
    await asyncio.sleep(0)
    source.gate.set()
    assert await waiting == Cached("value 1")
    cache.foresee("k", 120, source)
    await clock.advance(0)
    assert source.asked == 1
    assert (cache.counts.asked, cache.counts.by["merged"]) == (1, 1)


async def test_while_there_is_nothing_something_else_may_be_shown(cache: Cache[str, str]) -> None:
    source = Source()
    source.gate.clear()
    lent = await cache.get("k", 120, source, instead=lambda: "of another")
    assert lent == Cached("of another", renewing=True)
    waiting = asyncio.ensure_future(
        cache.get("k", 120, source, current=True, instead=lambda: "of another")
    )
    await asyncio.sleep(0)
    source.gate.set()
    assert await waiting == Cached("value 1")
    assert await cache.get("k", 120, source, instead=lambda: "of another") == Cached("value 1")
    assert source.asked == 1


async def test_200_equal_requests_at_once_are_one_call(cache: Cache[str, str]) -> None:
    source = Source()
    source.gate.clear()
    waiting = [asyncio.ensure_future(cache.get("k", 120, source)) for _ in range(200)]
    await asyncio.sleep(0)
    source.gate.set()
    assert set(await asyncio.gather(*waiting)) == {Cached("value 1")}
    assert source.asked == 1


async def test_stale_is_served_while_the_source_is_down(
    cache: Cache[str, str], clock: FakeClock
) -> None:
    source = Source()
    await cache.get("k", 120, source)
    await clock.advance(3600)
    source.fails_with = Down()
    assert await cache.get("k", 120, source) == Cached("value 1", stale=True)
    source.fails_with = None
    assert await cache.get("k", 120, source) == Cached("value 3")


async def test_stale_is_forgotten_after_a_day(cache: Cache[str, str], clock: FakeClock) -> None:
    source = Source()
    await cache.get("k", 120, source)
    await clock.advance(25 * 3600)
    source.fails_with = Down()
    with pytest.raises(Down):
        await cache.get("k", 120, source)


async def test_stale_is_served_while_somebody_refreshes(
    cache: Cache[str, str], clock: FakeClock
) -> None:
    source = Source()
    await cache.get("k", 120, source)
    await clock.advance(2 * 3600)
    source.gate.clear()
    both = asyncio.gather(*(cache.get("k", 120, source) for _ in range(2)))
    assert await both == [Cached("value 1", stale=True)] * 2
    source.gate.set()
    await clock.advance(0)
    assert await cache.get("k", 120, source) == Cached("value 2")
    assert source.asked == 2


async def test_who_waits_a_moment_is_given_the_new_value(
    cache: Cache[str, str], clock: FakeClock
) -> None:
    source = Source()
    await cache.get("k", 120, source)
    await clock.advance(2 * 3600)
    source.gate.clear()
    waiting = asyncio.ensure_future(cache.get("k", 120, source))
    await asyncio.sleep(0)
    source.gate.set()
    assert await waiting == Cached("value 2")


async def test_other_errors_forget_what_was_known(cache: Cache[str, str], clock: FakeClock) -> None:
    source = Source()
    await cache.get("k", 120, source)
    await clock.advance(121)
    source.fails_with = Gone()
    await cache.get("k", 120, source)
    await clock.advance(0)
    with pytest.raises(Gone):
        await cache.get("k", 120, source)
    source.fails_with = Down()
    with pytest.raises(Down):
        await cache.get("k", 120, source)


async def test_everybody_who_waits_hears_of_the_error(cache: Cache[str, str]) -> None:
    source = Source()
    source.fails_with = Down()
    source.gate.clear()
    waiting = [asyncio.ensure_future(cache.get("k", 120, source)) for _ in range(5)]
    await asyncio.sleep(0)
    source.gate.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, Down) for result in results)
    assert source.asked == 1


async def test_who_leaves_does_not_take_the_answer_along(cache: Cache[str, str]) -> None:
    source = Source()
    source.gate.clear()
    first = asyncio.ensure_future(cache.get("k", 120, source))
    await asyncio.sleep(0)
    others = [asyncio.ensure_future(cache.get("k", 120, source)) for _ in range(3)]
    await asyncio.sleep(0)
    first.cancel()
    source.gate.set()
    assert set(await asyncio.gather(*others)) == {Cached("value 1")}
    assert source.asked == 1


async def test_fetched_anew_before_it_expires(cache: Cache[str, str], clock: FakeClock) -> None:
    source = Source()
    await cache.get("k", 120, source)
    await clock.advance(100)
    assert await cache.get("k", 120, source) == Cached("value 1")
    await clock.advance(0)
    assert source.asked == 2
    await clock.advance(60)
    assert await cache.get("k", 120, source) == Cached("value 2")
    assert source.asked == 2


async def test_a_failed_early_refresh_harms_nobody(
    cache: Cache[str, str], clock: FakeClock
) -> None:
    source = Source()
    await cache.get("k", 120, source)
    await clock.advance(100)
    source.fails_with = Down()
    await cache.get("k", 120, source)
    await clock.advance(0)
    assert await cache.get("k", 120, source) == Cached("value 1")


async def test_expired_is_asked_for_again_and_shown_meanwhile(cache: Cache[str, str]) -> None:
    source = Source()
    await cache.get("a", 120, source)
    await cache.get("b", 120, source)
    assert cache.expire(lambda key: key == "a") == ["a"]
    assert await cache.get("a", 120, source) == Cached("value 3")
    assert await cache.get("b", 120, source) == Cached("value 2")


async def test_what_was_overtaken_in_flight_is_not_kept_as_fresh(cache: Cache[str, str]) -> None:
    source = Source()
    source.gate.clear()
    first = asyncio.ensure_future(cache.get("k", 120, source))
    await source.called.wait()
    cache.expire(lambda _: True)
    source.gate.set()
    assert await first == Cached("value 1")
    assert await cache.get("k", 120, source) == Cached("value 2")


async def test_what_is_known_to_be_unchanged_is_given_at_once_and_fetched_behind_that(
    clock: FakeClock, background: Background
) -> None:
    since: list[float] = []

    def unchanged(key: str, since_ms: float) -> bool:
        since.append(since_ms)
        return key == "k"

    cache: Cache[str, str] = Cache(clock, background, capacity=3, unchanged=unchanged)
    source, other = Source(), Source()
    await cache.get("k", 120, source)
    await cache.get("x", 120, other)
    await clock.advance(300)
    assert await cache.get("k", 120, source) == Cached("value 1")
    assert since == [0.0]
    await clock.advance(0)
    assert await cache.get("k", 120, source) == Cached("value 2")
    assert await cache.get("x", 120, other) == Cached("value 1", renewing=True)
    await clock.advance(7 * 3600)
    assert await cache.get("k", 120, source) == Cached("value 3")
    assert cache.counts.by["unchanged"] == 1


async def test_what_was_told_to_have_changed_is_not_believed(
    clock: FakeClock, background: Background
) -> None:
    cache: Cache[str, str] = Cache(
        clock, background, capacity=3, unchanged=lambda _, since_ms: since_ms >= 0
    )
    source = Source()
    await cache.get("k", 120, source)
    cache.expire(lambda _: True)
    assert await cache.get("k", 120, source) == Cached("value 2")


async def test_second_level_is_asked_first_and_told(
    clock: FakeClock, background: Background
) -> None:
    shelf, hows = Shelf(), list[How]()
    one, other = (
        Cache[str, str](
            clock, background, capacity=3, second=shelf, passing=(Down,), patience_s=0.02,
            observe=lambda _, how: hows.append(how),
        )
        for _ in range(2)
    )  # fmt: skip
    source = Source()
    await one.get("k", 120, source)
    await clock.advance(0)
    assert await other.get("k", 120, source) == Cached("value 1")
    assert (source.asked, hows) == (1, ["missed", "shared"])
    assert await other.get("k", 120, source) == Cached("value 1")
    assert hows[2:] == ["fresh"]


async def test_old_value_of_the_second_level_serves_while_the_source_is_down(
    clock: FakeClock, background: Background
) -> None:
    shelf = Shelf()
    shelf.kept["k"] = Kept("from before", -30)
    cache: Cache[str, str] = Cache(clock, background, capacity=3, second=shelf, passing=(Down,))
    source = Source()
    source.fails_with = Down()
    assert await cache.get("k", 120, source) == Cached("from before", stale=True)
    shelf.away = True
    with pytest.raises(Down):
        await cache.get("k", 120, source)


async def test_bounded_by_weight_and_least_recently_used_goes(
    clock: FakeClock, background: Background
) -> None:
    cache: Cache[str, str] = Cache(clock, background, capacity=20, weigh=len)
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
