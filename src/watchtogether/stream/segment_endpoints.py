"""The segments of a rendition below a ticket."""

import asyncio
import re
from collections.abc import Coroutine
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from watchtogether.kit.errors import AppError, NotFound
from watchtogether.kit.problems import expected_response
from watchtogether.stream.bodies import PiecesResponse, Sending, number_of
from watchtogether.stream.content import CONTENT
from watchtogether.stream.doorkeeper import Doorkeeper
from watchtogether.stream.errors import GenerationOver
from watchtogether.stream.ports import Screening
from watchtogether.stream.service import StreamService
from watchtogether.stream.waker import or_error

CLIENT_GONE: Final = 499
_TYPE: Final = "video/mp2t"
_PATH: Final = re.compile(
    r"/api/stream/([A-Za-z0-9_.-]{1,1024})/([0-9]{1,9})/([A-Za-z0-9.]{1,32})/([0-9]{1,9})\.ts"
)


@dataclass(frozen=True, slots=True)
class Segments:
    """Answers for one segment."""

    service: StreamService
    doorkeeper: Doorkeeper
    sending: Sending = field(default_factory=Sending)

    async def answer(
        self, request: Request, ticket: str, generation: str, rendition: str, number: str
    ) -> Response:
        """The segment, MPEG-TS. Raises what the doorkeeper and the service raise."""
        service, sending = self.service, self.sending
        screening = await self.doorkeeper.screening(request, ticket)
        check_place(screening, generation)
        wanted = number_of(number)
        tag = service.name_of(screening, rendition, wanted)
        headers = self._headers(request, tag)
        if request.method == "HEAD":  # says that it may be asked for; fetches nothing
            return Response(headers=sending.headers(None), media_type=_TYPE)
        if tag is not None and f'"{tag}"' in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        file = sending.accel and service.file_of(screening, rendition, wanted)
        if file:
            passed = headers | {"X-Accel-Redirect": f"{sending.accel}{file}"}
            return Response(headers=passed, media_type=_TYPE)
        work = service.segment(screening, rendition, wanted)
        is_kept = service.keeps(screening, rendition, wanted)
        body = await work if is_kept else await while_connected(request, work)
        if body is None:
            return Response(status_code=CLIENT_GONE)
        headers = self._headers(request, service.name_of(screening, rendition, wanted))
        return PiecesResponse(body, headers=headers, media_type=_TYPE)

    def _headers(self, request: Request, name: str | None) -> dict[str, str]:
        """Of a segment of this name. A cache in front keeps bytes by what their address says of
        them: that must be all it says, letter by letter, since a cache may read it otherwise than
        we do. Raises `NotFound`."""
        said = request.scope["query_string"].decode("latin-1") if self.sending.edge else ""
        if name is not None and said and said != f"of={name[:CONTENT]}":
            raise NotFound
        return self.sending.headers(name, is_named=name is not None and bool(said))


class SegmentDoor:
    """Lets requests for segments in before the app around the router looks at them: nearly all
    requests are these, and routing and what comes with it costs more than the answer."""

    def __init__(self, app: ASGIApp, segments: Segments) -> None:
        self._app = app
        self._segments = segments

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = None
        if scope["type"] == "http" and scope["method"] == "GET":
            found = _PATH.fullmatch(scope["path"])
        if found is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = _ROUTE
        try:
            response = await self._segments.answer(Request(scope, receive), *found.groups())
        except AppError as error:
            response = expected_response(error)
        await response(scope, receive, send)


_ROUTE: Final = SimpleNamespace(path="/api/stream/{ticket}/{generation}/{rendition}/{number}.ts")
"""What is logged and measured in place of the path, which holds a ticket."""


def add_segments(router: APIRouter, segments: Segments) -> None:
    """Their address, for whoever comes by the router, and for the description of the API."""
    router.add_api_route(
        "/{ticket}/{generation}/{rendition}/{number}.ts",
        segments.answer,
        methods=["GET"],
        response_class=Response,
        name="segment",
    )
    router.add_api_route(
        "/{ticket}/{generation}/{rendition}/{number}.ts",
        segments.answer,
        methods=["HEAD"],
        response_class=Response,
        include_in_schema=False,
    )


def check_place(screening: Screening, generation: str) -> None:
    """404 for what was never there, 410 for what the room has left behind."""
    number = number_of(generation)
    if number < screening.generation:
        raise GenerationOver
    if number != screening.generation:
        raise NotFound


async def while_connected(request: Request, work: Coroutine[Any, Any, bytes]) -> bytes | None:
    """The bytes; None when the client left first, which ends its own wait and nobody else's."""
    async with asyncio.TaskGroup() as tasks:
        wanted = tasks.create_task(or_error(work))
        gone = tasks.create_task(_client_left(request))
        await asyncio.wait([wanted, gone], return_when=asyncio.FIRST_COMPLETED)
        wanted.cancel()
        gone.cancel()
    if wanted.cancelled():
        return None
    outcome = wanted.result()
    if isinstance(outcome, AppError):
        raise outcome
    return outcome


async def _client_left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
