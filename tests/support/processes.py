"""Real processes for tests: our server and the sandbox Plex, each started as a user would."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar

import httpx2

T = TypeVar("T")
START_S = 30.0


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], T], seconds: float = 10.0, *, every_s: float = 0.02) -> T:
    """The first true answer of `look`; fails after `seconds`, showing the last answer."""
    deadline = time.monotonic() + seconds
    while True:
        answer = look()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s; last: {answer!r}")
        time.sleep(every_s)


@dataclass
class Sandbox:
    """A running sandbox Plex."""

    url: str
    token: str
    process: "subprocess.Popen[str]"

    def stats(self) -> dict[str, Any]:
        answer: dict[str, Any] = httpx2.get(f"{self.url}/sandbox/stats").json()
        return answer

    def tokens(self) -> list[str]:
        """Every token that it has issued."""
        issued: list[str] = httpx2.get(f"{self.url}/sandbox/tokens").json()
        return issued

    def approve(self, code: str, user: str = "olive") -> None:
        httpx2.post(
            f"{self.url}/sandbox/pins/{code}/approve", json={"user": user}
        ).raise_for_status()

    def fault(self, **fault: object) -> None:
        httpx2.post(f"{self.url}/sandbox/faults", json=fault).raise_for_status()


@contextlib.contextmanager
def sandbox(media: Path, *arguments: str, port: int = 0) -> Iterator[Sandbox]:
    """The sandbox over a folder of videos."""
    command = [sys.executable, "-m", "plexsandbox", "--media", str(media), "--port", str(port)]
    process = subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said = json.loads(line)
            if said.get("ready"):
                yield Sandbox(said["url"], said["token"], process)
                break
        else:
            raise AssertionError("the sandbox did not start")
    finally:
        stop(process)


@dataclass
class Server:
    """Our server as a process that can be killed and started again on the same data."""

    data_dir: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    program: tuple[str, ...] = ("-m", "watchtogether", "serve")
    process: "subprocess.Popen[bytes] | None" = None
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.log = self.data_dir / "server.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start, and wait until it is ready."""
        with self.log.open("ab") as log:
            self.process = self._spawn(log)
        eventually(self._ready, START_S)

    def kill(self) -> None:
        """SIGKILL: nothing is said goodbye to."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process)

    def _ready(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended:\n{self.log.read_text()[-4000:]}")
        with contextlib.suppress(httpx2.HTTPError):
            return httpx2.get(f"{self.url}api/health/ready", timeout=5).status_code == 200
        return False

    def _spawn(self, log: IO[bytes]) -> "subprocess.Popen[bytes]":
        env = {name: value for name, value in os.environ.items() if "WATCHTOGETHER" not in name}
        env |= {
            "WATCHTOGETHER_DATA_DIR": str(self.data_dir),
            "WATCHTOGETHER_PORT": str(self.port),
            "WATCHTOGETHER_LOG_FORMAT": "json",
            **self.settings,
        }
        return subprocess.Popen(
            [sys.executable, *self.program],
            stdout=log,
            stderr=log,
            env=env,
            cwd=self.data_dir,
        )


@contextlib.contextmanager
def server(data_dir: Path, plex: Sandbox | None = None, **settings: str) -> Iterator[Server]:
    """A running server, signing in at the sandbox when one is given."""
    chosen = {f"WATCHTOGETHER_{name.upper()}": value for name, value in settings.items()}
    if plex is not None:
        chosen["WATCHTOGETHER_PLEX_TV_URL"] = plex.url
        chosen["WATCHTOGETHER_PLEX_ALLOW_LOOPBACK"] = "true"
    running = Server(data_dir, chosen)
    running.start()
    try:
        yield running
    finally:
        running.stop()


def stop(process: "subprocess.Popen[Any]") -> None:
    """SIGTERM, and SIGKILL for who does not listen."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def timed_out(seconds: float) -> Iterator[None]:
    """Fails when what is inside took longer."""
    started = time.monotonic()
    yield
    took_s = time.monotonic() - started
    assert took_s <= seconds, f"took {took_s:.1f} s"
