"""The server's own coming and going: a restart while others watch, and the lines it cuts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, cast

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from plexsandbox.answers import PlexError

Manner = Literal["maintenance", "reset", "silent"]
_LINE = "plexsandbox.line"


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The connection under a request."""

    abort: Callable[[], None]
    close: Callable[[], None]
    """Sends what is waiting first."""


def line_of(scope: Scope) -> Line | None:
    """None where there is no connection, as in tests without a socket."""
    return cast("Line | None", scope.get(_LINE))


class Gate:
    """Open, or closed until a moment."""

    def __init__(self) -> None:
        self._closed_until = 0.0
        self._manner: Manner = "maintenance"
        self._ordered = asyncio.Event()
        """Set when the order of the moment is replaced by another."""
        self.lines: set[Line] = set()

    @property
    def closed(self) -> bool:
        return time.monotonic() < self._closed_until

    def close(self, for_s: float, manner: Manner) -> None:
        self._closed_until = time.monotonic() + for_s
        self._manner = manner
        self._ordered.set()
        self._ordered = asyncio.Event()

    def cut_lines(self, spared: Line | None) -> None:
        for line in list(self.lines):
            if line is not spared:
                line.abort()

    async def refusal(self, scope: Scope) -> Response:
        """503, or a broken connection: at once (`reset`) or when it is open again (`silent`).

        Without a connection to break, it is an error of the request.
        """
        if self._manner == "maintenance":
            return PlexError(503, "Maintenance").response()
        while self._manner == "silent" and self.closed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ordered.wait(), self._closed_until - time.monotonic())
        line = line_of(scope)
        if line is None:
            raise ConnectionResetError("the server is down")
        line.abort()
        return Response(status_code=503)


class Lines:
    """Around the application: lets it know the connection under each request (of uvicorn)."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # `send` is a method of uvicorn's request, which holds the transport.
        transport: Any = getattr(getattr(send, "__self__", None), "transport", None)
        if scope["type"] != "http" or transport is None:
            await self._app(scope, receive, send)
            return
        line = Line(transport.abort, transport.close)
        scope[_LINE] = line
        self._gate.lines.add(line)
        try:
            await self._app(scope, receive, send)
        finally:
            self._gate.lines.discard(line)
