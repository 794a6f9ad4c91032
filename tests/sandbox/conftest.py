"""A sandbox server over tiny videos: in this process for most tests, in its own for a few."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from plexsandbox.accounts import ACCOUNTS
from plexsandbox.app import create_app
from plexsandbox.box import Sandbox
from plexsandbox.options import Options
from tests.sandbox.client import Client
from tests.sandbox.media import make_library


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    make_library(folder)
    return folder


@pytest.fixture
def media_dir(clips: Path, tmp_path: Path) -> Path:
    """The same videos, with a state of their own."""
    folder = tmp_path / "media"
    folder.mkdir()
    for name in ("Movies", "TV"):
        (folder / name).symlink_to(clips / name)
    return folder


@asynccontextmanager
async def opened(media_dir: Path, **options: Any) -> AsyncIterator[Client]:
    """The owner's client of a server with these options."""
    app = create_app(media_dir, Options(**{"segment_s": 1.0, "scan_every_s": 60.0, **options}))
    box: Sandbox = app.state.box
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox") as http:
            yield Client(http, box, box.tokens.for_server(ACCOUNTS["olive"]) or "")


@pytest.fixture
async def plexbox(media_dir: Path) -> AsyncIterator[Client]:
    async with opened(media_dir) as client:
        yield client


@contextmanager
def started(
    media_dir: Path, *arguments: str
) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The command in a process of its own, with its ready line; ended at the end."""
    command = [sys.executable, "-m", "plexsandbox", "--media", str(media_dir), "--port", "0"]
    process = subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        ready = next(json.loads(line) for line in process.stdout if '"ready"' in line)
        yield process, ready
    finally:
        process.terminate()
        process.wait(timeout=10)
        if process.stdout is not None:
            process.stdout.close()
