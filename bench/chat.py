"""Chat in a room of a hundred: from sending to every other member's screen."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable

import httpx2
from tests.support.people import Person, films, party
from tests.support.processes import Server

from bench.figures import Report, cpu_s, spread
from bench.wire import Json, Wire, wire

MEMBERS, MESSAGES, PER_SECOND = 100, 50, 10
VIEWERS, SEGMENTS_PER_S = 3, 0.34


async def measure(report: Report, running: Server, olive: Person) -> None:
    """Alone, and while three viewers stream."""
    code = party(olive, films(olive)[0])
    tokens = [await _token(running, code, number) for number in range(MEMBERS - 1)]
    quiet, cpu = await _talk(running, code, olive.token, tokens, _nothing())
    deliveries = len(quiet)
    report.add(
        f"chat, {MEMBERS} members", spread(quiet), f"{deliveries} deliveries, {cpu:.0f} µs CPU each"
    )
    streaming, _ = await _talk(running, code, olive.token, tokens, _stream(olive, code))
    report.add(f"chat, while {VIEWERS} viewers stream", spread(streaming))


async def _talk(
    running: Server, code: str, token: str, tokens: list[str], meanwhile: Awaitable[None]
) -> tuple[list[float], float]:
    """Delays of all deliveries in milliseconds, and the server's CPU per delivery in µs."""
    delays: list[float] = []
    complete = asyncio.Event()

    def heard(event: str, payload: Json) -> None:
        text = payload.get("message", {}).get("text", "")
        if event == "chat:message" and text.startswith("t="):
            delays.append((time.perf_counter() - float(text[2:])) * 1000)
        if len(delays) == MESSAGES * MEMBERS:
            complete.set()

    assert running.process is not None
    async with contextlib.AsyncExitStack() as stack:
        host = await stack.enter_async_context(wire(running.url, token, heard))
        for one in tokens:
            friend = await stack.enter_async_context(wire(running.url, one, heard))
            await friend.ask("room:join", {"code": code})
        await host.ask("room:join", {"code": code})
        background = asyncio.ensure_future(meanwhile)
        before_s = cpu_s(running.process.pid)
        await _send(host)
        async with asyncio.timeout(20):
            await complete.wait()
        used_s = cpu_s(running.process.pid) - before_s
        background.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await background
    return delays, used_s / (MESSAGES * MEMBERS) * 1e6


async def _send(host: Wire) -> None:
    for _ in range(MESSAGES):
        now = time.perf_counter()
        await host.ask("chat:send", {"id": f"b{now}", "text": f"t={now}"})
        await asyncio.sleep(max(0.0, 1 / PER_SECOND - (time.perf_counter() - now)))


async def _nothing() -> None:
    pass


async def _stream(olive: Person, code: str) -> None:
    """Three viewers who fetch segments at the pace of playing."""
    base = olive.post(f"api/rooms/{code}/ticket")["url"].removesuffix("/master.m3u8")
    async with httpx2.AsyncClient(base_url=olive.base_url, timeout=60) as http:

        async def view(start: int) -> None:
            for number in range(start, start + 50):
                await http.get(f"{base}/1/480p/{number}.ts")
                await asyncio.sleep(1 / SEGMENTS_PER_S)

        await asyncio.gather(*(view(0) for _ in range(VIEWERS)))


async def _token(running: Server, code: str, number: int) -> str:
    """A guest from an address of their own, as a trusted proxy reports it."""
    headers = {"X-Forwarded-For": f"203.0.113.{number % 250 + 1}"}
    async with httpx2.AsyncClient(base_url=running.url, headers=headers) as http:
        answer = await http.post(f"api/rooms/{code}/guests", json={"name": f"Guest {number}"})
    token: str = answer.raise_for_status().json()["access_token"]
    return token
