"""Socket.IO as the rest of the server sees it: connections, messages in, events out.

The only module that imports `socketio`. Handlers of one connection run one after another
(`async_handlers=False`); a bad message harms only its own acknowledgement (SPEC WIRE-3).
"""

import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Generic, Protocol, TypeVar
from urllib.parse import urlsplit

import socketio
import structlog
from pydantic import BaseModel, ValidationError

from watchtogether.accounts.model import Principal
from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import AppError, InvalidRequest
from watchtogether.kit.ids import ConnectionId, MemberId, RoomId, SessionId
from watchtogether.realtime.budget import MessageBudget
from watchtogether.realtime.errors import TooFast, TooManySockets

log = structlog.get_logger(__name__)

FRAME_BYTES_MAX: Final = 64 * 1024
PING_INTERVAL_S: Final = 10
PING_TIMEOUT_S: Final = 20
SOCKETS_PER_SESSION: Final = 8
BUDGETS_KEPT: Final = 50_000
WAITING_MAX: Final = 256
_SILENT: Final = logging.getLogger("watchtogether.silent")
"""For the library: it would log each malformed packet with a trace, and we log what matters."""
_SILENT.setLevel(logging.CRITICAL + 1)

Payload = dict[str, Any]  # Any: JSON


class Place(Protocol):
    """Where a connection sits, as far as the gateway needs to know: for its log lines."""

    @property
    def room_id(self) -> RoomId: ...

    @property
    def member_id(self) -> MemberId: ...

    @property
    def epoch(self) -> int: ...


Authenticate = Callable[[Mapping[str, str], str | None], Awaitable[Principal]]
MessageT = TypeVar("MessageT", bound=BaseModel)


@dataclass(slots=True)
class Connection:
    """One socket and who is behind it. `place` is for the domain that seats it somewhere."""

    id: ConnectionId
    principal: Principal
    budget: MessageBudget
    place: "Place | None" = None
    channels: set[str] = field(default_factory=set)
    gone: bool = False
    """The socket is closed; what it asked before may still be worked on."""


Handler = Callable[[Connection, MessageT], Awaitable[Payload]]


@dataclass(frozen=True, slots=True)
class _Door(Generic[MessageT]):
    """How one event is taken in."""

    model: type[MessageT]
    handler: Handler[MessageT]
    cost: float


class _Json:
    """JSON without escapes: an emoji is four bytes, not twelve."""

    loads = staticmethod(json.loads)
    dumps = staticmethod(partial(json.dumps, ensure_ascii=False))


class Gateway:
    """Accepts sockets, gives each message to its handler, and delivers events to channels."""

    def __init__(
        self,
        authenticate: Authenticate,
        clock: Clock,
        *,
        public_url: str = "",
        polling: bool = False,
    ) -> None:
        self._authenticate = authenticate
        self._clock = clock
        self._public_origin = _origin(public_url)
        self._connections: dict[ConnectionId, Connection] = {}
        self.messages: dict[str, type[BaseModel]] = {}
        """Every event that is understood, and the form of its message."""
        self._departures: list[Callable[[Connection], Awaitable[None]]] = []
        self._server = socketio.AsyncServer(
            async_mode="asgi",
            async_handlers=False,
            transports=["websocket", "polling"] if polling else ["websocket"],
            max_http_buffer_size=FRAME_BYTES_MAX,
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
            http_compression=False,
            cors_allowed_origins=self._may_call_from,
            cors_credentials=False,
            json=_Json,
            logger=_SILENT,
            engineio_logger=_SILENT,
        )
        self._budgets: OrderedDict[SessionId, MessageBudget] = OrderedDict()
        self._server.on("connect", self._connected)
        self._server.on("*", self._unknown)
        self._server.on("disconnect", self._disconnected)

    def asgi(self, other: Any, path: str) -> Any:  # Any: ASGI applications
        """An ASGI application with sockets at `path` and everything else given to `other`."""
        return socketio.ASGIApp(self._server, other_asgi_app=other, socketio_path=path)

    def on(
        self, event: str, model: type[MessageT], handler: Handler[MessageT], cost: float = 1.0
    ) -> None:
        """Let `handler` answer `event`; what it returns goes into the acknowledgement.

        `cost` is what one message takes from its session's budget.
        """

        async def receive(sid: str, raw: object = None, *_: object) -> Payload:
            connection = self._connections.get(ConnectionId(sid))
            if connection is None:
                return _refusal(InvalidRequest("This connection is over."))
            return await self._answer(connection, event, _Door(model, handler, cost), raw)

        self.messages[event] = model
        self._server.on(event, receive)

    def on_departure(self, callback: Callable[[Connection], Awaitable[None]]) -> None:
        """Call this once for each connection that has ended."""
        self._departures.append(callback)

    async def enter(self, connection: Connection, channel: str) -> None:
        """Let the connection hear the channel."""
        connection.channels.add(channel)
        await self._server.enter_room(connection.id, channel)

    async def exit(self, connection: Connection, channel: str) -> None:
        """Let it hear the channel no more."""
        connection.channels.discard(channel)
        await self._server.leave_room(connection.id, channel)

    async def emit(
        self, channel: str, event: str, payload: Payload, skip: ConnectionId | None = None
    ) -> None:
        """Send an event to everybody who hears the channel."""
        await self._server.emit(event, payload, room=channel, skip_sid=skip)

    async def send(self, connection: Connection, event: str, payload: Payload) -> None:
        """Send an event to one connection."""
        await self._server.emit(event, payload, to=connection.id)

    async def close(self, connection: Connection) -> None:
        """End one connection, the socket itself included."""
        socket_id = self._server.manager.eio_sid_from_sid(connection.id, "/")
        await self._server.disconnect(connection.id)
        if socket_id is not None:
            await self._server.eio.disconnect(socket_id)

    def is_slow(self, connection: Connection) -> bool:
        """Whether more waits to be sent to it than a reading client would let pile up."""
        socket_id = self._server.manager.eio_sid_from_sid(connection.id, "/")
        socket = self._server.eio.sockets.get(socket_id)
        return socket is not None and socket.queue.qsize() > WAITING_MAX

    async def close_session(self, session_id: SessionId) -> None:
        """End every connection of a session that is over."""
        for connection in self.connections():
            if connection.principal.session_id == session_id:
                await self.close(connection)

    def connections(self) -> tuple[Connection, ...]:
        """Everybody who is connected to this process."""
        return tuple(self._connections.values())

    async def _connected(self, sid: str, environ: Mapping[str, Any], auth: object = None) -> bool:
        token = auth.get("token") if isinstance(auth, dict) else None
        try:
            principal = await self._authenticate(
                _headers(environ), token if isinstance(token, str) else None
            )
        except AppError as error:
            raise socketio.exceptions.ConnectionRefusedError(error.code) from error
        identity = ConnectionId(sid)
        if self._sockets_of(principal.session_id) >= SOCKETS_PER_SESSION:
            raise socketio.exceptions.ConnectionRefusedError(TooManySockets.code)
        budget = self._budget_of(principal.session_id)
        self._connections[identity] = Connection(identity, principal, budget)
        log.info("socket_connected", connection_id=sid, kind=principal.kind)
        return True

    async def _disconnected(self, sid: str, reason: object = None) -> None:
        connection = self._connections.pop(ConnectionId(sid), None)
        if connection is None:
            return
        connection.gone = True
        log.info("socket_disconnected", connection_id=sid, reason=str(reason))
        for callback in self._departures:
            try:
                await callback(connection)
            except Exception:  # a socketio handler is a task boundary; others must still be told
                log.exception("departure_failed", connection_id=sid)

    async def _unknown(self, _: str, sid: str, *__: object) -> Payload:
        """What nobody understands costs as much as what somebody does (SPEC WIRE-7)."""
        connection = self._connections.get(ConnectionId(sid))
        if connection is not None and not connection.budget.spend() and connection.budget.abused:
            await self.close(connection)
        return _refusal(InvalidRequest("There is no such event."))

    def _sockets_of(self, session_id: SessionId) -> int:
        return sum(c.principal.session_id == session_id for c in self._connections.values())

    def _budget_of(self, session_id: SessionId) -> MessageBudget:
        """One budget for all sockets of a session; it outlives them, or it could be renewed."""
        budget = self._budgets.pop(session_id, None) or MessageBudget(self._clock)
        self._budgets[session_id] = budget
        while len(self._budgets) > BUDGETS_KEPT:
            self._budgets.popitem(last=False)
        return budget

    async def _answer(
        self, connection: Connection, event: str, door: "_Door[MessageT]", raw: object
    ) -> Payload:
        with structlog.contextvars.bound_contextvars(event_name=event, **_whereabouts(connection)):
            try:
                if not connection.budget.spend(door.cost):
                    raise TooFast(retry_after_s=1)
                message = door.model.model_validate(raw)
                return {"ok": True, **await door.handler(connection, message)}
            except ValidationError as error:
                return _refusal(InvalidRequest(extra={"errors": _fields(error)}))
            except AppError as error:
                if connection.budget.abused:
                    await self.close(connection)
                return _refusal(error)
            except Exception:  # the boundary of one message: logged once, the socket lives on
                log.exception("message_crashed")
                return _refusal(AppError())

    def _may_call_from(self, origin: str | None, environ: Mapping[str, Any]) -> bool:
        """Same origin, or the public one. Forwarded headers are not asked."""
        if origin is None:
            return False  # not a browser: engineio asks for no origin then
        same_host = urlsplit(origin).netloc == environ.get("HTTP_HOST")
        return same_host or origin == self._public_origin


def _whereabouts(connection: Connection) -> dict[str, str]:
    """Ids for the log: the connection's, and where it sits if it does."""
    ids = {"connection_id": str(connection.id)}
    if connection.place is not None:
        ids |= {"room_id": connection.place.room_id, "member_id": connection.place.member_id}
    return ids


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """The handshake's HTTP headers with lower-case names."""
    return {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }


def _refusal(error: AppError) -> Payload:
    return {"ok": False, "error": error.as_ack()}


def _fields(error: ValidationError) -> list[dict[str, str]]:
    return [
        {"field": ".".join(str(part) for part in item["loc"]), "message": item["msg"]}
        for item in error.errors(include_url=False, include_input=False)
    ]
