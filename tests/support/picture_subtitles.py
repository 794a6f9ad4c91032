"""Subtitles made of pictures, as on a Blu-ray: a white block, so that a test can see it.

The format ("PGS") is a row of segments; each display set says where an object lies and what it
looks like, as runs of palette entries.
"""

import struct
from collections.abc import Iterable
from pathlib import Path

from tests.support.coded_film import HEIGHT, WIDTH

BLOCK_X, BLOCK_Y, BLOCK_WIDTH, BLOCK_HEIGHT = 100, 100, 120, 40
_CLOCK_HZ = 90_000
_COMPOSITION, _WINDOW, _PALETTE, _OBJECT, _END = 0x16, 0x17, 0x14, 0x15, 0x80
_WHITE = 1


def write_blocks(path: Path, spans_s: Iterable[tuple[float, float]]) -> None:
    """A `.sup` file in which the block is shown during each span, in seconds of film."""
    path.write_bytes(b"".join(_shown(number, *span) for number, span in enumerate(spans_s)))


def _shown(number: int, start_s: float, end_s: float) -> bytes:
    window = struct.pack(">BBHHHH", 1, 0, BLOCK_X, BLOCK_Y, BLOCK_WIDTH, BLOCK_HEIGHT)
    here = struct.pack(">HBBHH", 0, 0, 0, BLOCK_X, BLOCK_Y)
    runs = (struct.pack(">BBBB", 0, 0xC0, BLOCK_WIDTH, _WHITE) + b"\0\0") * BLOCK_HEIGHT
    size = struct.pack(">I", len(runs) + 4)[1:]
    picture = struct.pack(">HBB", 0, 0, 0xC0) + size + struct.pack(">HH", BLOCK_WIDTH, BLOCK_HEIGHT)
    return b"".join(
        (
            _segment(start_s, _COMPOSITION, _composed(2 * number, 0x80, 1) + here),
            _segment(start_s, _WINDOW, window),
            _segment(start_s, _PALETTE, bytes((0, 0, _WHITE, 235, 128, 128, 255))),
            _segment(start_s, _OBJECT, picture + runs),
            _segment(start_s, _END, b""),
            _segment(end_s, _COMPOSITION, _composed(2 * number + 1, 0, 0)),
            _segment(end_s, _WINDOW, window),
            _segment(end_s, _END, b""),
        )
    )


def _composed(number: int, state: int, objects: int) -> bytes:
    return struct.pack(">HHBHBBBB", WIDTH, HEIGHT, 0x10, number, state, 0, 0, objects)


def _segment(at_s: float, kind: int, body: bytes) -> bytes:
    return struct.pack(">2sIIBH", b"PG", round(at_s * _CLOCK_HZ), 0, kind, len(body)) + body
