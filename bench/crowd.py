"""A hundred viewers at 8 Mbit/s in a room that talks: what their bytes do to the chat and to the
server's memory. `python -m bench.crowd`."""

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.support import people
from tests.support.coded_film import make_coded_film
from tests.support.people import Person, films, party
from tests.support.processes import Server, sandbox, server

from bench.bytes import FILM_S, SEGMENTS
from bench.chat import MEMBERS, _nothing, _talk, _token
from bench.figures import Report, machine, ratio_interval, share, spread

VIEWERS, MBIT_S = 100, 8.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10)
    asked = parser.parse_args()
    print(machine(), time.strftime("%Y-%m-%d"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = folder / "media" / "Movies" / "Speckles (2024)" / "Speckles (2024).mp4"
        make_coded_film(film, FILM_S, busy=True)
        with (
            sandbox(folder / "media") as plex,
            server(
                folder / "data", plex, stream_rendition="1080p", trusted_proxies="127.0.0.0/8"
            ) as running,
        ):
            olive = people.owner(running, plex)
            asyncio.run(measure(Report(), running, olive, asked.pairs))


async def measure(report: Report, running: Server, olive: Person, pairs: int) -> None:
    """Quiet and streaming in turns; memory before, with ten viewers and with all."""
    assert running.process is not None
    code = party(olive, films(olive)[0])
    base = olive.post(f"api/rooms/{code}/ticket")["url"].removesuffix("/master.m3u8")
    paths = [f"/{base.lstrip('/')}/1/1080p/{number}.ts" for number in range(SEGMENTS)]
    for path in paths:
        olive.http.get(path).raise_for_status()
    tokens = [await _token(running, code, number) for number in range(MEMBERS - 1)]
    quiet: list[float] = []
    streaming: list[float] = []
    memory = {0: _resident_mib(running)}
    for viewers in (10, VIEWERS):
        with _Viewers(running.url, paths, viewers):
            await asyncio.sleep(10)  # how long they are watched, not a wait for something
            memory[viewers] = _resident_mib(running)
    carried: list[float] = []
    for _ in range(pairs):
        delays, _ = await _talk(running, code, olive.token, tokens, _nothing())
        quiet.append(share(sorted(delays), 0.99))
        with _Viewers(running.url, paths, VIEWERS) as load:
            await asyncio.sleep(1)
            delays, _ = await _talk(running, code, olive.token, tokens, _nothing())
            streaming.append(share(sorted(delays), 0.99))
        carried.append(load.mbit_s)
    report.add("chat p99 per run, nobody streams", spread(quiet), f"{pairs} runs")
    report.add(f"chat p99 per run, {VIEWERS} viewers", spread(streaming), f"{pairs} runs")
    pairs_of = list(zip(streaming, quiet, strict=True))
    report.add("the second to the first", ratio_interval(pairs_of))
    report.add("carried", f"{min(carried):.0f} Mbit/s at least")
    report.add("memory", ", ".join(f"{n} viewers {mib:.0f} MiB" for n, mib in memory.items()))


class _Viewers:
    """Viewers in a process of their own, each fetching at the pace of playing."""

    def __init__(self, url: str, paths: list[str], count: int) -> None:
        self._got = multiprocessing.Value("d", 0.0)
        self._process = multiprocessing.Process(
            target=_view_all, args=(url, paths, count, self._got), daemon=True
        )
        self.mbit_s = 0.0

    def __enter__(self) -> "_Viewers":
        self._process.start()
        self._began = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.mbit_s = self._got.value * 8 / 1e6 / (time.monotonic() - self._began)
        self._process.terminate()
        self._process.join()


def _view_all(url: str, paths: list[str], count: int, got: object) -> None:
    asyncio.run(_views(url, paths, count, got))


async def _views(url: str, paths: list[str], count: int, got: object) -> None:
    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            tasks.create_task(_view(url, paths, number / count, got))


async def _view(url: str, paths: list[str], late: float, got: object) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 21)
    await asyncio.sleep(late * 2)
    due = time.monotonic()
    while True:
        for path in paths:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.split("content-length: ")[1].split("\r\n")[0])
            left = length
            while left > 0:
                left -= len(await reader.read(min(left, 1 << 18)))
            got.value += length  # type: ignore[attr-defined]
            due += length * 8 / (MBIT_S * 1e6)
            await asyncio.sleep(max(0.0, due - time.monotonic()))


def _resident_mib(running: Server) -> float:
    assert running.process is not None
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
