"""A light Socket.IO client for load: one WebSocket, no reconnection, no queues."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

Json = dict[str, Any]
Heard = Callable[[str, Json], None]


class Wire:
    """Speaks just enough Engine.IO 4 and Socket.IO 5."""

    def __init__(self, socket: ClientConnection, heard: Heard) -> None:
        self._socket = socket
        self._heard = heard
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._connected = asyncio.Event()

    async def open(self, token: str) -> None:
        """Join the default namespace; the server's own opening comes before its answer."""
        await self._socket.send("40" + json.dumps({"token": token}))
        async with asyncio.timeout(10):
            await self._connected.wait()

    async def ask(self, event: str, message: Json) -> Json:
        """Send, and wait for the acknowledgement."""
        number = next(self._numbers)
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        await self._socket.send(f"42{number}" + json.dumps([event, message]))
        async with asyncio.timeout(30):
            return await answer

    async def listen(self) -> None:
        """Take in what comes until the socket closes."""
        async for raw in self._socket:
            text = raw if isinstance(raw, str) else raw.decode()
            if text == "2":
                await self._socket.send("3")
            elif text.startswith("40"):
                self._connected.set()
            elif text.startswith("43"):
                self._acknowledge(text[2:])
            elif text.startswith("42"):
                event, payload = json.loads(text[2:])
                self._heard(event, payload)

    def _acknowledge(self, text: str) -> None:
        digits = "".join(itertools.takewhile(str.isdigit, text))
        answer = self._answers.pop(int(digits), None)
        if answer is not None and not answer.done():
            answer.set_result(json.loads(text[len(digits) :])[0])


@contextlib.asynccontextmanager
async def wire(base_url: str, token: str, heard: Heard) -> AsyncIterator[Wire]:
    """A connected client."""
    address = base_url.replace("http", "ws", 1) + "socket.io/?EIO=4&transport=websocket"
    async with connect(address, compression=None, max_size=None) as socket:
        client = Wire(socket, heard)
        listening = asyncio.ensure_future(client.listen())
        try:
            await client.open(token)
            yield client
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening
