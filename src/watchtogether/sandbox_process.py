"""The sandbox Plex server as a child process of the demonstration."""

import contextlib
import ctypes
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import typer

from watchtogether.serving import CannotStart

_PR_SET_PDEATHSIG: Final = 1
_STOP_S: Final = 10

Json = dict[str, Any]  # Any: JSON


@contextlib.contextmanager
def sandbox_plex(media: Path, port: int) -> Iterator[Json]:
    """Run it over a folder, on the port wished for if it is free; it never outlives us.

    Gives what the sandbox says of itself. Raises `CannotStart`.
    """
    media.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "plexsandbox", "--media", str(media)]
    child = subprocess.Popen(  # noqa: S603 our own module, our own arguments
        [*command, "--port", str(_free(port)), "--make-films"],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us to pass on, once
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 no threads yet
        text=True,
    )
    try:
        yield _await_ready(child)
    finally:
        _stop(child)


def _await_ready(child: "subprocess.Popen[str]") -> Json:
    assert child.stdout is not None
    for line in child.stdout:
        said: Json = json.loads(line)
        if said.get("ready"):
            threading.Thread(target=_drain, args=(child.stdout,), daemon=True).start()
            return said
        progress = said.get("progress")
        if progress:
            _show(progress)
    raise CannotStart("The sandbox Plex server did not start; see the lines above.")


def _show(progress: Json) -> None:
    title, percent = progress.get("title", "a film"), progress.get("percent", 0)
    typer.echo(f"\r  making “{title}”: {percent} %   ", nl=False)


def _free(port: int) -> int:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


def _drain(stream: IO[str]) -> None:
    for _ in stream:
        pass


def _stop(child: "subprocess.Popen[str]") -> None:
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(timeout=_STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
