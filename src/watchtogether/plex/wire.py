"""One bounded HTTP exchange: time, bytes, no redirects. Knows nothing about Plex's answers.

Used by `client.py` (media servers) and `plextv.py`; nothing else sends HTTP to Plex.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote, urlencode

import httpx2

from watchtogether.plex.errors import PlexBadAnswer, PlexSlow, PlexTooMuch, PlexUnreachable

MIB = 1024 * 1024
T = TypeVar("T")

Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long one exchange may take and how much it may bring.

    `read_s` is the longest silence between two reads, `deadline_s` the whole exchange including
    the wait for a free connection (None: only `read_s` counts, for streams).
    """

    connect_s: float = 2.0
    read_s: float = 4.0
    deadline_s: float | None = 5.0
    max_bytes: int = 12 * MIB


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        """The media type alone, lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer whose body is still coming. Read `chunks` inside the `async with` only."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


def build_url(base_url: str, path: str, params: Params | None = None) -> str:
    """Join without a parser's surprises: everything in a value is percent-encoded.

    `()*'!` are encoded too, which Plex needs in client profiles.
    """
    query = urlencode({k: str(v) for k, v in (params or {}).items()}, quote_via=quote, safe="")
    return f"{base_url.rstrip('/')}{path}" + (f"?{query}" if query else "")


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent. `url` is whole and already encoded."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes | None = field(default=None, repr=False)


@dataclass(slots=True)
class Received:
    """Counts the bytes of bodies as they come."""

    bytes: int = 0


@contextlib.asynccontextmanager
async def open_stream(
    client: httpx2.AsyncClient, call: Call, bounds: Bounds, received: Received | None = None
) -> AsyncIterator[Stream]:
    """Send, and yield as soon as the answer's head is there.

    Raises `PlexSlow`, `PlexUnreachable`, and `PlexBadAnswer` for a body beyond the cap or one
    that is compressed (we ask for none, and will not unpack a bomb). What the caller's own block
    raises goes through unchanged.
    """
    scope = asyncio.timeout(bounds.deadline_s)
    try:
        async with scope:
            with _mapped():
                response = await client.send(_request(client, call, bounds), stream=True)
            try:
                lowered = {name.lower(): value for name, value in response.headers.items()}
                counted = received if received is not None else Received()
                body = _capped(response, lowered, bounds.max_bytes, counted)
                yield Stream(response.status_code, lowered, body)
            finally:
                await response.aclose()
    except TimeoutError as error:
        if scope.expired():
            raise PlexSlow from error
        raise


async def fetch(client: httpx2.AsyncClient, call: Call, bounds: Bounds) -> Answer:
    """The whole answer in memory, whatever its status; errors as in `open_stream`."""
    async with open_stream(client, call, bounds) as stream:
        return await collect(stream)


async def within(deadline_s: float, work: Awaitable[T]) -> T:
    """Await at most that long, whatever is tried meanwhile; then raise `PlexSlow`."""
    scope = asyncio.timeout(deadline_s)
    try:
        async with scope:
            return await work
    except TimeoutError as error:
        if scope.expired():
            raise PlexSlow from error
        raise


async def collect(stream: Stream) -> Answer:
    """Read an open stream to its end."""
    body = bytearray()
    async for chunk in stream.chunks:
        body += chunk
    return Answer(stream.status, stream.headers, bytes(body))


def _request(client: httpx2.AsyncClient, call: Call, bounds: Bounds) -> httpx2.Request:
    timeout = httpx2.Timeout(
        connect=bounds.connect_s, read=bounds.read_s, write=bounds.read_s, pool=bounds.read_s
    )
    headers = {"Accept-Encoding": "identity", **call.headers}
    return client.build_request(
        call.method, call.url, headers=headers, content=call.content, timeout=timeout
    )


async def _capped(
    response: httpx2.Response, headers: Mapping[str, str], max_bytes: int, received: Received
) -> AsyncIterator[bytes]:
    if headers.get("content-encoding", "identity").lower() not in {"", "identity"}:
        raise PlexBadAnswer
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced[:20]) > max_bytes:
        raise PlexTooMuch
    chunks = response.aiter_raw()
    while True:
        with _mapped():
            chunk = await anext(chunks, None)
        if chunk is None:
            return
        received.bytes += len(chunk)
        if received.bytes > max_bytes:
            raise PlexTooMuch
        yield chunk


@contextlib.contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except httpx2.TimeoutException as error:
        raise PlexSlow from error
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.StreamError) as error:
        raise PlexBadAnswer from error
    except (httpx2.RequestError, OSError) as error:
        raise PlexUnreachable from error
