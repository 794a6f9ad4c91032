"""A library request answered from the cache, against the same request that must ask Plex."""

import time

from tests.support.people import Person, films

from bench.figures import Report, ratio_interval, spread

PAIRS = 25


def measure(report: Report, olive: Person) -> None:
    """Interleaved pairs through HTTP: a page never asked for before, and one asked for just now."""
    film = films(olive)[0]
    path = f"api/plex/items/{film['rating_key']}"
    fresh = f"api/plex/libraries/{_section(olive, film['server'])}/items"
    pairs = []
    for number in range(PAIRS):
        uncached_ms = _timed(olive, fresh, server=film["server"], start=0, size=number + 1)
        _timed(olive, path, server=film["server"])
        cached_ms = _timed(olive, fresh, server=film["server"], start=0, size=number + 1)
        pairs.append((uncached_ms, cached_ms))
    report.add("library, asked of Plex on this machine", spread([a for a, _ in pairs]))
    report.add("library, cached", spread([b for _, b in pairs]))
    report.add(
        "cached is faster", ratio_interval(pairs), f"{PAIRS} pairs, HTTP included, no network"
    )


def _section(olive: Person, server_id: str) -> str:
    return str(olive.get(f"api/plex/servers/{server_id}/libraries")[0]["key"])


def _timed(olive: Person, path: str, **params: str | int) -> float:
    started = time.perf_counter()
    olive.get(path, **params)
    return (time.perf_counter() - started) * 1000
