"""Opens a file with PyAV and says what is inside. No ffprobe is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error
from av.stream import Disposition

from plexsandbox.model import Chapter, Track, TrackKind

_CODECS = {
    "subrip": "srt",
    "pgssub": "pgs",
    "dvdsub": "vobsub",
    "dvbsub": "dvb_subtitle",
    "dts": "dca",
}
"""The decoder's name, and what a server calls it."""
_KINDS = {kind.value: kind for kind in TrackKind}

TrackIds = Callable[[int], int]
"""From a stream's index within its file to a lasting id."""


class UnreadableFile(Exception):
    """The file is no video, or broken, or not finished."""


@dataclass(frozen=True, slots=True)
class Probed:
    duration_ms: int
    video_ms: int
    bit_rate_kbps: int
    tracks: tuple[Track, ...]
    chapters: tuple[Chapter, ...]


def probe(path: Path, track_ids: TrackIds) -> Probed:
    """Raises `UnreadableFile` when there is no picture to play."""
    try:
        with av.open(str(path)) as container:
            return _describe(container, track_ids)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise UnreadableFile(str(error)) from error


def _describe(container: Any, track_ids: TrackIds) -> Probed:
    # PyAV's stream classes differ per kind; their attributes are read dynamically.
    streams = [stream for stream in container.streams if stream.type in _KINDS]
    tracks = tuple(_track(stream, track_ids(stream.index)) for stream in streams)
    video = next((stream for stream in streams if stream.type == "video"), None)
    duration_ms = (container.duration or 0) // 1000
    if video is None or duration_ms <= 0:
        raise UnreadableFile("no picture or no duration")
    return Probed(
        duration_ms=duration_ms,
        video_ms=_stream_ms(video) or duration_ms,
        bit_rate_kbps=(container.bit_rate or 0) // 1000,
        tracks=tracks,
        chapters=tuple(_chapters(container)),
    )


def _track(stream: Any, track_id: int) -> Track:
    kind = _KINDS[stream.type]
    codec = stream.codec_context
    name = codec.name if codec is not None else "unknown"
    shared = {
        "id": track_id,
        "kind": kind,
        "codec": _CODECS.get(name, name),
        "index": stream.index,
        "language": _language(stream),
        "title": stream.metadata.get("title"),
        "default": bool(stream.disposition & Disposition.default),
        "bit_rate_kbps": (getattr(stream, "bit_rate", None) or 0) // 1000,
    }
    if kind is TrackKind.VIDEO:
        shared |= _picture(stream)
    if kind is TrackKind.AUDIO:
        shared |= _sound(stream)
    return Track(**shared)


def _picture(stream: Any) -> dict[str, Any]:
    codec = stream.codec_context
    rate = stream.average_rate or stream.guessed_rate
    return {
        "profile": (stream.profile or "").lower() or None,
        "level": codec.level if getattr(codec, "level", -1) > 0 else None,
        "width": codec.width,
        "height": codec.height,
        "frame_rate": round(float(rate), 3) if rate else 0.0,
    }


def _sound(stream: Any) -> dict[str, Any]:
    codec = stream.codec_context
    return {
        "profile": (stream.profile or "").lower() or None,
        "channels": codec.channels,
        "sampling_rate": codec.sample_rate,
        "layout": codec.layout.name if codec.layout else None,
    }


def _language(stream: Any) -> str | None:
    language = stream.metadata.get("language")
    return language if language and language != "und" else None


def _stream_ms(stream: Any) -> int:
    if stream.duration is None or stream.time_base is None:
        return 0
    return int(stream.duration * stream.time_base * 1000)


def _chapters(container: Any) -> list[Chapter]:
    return [
        Chapter(
            index=number,
            start_ms=int(chapter["start"] * chapter["time_base"] * 1000),
            end_ms=int(chapter["end"] * chapter["time_base"] * 1000),
            title=chapter["metadata"].get("title"),
        )
        for number, chapter in enumerate(container.chapters(), start=1)
    ]
