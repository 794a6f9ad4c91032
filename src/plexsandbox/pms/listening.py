"""Notifications over a web socket or as server-sent events, each account its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from plexsandbox.accounts import Account
from plexsandbox.answers import PlexError
from plexsandbox.ask import Ask, pms, token_of
from plexsandbox.box import Sandbox
from plexsandbox.notices import Notice

_PING_S = 10.0
_PING = "event: ping\ndata: {}\n\n"


async def socket(socket: WebSocket) -> None:
    """Refused with 401 without a token that is good here."""
    box: Sandbox = socket.app.state.box
    box.stats.requests[socket.url.path] += 1
    if box.gate.closed:
        await socket.send_denial_response(PlexError(503, "Maintenance").response())
        return
    token = token_of(socket)
    account = box.tokens.on_server(token)
    if account is None:
        await socket.send_denial_response(PlexError(401, "Unauthorized").response())
        return
    await socket.accept()
    wanted = _wanted(socket.query_params.get("filters"))
    with suppress(WebSocketDisconnect), box.notices.listening() as queue:
        async with asyncio.TaskGroup() as tasks:
            leaving = tasks.create_task(_wait_until_left(socket, queue))
            while (notice := await queue.get()) is not None and box.tokens.on_server(token):
                if wanted(notice.type) and _may_see(box, account, notice):
                    await socket.send_text(json.dumps(notice.node, ensure_ascii=False))
            if not leaving.done():
                leaving.cancel()
                await socket.close(1001)


async def _wait_until_left(socket: WebSocket, queue: asyncio.Queue[Notice | None]) -> None:
    """Ends the queue when the client has left; what it says until then is passed over."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(None)


async def events(ask: Ask) -> Response:
    wanted = _wanted(ask.request.query_params.get("filters"))
    stream = _lines(ask.box, ask.who, wanted)
    return StreamingResponse(
        stream, media_type="text/event-stream", headers={"Cache-Control": "no-cache"}
    )


async def _lines(
    box: Sandbox, account: Account, wanted: Callable[[str], bool]
) -> AsyncIterator[str]:
    """A ping at once, so that the client knows it is heard, and whenever nothing happens."""
    yield _PING
    with box.notices.listening() as queue:
        while True:
            try:
                notice = await asyncio.wait_for(queue.get(), _PING_S)
            except TimeoutError:
                yield _PING
                continue
            if notice is None:
                return
            if wanted(notice.type) and _may_see(box, account, notice):
                yield f"event: {notice.type}\ndata: {json.dumps(notice.node)}\n\n"


def _wanted(filters: str | None) -> Callable[[str], bool]:
    """`foo,bar`: only these; `-foo,bar`: all but these; nothing: all."""
    if not filters:
        return lambda _: True
    names = set(filters.removeprefix("-").split(","))
    if filters.startswith("-"):
        return lambda type_: type_ not in names
    return lambda type_: type_ in names


def _may_see(box: Sandbox, account: Account, notice: Notice) -> bool:
    if account.owner:
        return True
    if notice.user is not None:
        return notice.user == account.user
    visible = box.access.seen_by(account.user, box.library.catalogue)
    if notice.section_id is None or visible.section(notice.section_id) is None:
        return False
    if box.access.of(account.user).content_ratings is None:
        return True
    return any(entry.get("itemID") in visible.items for entry in notice.entries)


def routes() -> list[BaseRoute]:
    """The path of the description and the one that real servers answer on."""
    return [
        WebSocketRoute("/:/websockets/notifications", socket),
        WebSocketRoute("/:/websocket/notifications", socket),
        pms("/:/eventsource/notifications", events),
    ]
