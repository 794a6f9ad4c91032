"""The only place that speaks to a Plex media server. Typed calls are in `library.py`.

**Raw requests** (for the transcoder): `await http.fetch(server, path, params, headers=…,
bounds=Bounds(read_s=20, deadline_s=30, max_bytes=64 * MIB), lane="stream")` makes one attempt and
returns the `Answer` whatever its status (404 and 400 mean something there); only transport
failures raise. `http.stream(…)` is the same as an `async with` whose `chunks` are still coming.
On the lanes "stream" and "image" only failed connections count against the circuit breaker, since
a segment that is not there yet may well take its time.

The token travels in a header, never in an address, and neither is ever logged.
"""

import asyncio
import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import httpx2
from pydantic import SecretStr

from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import AccountId, ServerId
from watchtogether.plex import parse, wire
from watchtogether.plex.breaker import Breaker
from watchtogether.plex.calls import CallObserver, FinishedCall, Lane, Outcome, endpoint_of
from watchtogether.plex.errors import (
    PlexAddressRefused,
    PlexBadAnswer,
    PlexBusy,
    PlexItemGone,
    PlexSlow,
    PlexStarting,
    PlexUnauthorized,
    PlexUnreachable,
)
from watchtogether.plex.model import ServerIdentity
from watchtogether.plex.reader import read_document
from watchtogether.plex.wire import Answer, Bounds, Params, Stream

_AT_ONCE: Mapping[Lane, int] = {"library": 8, "image": 6, "stream": 8, "notices": 2}
_MAX_WAITING = 64
_MAX_WAYS = 1_000
_USUAL = Bounds()
_PROBE = Bounds(read_s=2.0, deadline_s=2.5, max_bytes=64 * 1024)
_STREAMED = Bounds(deadline_s=None, max_bytes=256 * wire.MIB)
_GATEWAY_ERRORS = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class ServerAccess:
    """One account's access to one media server."""

    server_id: ServerId
    base_url: str
    token: SecretStr
    account_id: AccountId

    @property
    def permission_hash(self) -> str:
        """Stands for what this access may see; equal tokens see the same library."""
        secret = self.token.get_secret_value()
        return hashlib.sha256(f"{self.server_id}|{secret}".encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Product:
    """How we introduce ourselves to Plex; the identifier must stay the same for ever."""

    client_identifier: str
    version: str = "0"
    name: str = "Plex Watch Together"

    def headers(self) -> dict[str, str]:
        return {
            "X-Plex-Client-Identifier": self.client_identifier,
            "X-Plex-Product": self.name,
            "X-Plex-Version": self.version,
            "X-Plex-Platform": "Generic",
            "X-Plex-Device": "Server",
            "X-Plex-Device-Name": self.name,
            "User-Agent": f"PlexWatchTogether/{self.version}",
        }


class _Way:
    """One lane to one address: how many calls run, and its own breaker.

    Each lane has its own, so that a slow library never stops a film that is playing.
    """

    def __init__(self, lane: Lane, clock: Clock) -> None:
        self.lane = lane
        self.breaker = Breaker(clock)
        self.slots = asyncio.Semaphore(_AT_ONCE[lane])
        self.waiting = 0


class PlexHttp:
    """HTTP to media servers: bounded, with a lane of its own for each kind of call."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        product: Product,
        clock: Clock,
        *,
        observer: CallObserver | None = None,
    ) -> None:
        self._client = client
        self._product = product
        self._clock = clock
        self._ways: OrderedDict[tuple[str, Lane], _Way] = OrderedDict()
        self.observer = observer

    async def get_json(
        self,
        server: ServerAccess,
        path: str,
        params: Params | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        bounds: Bounds = _USUAL,
    ) -> Mapping[str, object]:
        """GET and read, JSON or XML alike; one attempt.

        Returns the document's top, `{"MediaContainer": …}`. Raises the errors of `errors.py`.
        """
        answer = await self.fetch(server, path, params, headers=headers, bounds=bounds)
        raise_for_status(answer)
        return await read_document(answer.body, answer.content_type)

    async def get_bytes(
        self,
        server: ServerAccess,
        path: str,
        params: Params | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        bounds: Bounds = _USUAL,
        lane: Lane = "image",
    ) -> Answer:
        """GET a body of at most `bounds.max_bytes`; one attempt, errors for a refusing status."""
        answer = await self.fetch(server, path, params, headers=headers, bounds=bounds, lane=lane)
        raise_for_status(answer)
        return answer

    async def put(self, server: ServerAccess, path: str, params: Params | None = None) -> Answer:
        """PUT without a body; never repeated; errors for a refusing status."""
        answer = await self.fetch(server, path, params, method="PUT")
        raise_for_status(answer)
        return answer

    async def fetch(
        self,
        server: ServerAccess,
        path: str,
        params: Params | None = None,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        bounds: Bounds = _USUAL,
        lane: Lane = "library",
    ) -> Answer:
        """One attempt; the whole answer whatever its status. See the module's text."""
        async with self.stream(
            server, path, params, method=method, headers=headers, bounds=bounds, lane=lane
        ) as stream:
            return await wire.collect(stream)

    @contextlib.asynccontextmanager
    async def stream(
        self,
        server: ServerAccess,
        path: str,
        params: Params | None = None,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        bounds: Bounds = _STREAMED,
        lane: Lane = "stream",
    ) -> AsyncIterator[Stream]:
        """One attempt; yields at the answer's head. Leaving the block closes the upstream.

        Raises `PlexUnreachable`, `PlexSlow`, `PlexBusy` (queue full) and `PlexBadAnswer` (cap).
        """
        way = self._way(server.base_url, lane)
        way.breaker.admit()
        call = wire.Call(
            method,
            wire.build_url(server.base_url, _checked(path), params),
            self._headers(server, headers),
        )
        started_ms = self._clock.monotonic_ms()
        outcome: Outcome = "cancelled"
        received = wire.Received()
        try:
            async with (
                _slot(way, bounds),
                wire.open_stream(self._client, call, bounds, received) as stream,
            ):
                yield stream
            outcome = _outcome(stream.status)
        except PlexUnreachable:
            outcome = "unreachable"
            raise
        except PlexSlow:
            outcome = "slow"
            raise
        except PlexBadAnswer:
            outcome = "bad"
            raise
        finally:
            elapsed_ms = self._clock.monotonic_ms() - started_ms
            _judge(way, outcome)
            if self.observer is not None:
                self.observer(
                    FinishedCall(lane, endpoint_of(path), outcome, elapsed_ms, received.bytes)
                )

    async def identity(self, base_url: str) -> ServerIdentity:
        """Which machine answers there; asked without a token, past the breaker, once.

        An answer closes the breaker of that address. Raises `PlexBadAnswer` when it is no Plex.
        """
        headers = {"Accept": "application/json", **self._product.headers()}
        call = wire.Call("GET", wire.build_url(base_url, "/identity"), headers)
        answer = await wire.fetch(self._client, call, _PROBE)
        raise_for_status(answer)
        found = parse.identity(await read_document(answer.body, answer.content_type))
        if found is None:
            raise PlexBadAnswer
        for lane in _AT_ONCE:
            self._way(base_url, lane).breaker.succeeded()
        return found

    def is_open(self, server: ServerAccess, lane: Lane = "library") -> bool:
        """Whether the breaker of this address is open just now."""
        return self._way(server.base_url, lane).breaker.is_open

    def _headers(self, server: ServerAccess, extra: Mapping[str, str] | None) -> dict[str, str]:
        return {
            "Accept": "application/json",
            **self._product.headers(),
            **(extra or {}),
            "X-Plex-Token": server.token.get_secret_value(),
        }

    def _way(self, base_url: str, lane: Lane) -> _Way:
        way = self._ways.get((base_url, lane))
        if way is None:
            while len(self._ways) >= _MAX_WAYS:
                self._ways.popitem(last=False)
            way = self._ways[base_url, lane] = _Way(lane, self._clock)
        self._ways.move_to_end((base_url, lane))
        return way

    def open_breakers(self) -> int:
        """How many addresses and lanes are left alone just now."""
        return sum(way.breaker.is_open for way in self._ways.values())


def _judge(way: _Way, outcome: Outcome) -> None:
    """What a call says about the server: in the library's lane slowness counts against it."""
    is_library = way.lane == "library"
    if outcome == "unreachable" or (is_library and outcome in {"slow", "gateway"}):
        way.breaker.failed()
    elif outcome in {"answered", "refused", "bad"}:
        way.breaker.succeeded()
    else:
        way.breaker.released()


def _outcome(status: int) -> Outcome:
    if status in _GATEWAY_ERRORS:
        return "gateway"
    return "refused" if 400 <= status < 500 else "bad" if status >= 500 else "answered"


def raise_for_head(stream: Stream) -> None:
    """As `raise_for_status`, before the body has come."""
    raise_for_status(Answer(stream.status, stream.headers, b""))


def raise_for_status(answer: Answer) -> None:
    """Turn a refusing status into one of Plex's errors; redirects are bad answers."""
    status = answer.status
    if 200 <= status < 300:
        return
    if status == 401:
        raise PlexUnauthorized
    if status in {403, 404, 410}:
        raise PlexItemGone
    if status == 429:
        raise PlexBusy(retry_after_s=_retry_after_s(answer))
    if status in _GATEWAY_ERRORS:
        raise PlexStarting
    raise PlexBadAnswer


def _retry_after_s(answer: Answer) -> int:
    value = answer.headers.get("retry-after", "")
    return min(int(value), 300) if value.isdigit() and len(value) < 6 else 5


def _checked(path: str) -> str:
    """Only a path of our own making: absolute, and nothing that could change the host or query."""
    parts = path.split("/")
    if not path.startswith("/") or path.startswith("//") or ".." in parts:
        raise PlexAddressRefused
    if any(c in path for c in "?#\\") or any(ord(c) <= 32 or ord(c) >= 127 for c in path):
        raise PlexAddressRefused
    return path


@contextlib.asynccontextmanager
async def _slot(way: _Way, bounds: Bounds) -> AsyncIterator[None]:
    """A place in the lane; waits at most the deadline, and not at all behind a full queue."""
    if way.slots.locked():
        if way.waiting >= _MAX_WAITING:
            raise PlexBusy(retry_after_s=1)
        way.waiting += 1
        try:
            async with asyncio.timeout(bounds.deadline_s or bounds.read_s):
                await way.slots.acquire()
        except TimeoutError as error:
            raise PlexBusy(retry_after_s=1) from error
        finally:
            way.waiting -= 1
    else:
        await way.slots.acquire()
    try:
        yield
    finally:
        way.slots.release()
