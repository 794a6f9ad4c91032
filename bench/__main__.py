"""`make bench`: every measurement in its short form, one table."""

import asyncio
import tempfile
from pathlib import Path

from tests.support import people
from tests.support.coded_film import make_coded_film
from tests.support.processes import sandbox, server

from bench import chat, plexlayer, segments, skew
from bench.figures import Report, machine
from bench.sync.short import measure_short


def main() -> None:
    """Start a server and a sandbox, measure, print."""
    report = Report()
    print(f"\n  {machine()}\n")
    with tempfile.TemporaryDirectory() as folder:
        media = Path(folder) / "media"
        make_coded_film(media / "Movies" / "Numbers (2024)" / "Numbers (2024).mp4", 180)
        with (
            sandbox(media) as plex,
            server(
                Path(folder) / "data",
                plex,
                stream_rendition="480p",
                stream_direct="false",
                trusted_proxies="127.0.0.0/8",
            ) as running,
        ):
            olive = people.owner(running, plex)
            plexlayer.measure_short(report, running, plex, olive)
            asyncio.run(chat.measure(report, running, olive))
            asyncio.run(segments.measure(report, running, olive))
            skew.measure(report, running, olive)
    measure_short(report)
    print()


if __name__ == "__main__":
    main()
