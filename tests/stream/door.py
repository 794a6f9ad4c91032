"""Puts routes on a real socket."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn
from fastapi import APIRouter, FastAPI

from tests.stream.fakes import until
from watchtogether.kit import problems


@contextlib.asynccontextmanager
async def served(router: APIRouter) -> AsyncIterator[str]:
    """The address of an app with these routes."""
    app = FastAPI()
    problems.install(app)
    app.include_router(router)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve([listener]))
        await until(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving
