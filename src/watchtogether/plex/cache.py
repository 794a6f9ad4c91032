"""A cache with one flight per key, which keeps what has expired for when the source is down.

Bounded by weight; the least recently used goes first. Values must not be changed by anybody.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from watchtogether.kit.clock import Clock

T = TypeVar("T")

_KEEP_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Cached(Generic[T]):
    """A value, and whether it is older than it should be."""

    value: T
    stale: bool = False


@dataclass(frozen=True, slots=True)
class _Entry(Generic[T]):
    value: T
    weight: int
    fresh_until_ms: float
    gone_at_ms: float


class _Abandoned(Exception):
    """Whoever fetched was cancelled; somebody else has to."""


class Cache(Generic[T]):
    """`weigh` says what an entry costs of `capacity`; `passing` are the errors that mean "down".

    On such an error the old value is given as stale, when there is one, for up to a day. While
    somebody fetches anew, the others get the old value at once, stale; without one they wait.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        capacity: int,
        weigh: Callable[[T], int] = lambda _: 1,
        passing: tuple[type[Exception], ...] = (),
    ) -> None:
        self._clock = clock
        self._capacity = capacity
        self._weigh = weigh
        self._passing = passing
        self._entries: OrderedDict[Hashable, _Entry[T]] = OrderedDict()
        self._flights: dict[Hashable, asyncio.Future[T]] = {}
        self._weight = 0
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._entries)

    async def get(self, key: Hashable, ttl_s: float, load: Callable[[], Awaitable[T]]) -> Cached[T]:
        """The value under the key, fetched by `load` when it is missing or older than `ttl_s`.

        Raises what `load` raises; other errors than `passing` also forget the old value.
        """
        while True:
            entry = self._usable(key)
            now_ms = self._clock.monotonic_ms()
            if entry is not None and now_ms < entry.fresh_until_ms:
                self.hits += 1
                return Cached(entry.value)
            flight = self._flights.get(key)
            if flight is None:
                return await self._fly(key, ttl_s, load, entry)
            self.hits += 1
            if entry is not None:
                return Cached(entry.value, stale=True)
            try:
                return Cached(await asyncio.shield(flight))
            except _Abandoned:
                continue

    def forget(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._weight -= entry.weight

    async def _fly(
        self, key: Hashable, ttl_s: float, load: Callable[[], Awaitable[T]], old: _Entry[T] | None
    ) -> Cached[T]:
        flight: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        flight.add_done_callback(_retrieve)
        self._flights[key] = flight
        self.misses += 1
        try:
            value = await load()
        except self._passing as error:
            flight.set_exception(error)
            if old is None:
                raise
            return Cached(old.value, stale=True)
        except Exception as error:
            flight.set_exception(error)
            self.forget(key)
            raise
        else:
            flight.set_result(value)
            self._keep(key, ttl_s, value)
            return Cached(value)
        finally:
            if not flight.done():
                flight.set_exception(_Abandoned())
            del self._flights[key]

    def _usable(self, key: Hashable) -> _Entry[T] | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        if self._clock.monotonic_ms() >= entry.gone_at_ms:
            self.forget(key)
            return None
        self._entries.move_to_end(key)
        return entry

    def _keep(self, key: Hashable, ttl_s: float, value: T) -> None:
        self.forget(key)
        weight = max(1, self._weigh(value))
        if weight > self._capacity:
            return
        now_ms = self._clock.monotonic_ms()
        fresh_until_ms = now_ms + ttl_s * 1000
        gone_at_ms = fresh_until_ms + _KEEP_S * 1000
        self._entries[key] = _Entry(value, weight, fresh_until_ms, gone_at_ms)
        self._weight += weight
        while self._weight > self._capacity:
            _, oldest = self._entries.popitem(last=False)
            self._weight -= oldest.weight


def _retrieve(flight: asyncio.Future[T]) -> None:
    """Nobody may have waited; asyncio need not complain about that."""
    if not flight.cancelled():
        flight.exception()
