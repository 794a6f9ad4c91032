"""Typed calls to a media server: one HTTP call each, its answer parsed. No cache, no policy."""

import re
from collections.abc import Mapping
from typing import Final, Literal

from watchtogether.kit.ids import RatingKey
from watchtogether.plex import parse
from watchtogether.plex.client import PlexHttp, ServerAccess
from watchtogether.plex.errors import PlexBadAnswer, PlexItemGone
from watchtogether.plex.model import Item, ItemPage, Section
from watchtogether.plex.wire import MIB, Answer, Bounds

Sort = Literal["title", "added", "year"]
HubName = Literal["continue-watching", "recently-added"]
PictureSize = Literal["poster", "backdrop", "thumb"]
PlayState = Literal["playing", "paused", "buffering", "stopped"]

PICTURE_SIZES: Final[Mapping[PictureSize, tuple[int, int]]] = {
    "poster": (300, 450),
    "backdrop": (1280, 720),
    "thumb": (160, 90),
}
_SORTS: Final[Mapping[Sort, str]] = {
    "title": "titleSort:asc",
    "added": "addedAt:desc",
    "year": "year:desc",
}
_HUBS: Final[Mapping[HubName, tuple[str, str]]] = {
    "continue-watching": ("/hubs/continueWatching", "/library/onDeck"),
    "recently-added": ("/hubs/home/recentlyAdded", "/library/recentlyAdded"),
}
_HUB_SIZE = 30
_CHILDREN = 1_000
_LEAVES = 5_000
_PICTURE = Bounds(max_bytes=4 * MIB)
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Library:
    """What an account can see and report on one server. Raises the errors of `errors.py`."""

    def __init__(self, http: PlexHttp) -> None:
        self._http = http

    async def sections(self, server: ServerAccess) -> tuple[Section, ...]:
        return parse.sections(await self._http.get_json(server, "/library/sections"))

    async def items(
        self, server: ServerAccess, section: str, start: int, size: int, sort: Sort
    ) -> ItemPage:
        """One page of a section, in the order of `sort`."""
        path = f"/library/sections/{_key(section)}/all"
        return await self._page(server, path, start, size, {"sort": _SORTS[sort]})

    async def item(self, server: ServerAccess, rating_key: RatingKey) -> Item:
        """The whole item, with streams, markers and chapters. Raises `PlexItemGone`."""
        document = await self._http.get_json(
            server,
            f"/library/metadata/{_key(rating_key)}",
            {"includeMarkers": 1, "includeChapters": 1},
        )
        found = parse.first_item(document)
        if found is None:
            raise PlexItemGone
        return found

    async def children(self, server: ServerAccess, rating_key: RatingKey) -> ItemPage:
        """A show's seasons, or a season's episodes."""
        path = f"/library/metadata/{_key(rating_key)}/children"
        return await self._page(server, path, 0, _CHILDREN)

    async def all_leaves(self, server: ServerAccess, rating_key: RatingKey) -> ItemPage:
        """Every episode of a show (the first 5,000), asked for by the thousand."""
        path = f"/library/metadata/{_key(rating_key)}/allLeaves"
        page = await self._page(server, path, 0, _CHILDREN)
        found = list(page.items)
        while page.items and len(found) < min(page.total, _LEAVES):
            page = await self._page(server, path, len(found), _CHILDREN)
            found += page.items
        return ItemPage(tuple(found), max(page.total, len(found)))

    async def search(self, server: ServerAccess, query: str, limit: int) -> tuple[Item, ...]:
        """Items of all libraries that match; `limit` counts per kind. A blank query finds none."""
        if not query.strip():
            return ()
        document = await self._http.get_json(
            server, "/hubs/search", {"query": query.strip(), "limit": max(1, limit)}
        )
        return tuple(item for hub in parse.hubs(document) for item in hub.items)

    async def hub(self, server: ServerAccess, name: HubName) -> tuple[Item, ...]:
        """A shelf of the home screen; older servers know it by another address."""
        path, older = _HUBS[name]
        try:
            return await self._shelf(server, path)
        except (PlexItemGone, PlexBadAnswer):
            return await self._shelf(server, older)

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

    async def timeline(
        self,
        server: ServerAccess,
        rating_key: RatingKey,
        state: PlayState,
        *,
        time_ms: int,
        duration_ms: int,
        session: str,
    ) -> None:
        """Tell the server where playback stands; keeps a transcode of that session alive."""
        key = _key(rating_key)
        params: dict[str, str | int] = {
            "ratingKey": key,
            "key": f"/library/metadata/{key}",
            "identifier": "com.plexapp.plugins.library",
            "state": state,
            "time": max(0, time_ms),
            "duration": max(0, duration_ms),
        }
        await self._http.get_bytes(
            server,
            "/:/timeline",
            params,
            headers={"X-Plex-Session-Identifier": session},
            lane="library",
        )

    async def scrobble(self, server: ServerAccess, rating_key: RatingKey) -> None:
        """Mark as watched; adds one to the view count, so never together with a full timeline."""
        params = {"key": _key(rating_key), "identifier": "com.plexapp.plugins.library"}
        await self._http.get_bytes(server, "/:/scrobble", params, lane="library")

    async def _page(
        self,
        server: ServerAccess,
        path: str,
        start: int,
        size: int,
        params: Mapping[str, str | int] | None = None,
    ) -> ItemPage:
        """Plex tells `totalSize` only when both paging values are sent."""
        window = {"X-Plex-Container-Start": str(start), "X-Plex-Container-Size": str(size)}
        document = await self._http.get_json(server, path, params, headers=window)
        page = parse.page(document, start)
        return ItemPage(page.items[:size], page.total, start)

    async def _shelf(self, server: ServerAccess, path: str) -> tuple[Item, ...]:
        window = {"X-Plex-Container-Start": "0", "X-Plex-Container-Size": str(_HUB_SIZE)}
        document = await self._http.get_json(server, path, {"count": _HUB_SIZE}, headers=window)
        nested = [item for hub in parse.hubs(document) for item in hub.items]
        return tuple((nested or parse.page(document).items)[:_HUB_SIZE])


def _key(value: str) -> str:
    """A rating or section key as it may stand in a path; what cannot be one is not there."""
    if not _KEY.fullmatch(value):
        raise PlexItemGone
    return value
