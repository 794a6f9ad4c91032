"""A door on this very machine through which our own ffmpeg reads a film, piece by piece.

ffmpeg is told an address on the loopback interface with a secret word in it, and nothing else: the
film is fetched from Plex here, by the client that judges addresses, verifies certificates, follows
no redirects and adds the token (`plex.files`). So the token is in nobody else's hands, and a film
cannot make ffmpeg speak to anybody.
"""

import asyncio
import re
import secrets
import socket
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import AppError
from watchtogether.kit.tasks import Background
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.facts import Version
from watchtogether.stream.patience import patiently
from watchtogether.stream.ports import FileSource

log = structlog.get_logger(__name__)

READ_BYTES: Final = 256 * 1024
_REMEMBERED: Final = 32
"""Blocks kept of each film, for files whose sound and pictures lie apart."""
_HEAD_S: Final = 5.0
_REQUEST: Final = re.compile(rb"GET /([A-Za-z0-9_-]{43}) HTTP/1\.[01]\r\n")
_RANGE: Final = re.compile(rb"\r\nrange: *bytes=([0-9]{1,16})-([0-9]{0,16})\r\n", re.IGNORECASE)


@dataclass(slots=True, eq=False)
class TappedFilm:
    """A part of Plex's as ffmpeg reads it. `on_failure` is called once, before ffmpeg can notice
    that there is no more, with what went wrong."""

    files: FileSource
    access: ServerAccess
    version: Version
    session: str
    clock: Clock
    on_failure: Callable[[AppError], None]
    word: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    _blocks: OrderedDict[int, bytes] = field(default_factory=OrderedDict, repr=False)

    @property
    def size_bytes(self) -> int:
        return self.version.size_bytes

    async def block(self, number: int) -> bytes:
        """The bytes from `number * READ_BYTES` on. Raises what Plex raises, after some tries."""
        known = self._blocks.get(number)
        if known is None:
            known = await self._fetch(number * READ_BYTES)
            self._blocks[number] = known
            if len(self._blocks) > _REMEMBERED:
                self._blocks.popitem(last=False)
        return known

    async def _fetch(self, start: int) -> bytes:
        length = min(READ_BYTES, self.size_bytes - start)

        async def read() -> bytes:
            return await self.files.read(self.access, self.version, self.session, start, length)

        outcome = await patiently(read, self.clock)
        if isinstance(outcome, AppError):
            raise outcome
        return outcome


class FilmTap:
    """Answers whoever knows the secret word of a film that is offered, until it is withdrawn."""

    def __init__(self) -> None:
        self._films: dict[str, TappedFilm] = {}
        self._server: asyncio.Server | None = None
        self._port = 0

    async def open(self, background: Background) -> None:
        """Listen on a free port of the loopback interface; connections are `background`'s."""

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            background.start("film tap", self._serve(reader, writer))

        door = socket.create_server(("127.0.0.1", 0))
        door.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, READ_BYTES)
        self._port = door.getsockname()[1]
        self._server = await asyncio.start_server(accept, sock=door)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def offer(self, film: TappedFilm) -> str:
        """The address of the film, which is a secret."""
        self._films[film.word] = film
        return f"http://127.0.0.1:{self._port}/{film.word}"

    def withdraw(self, film: TappedFilm) -> None:
        self._films.pop(film.word, None)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_HEAD_S):
                head = await reader.readuntil(b"\r\n\r\n")
            await self._answer(head, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # ffmpeg leaves whenever it has read enough
        finally:
            writer.transport.abort()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        asked = _REQUEST.match(head)
        film = self._films.get(asked[1].decode()) if asked else None
        if film is None:
            await _finish(writer, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        ranged = _RANGE.search(head)
        start = int(ranged[1]) if ranged else 0
        end = int(ranged[2]) + 1 if ranged and ranged[2] else film.size_bytes
        end = min(end, film.size_bytes)
        if start >= end:
            await _finish(writer, b"HTTP/1.1 416 Beyond\r\nContent-Length: 0\r\n\r\n")
            return
        writer.write(
            (
                f"HTTP/1.1 {'206 Partial Content' if ranged else '200 OK'}\r\n"
                f"Content-Type: application/octet-stream\r\nContent-Length: {end - start}\r\n"
                f"Content-Range: bytes {start}-{end - 1}/{film.size_bytes}\r\n"
                "Accept-Ranges: bytes\r\nConnection: close\r\n\r\n"
            ).encode()
        )
        try:
            await self._pour(film, start, end, writer)
        except AppError as error:
            log.info("film_read_failed", code=error.code)
            film.on_failure(error)

    async def _pour(
        self, film: TappedFilm, start: int, end: int, writer: asyncio.StreamWriter
    ) -> None:
        while start < end and film.word in self._films:
            number, skipped = divmod(start, READ_BYTES)
            wanted = (await film.block(number))[skipped : skipped + end - start]
            start += len(wanted)
            writer.write(wanted)
            await writer.drain()
        await _finish(writer)


async def _finish(writer: asyncio.StreamWriter, last: bytes = b"") -> None:
    """Send what is left; the other side closes."""
    writer.write(last)
    writer.write_eof()
    await writer.drain()
    writer.close()
    await writer.wait_closed()
