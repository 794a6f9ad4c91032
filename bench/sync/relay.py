"""Carries packets between the server's network and those of the pages, late, twice, or not at all.

A process of its own, as root: `python -m bench.sync.relay`. It reads one JSON object a line:
`{"address", "clients": [{"namespace", "address", "link"}]}` first; then `{"mark": true}`, answered
by what was carried since the last mark and how late the relay itself was. It ends with its input.
"""

import contextlib
import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import struct
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.sync.profiles import Link, Way, from_json

_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_QUEUE_MS = 1_000.0
"""What a link with a limited rate holds back at most; the rest is lost."""
_PACKET_BYTES = 65_536


@dataclass(slots=True)
class Lane:
    """One direction of one link, with its memory."""

    way: Way
    out: int
    free_ms: float = 0.0
    last_ms: float = 0.0

    def due_ms(self, now_ms: float, size: int, rng: random.Random) -> list[float]:
        """When to deliver a packet of `size` bytes: never, once, or twice."""
        way = self.way
        if way.loss and rng.random() < way.loss:
            return []
        if way.rate_kbps:
            start_ms = max(now_ms, self.free_ms)
            if start_ms - now_ms > _QUEUE_MS:
                return []
            self.free_ms = now_ms = start_ms + size * 8 / way.rate_kbps
        copies = 2 if way.duplicate and rng.random() < way.duplicate else 1
        return [self._one(now_ms, rng) for _ in range(copies)]

    def _one(self, now_ms: float, rng: random.Random) -> float:
        way = self.way
        drawn = min(max(rng.gauss(0, way.jitter_ms), -3 * way.jitter_ms), 3 * way.jitter_ms)
        due_ms = now_ms + max(0.0, way.delay_ms + drawn)
        if way.reorder and rng.random() < way.reorder:
            return now_ms + max(0.0, way.delay_ms + drawn) / 2
        self.last_ms = max(self.last_ms, due_ms)
        return self.last_ms


@dataclass(slots=True)
class Tally:
    """What was carried, and how late: a histogram of tenths of milliseconds."""

    packets: int = 0
    dropped: int = 0
    size: int = 0
    lateness: Counter[int] = field(default_factory=Counter)

    def late_ms(self, share: float) -> float:
        rest = share * sum(self.lateness.values())
        for tenth in sorted(self.lateness):
            rest -= self.lateness[tenth]
            if rest <= 0:
                return tenth / 10
        return 0.0

    def told(self) -> dict[str, float]:
        return {
            "packets": self.packets,
            "dropped": self.dropped,
            "bytes": self.size,
            "late_p50_ms": self.late_ms(0.5),
            "late_p99_ms": self.late_ms(0.99),
            "late_max_ms": max(self.lateness, default=0) / 10,
        }


class Relay:
    """One TUN device on the server's side, one in each page's namespace."""

    def __init__(self, address: str, clients: list[dict[str, Any]], seed: int) -> None:
        self._rng = random.Random(seed)
        self._tally = Tally()
        self._queue: list[tuple[float, int, int, bytes]] = []
        self._sent = 0
        self._hub = open_tun(None, f"wt{os.getpid()}", f"{address}/24")
        self._up: dict[int, Lane] = {}
        self._down: dict[bytes, Lane] = {}
        for client in clients:
            link: Link = from_json(client["link"])
            device = open_tun(client["namespace"], "wt0", f"{client['address']}/24")
            self._up[device] = Lane(link.up, self._hub)
            self._down[address_bytes(client["address"])] = Lane(link.down, device)

    def run(self) -> None:
        """Until standard input ends."""
        readers = [sys.stdin.fileno(), self._hub, *self._up]
        while True:
            wait_s = 1.0
            if self._queue:
                wait_s = max(0.0, self._queue[0][0] / 1000 - time.monotonic())
            for reader in select.select(readers, [], [], min(1.0, wait_s))[0]:
                if reader == readers[0]:
                    if not self._command():
                        return
                else:
                    self._take(reader)
            self._deliver()

    def _command(self) -> bool:
        line = sys.stdin.readline()
        if line:
            print(json.dumps(self._tally.told()), flush=True)
            self._tally = Tally()
        return bool(line)

    def _take(self, reader: int) -> None:
        """Everything that waits at one device."""
        while True:
            try:
                packet = os.read(reader, _PACKET_BYTES)
            except BlockingIOError:
                return
            lane = self._up.get(reader) or self._down.get(packet[16:20])
            if lane is None or packet[0] >> 4 != 4:
                continue  # neighbour discovery and the like
            now_ms = time.monotonic() * 1000
            due = lane.due_ms(now_ms, len(packet), self._rng)
            self._tally.dropped += not due
            for due_ms in due:
                self._sent += 1
                heapq.heappush(self._queue, (due_ms, self._sent, lane.out, packet))

    def _deliver(self) -> None:
        while self._queue and self._queue[0][0] <= (now_ms := time.monotonic() * 1000):
            due_ms, _, out, packet = heapq.heappop(self._queue)
            with contextlib.suppress(BlockingIOError):
                os.write(out, packet)
            self._tally.packets += 1
            self._tally.size += len(packet)
            self._tally.lateness[int((now_ms - due_ms) * 10)] += 1


def open_tun(namespace: str | None, name: str, address: str) -> int:
    """A TUN device, up, with an address and, within a namespace, the way out."""
    with _within(namespace):
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH", name.encode(), _IFF_TUN | _IFF_NO_PI))
        for words in (f"addr add {address} dev {name}", f"link set {name} up", "link set lo up"):
            subprocess.run(["ip", *words.split()], check=True)
    return device


@contextlib.contextmanager
def _within(namespace: str | None) -> Any:
    if namespace is None:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(str(Path("/run/netns") / namespace), os.O_RDONLY)
    try:
        if libc.setns(there, 0) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        yield
    finally:
        libc.setns(home, 0)
        os.close(there)
        os.close(home)


def address_bytes(address: str) -> bytes:
    """An IPv4 address as in a packet."""
    return bytes(int(part) for part in address.split("."))


def main() -> None:
    """Carry packets until standard input ends."""
    with contextlib.suppress(OSError):  # punctual also when the machine is busy
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    order = json.loads(sys.stdin.readline())
    relay = Relay(order["address"], order["clients"], order["seed"])
    print(json.dumps({"ready": True}), flush=True)
    relay.run()


if __name__ == "__main__":
    main()
