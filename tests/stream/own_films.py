"""Small films, and what a test has to ask of our own encoder and of its processes."""

import asyncio
import contextlib
import dataclasses
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import imageio_ffmpeg
from pydantic import SecretStr

from tests.stream.fakes import ScriptedFile, version
from tests.support.coded_film import WIDTH
from tests.support.picture_subtitles import (
    write_blocks,
)
from watchtogether.kit.clock import Clock, SystemClock
from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.facts import Sound, Version
from watchtogether.plex.transcode import Missing, Order, Transcode
from watchtogether.stream.mpegts import first_video_time_s, is_whole
from watchtogether.stream.own_transcoder import OwnTranscoder

TOKEN = "a-token-that-nobody-may-see"
ACCESS = ServerAccess(ServerId("server"), "http://plex.test", SecretStr(TOKEN), AccountId("acc_1"))
LENGTH_S = 240.0
HEAVY_S = 120.0
CROPPED = 136
"""Height of a picture whose black bars are cut off, while its subtitles know them."""
FRAME_RATE = 24000 / 1001


def make_film(path: Path, *more: str, rate: str = "24000/1001", seconds: float = LENGTH_S) -> bytes:
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(),
            *("-v", "error", "-f", "lavfi", "-i", f"testsrc=size=160x90:rate={rate}"),
            *("-f", "lavfi", "-i", "sine=frequency=330:sample_rate=48000", "-t", str(seconds)),
            *("-c:v", "libx264", "-preset", "ultrafast", "-g", "200", "-bf", "2"),
            *("-pix_fmt", "yuv420p", "-c:a", "aac", *more, str(path)),
        ],
        check=True,
        timeout=60,
    )
    return path.read_bytes()


def film_version(content: bytes, **changes: object) -> Version:
    usual: dict[str, object] = {
        "size_bytes": len(content),
        "width": 160,
        "height": 90,
        "frame_rate": FRAME_RATE,
        "duration_s": LENGTH_S,
        "sounds": (Sound("71", "en", "English", 2, on=True, index=1),),
    }
    return version(**(usual | changes))


def an_order(film: Version, session: str, offset_s: float = 0.0, **changes: object) -> Order:
    order = Order(session, RatingKey("7"), offset_s, 1280, 720, 4000, version=film)
    return dataclasses.replace(order, **changes)  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def own_over(
    files: ScriptedFile, folder: Path, *, clock: Clock | None = None, most: int = 2
) -> AsyncIterator[OwnTranscoder]:
    """Fails when a process or a piece is left behind."""
    own = OwnTranscoder(files, clock or SystemClock(), folder / "encoders", most)
    async with own.run():
        yield own
        await asyncio.sleep(0)
    assert not list((folder / "encoders").glob("*"))
    assert not encoders_running()


async def a_piece(own: OwnTranscoder, job: Transcode, number: int) -> bytes:
    async with asyncio.timeout(20):
        while True:
            piece = await own.segment(ACCESS, job, number)
            if isinstance(piece, bytes):
                assert is_whole(piece)
                return piece
            assert piece is Missing.NOT_READY


def starts_s(piece: bytes) -> float:
    time_s = first_video_time_s(piece)
    assert time_s is not None
    return time_s


def encoders_running(of: int | None = None) -> list[int]:
    """Processes of ffmpeg that this one (or another) began."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            name = (folder / "comm").read_text()
            if int(fields[1]) == (of or os.getpid()) and name.startswith("ffmpeg"):
                found.append(int(folder.name))
    return found


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def decoded(piece: bytes, *how: str) -> bytes:
    """What a player sees: raw grey pictures, or whatever else is asked for."""
    how = how or ("-map", "0:v", "-f", "rawvideo", "-pix_fmt", "gray")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", "-", *how, "-"]
    return subprocess.run(command, input=piece, capture_output=True, check=True).stdout


def film_with_words(folder: Path) -> bytes:
    """Nine seconds of black, its bars cut off, with a white block from 3 to 5 s."""
    write_blocks(folder / "words.sup", [(3.0, 5.0)])
    black = ("-f", "lavfi", "-i", f"color=black:size={WIDTH}x{CROPPED}:rate=24:duration=9")
    words = ("-i", str(folder / "words.sup"), "-map", "0:v", "-map", "1:s", "-c:s", "copy")
    film = ("-c:v", "libx264", "-preset", "ultrafast", str(folder / "film.mkv"))
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-copyts", *black, *words, *film]
    subprocess.run(command, check=True)
    return (folder / "film.mkv").read_bytes()


def hdr_film(path: Path) -> bytes:
    """Six seconds of grey, coded as HDR10 is."""
    grey = "color=0x949494:size=160x90:rate=24:duration=6"
    tags = "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc"
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(),
            *("-v", "error", "-f", "lavfi", "-i", grey, "-vf", f"format=yuv420p10le,{tags}"),
            *("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"),
            *("-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"),
            str(path),
        ],
        check=True,
    )
    return path.read_bytes()
