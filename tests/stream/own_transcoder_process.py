"""A process that converts a film and says which ffmpeg it runs, to be killed by a test."""

import asyncio
import sys
from pathlib import Path

from pydantic import SecretStr

from tests.stream.fakes import ScriptedFile, version
from watchtogether.kit.clock import SystemClock
from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.transcode import Order
from watchtogether.stream.own_transcoder import OwnTranscoder


async def main(folder: Path) -> None:
    content = (folder / "film.mp4").read_bytes()
    film = version(size_bytes=len(content), duration_s=240.0)
    own = OwnTranscoder(ScriptedFile(content), SystemClock(), folder / "encoders", 1)
    access = ServerAccess(ServerId("s"), "http://plex.test", SecretStr("t"), AccountId("a"))
    async with own.run():
        await own.start(access, Order("s", RatingKey("7"), 0.0, 1280, 720, 4000, version=film))
        (encoder,) = own.encoders
        print("pid", encoder.pid, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
