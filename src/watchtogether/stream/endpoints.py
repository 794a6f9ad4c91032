"""The HTTP door of the stream (SPEC STR-1 to STR-3).

Every request is judged anew: signature and expiry of the ticket, then what its member may watch
at this moment. What follows the ticket is numbers; nothing a client sends reaches Plex.
"""

import asyncio
import re
from collections.abc import Coroutine
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from watchtogether.kit.errors import AppError, NotFound
from watchtogether.plex.schemas import ChapterOut, MarkerOut
from watchtogether.stream.beside import Beside
from watchtogether.stream.errors import GenerationOver, TicketRefused
from watchtogether.stream.playlist import MEDIA_TYPE
from watchtogether.stream.ports import Audience, Screening, SessionOf
from watchtogether.stream.service import StreamService
from watchtogether.stream.tickets import Tickets
from watchtogether.stream.waker import or_error

PIECE_BYTES = 128 * 1024
"""Bodies leave in pieces of this size, so that no turn of the loop is long."""
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
_COMMON = {"X-Content-Type-Options": "nosniff", "Accept-Ranges": "none"}
_NOT_KEPT = {"Cache-Control": "no-store"}
_PLAYLIST_HEADERS = {**_COMMON, **_NOT_KEPT}
_SEGMENT_HEADERS = {**_COMMON, "Cache-Control": "private, max-age=3600"}
_CLIENT_GONE = 499


class PiecesResponse(Response):
    """A body in memory, sent piece by piece at the pace of the client.

    `Range` is not looked at: a segment is always sent whole, which RFC 9110 allows and which makes
    a thousand ranges as cheap as none.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        body = memoryview(self.body) if scope["method"] != "HEAD" else memoryview(b"")
        for start in range(0, len(body), PIECE_BYTES):
            piece = bytes(body[start : start + PIECE_BYTES])
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class SubtitleOut(BaseModel):
    """One that can be chosen; `language` is a code such as `en`."""

    id: str
    language: str | None
    title: str
    default: bool


class SubtitlesOut(BaseModel):
    """Those that are text, in the order of the file."""

    tracks: list[SubtitleOut]


class MarksOut(BaseModel):
    """In the order of the film; times are positions of film."""

    chapters: list[ChapterOut]
    markers: list[MarkerOut]


def build_router(
    service: StreamService,
    beside: Beside,
    tickets: Tickets,
    audience: Audience,
    session_of: SessionOf,
) -> APIRouter:
    """The addresses below a ticket.

    A ticket works without a session, for players that send none; with one, it must be its own.
    """
    router = APIRouter(prefix="/api/stream", tags=["stream"])

    async def screening_of(request: Request, ticket: str) -> Screening:
        claims = tickets.read(ticket)
        asker = await session_of(request)
        if asker is not None and asker != claims.session_id:
            raise TicketRefused
        await audience.wake(claims)
        screening = audience.watching(claims)
        if screening is None:
            raise TicketRefused
        return screening

    @router.head("/{ticket}/master.m3u8", include_in_schema=False)
    @router.get("/{ticket}/master.m3u8", response_class=Response)
    async def master(request: Request, ticket: str) -> Response:
        """The master playlist: one variant, the room's rendition."""
        screening = await screening_of(request, ticket)
        return _playlist(await _while_connected(request, service.master(screening)))

    @router.head("/{ticket}/{generation}/{rendition}/index.m3u8", include_in_schema=False)
    @router.get("/{ticket}/{generation}/{rendition}/index.m3u8", response_class=Response)
    async def playlist(request: Request, ticket: str, generation: str, rendition: str) -> Response:
        """The media playlist of the whole title."""
        screening = await screening_of(request, ticket)
        _check_place(screening, generation, rendition)
        return _playlist(await _while_connected(request, service.playlist(screening)))

    @router.head("/{ticket}/{generation}/{rendition}/{number}.ts", include_in_schema=False)
    @router.get("/{ticket}/{generation}/{rendition}/{number}.ts", response_class=Response)
    async def segment(
        request: Request, ticket: str, generation: str, rendition: str, number: str
    ) -> Response:
        """One segment, MPEG-TS."""
        screening = await screening_of(request, ticket)
        _check_place(screening, generation, rendition)
        wanted = _number(number)
        if request.method == "HEAD":  # says that it may be asked for; fetches nothing
            return _segment(b"")
        return _segment(await _while_connected(request, service.segment(screening, wanted)))

    @router.get("/{ticket}/marks")
    async def marks(request: Request, ticket: str, response: Response) -> MarksOut:
        """Chapters and markers of what is on."""
        found = await beside.marks(await screening_of(request, ticket))
        response.headers.update(_NOT_KEPT)
        return MarksOut(
            chapters=[
                ChapterOut(title=c.title, start_s=c.start_ms / 1000, end_s=c.end_ms / 1000)
                for c in found.chapters
            ],
            markers=[
                MarkerOut(kind=m.kind, start_s=m.start_ms / 1000, end_s=m.end_ms / 1000)
                for m in found.markers
            ],
        )

    @router.get("/{ticket}/subtitles")
    async def subtitle_tracks(request: Request, ticket: str, response: Response) -> SubtitlesOut:
        """The text subtitles of what is on."""
        found = await beside.tracks(await screening_of(request, ticket))
        response.headers.update(_NOT_KEPT)
        return SubtitlesOut(tracks=[SubtitleOut(**asdict(each)) for each in found])

    @router.get("/{ticket}/subtitles/{track}.vtt", response_class=Response)
    async def subtitle(request: Request, ticket: str, track: str) -> Response:
        """One of them, as WebVTT."""
        body = await beside.vtt(await screening_of(request, ticket), track)
        return PiecesResponse(body, headers=_SEGMENT_HEADERS, media_type="text/vtt; charset=utf-8")

    return router


def _check_place(screening: Screening, generation: str, rendition: str) -> None:
    """404 for what was never there, 410 for what the room has left behind."""
    number = _number(generation)
    if number < screening.generation:
        raise GenerationOver
    if number != screening.generation or rendition != screening.rendition:
        raise NotFound


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise NotFound
    return int(text)


def _playlist(body: bytes | None) -> Response:
    if body is None:
        return Response(status_code=_CLIENT_GONE)
    return PiecesResponse(body, headers=_PLAYLIST_HEADERS, media_type=MEDIA_TYPE)


def _segment(body: bytes | None) -> Response:
    if body is None:
        return Response(status_code=_CLIENT_GONE)
    response = PiecesResponse(body, headers=_SEGMENT_HEADERS, media_type="video/mp2t")
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
