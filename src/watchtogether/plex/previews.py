"""Preview pictures along a film: Plex keeps them in one file of Roku's form, BIF.

Its head: a magic number, then in little-endian 32-bit numbers the version, how many pictures there
are and how many milliseconds one step takes. At byte 64 a table: each picture's step and where it
begins, ended by a last step of all ones and the end of the last picture.
"""

import asyncio
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from watchtogether.plex.client import PlexHttp, ServerAccess
from watchtogether.plex.errors import PlexBadAnswer
from watchtogether.plex.keys import checked_key
from watchtogether.plex.model import Part
from watchtogether.plex.wire import MIB, Bounds

MOST: Final = 20_000
"""Pictures in one file: eleven hours, one every two seconds."""
PICTURE_BYTES: Final = 256 * 1024
KEPT_BYTES: Final = 8 * MIB
"""Of a larger strip only every second, third, … picture is kept: enough for a bar's pixels."""
_BOUNDS: Final = Bounds(max_bytes=48 * MIB, deadline_s=30.0, read_s=20.0)
"""Two hours, usually. Plex reads it from its disk."""
_MAGIC: Final = bytes.fromhex("89 42 49 46 0D 0A 1A 0A")
_HEAD: Final = struct.Struct("<8sIII")
_ENTRY: Final = struct.Struct("<II")
_TABLE_AT: Final = 64
_END: Final = 0xFFFFFFFF
_USUAL_STEP_MS: Final = 1000
_LONGEST_STEP_MS: Final = 600_000
_JPEG: Final = b"\xff\xd8\xff"
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The segments of a JPEG that say how large it is."""
_MOST_PIXELS: Final = 4096
_EACH_BYTES: Final = 64
"""What keeping a picture costs beside its bytes."""


@dataclass(frozen=True, slots=True)
class Strip:
    """The n-th picture, a JPEG, belongs to `n * interval_ms` of film; sizes are of the first."""

    interval_ms: int
    width: int
    height: int
    pictures: tuple[bytes, ...] = field(repr=False)

    @property
    def weight_bytes(self) -> int:
        """What it takes to keep it."""
        return sum(len(each) + _EACH_BYTES for each in self.pictures)


NO_PREVIEWS: Final = Strip(interval_ms=0, width=0, height=0, pictures=())


async def fetch_strip(http: PlexHttp, access: ServerAccess, part: Part) -> Strip:
    """The previews of a file that has some. Raises the errors of `errors.py`; `PlexTooMuch` beyond
    48 MiB."""
    path = f"/library/parts/{checked_key(part.id)}/indexes/sd"
    headers = {"Accept": "*/*"}
    answer = await http.get_bytes(access, path, headers=headers, bounds=_BOUNDS, lane="stream")
    return await asyncio.to_thread(strip_of, answer.body)


def joined(strips: Sequence[tuple[Strip, int]]) -> Strip:
    """One strip for a film in several parts: each one's, and where in the film it begins, in ms.
    Pure."""
    if len(strips) == 1:
        return strips[0][0]
    if not all(strip.pictures for strip, _ in strips):
        return NO_PREVIEWS
    interval_ms = max(strip.interval_ms for strip, _ in strips)
    last, last_ms = strips[-1]
    end_ms = last_ms + len(last.pictures) * last.interval_ms
    ends_ms = [*(from_ms for _, from_ms in strips[1:]), end_ms]
    if end_ms > MOST * interval_ms:
        return NO_PREVIEWS
    pictures: list[bytes] = []
    for (strip, from_ms), until_ms in zip(strips, ends_ms, strict=True):
        while (at_ms := len(pictures) * interval_ms) < until_ms:
            number = (at_ms - from_ms) // strip.interval_ms
            pictures.append(strip.pictures[min(number, len(strip.pictures) - 1)])
    first, _ = strips[0]
    return Strip(interval_ms, first.width, first.height, tuple(pictures))


def strip_of(body: bytes) -> Strip:
    """What a BIF holds, thinned out to what is worth keeping. Pure.

    Raises `PlexBadAnswer` for one that is damaged, beyond all bounds, or uneven in its steps.
    """
    if len(body) < _TABLE_AT:
        raise PlexBadAnswer
    magic, _, count, step_ms = _HEAD.unpack_from(body)
    table_end = _TABLE_AT + _ENTRY.size * (count + 1)
    if magic != _MAGIC or count > MOST or table_end > len(body):
        raise PlexBadAnswer
    table = list(_ENTRY.iter_unpack(body[_TABLE_AT:table_end]))
    interval_ms = (step_ms or _USUAL_STEP_MS) * _even_step([step for step, _ in table])
    pictures = _cut(body, [at for _, at in table], table_end)
    if not pictures:
        return NO_PREVIEWS
    if interval_ms > _LONGEST_STEP_MS:
        raise PlexBadAnswer
    width, height = _size_of(pictures[0])
    every = -(-sum(map(len, pictures)) // KEPT_BYTES)
    return Strip(interval_ms * every, width, height, pictures[::every])


def _even_step(steps: Sequence[int]) -> int:
    """How far apart the pictures are; the first is at the film's start."""
    *of_pictures, end = steps
    step = of_pictures[1] if len(of_pictures) > 1 else 1
    even = all(each == n * step for n, each in enumerate(of_pictures))
    if end != _END or step < 1 or not even:
        raise PlexBadAnswer
    return step


def _cut(body: bytes, edges: Sequence[int], first: int) -> tuple[bytes, ...]:
    """The pictures between the edges, each checked to look like one."""
    if edges[0] < first or edges[-1] > len(body):
        raise PlexBadAnswer
    pictures = []
    for start, end in pairwise(edges):
        if not 0 < end - start <= PICTURE_BYTES or not body.startswith(_JPEG, start):
            raise PlexBadAnswer
        pictures.append(body[start:end])
    return tuple(pictures)


def _size_of(jpeg: bytes) -> tuple[int, int]:
    """Width and height, from the first segment that says them."""
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        kind, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if kind in _FRAMES:
            height, width = struct.unpack_from(">HH", jpeg, at + 5)
            if 0 < width <= _MOST_PIXELS and 0 < height <= _MOST_PIXELS:
                return width, height
            break
        if length < 2:
            break
        at += 2 + length
    raise PlexBadAnswer
