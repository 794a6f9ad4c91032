"""What segments from the cache cost the processor, in interleaved rounds: sent by our server, by
nginx from the same files, by us through nginx, and by nginx at our word (`X-Accel-Redirect`).
`python -m bench.bytes`."""

import argparse
import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.support import people
from tests.support.coded_film import make_coded_film
from tests.support.people import films, party
from tests.support.processes import Sandbox, Server, eventually, sandbox, server

from bench.figures import Report, fine_cpu_s, machine, ratio_interval

FILM_S, SEGMENTS = 66, 20
_BUFFER = bytearray(1 << 20)
_NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000;
    types {{ video/mp2t ts; }}
    server {{
        listen 127.0.0.1:{port};
        location /files/ {{ alias {segments}/; }}
        location /kept-segments/ {{ internal; alias {segments}/; }}
        location / {{
            proxy_pass {upstream};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
        }}
    }}
}}
"""


@dataclass
class Way:
    """One way to the same bytes, and the processes that work for it."""

    name: str
    base: str
    paths: list[str]
    pids: Callable[[], list[int]]

    def cpu_per_gib(self, rounds: int) -> float:
        """Processor seconds of its processes for each GiB that came."""
        before = sum(map(fine_cpu_s, self.pids()))
        with socket.create_connection(
            (urlsplit(self.base).hostname, urlsplit(self.base).port)
        ) as to:
            got = sum(_fetch(to, path) for _ in range(rounds) for path in self.paths)
        return (sum(map(fine_cpu_s, self.pids())) - before) / (got / 2**30)


def _fetch(connection: socket.socket, path: str) -> int:
    """Length of the body, which is read and thrown away."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(65536)
    head, _, body = head.partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    assert " 200 " in lines[0], lines[0]
    length = int(next(line for line in lines if line.startswith("content-length")).split(":")[1])
    left = length - len(body)
    while left > 0:
        left -= connection.recv_into(_BUFFER, min(left, len(_BUFFER)))
    return length


@contextlib.contextmanager
def nginx(
    folder: Path, segments: Path, upstream: str
) -> Iterator[tuple[str, Callable[[], list[int]]]]:
    """Its address, and its processes."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, port=port, segments=segments, upstream=upstream))
    program = shutil.which("nginx")
    assert program, "install nginx to measure against it"
    with subprocess.Popen([program, "-p", str(folder), "-c", str(config)]) as child:
        try:
            eventually(lambda: _listens(port), 10)
            yield f"http://127.0.0.1:{port}", lambda: [child.pid, *_children(child.pid)]
        finally:
            child.terminate()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _own(running: Server) -> list[int]:
    assert running.process is not None
    return [running.process.pid]


def measure(report: Report, pairs: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        film = folder / "media" / "Movies" / "Speckles (2024)" / "Speckles (2024).mp4"
        make_coded_film(film, FILM_S, busy=True)
        plex = stack.enter_context(sandbox(folder / "media"))
        common = {"stream_rendition": "1080p"}
        plain = stack.enter_context(server(folder / "plain", plex, **common))
        accelerated = stack.enter_context(
            server(folder / "accel", plex, stream_accel="/kept-segments/", **common)
        )
        paths, paths_accelerated = _filled(plain, plex), _filled(accelerated, plex)
        kept = folder / "accel" / "cache" / "segments"
        for each in (folder / "accel", kept.parent, kept, *kept.iterdir()):
            each.chmod(0o755)
        for each in kept.glob("*/*.ts"):
            each.chmod(0o644)
        other = folder / "proxy"
        other.mkdir()
        address, workers = stack.enter_context(nginx(folder, kept, accelerated.url))
        (content,) = kept.iterdir()
        static = [f"/files/{content.name}/{number}.ts" for number in range(SEGMENTS)]
        ours = Way("ours", plain.url, paths, lambda: _own(plain))
        theirs = Way("nginx", address, static, workers)
        both = Way("both", address, paths_accelerated, lambda: [*workers(), *_own(accelerated)])
        proxy, proxy_workers = stack.enter_context(nginx(other, kept, plain.url))
        proxied = Way("proxied", proxy, paths, lambda: [*proxy_workers(), *_own(plain)])
        size = sum(each.stat().st_size for each in content.glob("*.ts")) / SEGMENTS
        print(f"  segments of {size / 2**20:.2f} MiB, {rounds * SEGMENTS} of them a round")
        ways = (theirs, ours, proxied, both)
        for each in ways:
            each.cpu_per_gib(1)
        found: dict[str, list[float]] = {each.name: [] for each in ways}
        for _ in range(pairs):
            for each in ways:
                found[each.name].append(each.cpu_per_gib(rounds))
        for label, values in found.items():
            middle = sorted(values)[len(values) // 2]
            report.add(f"segments from the cache, {label}", f"{middle * 1000:.0f} CPU-ms per GiB")
        for label in ("ours", "proxied", "both"):
            pairs_of = list(zip(found[label], found["nginx"], strict=True))
            report.add(f"{label} to nginx", ratio_interval(pairs_of))


def _filled(running: Server, plex: Sandbox) -> list[str]:
    """Paths of segments that are cached."""
    olive = people.owner(running, plex)
    code = party(olive, films(olive)[0])
    base = olive.post(f"api/rooms/{code}/ticket")["url"].removesuffix("/master.m3u8")
    paths = [f"/{base.lstrip('/')}/1/1080p/{number}.ts" for number in range(SEGMENTS)]
    for path in paths:
        olive.http.get(path).raise_for_status()
    return paths


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=10)
    asked = parser.parse_args()
    print(machine(), time.strftime("%Y-%m-%d"))
    measure(Report(), asked.pairs, asked.rounds)


if __name__ == "__main__":
    main()
