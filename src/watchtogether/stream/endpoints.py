"""The HTTP door of the stream (SPEC STR-1 to STR-3).

Every request is judged anew: signature and expiry of the ticket, then what its member may watch
at this moment. What follows the ticket is numbers; nothing a client sends reaches Plex.
"""

from fastapi import APIRouter, Request
from starlette.responses import Response

from watchtogether.stream.beside import Beside
from watchtogether.stream.beside_endpoints import add_beside
from watchtogether.stream.bodies import COMMON, NOT_KEPT, PiecesResponse
from watchtogether.stream.doorkeeper import Doorkeeper
from watchtogether.stream.file_endpoints import add_file
from watchtogether.stream.plans import Plans
from watchtogether.stream.playlist import MEDIA_TYPE
from watchtogether.stream.ports import Titles
from watchtogether.stream.segment_endpoints import (
    CLIENT_GONE,
    Segments,
    add_segments,
    check_place,
    while_connected,
)
from watchtogether.stream.service import StreamService
from watchtogether.stream.way_endpoints import add_ways

_PLAYLIST_HEADERS = {**COMMON, **NOT_KEPT}


def build_router(
    *,
    service: StreamService,
    beside: Beside,
    titles: Titles,
    plans: Plans,
    doorkeeper: Doorkeeper,
    segments: Segments,
) -> APIRouter:
    """The addresses below a ticket."""
    router = APIRouter(prefix="/api/stream", tags=["stream"])

    screening_of = doorkeeper.screening

    @router.head("/{ticket}/master.m3u8", include_in_schema=False)
    @router.get("/{ticket}/master.m3u8", response_class=Response)
    async def master(request: Request, ticket: str) -> Response:
        """The master playlist: one variant, the room's rendition."""
        screening = await screening_of(request, ticket)
        name = screening.rendition
        work = service.master(screening, name, f"{screening.generation}/{name}/index.m3u8")
        return _playlist(await while_connected(request, work))

    @router.head("/{ticket}/{generation}/{rendition}/master.m3u8", include_in_schema=False)
    @router.get("/{ticket}/{generation}/{rendition}/master.m3u8", response_class=Response)
    async def one(request: Request, ticket: str, generation: str, rendition: str) -> Response:
        """A master playlist with this rendition alone."""
        screening = await screening_of(request, ticket)
        check_place(screening, generation)
        work = service.master(screening, rendition, "index.m3u8")
        return _playlist(await while_connected(request, work))

    @router.head("/{ticket}/{generation}/{rendition}/ladder.m3u8", include_in_schema=False)
    @router.get("/{ticket}/{generation}/{rendition}/ladder.m3u8", response_class=Response)
    async def ladder(request: Request, ticket: str, generation: str, rendition: str) -> Response:
        """A master playlist with this rendition in all sizes."""
        screening = await screening_of(request, ticket)
        check_place(screening, generation)
        return _playlist(service.ladder(screening, rendition))

    @router.head("/{ticket}/{generation}/{rendition}/index.m3u8", include_in_schema=False)
    @router.get("/{ticket}/{generation}/{rendition}/index.m3u8", response_class=Response)
    async def playlist(request: Request, ticket: str, generation: str, rendition: str) -> Response:
        """The media playlist of the whole title."""
        screening = await screening_of(request, ticket)
        check_place(screening, generation)
        work = service.playlist(screening, rendition, named=segments.sending.edge)
        return _playlist(await while_connected(request, work))

    add_segments(router, segments)
    if plans.direct:
        add_file(router, service, doorkeeper.watching, check_place)
    add_ways(
        router,
        service=service,
        titles=titles,
        plans=plans,
        viewer_of=doorkeeper.viewer,
        check_place=check_place,
    )
    add_beside(router, beside, screening_of)
    return router


def _playlist(body: bytes | None) -> Response:
    if body is None:
        return Response(status_code=CLIENT_GONE)
    return PiecesResponse(body, headers=_PLAYLIST_HEADERS, media_type=MEDIA_TYPE)
