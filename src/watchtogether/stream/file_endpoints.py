"""The film's own file below a ticket, in ranges (SPEC STR-11)."""

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Send

from watchtogether.kit.errors import AppError, NotFound
from watchtogether.stream.bodies import PIECE_BYTES, number_of
from watchtogether.stream.errors import RangeRefused
from watchtogether.stream.film_file import BLOCK_BYTES
from watchtogether.stream.ports import Screening
from watchtogether.stream.segment_endpoints import CLIENT_GONE, while_connected
from watchtogether.stream.service import StreamService

log = structlog.get_logger(__name__)

_TYPES: Final = {"mp4": "video/mp4", "webm": "video/webm", "mkv": "video/x-matroska"}
_RANGE: Final = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
Watching = Callable[[Request, str], Awaitable[Callable[[], Screening | None]]]
"""Judges a ticket, and gives what its member may watch at any later moment."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` to `end`, the end left out."""

    start: int
    end: int


def add_file(
    router: APIRouter,
    service: StreamService,
    watching: Watching,
    check_place: Callable[[Screening, str], None],
) -> None:
    """Its address."""

    @router.head("/{ticket}/{generation}/file{index}.{extension}", include_in_schema=False)
    @router.get("/{ticket}/{generation}/file{index}.{extension}", response_class=Response)
    async def film_file(
        request: Request, ticket: str, generation: str, index: str, extension: str
    ) -> Response:
        """A version of the title as it is; one range at a time."""
        now = await watching(request, ticket)
        screening = _still(now())
        check_place(screening, generation)
        version = await service.version(screening, number_of(index))
        if extension != version.extension:
            raise NotFound
        size = version.size_bytes
        tag = _tag(screening, version.part_key, size)
        headers = {
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, max-age=3600",
            "ETag": tag,
            "X-Content-Type-Options": "nosniff",
        }
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        span = _span(request, size, tag)
        whole = span is None
        span = span or Span(0, size)
        if not whole:
            headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{size}"
        headers["Content-Length"] = str(span.end - span.start)
        status = 200 if whole else 206
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers, media_type=_TYPES[extension])
        work = service.block(screening, version, span.start // BLOCK_BYTES)
        first = await while_connected(request, work)
        if first is None:
            return Response(status_code=CLIENT_GONE)

        async def body() -> AsyncIterator[bytes]:
            at, block = span.start, first
            while True:
                number = at // BLOCK_BYTES
                until = min(span.end, (number + 1) * BLOCK_BYTES)
                while at < until:
                    begin = at - number * BLOCK_BYTES
                    piece = block[begin : min(begin + PIECE_BYTES, until - number * BLOCK_BYTES)]
                    yield piece
                    at += len(piece)
                if at >= span.end:
                    return
                block = await service.block(_still(now()), version, at // BLOCK_BYTES)

        return FilmResponse(body(), status, headers, _TYPES[extension])


class FilmResponse(StreamingResponse):
    """A body that breaks off where it cannot go on. The server then closes the connection before
    all that was announced is sent, and so the client knows that there is more."""

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        except AppError as error:
            log.info("file_body_broken_off", code=error.code)


def _still(screening: Screening | None) -> Screening:
    """Whoever was shown out meanwhile gets no more of a body that is on its way."""
    if screening is None:
        raise NotFound
    return screening


def _tag(screening: Screening, part_key: str, size: int) -> str:
    text = f"{screening.server_id}\n{part_key}\n{size}"
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _span(request: Request, size: int, tag: str) -> Span | None:
    """The one range asked for; None for the whole. Raises `RangeRefused` for several."""
    wanted = request.headers.get("range")
    if wanted is None or request.headers.get("if-range", tag) != tag:
        return None
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or not (found[1] or found[2]):
        raise RangeRefused
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
    if not start < end <= size:
        raise RangeRefused
    return Span(start, end)
