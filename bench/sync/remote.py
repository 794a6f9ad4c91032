"""The hand that steers the room: the owner's own connection, without a link between.

It hears every timeline as it is told, and is itself always ready.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import socketio
from tests.support.people import Person

from bench.sync.truth import Truth, Vector, read_vector

Json = dict[str, Any]
_ids = itertools.count(1)


@dataclass
class Remote:
    """One connection that steers."""

    socket: Any
    vectors: list[Vector] = field(default_factory=list)
    heard: list[tuple[float, str, Json]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def now(self) -> Vector:
        """The newest timeline."""
        return self.vectors[-1]

    @property
    def truth(self) -> Truth:
        return Truth(self.vectors)

    async def play(self) -> None:
        await self._command("playback:play")

    async def pause(self) -> None:
        await self._command("playback:pause")

    async def seek(self, position_s: float) -> None:
        await self._command("playback:seek", position_s=position_s)

    async def until_state(self, state: str, seconds: float = 30) -> None:
        """Wait until a timeline says so."""
        async with asyncio.timeout(seconds):
            while self.now.state != state:
                self.news.clear()
                await self.news.wait()

    async def note(self, raw: Json) -> None:
        """Remember a timeline when it is a new one, and be ready for it."""
        vector = read_vector(raw, time.monotonic() * 1000)
        if self.vectors:
            known = (self.now.epoch, self.now.revision)
            if (vector.epoch, vector.revision) <= known:
                return
        self.vectors.append(vector)
        self.news.set()
        report = {"ready": True, "revision": vector.revision}
        await self.socket.emit("member:ready", report)

    async def _command(self, event: str, **more: object) -> None:
        message = {"id": f"rig-{next(_ids)}", "revision": self.now.revision, **more}
        answer = await self.socket.call(event, message, timeout=15)
        if not answer.get("ok"):
            raise RuntimeError(f"{event}: {answer}")
        if "timeline" in answer:
            await self.note(answer["timeline"])


@contextlib.asynccontextmanager
async def remote(person: Person, code: str) -> AsyncIterator[Remote]:
    """Connect and join."""
    socket = socketio.AsyncClient(reconnection=False)
    steering = Remote(socket)

    async def hear(event: str, payload: Json) -> None:
        steering.heard.append((time.monotonic() * 1000, event, payload))
        if event == "playback:timeline":
            await steering.note(payload)

    socket.on("*", hear)
    await socket.connect(person.base_url, auth={"token": person.token}, transports=["websocket"])
    try:
        joined = await socket.call("room:join", {"code": code}, timeout=15)
        await steering.note(joined["timeline"])
        yield steering
    finally:
        await socket.disconnect()
