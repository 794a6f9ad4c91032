"""The sandbox Plex server as a child process of the demonstration."""

import contextlib
import ctypes
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import httpx2
import typer

from watchtogether.serving import CannotStart

_PR_SET_PDEATHSIG: Final = 1
_STOP_S: Final = 10
_FILMS_EVERY_S: Final = 2.0

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
        stderr=(media.parent / "sandbox.log").open("ab"),
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us to pass on, once
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 no threads yet
        text=True,
    )
    try:
        yield _await_ready(child, media.parent / "sandbox.log")
    finally:
        _stop(child)


def _await_ready(child: "subprocess.Popen[str]", log: Path) -> Json:
    assert child.stdout is not None
    for line in child.stdout:
        said: Json = json.loads(line)
        if said.get("ready"):
            threading.Thread(target=_drain, args=(child.stdout,), daemon=True).start()
            return said
        progress = said.get("progress")
        if progress:
            show_progress(progress.get("title", "a film"), progress.get("percent", 0))
    raise CannotStart(f"The sandbox Plex server did not start; see {log}.")


def show_progress(title: str, percent: int) -> None:
    """One line that is written over and over."""
    typer.echo(f"\r  making “{title}”: {percent} %   ", nl=False)


def follow_films(sandbox_url: str) -> None:
    """Say how the films come along that are made while the party is on, until all are there."""
    told: set[str] = set()
    with httpx2.Client(base_url=sandbox_url, timeout=_STOP_S) as http:
        while True:
            films: list[Json] = http.get("/sandbox/films").raise_for_status().json()["films"]
            done = [film["title"] for film in films if film["state"] in ("ready", "failed")]
            for film in films:
                if film["state"] == "making" and sys.stdout.isatty():
                    show_progress(film["title"], film["percent"])
                elif film["state"] == "ready" and film["title"] not in told:
                    if told or len(done) < len(films):
                        typer.echo(f"\r  “{film['title']}” is in the library")
                    told.add(film["title"])
            if len(done) == len(films):
                return
            time.sleep(_FILMS_EVERY_S)


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
