"""A Chromium driven by its own protocol: for what Playwright hides.

Playwright keeps every page focused and visible and turns the throttling of background tabs off.
Here a tab in the background is hidden and throttled as it is for people, and the whole browser can
be stopped as a sleeping laptop is.
"""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from tests.browser.screen import FLAGS, chromium_path
from tests.support.coded_film import READER

ANSWER_S = 20.0


@dataclass
class Tab:
    """One tab: scripts and commands, one at a time."""

    socket: ClientConnection
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def send(self, method: str, **params: object) -> Any:  # Any: JSON
        number = next(self._ids)
        await self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        async with asyncio.timeout(ANSWER_S):
            while True:
                answer = json.loads(await self.socket.recv())
                if answer.get("id") == number:
                    return answer.get("result", answer)

    async def run(self, expression: str) -> Any:
        answer = await self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def before_each_page(self, script: str) -> None:
        await self.send("Page.enable")
        await self.send("Page.addScriptToEvaluateOnNewDocument", source=script)

    async def until(self, expression: str, seconds: float = 15.0) -> Any:
        """The first true value of the expression."""
        return await eventually(lambda: self.run(expression), seconds)

    async def join(self, link: str, name: str) -> None:
        """Through the door, as a guest does."""
        await self.send("Page.navigate", url=link)
        await self.until("document.querySelector('input')?.labels?.length")
        await self.run(
            f"""(() => {{
              const field = document.querySelector('input');
              const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
              set.call(field, {json.dumps(name)});
              field.dispatchEvent(new Event('input', {{ bubbles: true }}));
              field.form.requestSubmit();
            }})()"""
        )
        await self.until("window.__watchtogether?.state().phase === 'joined'")

    async def state(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.run("window.__watchtogether?.state() ?? {}")
        return found

    async def drift_ms(self) -> float | None:
        """How far ahead of the room; None while nothing runs."""
        value: float | None = await self.run(
            "(d => Number.isFinite(d) ? d * 1000 : null)(window.__watchtogether.drift())"
        )
        return value


@dataclass
class Chromium:
    """A browser of its own, with one tab in front."""

    pid: int
    tab: Tab

    async def cover(self) -> None:
        """Another tab comes to the front: the first one is in the background."""
        await self.tab.send("Target.createTarget", url="about:blank")
        await self.tab.until("document.visibilityState === 'hidden'")

    async def uncover(self) -> None:
        await self.tab.send("Page.bringToFront")
        await self.tab.until("document.visibilityState === 'visible'")

    def freeze(self) -> None:
        """Every process of the browser stands still."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)


@contextlib.asynccontextmanager
async def chromium(*scripts: str) -> AsyncIterator[Chromium]:
    """A new browser; the scripts run at the start of every page, before the page's own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            chromium_path(),
            "--headless=new",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            *FLAGS,
            "about:blank",
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            written = Path(profile) / "DevToolsActivePort"
            port = await eventually(lambda: asyncio.to_thread(_port, written))
            address = await eventually(lambda: _first_page(port))
            async with connect(address, max_size=None, ping_interval=None) as socket:
                tab = Tab(socket)
                for script in (READER, *scripts):
                    await tab.before_each_page(script)
                yield Chromium(process.pid, tab)
        finally:
            os.killpg(process.pid, signal.SIGCONT)
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def _port(file: Path) -> int | None:
    """Where the browser listens, once it has written it down."""
    said = file.read_text() if file.exists() else ""
    return int(said.split()[0]) if "\n" in said else None


async def _first_page(port: int) -> str | None:
    async with httpx2.AsyncClient() as http:
        tabs = (await http.get(f"http://127.0.0.1:{port}/json")).json()
    return next((tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"), None)


async def eventually(look: Callable[[], Awaitable[Any]], seconds: float = 15.0) -> Any:
    """The first true answer of an async `look`."""
    async with asyncio.timeout(seconds):
        while not (answer := await look()):  # noqa: ASYNC110 a page tells nobody when it changes
            await asyncio.sleep(0.02)
    return answer
