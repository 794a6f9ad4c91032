"""The Plex service: what accounts see of their servers, cached, and honest about being old.

Keys carry the hash of the asker's server token, so nobody is given what another may see.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.plex import listing, playable
from watchtogether.plex.asking import Asking
from watchtogether.plex.cache import Cached
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.errors import PlexError, PlexNotLinked
from watchtogether.plex.figures import PlexFigures
from watchtogether.plex.images import ImageLinks
from watchtogether.plex.library import HubName, Library
from watchtogether.plex.model import (
    Choice,
    Hub,
    Item,
    ItemKind,
    ItemPage,
    Letter,
    Listing,
    Menu,
    Section,
)
from watchtogether.plex.playable import RoomItem
from watchtogether.plex.servers import ServerDirectory, ServerStatus
from watchtogether.plex.wire import within

T = TypeVar("T")

ACCESS_S: Final = 5.0
_SEARCH_LIMIT = 20
_UNSEEN = "unwatched"
_UNSEEN_SHOWS = "unwatchedLeaves"


@dataclass(frozen=True, slots=True)
class PlexStats:
    """For health. Rates are 0–1; None before the first call."""

    cache_hit_rate: float | None
    avg_response_ms: float | None
    upstream_calls: int
    upstream_failures: int
    cached_entries: int


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
        asking: Asking,
        figures: PlexFigures,
    ) -> None:
        self._servers = servers
        self._library = library
        self._links = links
        self._asking = asking
        self._figures = figures

    # servers

    async def servers(self, account_id: AccountId) -> tuple[ServerStatus, ...]:
        """The account's servers, its own first; empty when Plex is not linked."""
        return await self._servers.statuses(account_id)

    async def first_server(self, account_id: AccountId) -> ServerId:
        """The server meant when none is named. Raises `PlexNotLinked` when there is none."""
        first = await self._servers.first(account_id)
        if first is None:
            raise PlexNotLinked
        return first

    # sections

    async def libraries(
        self, account_id: AccountId, server_id: ServerId
    ) -> Cached[tuple[Section, ...]]:
        return await self._asking.ask(
            account_id, server_id, "sections", (), self._library.sections, current=True
        )

    async def menu(self, account_id: AccountId, server_id: ServerId, section: str) -> Cached[Menu]:
        """What a library can be narrowed and ordered by."""
        return await self._asking.ask(
            account_id, server_id, "menu", (section,), lambda a: self._library.menu(a, section)
        )

    async def choices(
        self, account_id: AccountId, server_id: ServerId, section: str, name: str
    ) -> Cached[tuple[Choice, ...]]:
        """The values of one filter, such as the genres of a library."""
        return await self._asking.ask(
            account_id,
            server_id,
            "choices",
            (section, name),
            lambda access: self._library.choices(access, section, name),
        )

    async def letters(
        self, account_id: AccountId, server_id: ServerId, section: str, wanted: Listing
    ) -> Cached[tuple[Letter, ...]]:
        """How many titles begin with each letter, in the order of titles."""
        wanted = await self._meant(account_id, server_id, section, wanted)
        return await self._asking.ask(
            account_id,
            server_id,
            "letters",
            (section, *_about(wanted)),
            lambda access: self._library.letters(access, section, wanted),
        )

    async def items(
        self,
        account_id: AccountId,
        server_id: ServerId,
        section: str,
        *,
        start: int = 0,
        size: int = listing.FIRST,
        wanted: Listing | None = None,
    ) -> Cached[ItemPage]:
        """One page of a library; it is cut out of longer ones that are fetched and kept."""
        shown = await self._meant(account_id, server_id, section, wanted or Listing())

        async def fetch(window: listing.Window) -> Cached[ItemPage]:
            return await self._asking.ask(
                account_id,
                server_id,
                "items",
                (section, window.start, window.size, *_about(shown)),
                lambda access: self._library.items(
                    access, section, window.start, window.size, shown
                ),
            )

        found = await asyncio.gather(*map(fetch, listing.windows(start, size)))
        page = listing.cut([each.value for each in found], start, size)
        stale, renewing = any(f.stale for f in found), any(f.renewing for f in found)
        return Cached(page, stale, renewing)

    async def collections(
        self, account_id: AccountId, server_id: ServerId, section: str
    ) -> Cached[ItemPage]:
        """The collections of a library."""
        return await self._asking.ask(
            account_id,
            server_id,
            "collections",
            (section,),
            lambda access: self._library.collections(access, section),
        )

    # titles

    async def item(
        self,
        account_id: AccountId,
        server_id: ServerId,
        rating_key: RatingKey,
        *,
        charged: str | None = None,
        current: bool = False,
    ) -> Cached[Item]:
        """The whole item, with streams, markers and chapters; the rest as in `Asking.ask`."""
        return await self._asking.ask(
            account_id,
            server_id,
            "item",
            (rating_key,),
            lambda access: self._library.item(access, rating_key),
            charged=charged,
            current=current,
        )

    async def title(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> Cached[Item]:
        """The whole item, for its page; what goes with it, asked for next, is fetched already."""
        await self._asking.foresee(
            account_id,
            server_id,
            "related",
            (rating_key,),
            lambda access: self._library.related(access, rating_key),
        )
        return await self.item(account_id, server_id, rating_key)

    async def children(
        self,
        account_id: AccountId,
        server_id: ServerId,
        rating_key: RatingKey,
        kind: ItemKind = "show",
    ) -> Cached[ItemPage]:
        """A show's seasons, a season's episodes, what a collection or a playlist holds."""
        return await self._asking.ask(
            account_id,
            server_id,
            "children",
            (rating_key, kind if kind in {"collection", "playlist"} else ""),
            lambda access: self._library.children(access, rating_key, kind),
        )

    async def related(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> Cached[tuple[Hub, ...]]:
        """Shelves of what goes with a title."""
        return await self._asking.ask(
            account_id,
            server_id,
            "related",
            (rating_key,),
            lambda access: self._library.related(access, rating_key),
        )

    # shelves

    async def search(
        self, account_id: AccountId, server_id: ServerId, query: str
    ) -> Cached[tuple[Item, ...]]:
        """Films, shows, seasons, episodes and collections that match; no people, no music."""
        words = " ".join(query.split())[:200]
        if not words:
            return Cached(())
        return await self._asking.ask(
            account_id,
            server_id,
            "search",
            (words.casefold(),),
            lambda access: self._search(access, words),
        )

    async def playlists(self, account_id: AccountId, server_id: ServerId) -> Cached[ItemPage]:
        """Playlists of films and episodes."""
        return await self._asking.ask(
            account_id, server_id, "playlists", (), self._library.playlists
        )

    async def promoted(self, account_id: AccountId, server_id: ServerId) -> Cached[tuple[Hub, ...]]:
        """The shelves of the home screen that the server's owner has chosen."""
        return await self._asking.ask(account_id, server_id, "promoted", (), self._library.promoted)

    async def hub(
        self, account_id: AccountId, server_id: ServerId, name: HubName
    ) -> Cached[tuple[Item, ...]]:
        """A shelf of the home screen."""
        return await self._asking.ask(
            account_id, server_id, "hub", (name,), lambda a: self._library.hub(a, name)
        )

    # for rooms and streams

    async def room_item(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> RoomItem:
        """A title for a room. Raises `PlexItemGone`, and `NotPlayable` for shows and music."""
        found = (await self.item(account_id, server_id, rating_key, current=True)).value
        return playable.room_item(found, server_id, account_id, self._links)

    async def next_episode(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> RatingKey | None:
        """What follows an episode, across seasons; None for films and for the last one."""
        found = (await self.item(account_id, server_id, rating_key, current=True)).value
        show = found.show.rating_key if found.kind == "episode" and found.show else None
        if show is None:
            return None
        leaves = await self._asking.ask(
            account_id,
            server_id,
            "leaves",
            (show,),
            lambda access: self._library.all_leaves(access, show),
            current=True,
        )
        return playable.next_episode(leaves.value.items, rating_key)

    async def access(self, account_id: AccountId, server_id: ServerId) -> ServerAccess:
        """For the transcoder: the account's access, at an address proven to be that server."""
        return await within(ACCESS_S, self._servers.ready(account_id, server_id))

    def doubt(self, access: ServerAccess) -> None:
        """For the transcoder: that address did not answer; the next `access` looks for another."""
        self._servers.doubt(access)

    def stats(self) -> PlexStats:
        """For health; what the owner sees is in `report.py`."""
        endpoints = list(self._figures.endpoints())
        return PlexStats(
            cache_hit_rate=self._asking.cache.counts.hit_rate,
            avg_response_ms=self._figures.average_ms,
            upstream_calls=sum(each.calls for each in endpoints),
            upstream_failures=sum(each.failed for each in endpoints),
            cached_entries=len(self._asking.cache),
        )

    async def _search(self, access: ServerAccess, words: str) -> tuple[Item, ...]:
        found = await self._library.search(access, words, _SEARCH_LIMIT)
        return tuple(item for item in found if item.kind not in {"other", "playlist"})

    async def _meant(
        self, account_id: AccountId, server_id: ServerId, section: str, wanted: Listing
    ) -> Listing:
        """Plex asks for unseen films and for unseen shows by different names."""
        if all(name != _UNSEEN for name, _ in wanted.filters):
            return wanted
        try:
            sections = (await self.libraries(account_id, server_id)).value
        except PlexError:
            return wanted
        if not any(each.key == section and each.kind == "show" for each in sections):
            return wanted
        filters = tuple(
            (_UNSEEN_SHOWS if name == _UNSEEN else name, value) for name, value in wanted.filters
        )
        return Listing(wanted.sort, wanted.descending, filters)


def _about(wanted: Listing) -> Sequence[str | int]:
    pairs = (f"{name}={value}" for name, value in sorted(wanted.filters))
    return (wanted.sort, int(wanted.descending), *pairs)
