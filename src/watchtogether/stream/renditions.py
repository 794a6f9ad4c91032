"""The picture sizes that a room's shared transcode can have; nothing else is ever ordered."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

CODECS = "avc1.640028,mp4a.40.2"
"""H.264 High at level 4.0 at most, AAC-LC: what the client profile asks Plex for."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """The box that the picture fits into, and the most that it may weigh."""

    name: str
    width: int
    height: int
    bitrate_kbps: int


RENDITIONS: Mapping[str, Rendition] = MappingProxyType(
    {
        rendition.name: rendition
        for rendition in (
            Rendition("1080p", 1920, 1080, 8_000),
            Rendition("720p", 1280, 720, 4_000),
            Rendition("480p", 854, 480, 2_000),
        )
    }
)
