"""How fast segments leave the shared cache, and what they cost the processor."""

import time

import httpx2
from tests.support.people import Person, films, party
from tests.support.processes import Server

from bench.figures import Report, cpu_s

ROUNDS, SEGMENTS = 60, 10


async def measure(report: Report, running: Server, olive: Person) -> None:
    """Fill the cache with ten segments, then fetch them again and again."""
    assert running.process is not None
    code = party(olive, films(olive)[0])
    base = olive.post(f"api/rooms/{code}/ticket")["url"].removesuffix("/master.m3u8")
    async with httpx2.AsyncClient(base_url=running.url, timeout=60) as http:
        paths = [f"{base}/1/480p/{number}.ts" for number in range(SEGMENTS)]
        first = [await http.get(path) for path in paths]
        size = sum(len(answer.raise_for_status().content) for answer in first)
        before_s, started = cpu_s(running.process.pid), time.perf_counter()
        for _ in range(ROUNDS):
            for path in paths:
                await http.get(path)
        took_s = time.perf_counter() - started
        used_s = cpu_s(running.process.pid) - before_s
    gib = size * ROUNDS / 2**30
    requests = ROUNDS * SEGMENTS
    report.add(
        "segments from the cache",
        f"{size * ROUNDS / took_s / 2**20:.0f} MiB/s, {requests / took_s:.0f} requests/s",
        f"{used_s * 1000 / gib:.0f} CPU-ms per GiB, segments of {size / SEGMENTS / 1024:.0f} KiB",
    )
