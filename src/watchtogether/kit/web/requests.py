"""One id and one log line for each request."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watchtogether.kit.ids import new_id

log = structlog.get_logger(__name__)

_UNMATCHED = "(none)"
_CLIENT_LEFT = 499
_FREQUENT = ("/api/health", "/api/stream/", "/api/plex/image")


@dataclass(frozen=True, slots=True)
class Finished:
    """A request that was answered, by its route's template: a path may hold a ticket."""

    method: str
    route: str
    status: int
    duration_s: float


Observer = Callable[[Finished], None]


class RequestMiddleware:
    """Binds `request_id` for every line logged meanwhile, and reports how the request ended.

    The id is always ours; one sent along is ignored. Frequent routes are logged for debugging
    only, unless they fail.
    """

    def __init__(self, app: ASGIApp, observe: Observer | None = None) -> None:
        self._app = app
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_id("req")
        started_s = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception:
                if status == 0:
                    raise  # nobody has answered; the server says 500 and logs it
            finally:
                duration_s = time.perf_counter() - started_s
                self._report(Finished(scope["method"], _template(scope), status or 500, duration_s))

    def _report(self, finished: Finished) -> None:
        if self._observe is not None:
            self._observe(finished)
        quiet = finished.status < 500 and finished.route.startswith(_FREQUENT)
        (log.debug if quiet else log.info)(
            "request_finished",
            method=finished.method,
            route=finished.route,
            status=finished.status,
            duration_ms=round(finished.duration_s * 1000, 1),
        )


def _template(scope: Scope) -> str:
    route = scope.get("route")
    path = getattr(route, "path", None)
    return path if isinstance(path, str) and path else _UNMATCHED
