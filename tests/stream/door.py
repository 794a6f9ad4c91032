"""The routes on a real socket, and who asks there."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import httpx2
import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.types import Receive, Scope, Send

from tests.stream.fakes import ROOM, Stage, until
from watchtogether.kit import problems
from watchtogether.kit.ids import MemberId, RatingKey, ServerId, SessionId
from watchtogether.stream.bodies import Sending
from watchtogether.stream.doorkeeper import Doorkeeper
from watchtogether.stream.segment_endpoints import SegmentDoor, Segments
from watchtogether.stream.tickets import Tickets


@contextlib.asynccontextmanager
async def served(router: APIRouter) -> AsyncIterator[str]:
    """The address of an app with these routes."""
    app = FastAPI()
    problems.install(app)
    app.include_router(router)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve([listener]))
        await until(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving


class Door:
    """The app over a scripted transcoder, on a real socket."""

    def __init__(
        self, stage: Stage, tickets: Tickets, url: str, client: httpx2.AsyncClient
    ) -> None:
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

    async def quick(
        self, rest: str, ticket: str | None = None, sending: Sending | None = None, **headers: str
    ) -> httpx2.Response:
        """By the door that segments pass in a running server, before the router."""
        doorkeeper = Doorkeeper(self.tickets, self.stage.room, self.stage.room.session_of)
        segments = Segments(self.stage.service, doorkeeper, sending or Sending())
        transport = httpx2.ASGITransport(SegmentDoor(_nowhere, segments))
        async with httpx2.AsyncClient(transport=transport, base_url="http://quick") as client:
            address = f"/api/stream/{ticket or self.ticket()}{rest}"
            return await client.get(address, headers=headers)

    async def code(self, rest: str, ticket: str | None = None) -> tuple[int, str]:
        answer = await self.get(rest, ticket)
        return answer.status_code, str(answer.json()["code"])


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError(f"{scope['path']} is no segment's")
