"""A cache with one flight per key, which keeps what has expired for when the source is down.

Bounded by weight; the least recently used goes first. Values must not be changed by anybody.
Below it there may be a second level that other processes share; when that is away, nothing is.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Final, Generic, Literal, Protocol, TypeVar, get_args

from watchtogether.kit.clock import Clock
from watchtogether.kit.tasks import Background

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
K_contra = TypeVar("K_contra", contravariant=True, bound=Hashable)

How = Literal["fresh", "unchanged", "meanwhile", "shared", "merged", "stale", "missed"]
"""How a question was answered: from memory; with what has expired and is known to be right still;
with the next best, the right answer being fetched behind it; from the second level; by a call that
somebody else had begun; with what is older than it should be; by a call of its own."""
HOWS: Final[tuple[How, ...]] = get_args(How)

KEEP_S: Final = 24 * 3600.0
"""How long what has expired is kept for when the source is down."""
_EARLY = 0.8
"""From this part of its time on, a value that is asked for is fetched anew beforehand."""
_UNCHANGED_MS = 6 * 3_600_000.0
"""So long after it was fetched, nobody having told of a change is believed."""
_MEANWHILE_MS = 3_600_000.0
"""So long after it was fetched, what has expired is given while the new value is fetched."""
_LONG_AGO_MS = -1e15
_PATIENCE_S = 0.5
"""So long does one who could have the old value wait for the new one."""


@dataclass(frozen=True, slots=True)
class Cached(Generic[T_co]):
    """A value; `stale`: older than it should be, for the source does not answer; `renewing`: the
    next best, the right one is there in a moment."""

    value: T_co
    stale: bool = False
    renewing: bool = False


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A value of the second level. Once `fresh_s` is not positive, it has expired."""

    value: T
    fresh_s: float


class SecondLevel(Protocol[K_contra, T]):
    """Shared by several processes. Neither call raises; an absent store knows nothing."""

    async def find(self, key: K_contra) -> Kept[T] | None: ...
    async def keep(self, key: K_contra, value: T, ttl_s: float) -> None: ...


@dataclass(frozen=True, slots=True)
class _Entry(Generic[T]):
    value: T
    weight: int
    since_ms: float
    early_at_ms: float
    fresh_until_ms: float
    gone_at_ms: float
    failing: bool = False
    """The last attempt to fetch it anew found the source down."""


@dataclass(slots=True)
class _Flight(Generic[T]):
    """`outdated`: what it brings was overtaken while it flew, so it is expired at once."""

    landed: asyncio.Future[Cached[T]]
    old: _Entry[T] | None
    outdated: bool = False


@dataclass(slots=True)
class CacheCounts:
    """How questions were answered so far."""

    by: dict[How, int] = field(default_factory=lambda: dict.fromkeys(HOWS, 0))

    @property
    def asked(self) -> int:
        return sum(self.by.values())

    @property
    def hit_rate(self) -> float | None:
        """The share of questions that waited for no call of their own; None before the first."""
        return 1 - self.by["missed"] / self.asked if self.asked else None


class Cache(Generic[K, T]):
    """`weigh` says what an entry costs of `capacity`; `passing` are the errors that mean "down".

    On such an error the old value is given as stale, when there is one, for up to a day. What is
    asked for shortly before it expires is fetched anew in the background. What has expired, but is
    `unchanged` since the time it was fetched, is given at once, and fetched anew behind that, for
    six hours; what has merely expired, until an hour after it was fetched, and as such. One who
    could have a value older than that waits half a second for the new one; one who could not, until
    there is an answer.
    Flights belong to `background`, so that nobody who leaves takes the answer along.
    """

    def __init__(
        self,
        clock: Clock,
        background: Background,
        *,
        capacity: int,
        weigh: Callable[[T], int] = lambda _: 1,
        passing: tuple[type[Exception], ...] = (),
        second: SecondLevel[K, T] | None = None,
        observe: Callable[[K, How], None] = lambda _key, _how: None,
        unchanged: Callable[[K, float], bool] = lambda _key, _since_ms: False,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._clock = clock
        self._background = background
        self._capacity = capacity
        self._weigh = weigh
        self._passing = passing
        self._second = second
        self._observe = observe
        self._patience_s = patience_s
        self.unchanged = unchanged
        self._entries: OrderedDict[K, _Entry[T]] = OrderedDict()
        self._flights: dict[K, _Flight[T]] = {}
        self._weight = 0
        self.counts = CacheCounts()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def weight(self) -> int:
        """What all entries cost together."""
        return self._weight

    async def get(
        self,
        key: K,
        ttl_s: float,
        load: Callable[[], Awaitable[T]],
        *,
        current: bool = False,
        instead: Callable[[], T | None] = lambda: None,
    ) -> Cached[T]:
        """The value under the key, fetched by `load` when it is missing or older than `ttl_s`.

        `current`: nothing older is given unless the source turns out to be down. `instead` gives
        what may be shown while there is nothing yet.
        Raises what `load` raises; other errors than `passing` also forget the old value.
        """
        entry = self._usable(key)
        flight = self._flights.get(key)
        now_ms = self._clock.monotonic_ms()
        if entry is not None and now_ms < entry.fresh_until_ms:
            if flight is None and now_ms >= entry.early_at_ms:
                self._take_off(key, ttl_s, load, entry)
            self._count(key, "fresh")
            return Cached(entry.value)
        if entry is not None and self._is_right_still(key, entry, now_ms):
            if flight is None:
                self._take_off(key, ttl_s, load, entry)
            self._count(key, "unchanged")
            return Cached(entry.value)
        meanwhile = None if current else _next_best(entry, now_ms, instead)
        if meanwhile is not None:
            if flight is None:
                self._take_off(key, ttl_s, load, entry)
            self._count(key, "stale" if meanwhile.stale else "meanwhile")
            return meanwhile
        if flight is not None:
            self._count(key, "merged" if entry is None else "stale")
        else:
            flight = self._take_off(key, ttl_s, load, entry, counted=True)
        if entry is None or current:
            return await asyncio.shield(flight.landed)
        try:
            async with asyncio.timeout(self._patience_s):
                return await asyncio.shield(flight.landed)
        except TimeoutError:
            return Cached(entry.value, stale=True)

    def foresee(self, key: K, ttl_s: float, load: Callable[[], Awaitable[T]]) -> None:
        """Fetch behind what will be asked for next, unless it is there. No question is counted."""
        entry = self._usable(key)
        now_ms = self._clock.monotonic_ms()
        there = entry is not None and (
            now_ms < entry.fresh_until_ms or self._is_right_still(key, entry, now_ms)
        )
        if not there and key not in self._flights:
            self._take_off(key, ttl_s, load, entry)

    def expire(self, matches: Callable[[K], bool]) -> list[K]:
        """Make what matches old at once, also what is just being fetched; which keys that were."""
        found = [key for key in self._entries if matches(key)]
        now_ms = self._clock.monotonic_ms()
        for key in found:
            old = self._entries[key]
            self._entries[key] = replace(
                old, since_ms=_LONG_AGO_MS, early_at_ms=now_ms, fresh_until_ms=now_ms
            )
        for key, flight in self._flights.items():
            if matches(key):
                flight.outdated = True
        return found

    def forget_all(self, matches: Callable[[K], bool]) -> None:
        """Whatever matches is not even shown as stale any more."""
        for key in [key for key in self._entries if matches(key)]:
            self.forget(key)

    def forget(self, key: K) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._weight -= entry.weight

    def _is_right_still(self, key: K, entry: _Entry[T], now_ms: float) -> bool:
        recent = now_ms - entry.since_ms < _UNCHANGED_MS
        return recent and self.unchanged(key, entry.since_ms)

    def _count(self, key: K, how: How) -> None:
        self.counts.by[how] += 1
        self._observe(key, how)

    def _take_off(
        self,
        key: K,
        ttl_s: float,
        load: Callable[[], Awaitable[T]],
        old: _Entry[T] | None,
        *,
        counted: bool = False,
    ) -> _Flight[T]:
        """`counted`: somebody waits for it, and how the question is answered shows on the way."""
        flight = _Flight[T](asyncio.get_running_loop().create_future(), old)
        flight.landed.add_done_callback(_retrieve)
        self._flights[key] = flight
        self._background.start("cache", self._fly(key, ttl_s, load, flight, counted=counted))
        return flight

    async def _fly(
        self,
        key: K,
        ttl_s: float,
        load: Callable[[], Awaitable[T]],
        flight: _Flight[T],
        *,
        counted: bool,
    ) -> None:
        landed = flight.landed
        try:
            kept = await self._look_below(key) if flight.old is None else None
            if kept is not None and kept.fresh_s > 0 and not flight.outdated:
                if counted:
                    self._count(key, "shared")
                self._keep(key, kept.fresh_s, kept.value)
                landed.set_result(Cached(kept.value))
                return
            if counted:
                self._count(key, "missed")
            landed.set_result(await self._fetch(key, ttl_s, load, flight, kept))
        except Exception as error:
            landed.set_exception(error)
        finally:
            del self._flights[key]
            if not landed.done():
                landed.cancel()

    async def _fetch(
        self,
        key: K,
        ttl_s: float,
        load: Callable[[], Awaitable[T]],
        flight: _Flight[T],
        kept: Kept[T] | None,
    ) -> Cached[T]:
        try:
            value = await load()
        except self._passing:
            if flight.old is not None:
                if self._entries.get(key) is flight.old:
                    self._entries[key] = replace(flight.old, failing=True)
                return Cached(flight.old.value, stale=True)
            if kept is not None:
                return Cached(kept.value, stale=True)
            raise
        except Exception:
            self.forget(key)
            raise
        self._keep(key, 0.0 if flight.outdated else ttl_s, value)
        if self._second is not None and not flight.outdated:
            self._background.start("cache second level", self._second.keep(key, value, ttl_s))
        return Cached(value)

    async def _look_below(self, key: K) -> Kept[T] | None:
        return await self._second.find(key) if self._second is not None else None

    def _usable(self, key: K) -> _Entry[T] | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        if self._clock.monotonic_ms() >= entry.gone_at_ms:
            self.forget(key)
            return None
        self._entries.move_to_end(key)
        return entry

    def _keep(self, key: K, ttl_s: float, value: T) -> None:
        self.forget(key)
        weight = max(1, self._weigh(value))
        if weight > self._capacity:
            return
        now_ms = self._clock.monotonic_ms()
        early_at_ms = now_ms + ttl_s * _EARLY * 1000
        fresh_until_ms = now_ms + ttl_s * 1000
        gone_at_ms = fresh_until_ms + KEEP_S * 1000
        since_ms = now_ms if ttl_s > 0 else _LONG_AGO_MS
        self._entries[key] = _Entry(
            value, weight, since_ms, early_at_ms, fresh_until_ms, gone_at_ms
        )
        self._weight += weight
        while self._weight > self._capacity:
            _, oldest = self._entries.popitem(last=False)
            self._weight -= oldest.weight


def _next_best(
    entry: _Entry[T] | None, now_ms: float, instead: Callable[[], T | None]
) -> Cached[T] | None:
    """What may be given at once while the right value is fetched."""
    if entry is None:
        lent = instead()
        return None if lent is None else Cached(lent, renewing=True)
    if now_ms - entry.since_ms >= _MEANWHILE_MS:
        return None
    return Cached(entry.value, stale=entry.failing, renewing=not entry.failing)


def _retrieve(flight: asyncio.Future[Cached[T]]) -> None:
    """Nobody may have waited; asyncio need not complain about that."""
    if not flight.cancelled():
        flight.exception()
