"""The command: its ready line, its errors, and what it leaves behind."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.sandbox.client import TRANSCODER
from tests.sandbox.conftest import started


def running(session: str) -> list[str]:
    """Encoders anywhere that write below this folder."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and session in str((folder / "cwd").readlink()):
                found.append(folder.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_it_leaves_no_encoder_however_it_ends(media_dir: Path, number: signal.Signals) -> None:
    with started(media_dir, "--encoder-speed", "1") as (process, ready):
        params = {
            "path": "/library/metadata/1",
            "session": "s",
            "protocol": "hls",
            "X-Plex-Platform": "Chrome",
            "X-Plex-Token": ready["token"],
        }
        for step in ("decision", "start.m3u8"):
            answer = httpx2.get(f"{ready['url']}{TRANSCODER}/{step}", params=params)
            assert answer.status_code == 200
        assert len(running(str(media_dir))) == 1
        process.send_signal(number)
        process.wait(timeout=10)
        assert process.returncode == (-number if number is signal.SIGKILL else 0)
    assert running(str(media_dir)) == []


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        command = [
            sys.executable,
            "-m",
            "plexsandbox",
            "--media",
            str(tmp_path),
            "--port",
            str(port),
        ]
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=20)
    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        f"plexsandbox: cannot listen on 127.0.0.1:{port}: Address already in use"
    )
