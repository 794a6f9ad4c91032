"""Speaks to the sandbox as a Plex client does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2

from plexsandbox.accounts import ACCOUNTS
from plexsandbox.box import Sandbox

TRANSCODER = "/video/:/transcode/universal"


@dataclass(frozen=True)
class Client:
    http: httpx2.AsyncClient
    box: Sandbox
    token: str

    def as_user(self, user: str) -> Client:
        return Client(self.http, self.box, self.box.tokens.for_server(ACCOUNTS[user]) or "")

    async def ask(
        self, path: str, method: str = "GET", /, *, accept: str = "application/json", **params: Any
    ) -> httpx2.Response:
        headers = {
            "X-Plex-Token": self.token,
            "X-Plex-Client-Identifier": "tests",
            "X-Plex-Platform": "Chrome",
            "Accept": accept,
        }
        return await self.http.request(method, path, params=params or None, headers=headers)

    async def get(self, path: str, /, **params: Any) -> dict[str, Any]:
        """The MediaContainer."""
        answer = await self.ask(path, **params)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        container: dict[str, Any] = answer.json()["MediaContainer"]
        return container

    async def key_of(self, title: str) -> str:
        items = self.box.library.catalogue.items.values()
        return next(item.rating_key for item in items if item.title == title)

    async def stats(self) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.http.get("/sandbox/stats")).json()
        return answer


@dataclass(frozen=True)
class Playback:
    """One transcode session of `client`."""

    client: Client
    params: dict[str, Any]

    @classmethod
    async def of(cls, client: Client, title: str = "Test Film", **changes: Any) -> Playback:
        key = await client.key_of(title)
        params = {
            "hasMDE": 1,
            "path": f"/library/metadata/{key}",
            "mediaIndex": 0,
            "partIndex": 0,
            "protocol": "hls",
            "directPlay": 0,
            "directStream": 0,
            "directStreamAudio": 1,
            "videoResolution": "320x180",
            "maxVideoBitrate": 500,
            "offset": 0,
            "session": "room-1",
        }
        return cls(client, params | changes)

    @property
    def base(self) -> str:
        return f"{TRANSCODER}/session/{self.params['session']}/base"

    async def step(self, name: str, /, **params: Any) -> httpx2.Response:
        return await self.client.ask(f"{TRANSCODER}/{name}", **(params or self.params))

    async def begin(self) -> str:
        """Decision, start, index; returns the media playlist."""
        assert (await self.step("decision")).status_code == 200
        assert (await self.step("start.m3u8")).status_code == 200
        return (await self.index()).text

    async def index(self) -> httpx2.Response:
        return await self.client.ask(f"{self.base}/index.m3u8")

    async def segment(self, number: int) -> httpx2.Response:
        return await self.client.ask(f"{self.base}/{number:05d}.ts")


async def until(condition: Callable[[], Awaitable[bool]], within_s: float = 10.0) -> None:
    """Asks again and again; fails when the deadline passes."""
    deadline = time.monotonic() + within_s
    while not await condition():
        assert time.monotonic() < deadline, "it did not come true"
        await asyncio.sleep(0.02)
