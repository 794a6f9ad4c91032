"""The forms in which a room's film can be had; nothing else is ever ordered."""

import re
from dataclasses import dataclass
from typing import Final

CODECS = "avc1.640028,mp4a.40.2"
"""H.264 High at level 4.0 at most, AAC-LC: what the client profile asks Plex for."""


_PACKETS_KBPS: Final = 35
"""Of MPEG-TS, at any size; with 2 % more, as measured at 320 and 2,000 kbit/s."""


@dataclass(frozen=True, slots=True)
class Box:
    """The box that the picture fits into, and the most that picture and sound may weigh."""

    name: str
    width: int
    height: int
    bitrate_kbps: int

    @property
    def needs_kbps(self) -> int:
        """What a line has to carry: packets and their padding come on top, small sizes feel it."""
        return self.bitrate_kbps + self.bitrate_kbps // 50 + _PACKETS_KBPS


BOXES: Final = (
    Box("1080p", 1920, 1080, 8_000),
    Box("720p", 1280, 720, 4_000),
    Box("480p", 854, 480, 2_000),
    Box("360p", 640, 360, 800),
    Box("240p", 426, 240, 320),
    Box("160p", 284, 160, 208),
)
"""The best first."""
BY_NAME: Final = {box.name: box for box in BOXES}
_NAME: Final = re.compile(r"(?P<box>[0-9]{3,4}p)(?:\.s(?P<burned>[0-9]{1,12}))?")


@dataclass(frozen=True, slots=True)
class Rendition:
    """A conversion: its size, and the subtitle that is burned into its pictures, if any."""

    box: Box
    burned: str | None = None

    @property
    def name(self) -> str:
        """As in addresses: `720p`, or `720p.s31` with subtitle 31."""
        return self.box.name if self.burned is None else f"{self.box.name}.s{self.burned}"


def read_rendition(name: str) -> Rendition | None:
    """The rendition of this name; None when there is none."""
    found = _NAME.fullmatch(name)
    box = BY_NAME.get(found["box"]) if found else None
    return Rendition(box, found["burned"]) if found and box else None


def boxes_from(best: str) -> tuple[Box, ...]:
    """This one and all smaller ones."""
    return BOXES[BOXES.index(BY_NAME[best]) :]
