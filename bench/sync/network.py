"""A network of its own for each page: a namespace, a TUN device, and the relay between them."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.sync.profiles import Profile, as_json


class NotPermitted(RuntimeError):
    """This machine lets nobody make namespaces or TUN devices."""


@dataclass(frozen=True, slots=True)
class Network:
    """Where the server listens, and the namespace of each page."""

    address: str
    namespaces: tuple[str, ...]
    relay: "subprocess.Popen[str]"

    def mark(self) -> dict[str, float]:
        """What the relay has carried since the last mark, and how late it was."""
        assert self.relay.stdin is not None
        assert self.relay.stdout is not None
        self.relay.stdin.write('{"mark": true}\n')
        self.relay.stdin.flush()
        told: dict[str, float] = json.loads(self.relay.stdout.readline())
        return told


def why_not() -> str | None:
    """What keeps this machine from being measured on; None when nothing does."""
    if shutil.which("ip") is None:
        return "no `ip` command"
    if os.geteuid() != 0:
        return "network namespaces need root"
    probe = f"wtp{os.getpid()}"
    made = _ip("netns", "add", probe, check=False)
    if made.returncode != 0:
        return f"no network namespaces: {made.stderr.strip()}"
    _ip("netns", "delete", probe)
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        return f"no /dev/net/tun: {error.strerror}"
    return None


@contextlib.contextmanager
def network(profile: Profile, pages: int, seed: int = 1) -> Iterator[Network]:
    """Namespaces for so many pages, linked to a new address of this machine by the profile.

    Raises `NotPermitted` where that is impossible. Nothing leaves the machine: the namespaces have
    no other way out, and the addresses are private ones.
    """
    reason = why_not()
    if reason is not None:
        raise NotPermitted(reason)
    base = f"10.{128 + os.getpid() % 100}.{os.getpid() // 100 % 256}"
    names = [f"wts{os.getpid()}-{number}" for number in range(pages)]
    with contextlib.ExitStack() as closing:
        for name in names:
            _ip("netns", "add", name)
            closing.callback(_ip, "netns", "delete", name, check=False)
        relay = closing.enter_context(_relay())
        clients = [
            {
                "namespace": name,
                "address": f"{base}.{11 + number}",
                "link": as_json(profile.link(number)),
            }
            for number, name in enumerate(names)
        ]
        order = {"address": f"{base}.1", "clients": clients, "seed": seed}
        _start(relay, order)
        yield Network(f"{base}.1", tuple(names), relay)


@contextlib.contextmanager
def _relay() -> "Iterator[subprocess.Popen[str]]":
    relay = subprocess.Popen(
        [sys.executable, "-m", "bench.sync.relay"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        yield relay
    finally:
        assert relay.stdin is not None
        relay.stdin.close()
        relay.wait(timeout=10)


def _start(relay: "subprocess.Popen[str]", order: dict[str, Any]) -> None:
    assert relay.stdin is not None
    assert relay.stdout is not None
    relay.stdin.write(json.dumps(order) + "\n")
    relay.stdin.flush()
    if not relay.stdout.readline():
        raise NotPermitted("the relay could not make its devices; see above")


def _ip(*words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["ip", *words], check=check, capture_output=True, text=True)
