"""The HTTP door of the stream (SPEC STR-1 to STR-3).

Every request is judged anew: signature and expiry of the ticket, then what its member may watch
at this moment. What follows the ticket is numbers; nothing a client sends reaches Plex.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from watchtogether.kit.errors import AppError, NotFound
from watchtogether.kit.ids import MemberId
from watchtogether.stream.beside import Beside
from watchtogether.stream.beside_endpoints import add_beside
from watchtogether.stream.bodies import COMMON, KEPT, NOT_KEPT, PiecesResponse, number_of
from watchtogether.stream.errors import GenerationOver, TicketRefused
from watchtogether.stream.file_endpoints import add_file
from watchtogether.stream.plans import Plans
from watchtogether.stream.playlist import MEDIA_TYPE
from watchtogether.stream.ports import Audience, Screening, SessionOf, Titles
from watchtogether.stream.service import StreamService
from watchtogether.stream.tickets import Tickets
from watchtogether.stream.waker import or_error
from watchtogether.stream.way_endpoints import add_ways

_PLAYLIST_HEADERS = {**COMMON, **NOT_KEPT}
_CLIENT_GONE = 499


def build_router(
    *,
    service: StreamService,
    beside: Beside,
    titles: Titles,
    plans: Plans,
    tickets: Tickets,
    audience: Audience,
    session_of: SessionOf,
) -> APIRouter:
    """The addresses below a ticket.

    A ticket works without a session, for players that send none; with one, it must be its own.
    """
    router = APIRouter(prefix="/api/stream", tags=["stream"])

    async def viewer_of(request: Request, ticket: str) -> tuple[MemberId, Screening]:
        claims = tickets.read(ticket)
        asker = await session_of(request)
        if asker is not None and asker != claims.session_id:
            raise TicketRefused
        await audience.wake(claims)
        screening = audience.watching(claims)
        if screening is None:
            raise TicketRefused
        return claims.member_id, screening

    async def watching(request: Request, ticket: str) -> Callable[[], Screening | None]:
        await viewer_of(request, ticket)
        claims = tickets.read(ticket)
        return lambda: audience.watching(claims)

    async def screening_of(request: Request, ticket: str) -> Screening:
        return (await viewer_of(request, ticket))[1]

    @router.head("/{ticket}/master.m3u8", include_in_schema=False)
    @router.get("/{ticket}/master.m3u8", response_class=Response)
    async def master(request: Request, ticket: str) -> Response:
        """The master playlist: one variant, the room's rendition."""
        screening = await screening_of(request, ticket)
        name = screening.rendition
        work = service.master(screening, name, f"{screening.generation}/{name}/index.m3u8")
        return _playlist(await _while_connected(request, work))

    @router.head("/{ticket}/{generation}/{rendition}/master.m3u8", include_in_schema=False)
    @router.get("/{ticket}/{generation}/{rendition}/master.m3u8", response_class=Response)
    async def one(request: Request, ticket: str, generation: str, rendition: str) -> Response:
        """A master playlist with this rendition alone."""
        screening = await screening_of(request, ticket)
        _check_place(screening, generation)
        work = service.master(screening, rendition, "index.m3u8")
        return _playlist(await _while_connected(request, work))

    @router.head("/{ticket}/{generation}/{rendition}/ladder.m3u8", include_in_schema=False)
    @router.get("/{ticket}/{generation}/{rendition}/ladder.m3u8", response_class=Response)
    async def ladder(request: Request, ticket: str, generation: str, rendition: str) -> Response:
        """A master playlist with this rendition in all sizes."""
        screening = await screening_of(request, ticket)
        _check_place(screening, generation)
        return _playlist(service.ladder(screening, rendition))

    @router.head("/{ticket}/{generation}/{rendition}/index.m3u8", include_in_schema=False)
    @router.get("/{ticket}/{generation}/{rendition}/index.m3u8", response_class=Response)
    async def playlist(request: Request, ticket: str, generation: str, rendition: str) -> Response:
        """The media playlist of the whole title."""
        screening = await screening_of(request, ticket)
        _check_place(screening, generation)
        work = service.playlist(screening, rendition)
        return _playlist(await _while_connected(request, work))

    @router.head("/{ticket}/{generation}/{rendition}/{number}.ts", include_in_schema=False)
    @router.get("/{ticket}/{generation}/{rendition}/{number}.ts", response_class=Response)
    async def segment(
        request: Request, ticket: str, generation: str, rendition: str, number: str
    ) -> Response:
        """One segment, MPEG-TS."""
        screening = await screening_of(request, ticket)
        _check_place(screening, generation)
        wanted = number_of(number)
        if request.method == "HEAD":  # says that it may be asked for; fetches nothing
            return _segment(b"")
        work = service.segment(screening, rendition, wanted)
        return _segment(await _while_connected(request, work))

    add_file(router, service, watching, _check_place)
    add_ways(router, titles, plans, viewer_of)
    add_beside(router, beside, screening_of)
    return router


def _check_place(screening: Screening, generation: str) -> None:
    """404 for what was never there, 410 for what the room has left behind."""
    number = number_of(generation)
    if number < screening.generation:
        raise GenerationOver
    if number != screening.generation:
        raise NotFound


def _playlist(body: bytes | None) -> Response:
    if body is None:
        return Response(status_code=_CLIENT_GONE)
    return PiecesResponse(body, headers=_PLAYLIST_HEADERS, media_type=MEDIA_TYPE)


def _segment(body: bytes | None) -> Response:
    if body is None:
        return Response(status_code=_CLIENT_GONE)
    response = PiecesResponse(body, headers=KEPT, media_type="video/mp2t")
    if not body:
        del response.headers["Content-Length"]
    return response


async def _while_connected(request: Request, work: Coroutine[Any, Any, bytes]) -> bytes | None:
    """The bytes; None when the client left first, which ends its own wait and nobody else's."""
    async with asyncio.TaskGroup() as tasks:
        wanted = tasks.create_task(or_error(work))
        gone = tasks.create_task(_client_left(request))
        await asyncio.wait([wanted, gone], return_when=asyncio.FIRST_COMPLETED)
        wanted.cancel()
        gone.cancel()
    if wanted.cancelled():
        return None
    outcome = wanted.result()
    if isinstance(outcome, AppError):
        raise outcome
    return outcome


async def _client_left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
