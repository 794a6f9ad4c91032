"""Two npm packages that we did not write, run by the Node of the virtual environment."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import started
from tests.support.npm import NODE, installed


@pytest.fixture(scope="module")
def packages() -> Path:
    return installed(Path(__file__).parent / "npm")


@pytest.fixture(scope="module")
def ready(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("npm")
    for name in ("Movies", "TV"):
        (folder / name).symlink_to(clips / name)
    with started(folder) as (_, line):
        yield line


def said(packages: Path, ready: dict[str, Any], script: str) -> dict[str, Any]:
    """The script's last line."""
    where = urllib.parse.urlsplit(ready["url"])
    environment = {
        "PATH": os.environ["PATH"],
        "SANDBOX_URL": ready["url"],
        "SANDBOX_HOST": where.hostname or "",
        "SANDBOX_PORT": str(where.port),
        "SANDBOX_TOKEN": ready["token"],
        "SANDBOX_ACCOUNT_TOKEN": ready["account_token"],
    }
    done = subprocess.run(
        [str(NODE), "--no-deprecation", str(packages / script)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    line: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return line


def test_plex_api(packages: Path, ready: dict[str, Any]) -> None:
    heard = said(packages, ready, "plex-api.mjs")
    assert heard.pop("pictureBytes") > 500
    assert "denied" in heard.pop("refused").lower()
    assert heard == {
        "name": "Sandbox Cinema",
        "sections": ["Movies", "TV Shows"],
        "listed": ["Short Film", "Test Film", "Two Sizes"],
        "total": 3,
        "streams": 3,
        "found": ["Movies"],
    }


def test_ctrl_plex(packages: Path, ready: dict[str, Any]) -> None:
    heard = said(packages, ready, "ctrl-plex.mjs")
    assert heard == {
        "account": "Olive",
        "name": "Sandbox Cinema",
        "same": True,
        "films": ["Short Film", "Test Film", "Two Sizes"],
        "found": ["Test Film"],
        "duration": 60_000,
        "parts": 1,
        "episodes": ["First", "Second", "Third"],
        "hubs": ["movie", "show"],
        "alert": "Test Film, Renamed",
    }
