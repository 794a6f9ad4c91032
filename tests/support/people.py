"""People as programs: the owner who signs in with Plex, guests who come by link, their sockets."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import socketio

from tests.support.processes import Sandbox, Server, eventually

Json = dict[str, Any]
_ids = itertools.count(1)


@dataclass
class Person:
    """Somebody with an access token."""

    http: httpx2.Client
    base_url: str
    token: str

    def get(self, path: str, **params: str | int) -> Any:
        return self.http.get(path, params=params).raise_for_status().json()

    def post(self, path: str, body: Json | None = None) -> Any:
        return self.http.post(path, json=body or {}).raise_for_status().json()


def _person(base_url: str, token: str) -> Person:
    http = httpx2.Client(
        base_url=base_url, headers={"Authorization": f"Bearer {token}"}, timeout=30
    )
    return Person(http, base_url, token)


_PASSWORD = "a long enough password"


def register(running: Server, username: str) -> Person:
    """A new account, signed in."""
    body = {"username": username, "password": _PASSWORD}
    answer = httpx2.post(f"{running.url}api/auth/register", json=body).raise_for_status().json()
    return _person(running.url, answer["access_token"])


def sign_in(running: Server, username: str = "olive") -> Person:
    """An account in one more session of its own; limits count by session."""
    body = {"username": username, "password": _PASSWORD}
    answer = httpx2.post(f"{running.url}api/auth/login", json=body).raise_for_status().json()
    return _person(running.url, answer["access_token"])


def owner(running: Server, plex: Sandbox | None = None) -> Person:
    """The first account; linked with the sandbox's owner when a sandbox is given."""
    person = register(running, "olive")
    if plex is not None:
        link_plex(person, plex)
    return person


def link_plex(person: Person, plex: Sandbox, user: str = "olive") -> None:
    """Connect Plex by PIN, approved at the sandbox."""
    pin = person.post("api/auth/plex/pin")
    plex.approve(pin["code"], user)
    headers = {"X-Pin-Binding": pin["binding"]}

    def approved() -> bool:
        answer = person.http.get(f"api/auth/plex/pin/{pin['id']}", headers=headers)
        return bool(answer.raise_for_status().json()["status"] == "approved")

    eventually(approved)


def register_by_plex(running: Server, plex: Sandbox, user: str) -> Person:
    """A new account of somebody who signs in with Plex, as a program does."""
    with httpx2.Client(base_url=running.url, timeout=30) as http:
        pin = http.post("api/auth/plex/pin", json={}).raise_for_status().json()
        plex.approve(pin["code"], user)
        headers = {"X-Pin-Binding": pin["binding"]}

        def token() -> str:
            answer = http.get(f"api/auth/plex/pin/{pin['id']}", headers=headers)
            return str(answer.raise_for_status().json().get("access_token", ""))

        return _person(running.url, eventually(token))


def guest(running: Server, code: str, name: str, **more: object) -> Person:
    """Somebody who came by the link."""
    answer = httpx2.post(f"{running.url}api/rooms/{code}/guests", json={"name": name, **more})
    return _person(running.url, answer.raise_for_status().json()["access_token"])


def films(person: Person) -> list[Json]:
    """All films of the first film library."""
    server_id = person.get("api/plex/servers")[0]["id"]
    libraries = person.get(f"api/plex/servers/{server_id}/libraries")
    movies = next(library for library in libraries if library["kind"] == "movie")
    items: list[Json] = person.get(f"api/plex/libraries/{movies['key']}/items", server=server_id)[
        "items"
    ]
    return items


def party(person: Person, film: Json | None = None) -> str:
    """A new room; its code."""
    chosen = {"server": film["server"], "rating_key": film["rating_key"]} if film else {}
    code: str = person.post("api/rooms", {"name": "Friday", **chosen})["code"]
    return code


@dataclass
class Seat:
    """One socket in one room, remembering all it was told."""

    socket: Any
    joined: Json
    heard: list[tuple[str, Json]] = field(default_factory=list)
    timeline: Json = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def revision(self) -> int:
        return int(self.timeline["revision"])

    async def ask(self, event: str, **message: object) -> Json:
        """Send and await the acknowledgement."""
        answer: Json = await self.socket.call(event, message, timeout=15)
        if answer.get("ok") and "timeline" in answer:
            self.note(answer["timeline"])
        return answer

    async def command(self, event: str, **message: object) -> Json:
        """A command with a fresh id and the last revision seen."""
        return await self.ask(
            event, **{"id": f"cmd-{next(_ids)}", "revision": self.revision, **message}
        )

    async def ready(self) -> None:
        await self.ask("member:ready", ready=True, revision=self.revision)

    def note(self, timeline: Json) -> None:
        known = (self.timeline.get("epoch", 0), self.timeline.get("revision", -1))
        if (timeline["epoch"], timeline["revision"]) > known:
            self.timeline = {name: value for name, value in timeline.items() if name != "seq"}

    async def position_s(self) -> float:
        """Where the film is, by the server's clock."""
        answer = await self.ask("clock:ping", t0_ms=0)
        at, since = self.timeline["position_s"], self.timeline["as_of_ms"]
        if self.timeline["state"] != "playing":
            return float(at)
        return float(at + max(0.0, answer["t1_ms"] - since) / 1000 * self.timeline["rate"])

    def events(self, name: str) -> list[Json]:
        return [payload for event, payload in self.heard if event == name]

    async def until(self, look: Callable[[], Any], seconds: float = 10.0) -> Any:
        """Wait for something heard to make `look` true."""
        async with asyncio.timeout(seconds):
            while not (answer := look()):
                self.news.clear()
                await self.news.wait()
        return answer

    async def until_state(self, state: str) -> None:
        await self.until(lambda: self.timeline["state"] == state)

    async def until_revision(self, revision: int) -> None:
        await self.until(lambda: self.revision == revision)


@contextlib.asynccontextmanager
async def seat(person: Person, code: str, **resume: object) -> AsyncIterator[Seat]:
    """Connect and join."""
    socket = socketio.AsyncClient(reconnection=False)
    taken = Seat(socket, {})

    async def hear(event: str, payload: Json) -> None:
        taken.heard.append((event, payload))
        if event == "playback:timeline":
            taken.note(payload)
        taken.news.set()

    async def ended(*_: object) -> None:
        taken.news.set()

    socket.on("*", hear)
    socket.on("disconnect", ended)
    await socket.connect(person.base_url, auth={"token": person.token}, transports=["websocket"])
    try:
        taken.joined = await taken.ask("room:join", code=code, **resume)
        yield taken
    finally:
        await socket.disconnect()
