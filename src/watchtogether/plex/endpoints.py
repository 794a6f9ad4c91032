"""The HTTP door of Plex libraries: for accounts; pictures for whoever holds their link."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from watchtogether.accounts.guard import Guard
from watchtogether.accounts.model import Principal
from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.plex.asked_listing import asked_listing
from watchtogether.plex.cache import Cached
from watchtogether.plex.fragments import Fragments
from watchtogether.plex.images import Images
from watchtogether.plex.library import HubName, PictureSize
from watchtogether.plex.model import Item, ItemKind, ItemPage, Letter, Listing, Menu
from watchtogether.plex.schemas import (
    ChoiceOut,
    FilterOut,
    ItemOut,
    ItemsOut,
    LetterOut,
    LibraryOut,
    MenuOut,
    ServerOut,
    ShelvesOut,
    SortOut,
)
from watchtogether.plex.service import PlexService
from watchtogether.plex.views import Viewer

STALE_HEADER = "X-Plex-Stale"
"""On answers that are lists and so have no room for `stale`."""
_PICTURE_HEADERS = {
    "Cache-Control": "private, max-age=86400",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_Asker = Callable[..., Awaitable[Viewer]]


class Lists:
    """Lists of items as they are sent: put together, not rendered anew."""

    def __init__(self, fragments: Fragments) -> None:
        self._fragments = fragments

    def page(self, view: Viewer, found: Cached[ItemPage]) -> Response:
        """Part of a longer list."""
        page = found.value
        body = self._fragments.items(view, page.items, found, total=page.total, start=page.start)
        return Response(body, media_type="application/json")

    def whole(self, view: Viewer, found: Cached[tuple[Item, ...]]) -> Response:
        """A list that is complete."""
        items = found.value
        body = self._fragments.items(view, items, found, total=len(items), start=0)
        return Response(body, media_type="application/json")


def build_router(service: PlexService, images: Images, guard: Guard) -> APIRouter:
    """Routes below `/api/plex`."""
    router = APIRouter(prefix="/api/plex", tags=["plex"])
    lists = Lists(Fragments())

    async def asker(
        me: Annotated[Principal, Depends(guard.account)],
        server: Annotated[
            str, Query(max_length=100, description="Empty means the account's first one.")
        ] = "",
    ) -> Viewer:
        account_id = AccountId(me.id)
        server_id = ServerId(server) if server else await service.first_server(account_id)
        return Viewer(account_id, server_id, images.links)

    _add_servers(router, service, guard)
    _add_libraries(router, service, asker, lists)
    _add_items(router, service, asker, lists)
    _add_shelves(router, service, asker, lists)
    _add_images(router, images)
    return router


def _add_servers(router: APIRouter, service: PlexService, guard: Guard) -> None:
    @router.get("/servers")
    async def servers(me: Annotated[Principal, Depends(guard.account)]) -> list[ServerOut]:
        """The account's Plex servers, its own first."""
        return [
            ServerOut(
                id=found.server_id,
                name=found.name,
                owned=found.owned,
                online=found.online,
                version=found.version,
            )
            for found in await service.servers(AccountId(me.id))
        ]

    @router.get("/servers/{server_id}/libraries")
    async def libraries(
        server_id: str, response: Response, me: Annotated[Principal, Depends(guard.account)]
    ) -> list[LibraryOut]:
        """The libraries of a server that are shared with the account."""
        found = await service.libraries(AccountId(me.id), ServerId(server_id))
        if found.stale:
            response.headers[STALE_HEADER] = "true"
        return [LibraryOut(key=s.key, title=s.title, kind=s.kind) for s in found.value]


def _add_libraries(router: APIRouter, service: PlexService, asker: _Asker, lists: Lists) -> None:
    @router.get("/libraries/{key}/items", response_model=ItemsOut)
    async def items(
        key: str,
        view: Annotated[Viewer, Depends(asker)],
        wanted: Annotated[Listing, Depends(asked_listing)],
        start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        size: Annotated[int, Query(ge=1, le=200)] = 60,
    ) -> Response:
        """One page of a library."""
        found = await service.items(
            view.account_id, view.server_id, key, start=start, size=size, wanted=wanted
        )
        return lists.page(view, found)

    @router.get("/libraries/{key}/menu")
    async def menu(key: str, view: Annotated[Viewer, Depends(asker)]) -> MenuOut:
        """What a library can be narrowed and ordered by; titles are in the server's language."""
        return _menu((await service.menu(view.account_id, view.server_id, key)).value)

    @router.get("/libraries/{key}/choices/{name}")
    async def choices(
        key: str, name: str, view: Annotated[Viewer, Depends(asker)]
    ) -> list[ChoiceOut]:
        """The values of one filter, such as the genres of a library."""
        found = await service.choices(view.account_id, view.server_id, key, name)
        return [ChoiceOut(value=each.value, title=each.title) for each in found.value]

    @router.get("/libraries/{key}/letters")
    async def letters(
        key: str,
        view: Annotated[Viewer, Depends(asker)],
        wanted: Annotated[Listing, Depends(asked_listing)],
    ) -> list[LetterOut]:
        """Where each letter begins when the library is in the order of its titles."""
        found = await service.letters(view.account_id, view.server_id, key, wanted)
        return _letters(found.value)

    @router.get("/libraries/{key}/collections", response_model=ItemsOut)
    async def collections(key: str, view: Annotated[Viewer, Depends(asker)]) -> Response:
        """The collections of a library."""
        found = await service.collections(view.account_id, view.server_id, key)
        return lists.page(view, found)


def _menu(menu: Menu) -> MenuOut:
    return MenuOut(
        filters=[FilterOut(name=f.name, title=f.title, switch=f.switch) for f in menu.filters],
        sorts=[SortOut(name=s.name, title=s.title, descending=s.descending) for s in menu.sorts],
    )


def _letters(letters: Iterable[Letter]) -> list[LetterOut]:
    found: list[LetterOut] = []
    start = 0
    for each in letters:
        found.append(LetterOut(letter=each.letter, count=each.count, start=start))
        start += each.count
    return found


def _add_items(router: APIRouter, service: PlexService, asker: _Asker, lists: Lists) -> None:
    @router.get("/items/{rating_key}")
    async def item(
        rating_key: str,
        view: Annotated[Viewer, Depends(asker)],
        related_next: Annotated[
            bool, Query(description="Whether what goes with it is asked for next.")
        ] = False,
    ) -> ItemOut:
        """A whole item."""
        ask = service.title if related_next else service.item
        return view.whole(await ask(view.account_id, view.server_id, RatingKey(rating_key)))

    @router.get("/items/{rating_key}/children", response_model=ItemsOut)
    async def children(
        rating_key: str,
        view: Annotated[Viewer, Depends(asker)],
        kind: Annotated[
            ItemKind, Query(description="Of the item; tells where Plex has it.")
        ] = "show",
    ) -> Response:
        """A show's seasons, a season's episodes, what a collection or a playlist holds."""
        found = await service.children(view.account_id, view.server_id, RatingKey(rating_key), kind)
        return lists.page(view, found)

    @router.get("/items/{rating_key}/related")
    async def related(rating_key: str, view: Annotated[Viewer, Depends(asker)]) -> ShelvesOut:
        """What goes with a title."""
        found = await service.related(view.account_id, view.server_id, RatingKey(rating_key))
        return view.shelves(found)


def _add_shelves(router: APIRouter, service: PlexService, asker: _Asker, lists: Lists) -> None:
    @router.get("/search", response_model=ItemsOut)
    async def search(
        q: Annotated[str, Query(max_length=200)], view: Annotated[Viewer, Depends(asker)]
    ) -> Response:
        """Films, shows, seasons, episodes and collections that match."""
        found = await service.search(view.account_id, view.server_id, q)
        return lists.whole(view, found)

    @router.get("/hubs/{name}", response_model=ItemsOut)
    async def hub(name: HubName, view: Annotated[Viewer, Depends(asker)]) -> Response:
        """A shelf of the home screen."""
        found = await service.hub(view.account_id, view.server_id, name)
        return lists.whole(view, found)

    @router.get("/shelves")
    async def shelves(view: Annotated[Viewer, Depends(asker)]) -> ShelvesOut:
        """The shelves of the home screen that the server's owner has chosen."""
        found = await service.promoted(view.account_id, view.server_id)
        return view.shelves(found)

    @router.get("/playlists", response_model=ItemsOut)
    async def playlists(view: Annotated[Viewer, Depends(asker)]) -> Response:
        """Playlists of films and episodes."""
        found = await service.playlists(view.account_id, view.server_id)
        return lists.page(view, found)


def _add_images(router: APIRouter, images: Images) -> None:
    @router.get("/image", response_class=Response)
    async def image(
        request: Request,
        server: Annotated[str, Query(max_length=100)],
        path: Annotated[str, Query(max_length=600)],
        size: PictureSize,
        sig: Annotated[str, Query(max_length=300)] = "",
    ) -> Response:
        """A picture, for whoever holds the link; needs no sign-in."""
        picture = await images.picture(ServerId(server), path, size, sig)
        headers = _PICTURE_HEADERS | {"ETag": picture.etag}
        if picture.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(picture.body, media_type=picture.content_type, headers=headers)
