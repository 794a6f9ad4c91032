"""The files of invented works: each plays one of the real films, in the sizes that it claims.

Where there is no real film, the files are described but cannot be opened.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from plexsandbox.archive.invent import Invented, chapters
from plexsandbox.model import Track, TrackKind, VideoFile

_MEDIA = 1_000_000
"""Numbers of media and parts begin above those of real files."""
_KBPS = {2160: 18_000, 1080: 8_000, 720: 4_000, 480: 2_000, 360: 900}
_LANGUAGES = ("eng", "fra", "deu", "spa", "swe", "jpn")


class Stock:
    def __init__(self, clips: list[VideoFile]) -> None:
        self._clips = clips or [_absent(number) for number in range(len(_LANGUAGES))]
        self._pictures: dict[tuple[int, int], Track] = {}

    def files(self, work: Invented, number: int, folder: str) -> tuple[VideoFile, ...]:
        """One for each version; `number` tells all works of the archive apart."""
        which = number % len(self._clips)
        return tuple(
            self._file(which, size, _MEDIA + number * 4 + version, work, folder)
            for version, size in enumerate(work.sizes)
        )

    def _file(
        self, which: int, size: tuple[int, int], media_id: int, work: Invented, folder: str
    ) -> VideoFile:
        clip = self._clips[which]
        picture = self._picture(which, size)
        name = f"{work.title} ({work.year})".replace("/", "-")[:200]
        return replace(
            clip,
            media_id=media_id,
            part_id=media_id,
            bit_rate_kbps=_KBPS[size[1]],
            size_bytes=clip.size_bytes or _KBPS[size[1]] * 700_000,
            tracks=tuple(t if t.kind is not TrackKind.VIDEO else picture for t in clip.tracks),
            chapters=chapters(clip.duration_ms, media_id) if work.has_chapters else (),
            named=f"{folder}/{name}/{name} - {size[1]}p.{clip.container}",
            true_picture=clip.video,
        )

    def _picture(self, which: int, size: tuple[int, int]) -> Track:
        key = (which, size[1])
        if key not in self._pictures:
            video = self._clips[which].video
            self._pictures[key] = replace(video, width=size[0], height=size[1])
        return self._pictures[key]


def _absent(number: int) -> VideoFile:
    """Of a length of its own, with a sound track in a language of its own."""
    first = 500_000 + number * 10
    duration_ms = (70 + number * 17) * 60_000
    video = Track(first, TrackKind.VIDEO, "h264", index=0, default=True, profile="high", level=40)
    audio = Track(
        first + 1,
        TrackKind.AUDIO,
        "aac",
        index=1,
        language=_LANGUAGES[number],
        default=True,
        profile="lc",
        channels=2,
        sampling_rate=48_000,
        layout="stereo",
    )
    return VideoFile(
        media_id=first,
        part_id=first,
        path=Path("/nowhere") / f"{number}.mp4",
        size_bytes=0,
        modified_at=1_600_000_000,
        container="mp4",
        duration_ms=duration_ms,
        video_ms=duration_ms,
        bit_rate_kbps=0,
        tracks=(replace(video, width=1920, height=1080, frame_rate=24.0), audio),
        chapters=(),
        has_previews=False,
    )
