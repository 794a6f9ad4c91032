"""Debian's Firefox for Playwright, which speaks WebDriver BiDi with it.

Firefox ESR does not know one command that Playwright gives to every browser. A go-between, started
in the browser's stead, answers that one and passes on everything else.
"""

import asyncio
import json
import re
import shutil
import sys
from pathlib import Path

import websockets
from playwright.sync_api import Browser, Playwright
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import ServerConnection

_UNKNOWN = "emulation.setMediaFeaturesOverride"
_LISTENS = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")


def launch_firefox(playwright: Playwright, folder: Path) -> Browser:
    """Firefox with its own autoplay policy: what users have."""
    program = folder / "firefox"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" "$@"\n')
    program.chmod(0o755)
    return playwright.firefox.launch(channel="moz-firefox", executable_path=program)


async def _stand_between(arguments: list[str]) -> int:
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if not path:
        raise SystemExit("no Firefox here")
    browser = await asyncio.create_subprocess_exec(path, *arguments, stderr=asyncio.subprocess.PIPE)
    assert browser.stderr is not None
    serving = None
    async for line in browser.stderr:
        if serving is None and (found := _LISTENS.search(line)):
            serving = await _serve(found[1].decode())
        else:
            sys.stderr.buffer.write(line)
            sys.stderr.flush()
    return await browser.wait()


async def _serve(address: str) -> websockets.Server:
    async def passed(playwright: ServerConnection) -> None:
        async with (
            websockets.connect(f"{address}/session", max_size=None) as firefox,
            asyncio.TaskGroup() as both,
        ):
            both.create_task(_to_firefox(playwright, firefox))
            both.create_task(_to_playwright(firefox, playwright))

    serving = await websockets.serve(passed, "127.0.0.1", 0, max_size=None)
    port = next(iter(serving.sockets)).getsockname()[1]
    print(f"WebDriver BiDi listening on ws://127.0.0.1:{port}", file=sys.stderr, flush=True)
    return serving


async def _to_firefox(playwright: ServerConnection, firefox: ClientConnection) -> None:
    async for message in playwright:
        command = json.loads(message)
        if command["method"] == _UNKNOWN:
            done = {"type": "success", "id": command["id"], "result": {}}
            await playwright.send(json.dumps(done))
        else:
            await firefox.send(message)
    await firefox.close()


async def _to_playwright(firefox: ClientConnection, playwright: ServerConnection) -> None:
    async for message in firefox:
        await playwright.send(message)
    await playwright.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(_stand_between(sys.argv[1:])))
