"""The Plex service: what accounts see of their servers, cached, and honest about being old.

Keys carry the hash of the asker's server token, so nobody is given what another may see.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar, cast

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import TooManyRequests
from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.kit.rate_limit import PLEX, Tier
from watchtogether.plex import playable
from watchtogether.plex.cache import Cache, Cached
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.errors import (
    PlexBadAnswer,
    PlexBusy,
    PlexNotLinked,
    PlexSlow,
    PlexUnauthorized,
    PlexUnreachable,
)
from watchtogether.plex.images import ImageLinks
from watchtogether.plex.library import HubName, Library, Sort
from watchtogether.plex.model import Item, ItemPage, Section
from watchtogether.plex.playable import RoomItem
from watchtogether.plex.servers import ServerDirectory, ServerStatus
from watchtogether.plex.wire import within

T = TypeVar("T")

LIBRARIES_S: Final = 300.0
ITEMS_S: Final = 120.0
CACHE_ITEMS: Final = 50_000
"""Items and sections kept in all; about 100 MB at the very most."""
DEADLINE_S: Final = 5.0
"""Whatever was tried, a clear error comes after this long."""
_MOST_RECENT = 500
_SEARCH_LIMIT = 20
PASSING: Final = (PlexUnreachable, PlexSlow, PlexBusy, PlexBadAnswer, TooManyRequests)
"""Errors that mean "not now": what is known from before may be shown."""


class Limiter(Protocol):
    """Counts upstream calls; `kit.rate_limit.RateLimiter` is one."""

    async def hit(self, tier: Tier, key: str) -> None: ...


@dataclass(frozen=True, slots=True)
class PlexStats:
    """For health and dashboards. Rates are 0–1; None before the first call."""

    cache_hit_rate: float | None
    avg_response_ms: float | None
    upstream_calls: int
    upstream_failures: int
    cached_entries: int


class CallLog:
    """Remembers how the last 500 upstream calls went; `PlexHttp` reports to it."""

    def __init__(self) -> None:
        self.calls = 0
        self.failures = 0
        self._elapsed_ms: deque[float] = deque(maxlen=_MOST_RECENT)

    def __call__(self, elapsed_ms: float, *, failed: bool) -> None:
        self.calls += 1
        self.failures += failed
        self._elapsed_ms.append(elapsed_ms)

    @property
    def average_ms(self) -> float | None:
        if not self._elapsed_ms:
            return None
        return sum(self._elapsed_ms) / len(self._elapsed_ms)


class PlexService:
    """Every method takes the account on whose behalf it asks.

    All of them raise `PlexServerUnknown` and the errors of `errors.py`; upstream calls, not cache
    hits, count against the account's Plex limit.
    """

    def __init__(
        self,
        *,
        servers: ServerDirectory,
        library: Library,
        links: ImageLinks,
        limiter: Limiter,
        calls: CallLog,
        clock: Clock,
    ) -> None:
        self._servers = servers
        self._library = library
        self._links = links
        self._limiter = limiter
        self._calls = calls
        self._cache: Cache[object] = Cache(
            clock, capacity=CACHE_ITEMS, weigh=_weigh, passing=PASSING
        )

    async def servers(self, account_id: AccountId) -> tuple[ServerStatus, ...]:
        """The account's servers, its own first; empty when Plex is not linked."""
        return await self._servers.statuses(account_id)

    async def first_server(self, account_id: AccountId) -> ServerId:
        """The server meant when none is named. Raises `PlexNotLinked` when there is none."""
        first = await self._servers.first(account_id)
        if first is None:
            raise PlexNotLinked
        return first

    async def libraries(
        self, account_id: AccountId, server_id: ServerId
    ) -> Cached[tuple[Section, ...]]:
        return await self._cached(
            account_id, server_id, ("sections",), LIBRARIES_S, self._library.sections
        )

    async def items(
        self,
        account_id: AccountId,
        server_id: ServerId,
        section: str,
        *,
        start: int = 0,
        size: int = 60,
        sort: Sort = "title",
    ) -> Cached[ItemPage]:
        """One page of a library."""
        return await self._cached(
            account_id,
            server_id,
            ("items", section, start, size, sort),
            ITEMS_S,
            lambda access: self._library.items(access, section, start, size, sort),
        )

    async def item(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> Cached[Item]:
        """The whole item, with streams, markers and chapters."""
        return await self._cached(
            account_id,
            server_id,
            ("item", rating_key),
            ITEMS_S,
            lambda access: self._library.item(access, rating_key),
        )

    async def children(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> Cached[ItemPage]:
        """A show's seasons, or a season's episodes."""
        return await self._cached(
            account_id,
            server_id,
            ("children", rating_key),
            ITEMS_S,
            lambda access: self._library.children(access, rating_key),
        )

    async def search(
        self, account_id: AccountId, server_id: ServerId, query: str
    ) -> Cached[tuple[Item, ...]]:
        """Films, shows, seasons and episodes that match; people and music are left out."""
        words = " ".join(query.split())[:200]
        if not words:
            return Cached(())
        return await self._cached(
            account_id,
            server_id,
            ("search", words.casefold()),
            ITEMS_S,
            lambda access: self._search(access, words),
        )

    async def hub(
        self, account_id: AccountId, server_id: ServerId, name: HubName
    ) -> Cached[tuple[Item, ...]]:
        """A shelf of the home screen."""
        return await self._cached(
            account_id,
            server_id,
            ("hub", name),
            ITEMS_S,
            lambda access: self._library.hub(access, name),
        )

    async def room_item(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> RoomItem:
        """A title for a room. Raises `PlexItemGone`, and `NotPlayable` for shows and music."""
        found = (await self.item(account_id, server_id, rating_key)).value
        return playable.room_item(found, server_id, account_id, self._links)

    async def next_episode(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> RatingKey | None:
        """What follows an episode, across seasons; None for films and for the last one."""
        found = (await self.item(account_id, server_id, rating_key)).value
        show = found.show.rating_key if found.kind == "episode" and found.show else None
        if show is None:
            return None
        leaves = await self._cached(
            account_id,
            server_id,
            ("leaves", show),
            ITEMS_S,
            lambda access: self._library.all_leaves(access, show),
        )
        return playable.next_episode(leaves.value.items, rating_key)

    async def access(self, account_id: AccountId, server_id: ServerId) -> ServerAccess:
        """For the transcoder: the account's access, at an address proven to be that server."""
        return await within(DEADLINE_S, self._servers.ready(account_id, server_id))

    def doubt(self, access: ServerAccess) -> None:
        """For the transcoder: that address did not answer; the next `access` looks for another."""
        self._servers.doubt(access)

    def stats(self) -> PlexStats:
        asked = self._cache.hits + self._cache.misses
        return PlexStats(
            cache_hit_rate=self._cache.hits / asked if asked else None,
            avg_response_ms=self._calls.average_ms,
            upstream_calls=self._calls.calls,
            upstream_failures=self._calls.failures,
            cached_entries=len(self._cache),
        )

    async def _search(self, access: ServerAccess, words: str) -> tuple[Item, ...]:
        found = await self._library.search(access, words, _SEARCH_LIMIT)
        return tuple(item for item in found if item.kind != "other")

    async def _cached(
        self,
        account_id: AccountId,
        server_id: ServerId,
        name: tuple[Hashable, ...],
        ttl_s: float,
        call: Callable[[ServerAccess], Awaitable[T]],
    ) -> Cached[T]:
        access = await self._servers.find(account_id, server_id)

        async def load() -> object:
            await self._limiter.hit(PLEX, account_id)
            return await within(DEADLINE_S, self._upstream(account_id, server_id, call))

        found = await self._cache.get((access.permission_hash, *name), ttl_s, load)
        return cast("Cached[T]", found)  # `name` says what `call` gives

    async def _upstream(
        self,
        account_id: AccountId,
        server_id: ServerId,
        call: Callable[[ServerAccess], Awaitable[T]],
    ) -> T:
        """Call, and once more when the server has moved or the token was replaced."""
        access = await self._servers.ready(account_id, server_id)
        try:
            return await call(access)
        except PlexUnreachable:
            self._servers.doubt(access)
            again = await self._servers.ready(account_id, server_id)
            if again.base_url == access.base_url:
                raise
        except PlexUnauthorized:
            if not await self._servers.renew(account_id):
                raise
            again = await self._servers.ready(account_id, server_id)
            if again.token == access.token:
                raise
        return await call(again)


def _weigh(value: object) -> int:
    if isinstance(value, ItemPage):
        return len(value.items)
    return len(value) if isinstance(value, tuple) else 1
