"""Preview pictures along a film, as Plex keeps them: all in one file of Roku's form, BIF."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import struct
import tempfile
from collections.abc import Iterable
from pathlib import Path

from plexsandbox.model import VideoFile
from plexsandbox.transcoder.process import kill, start_ffmpeg

log = logging.getLogger(__name__)

INTERVAL_S = 2
WIDTH = 320
DEADLINE_S = 60.0
"""Wall seconds after which the making of a strip is given up."""
_MAGIC = bytes.fromhex("89 42 49 46 0D 0A 1A 0A")
_TABLE_AT = 64
_ENTRY = struct.Struct("<II")
_END = 0xFFFFFFFF


class Previews:
    """Made when first asked for and kept in the working folder; one is made at a time."""

    def __init__(self, cache_dir: Path) -> None:
        self._dir = cache_dir
        self._making = asyncio.Lock()

    async def strip(self, file: VideoFile) -> bytes | None:
        """The whole BIF; None when there is none, or none can be made of this file."""
        if not file.has_previews:
            return None
        target = self._dir / f"{_name_of(file)}.bif"
        async with self._making:
            if not target.exists():
                await self._make(file, target)
        return await asyncio.to_thread(target.read_bytes) if target.exists() else None

    async def picture(self, file: VideoFile, at_ms: int) -> bytes | None:
        """The last one up to that position; None when there are none."""
        strip = await self.strip(file)
        if strip is None:
            return None
        (count,) = struct.unpack_from("<I", strip, 12)
        number = min(max(0, at_ms) // (INTERVAL_S * 1000), count - 1)
        (_, start), (_, end) = _ENTRY.iter_unpack(
            strip[_TABLE_AT + number * _ENTRY.size : _TABLE_AT + (number + 2) * _ENTRY.size]
        )
        return strip[start:end]

    async def _make(self, file: VideoFile, target: Path) -> None:
        self._dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._dir) as folder:
            process = await start_ffmpeg(_arguments(file, Path(folder)), niceness=10)
            try:
                async with asyncio.timeout(DEADLINE_S):
                    await process.wait()
            except TimeoutError:
                log.warning("previews_given_up part=%s", file.part_id)
                return
            finally:
                await kill(process)
            if process.returncode == 0:
                await asyncio.to_thread(_gather, Path(folder), target)


def packed(pictures: Iterable[bytes], interval_ms: int) -> bytes:
    """A BIF of these JPEGs, the n-th of them at `n * interval_ms`."""
    bodies = list(pictures)
    head = struct.pack("<8sIII44x", _MAGIC, 0, len(bodies), interval_ms)
    at = _TABLE_AT + _ENTRY.size * (len(bodies) + 1)
    table = bytearray()
    for number, body in enumerate(bodies):
        table += _ENTRY.pack(number, at)
        at += len(body)
    return b"".join((head, bytes(table), _ENTRY.pack(_END, at), *bodies))


def _name_of(file: VideoFile) -> str:
    """Parts that play the same file share a strip."""
    which = f"{file.path}|{file.modified_at}"
    return hashlib.sha256(which.encode()).hexdigest()[:24]


def _gather(folder: Path, target: Path) -> None:
    pictures = [path.read_bytes() for path in sorted(folder.glob("*.jpg"))]
    if not pictures:
        return
    draft = target.with_suffix(f".{secrets.token_hex(4)}")
    draft.write_bytes(packed(pictures, INTERVAL_S * 1000))
    draft.replace(target)


def _arguments(file: VideoFile, folder: Path) -> list[str]:
    """Of keyframes only, as Plex does it: the last one that is not half a step after its time."""
    return [
        *("-v", "error", "-nostdin", "-threads", "1", "-skip_frame", "nokey"),
        *("-i", str(file.path), "-map", "0:v:0", "-an", "-sn", "-dn"),
        *(
            "-vf",
            f"fps=1/{INTERVAL_S}:start_time=0:round=near:eof_action=pass,scale={WIDTH}:-2,format=yuvj420p",
        ),
        *("-threads", "1", "-q:v", "5", "-f", "image2", str(folder / "%06d.jpg")),
    ]
