"""The routes on a real socket, and who asks there."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import httpx2
import uvicorn
from fastapi import APIRouter, FastAPI

from tests.stream.fakes import ROOM, Stage, until
from watchtogether.kit import problems
from watchtogether.kit.ids import MemberId, RatingKey, ServerId, SessionId
from watchtogether.stream.tickets import Tickets


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


class Door:
    """The app over a scripted transcoder, on a real socket."""

    def __init__(self, stage: Stage, tickets: Tickets, url: str, client: httpx2.AsyncClient):
        self.stage = stage
        self.tickets = tickets
        self.url = url
        self.client = client

    def ticket(self, member: str = "member_1", rating_key: str = "7") -> str:
        return self.tickets.issue(
            ROOM, MemberId(member), SessionId("ses"), ServerId("server"), RatingKey(rating_key)
        )

    async def get(self, rest: str, ticket: str | None = None, **headers: str) -> httpx2.Response:
        return await self.client.get(
            f"{self.url}/api/stream/{ticket or self.ticket()}{rest}", headers=headers
        )

    async def code(self, rest: str, ticket: str | None = None) -> tuple[int, str]:
        answer = await self.get(rest, ticket)
        return answer.status_code, str(answer.json()["code"])
