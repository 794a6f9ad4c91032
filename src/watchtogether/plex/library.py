"""Typed calls to a media server: one HTTP call each, its answer parsed. No cache, no policy."""

from collections.abc import Mapping
from typing import Final, Literal

from watchtogether.kit.ids import RatingKey
from watchtogether.plex import parse, parse_menus
from watchtogether.plex.client import PlexHttp, ServerAccess
from watchtogether.plex.errors import PlexBadAnswer, PlexItemGone
from watchtogether.plex.keys import checked_key
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
from watchtogether.plex.wire import MIB, Answer, Bounds

HubName = Literal["continue-watching", "recently-added"]
PictureSize = Literal["poster", "backdrop", "thumb"]

PICTURE_SIZES: Final[Mapping[PictureSize, tuple[int, int]]] = {
    "poster": (300, 450),
    "backdrop": (1280, 720),
    "thumb": (160, 90),
}
_HUBS: Final[Mapping[HubName, tuple[str, str]]] = {
    "continue-watching": ("/hubs/continueWatching", "/library/onDeck"),
    "recently-added": ("/hubs/home/recentlyAdded", "/library/recentlyAdded"),
}
_CHILDREN_OF: Final[Mapping[ItemKind, str]] = {
    "collection": "/library/collections/{}/children",
    "playlist": "/playlists/{}/items",
}
_HUB_SIZE = 30
_CHILDREN = 1_000
_LEAVES = 5_000
_PICTURE = Bounds(max_bytes=4 * MIB)


class Library:
    """What an account can see on one server. Raises the errors of `errors.py`."""

    def __init__(self, http: PlexHttp) -> None:
        self._http = http

    # sections

    async def sections(self, server: ServerAccess) -> tuple[Section, ...]:
        return parse.sections(await self._http.get_json(server, "/library/sections"))

    async def menu(self, server: ServerAccess, section: str) -> Menu:
        """What the section can be narrowed and ordered by."""
        path = f"/library/sections/{checked_key(section)}/all"
        document = await self._http.get_json(
            server, path, {"includeMeta": 1}, headers=_window(0, 0)
        )
        return parse_menus.menu(document)

    async def choices(self, server: ServerAccess, section: str, name: str) -> tuple[Choice, ...]:
        """The values of one filter. Raises `PlexItemGone` for a name that cannot be one."""
        if not parse_menus.NAME.fullmatch(name):
            raise PlexItemGone
        path = f"/library/sections/{checked_key(section)}/{name.rpartition('.')[2]}"
        return parse_menus.choices(await self._http.get_json(server, path))

    async def letters(
        self, server: ServerAccess, section: str, listing: Listing
    ) -> tuple[Letter, ...]:
        """How many of the listed titles begin with each letter, in the order of their titles."""
        path = f"/library/sections/{checked_key(section)}/firstCharacter"
        return parse_menus.letters(await self._http.get_json(server, path, _filters(listing)))

    async def items(
        self, server: ServerAccess, section: str, start: int, size: int, listing: Listing
    ) -> ItemPage:
        """One page of a section."""
        path = f"/library/sections/{checked_key(section)}/all"
        order = f"{listing.sort}:{'desc' if listing.descending else 'asc'}"
        return await self._page(server, path, start, size, {"sort": order, **_filters(listing)})

    async def collections(self, server: ServerAccess, section: str) -> ItemPage:
        path = f"/library/sections/{checked_key(section)}/collections"
        return await self._page(server, path, 0, _CHILDREN)

    # titles

    async def item(self, server: ServerAccess, rating_key: RatingKey) -> Item:
        """The whole item, with streams, markers and chapters. Raises `PlexItemGone`."""
        document = await self._http.get_json(
            server,
            f"/library/metadata/{checked_key(rating_key)}",
            {"includeMarkers": 1, "includeChapters": 1},
        )
        found = parse.first_item(document)
        if found is None:
            raise PlexItemGone
        return found

    async def children(
        self, server: ServerAccess, rating_key: RatingKey, kind: ItemKind = "show"
    ) -> ItemPage:
        """A show's seasons, a season's episodes, what a collection or a playlist holds."""
        path = _CHILDREN_OF.get(kind, "/library/metadata/{}/children")
        return await self._page(server, path.format(checked_key(rating_key)), 0, _CHILDREN)

    async def all_leaves(self, server: ServerAccess, rating_key: RatingKey) -> ItemPage:
        """Every episode of a show (the first 5,000), asked for by the thousand."""
        path = f"/library/metadata/{checked_key(rating_key)}/allLeaves"
        page = await self._page(server, path, 0, _CHILDREN)
        found = list(page.items)
        while page.items and len(found) < min(page.total, _LEAVES):
            page = await self._page(server, path, len(found), _CHILDREN)
            found += page.items
        return ItemPage(tuple(found), max(page.total, len(found)))

    async def related(self, server: ServerAccess, rating_key: RatingKey) -> tuple[Hub, ...]:
        """Shelves of what goes with a title; older servers only know similar ones."""
        path = f"/library/metadata/{checked_key(rating_key)}"
        try:
            return await self._shelves(server, f"{path}/related")
        except (PlexItemGone, PlexBadAnswer):
            similar = await self._page(server, f"{path}/similar", 0, _HUB_SIZE)
            return (Hub("similar", "mixed", "", similar.items),) if similar.items else ()

    # shelves

    async def playlists(self, server: ServerAccess) -> ItemPage:
        """Playlists of films and episodes."""
        return await self._page(server, "/playlists", 0, _CHILDREN, {"playlistType": "video"})

    async def promoted(self, server: ServerAccess) -> tuple[Hub, ...]:
        """The shelves of the home screen that the server's owner has chosen."""
        return await self._shelves(server, "/hubs/promoted")

    async def hub(self, server: ServerAccess, name: HubName) -> tuple[Item, ...]:
        """A shelf of the home screen; older servers know it by another address."""
        path, older = _HUBS[name]
        try:
            return await self._shelf(server, path)
        except (PlexItemGone, PlexBadAnswer):
            return await self._shelf(server, older)

    async def search(self, server: ServerAccess, query: str, limit: int) -> tuple[Item, ...]:
        """Items of all libraries that match; `limit` counts per kind. A blank query finds none."""
        if not query.strip():
            return ()
        document = await self._http.get_json(
            server,
            "/hubs/search",
            {"query": query.strip(), "limit": max(1, limit), "includeCollections": 1},
        )
        return tuple(item for hub in parse.hubs(document) for item in hub.items)

    async def picture(self, server: ServerAccess, path: str, size: PictureSize) -> Answer:
        """A picture, made smaller by Plex; `path` must already be checked to be Plex's own."""
        width, height = PICTURE_SIZES[size]
        params: dict[str, str | int] = {
            "width": width,
            "height": height,
            "minSize": 1,
            "upscale": 0,
            "url": path,
        }
        accept = {"Accept": "image/webp, image/jpeg, image/png"}
        return await self._http.get_bytes(
            server, "/photo/:/transcode", params, headers=accept, bounds=_PICTURE
        )

    async def _page(
        self,
        server: ServerAccess,
        path: str,
        start: int,
        size: int,
        params: Mapping[str, str | int] | None = None,
    ) -> ItemPage:
        """Plex tells `totalSize` only when both paging values are sent."""
        document = await self._http.get_json(server, path, params, headers=_window(start, size))
        page = parse.page(document, start)
        return ItemPage(page.items[:size], page.total, start)

    async def _shelf(self, server: ServerAccess, path: str) -> tuple[Item, ...]:
        document = await self._http.get_json(
            server, path, {"count": _HUB_SIZE}, headers=_window(0, _HUB_SIZE)
        )
        nested = [item for hub in parse.hubs(document) for item in hub.items]
        return tuple((nested or parse.page(document).items)[:_HUB_SIZE])

    async def _shelves(self, server: ServerAccess, path: str) -> tuple[Hub, ...]:
        """Those with something on them; each holds at most thirty."""
        document = await self._http.get_json(server, path, {"count": _HUB_SIZE})
        return tuple(hub for hub in parse.hubs(document, _HUB_SIZE) if hub.items)


def _window(start: int, size: int) -> Mapping[str, str]:
    return {"X-Plex-Container-Start": str(start), "X-Plex-Container-Size": str(size)}


def _filters(listing: Listing) -> dict[str, str | int]:
    """Values of one filter are joined by commas, which means "or" to Plex."""
    found: dict[str, list[str]] = {}
    for name, value in listing.filters:
        found.setdefault(name, []).append(value)
    return {name: ",".join(values) for name, values in found.items()}
