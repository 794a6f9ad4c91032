"""The composition root: the whole server as one ASGI application."""

import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from watchtogether import __version__
from watchtogether.addresses import shared_url
from watchtogether.doors import open_doors
from watchtogether.kit import problems
from watchtogether.kit.clock import Clock, SystemClock
from watchtogether.kit.web.protect import protect
from watchtogether.server import Server
from watchtogether.settings import Settings
from watchtogether.stream.segment_endpoints import SegmentDoor


def new_api(server: Server) -> FastAPI:
    """The HTTP side: every endpoint, the page, and the server's life."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with server.run():
            yield

    app = FastAPI(
        title="Watch Together",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    problems.install(app)
    open_doors(app, server)
    return app


def create_app(settings: Settings, *, port: int = 0, clock: Clock | None = None) -> ASGIApp:
    """The whole server as one ASGI application: HTTP, Socket.IO, and the page."""
    share_url = shared_url(
        settings.host, port or settings.port, settings.base_path, settings.public_url
    )
    server = Server(settings, clock or SystemClock(), share_url)
    server.tie()

    app = new_api(server)
    joined = SegmentDoor(server.gateway.asgi(app, "/socket.io"), server.segments)
    protected = protect(joined, address=server.address, trusted_proxies=settings.trusted_proxies)
    return _below(settings.base_path, protected)


def _below(base_path: str, app: ASGIApp) -> ASGIApp:
    """The app hosted below a path; what is outside of it is not found."""
    if not base_path:
        return app

    async def stripped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return
        path = scope["path"] + ("/" if scope["path"] == base_path else "")
        inside = path.startswith(f"{base_path}/")
        await app(
            {**scope, "path": path.removeprefix(base_path) if inside else "/api/nowhere"},
            receive,
            send,
        )

    return stripped
