"""Makes the data folder that `tests/upgrade` keeps of each release: `tools/keep_data.py 0.1.0`.

A later version must be able to go on with it, so a folder, once released, is never made again.
"""

import asyncio
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support import people  # noqa: E402
from tests.support.media import make_library  # noqa: E402
from tests.support.processes import sandbox, server  # noqa: E402

SECRET = "the key of a data folder that is kept as a test's input"


def main() -> None:
    """Hold a small party and keep what it left behind."""
    kept = ROOT / "tests" / "upgrade" / "data" / sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with (
            sandbox(make_library(Path(folder) / "media")) as plex,
            server(data, plex, secret_key=SECRET) as running,
        ):
            olive = people.owner(running, plex)
            asyncio.run(_hold_party(running, olive))
        with sqlite3.connect(data / "watchtogether.db") as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        kept.mkdir(parents=True)
        shutil.copy(data / "watchtogether.db", kept / "watchtogether.db")
        (kept / "secret.key").write_text(SECRET)


async def _hold_party(running: people.Server, olive: people.Person) -> None:
    alpha, beta = people.films(olive)[:2]
    code = people.party(olive, alpha)
    ann = people.guest(running, code, "Ann")
    async with people.seat(olive, code) as host, people.seat(ann, code) as friend:
        await host.ready()
        await friend.ready()
        await host.command("playback:play")
        await friend.ask("chat:send", id="m1", text="kept for later versions")
        await host.ask("queue:add", id="q1", server=beta["server"], rating_key=beta["rating_key"])
        await host.command("playback:seek", position_s=42.5)
        await host.command("playback:pause")


if __name__ == "__main__":
    main()
