"""Real Chromium windows, each a process within a network of its own, and what they logged."""

import asyncio
import contextlib
import json
import stat
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import Browser, BrowserContext, Page, Playwright, Route, async_playwright
from tests.browser.screen import FLAGS, chromium_path

from bench.sync.network import Network
from bench.sync.profiles import Clocks, Profile
from bench.sync.readings import Log, read_log

PROBE = (Path(__file__).parent / "probe.js").read_text()
T = TypeVar("T")
_HARMLESS = ("Failed to load resource", "WebSocket connection")


@dataclass
class Screen:
    """One window of one person."""

    name: str
    page: Page
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)
    sockets: int = 0
    """Connections to the server so far."""

    async def goto(self, address: str) -> None:
        await self.page.goto(address)

    async def enter(self, address: str) -> None:
        """Come by the link as a guest, by keyboard: what a browser calls a person's act."""
        await self.page.goto(address)
        await self.page.get_by_label("Your name").fill(self.name)
        await self.page.keyboard.press("Enter")
        await self.until("window.__watchtogether?.state().phase === 'joined'", 30)

    async def until(self, expression: str, seconds: float = 15) -> None:
        """Wait until a JavaScript expression is true on the page."""
        deadline = time.monotonic() + seconds
        while not await self.page.evaluate(f"Boolean({expression})"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name}: not within {seconds} s: {expression}")
            await asyncio.sleep(0.05)

    async def state(self) -> dict[str, Any]:
        """What the page says of itself; empty before a room is on screen."""
        found: dict[str, Any] = await self.page.evaluate("window.__watchtogether?.state() ?? {}")
        return found

    async def plant(self, seconds: float) -> None:
        """Make the page believe its film is this far ahead of where it is."""
        await self.page.evaluate("(s) => { window.__rig.plant_s = s }", seconds)

    async def forget(self) -> None:
        await self.page.evaluate("window.__rig.forget()")

    async def take(self) -> Log:
        """Everything logged since the last time, on the machine's monotonic clock."""
        origin_ms = await self.origin_ms()
        raw = json.loads(await self.page.evaluate("window.__rig.take()"))
        return read_log(self.name, raw, origin_ms)

    async def read_at(self, at_ms: float) -> None:
        """Note the picture on screen at this time of the machine's monotonic clock."""
        await self.page.evaluate("(at) => window.__rig.readAt(at)", at_ms - await self.origin_ms())

    async def origin_ms(self) -> float:
        """Zero of the page's untouched `performance.now()`, on the machine's monotonic clock."""
        session = await self.context.new_cdp_session(self.page)
        await session.send("Performance.enable")
        answer = await session.send("Performance.getMetrics")
        await session.detach()
        metrics = {each["name"]: each["value"] for each in answer["metrics"]}
        return float(metrics["NavigationStart"]) * 1000

    async def clock_doubt_ms(self) -> float:
        """How far the page's clock is from the machine's, beyond what asking takes."""
        origin_ms = await self.origin_ms()
        before_ms = time.monotonic() * 1000
        now_ms = origin_ms + float(await self.page.evaluate("window.__rig.now()"))
        after_ms = time.monotonic() * 1000
        return max(0.0, before_ms - now_ms, now_ms - after_ms)


@contextlib.asynccontextmanager
async def screens(net: Network, profile: Profile) -> AsyncIterator[list[Screen]]:
    """A Chromium in each namespace of the network."""
    with tempfile.TemporaryDirectory() as folder:
        async with async_playwright() as playwright, contextlib.AsyncExitStack() as closing:
            opened = []
            for number, namespace in enumerate(net.namespaces):
                browser = await _launch(playwright, Path(folder), namespace)
                closing.push_async_callback(browser.close)
                opened.append(await _open(browser, f"Viewer {number + 1}", profile.clock(number)))
            yield opened


async def _launch(playwright: Playwright, folder: Path, namespace: str) -> Browser:
    """Playwright starts a script, which starts Chromium in the namespace."""
    script = folder / namespace
    script.write_text(f'#!/bin/sh\nexec ip netns exec {namespace} {chromium_path()} "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return await playwright.chromium.launch(executable_path=script, args=FLAGS)


async def _open(browser: Browser, name: str, clocks: Clocks) -> Screen:
    context = await browser.new_context(viewport={"width": 640, "height": 400})
    context.set_default_timeout(30_000)
    await context.add_init_script(PROBE.replace("RIG_OPTIONS", json.dumps(asdict(clocks))))
    page = await context.new_page()
    screen = Screen(name, page, context)

    def note(kind: str, text: str) -> None:
        if kind == "error" and not any(part in text for part in _HARMLESS):
            screen.complaints.append(text)

    def count(_: object) -> None:
        screen.sockets += 1

    page.on("websocket", count)
    page.on("console", lambda message: note(message.type, message.text))
    page.on("pageerror", lambda error: screen.complaints.append(f"page error: {error}"))
    return screen


async def give_source(screen: Screen, url: str) -> None:
    """Answer the page's question for a ticket by this address instead of the room's own stream."""

    async def answer(route: Route) -> None:
        await route.fulfill(json={"ticket": "bench", "url": url, "expires_in_s": 43_200})

    await screen.page.route("**/api/rooms/*/ticket", answer)


async def each(screens: Sequence[Screen], act: Callable[[Screen], Awaitable[T]]) -> list[T]:
    """The same for every screen at the same time, answers in order."""
    return list(await asyncio.gather(*(act(screen) for screen in screens)))
