"""Media, Part and Stream as Plex describes them."""

from __future__ import annotations

from collections.abc import Callable

from plexsandbox.answers import Node
from plexsandbox.languages import language_of
from plexsandbox.model import Track, TrackKind, VideoFile
from plexsandbox.state import Choice

_STREAM_TYPE = {TrackKind.VIDEO: 1, TrackKind.AUDIO: 2, TrackKind.SUBTITLE: 3}
_CODEC_NAMES = {"h264": "H.264", "hevc": "HEVC", "aac": "AAC", "srt": "SRT", "mov_text": "MOV_TEXT"}
_LAYOUT_NAMES = {1: "Mono", 2: "Stereo", 6: "5.1", 8: "7.1"}


def media_node(file: VideoFile, choice_of: Callable[[int], Choice], *, streams: bool) -> Node:
    """Streams only where Plex gives them: on a single item, not in lists. `choice_of` a part."""
    video, audio = file.video, file.audio
    web = file.container == "mp4"
    return {
        "id": file.media_id,
        "duration": file.duration_ms,
        "bitrate": file.bit_rate_kbps,
        "width": video.width,
        "height": video.height,
        "aspectRatio": aspect_ratio(video),
        "audioChannels": audio.channels if audio else None,
        "audioCodec": audio.codec if audio else None,
        "videoCodec": video.codec,
        "videoResolution": resolution_name(video.height),
        "container": file.container,
        "videoFrameRate": frame_rate_name(video.frame_rate),
        "optimizedForStreaming": 1 if web else None,
        "audioProfile": audio.profile if audio else None,
        "has64bitOffsets": False if web else None,
        "videoProfile": video.profile,
        "hasVoiceActivity": False,
        "Part": [_part_node(part, choice_of(part.part_id), streams=streams) for part in file.parts],
    }


def _part_node(file: VideoFile, choice: Choice, *, streams: bool) -> Node:
    web = file.container == "mp4"
    node: Node = {
        "id": file.part_id,
        "key": part_key(file),
        "duration": file.duration_ms,
        "file": file.named or str(file.path),
        "size": file.size_bytes,
        "audioProfile": file.audio.profile if file.audio else None,
        "container": file.container,
        "has64bitOffsets": False if web else None,
        "indexes": indexes(file),
        "optimizedForStreaming": True if web else None,
        "videoProfile": file.video.profile,
    }
    if streams:
        node["Stream"] = [stream_node(file, track, choice) for track in file.tracks]
    return node


def indexes(file: VideoFile) -> str | None:
    """Which strips of previews there are; Plex knows one kind."""
    return "sd" if file.has_previews else None


def part_key(file: VideoFile) -> str:
    return f"/library/parts/{file.part_id}/{file.modified_at}/file.{file.container}"


def stream_node(file: VideoFile, track: Track, choice: Choice) -> Node:
    language = language_of(track.language)
    title = display_title(track)
    node: Node = {
        "id": track.id,
        "key": f"/library/streams/{track.id}" if track.sidecar else None,
        "streamType": _STREAM_TYPE[track.kind],
        "selected": is_selected(file, track, choice) or None,
        "default": track.default or None,
        "codec": track.codec,
        "index": track.index,
        "bitrate": track.bit_rate_kbps or None,
        "language": language.name if language else None,
        "languageTag": language.tag if language else None,
        "languageCode": language.code if language else None,
        "title": track.title,
        "displayTitle": title,
        "extendedDisplayTitle": f"{track.title} ({title})" if track.title else title,
    }
    if file.container == "mp4" and track.index is not None:
        node["streamIdentifier"] = str(track.index + 1)
    return node | _of_kind(track)


def _of_kind(track: Track) -> Node:
    match track.kind:
        case TrackKind.VIDEO:
            return {
                "bitDepth": 8,
                "chromaLocation": "left",
                "chromaSubsampling": "4:2:0",
                "codedHeight": -(-track.height // 16) * 16,
                "codedWidth": -(-track.width // 16) * 16,
                "frameRate": track.frame_rate,
                "hasScalingMatrix": False,
                "height": track.height,
                "level": track.level,
                "profile": track.profile,
                "refFrames": 1,
                "scanType": "progressive",
                "width": track.width,
            }
        case TrackKind.AUDIO:
            return {
                "channels": track.channels,
                "audioChannelLayout": track.layout,
                "profile": track.profile,
                "samplingRate": track.sampling_rate,
            }
        case TrackKind.SUBTITLE:
            return {"format": "srt"} if track.sidecar else {}


def chosen_audio(file: VideoFile, choice: Choice) -> Track | None:
    """The stored choice, else the default one, else the first."""
    tracks = file.of_kind(TrackKind.AUDIO)
    stored = next((track for track in tracks if track.id == choice.audio_id), None)
    default = next((track for track in tracks if track.default), None)
    return stored or default or file.audio


def chosen_subtitle(file: VideoFile, choice: Choice) -> Track | None:
    """None unless one has been chosen."""
    tracks = file.of_kind(TrackKind.SUBTITLE)
    return next((track for track in tracks if track.id == choice.subtitle_id), None)


def is_selected(file: VideoFile, track: Track, choice: Choice) -> bool:
    match track.kind:
        case TrackKind.VIDEO:
            return False
        case TrackKind.AUDIO:
            return track == chosen_audio(file, choice)
        case TrackKind.SUBTITLE:
            return track == chosen_subtitle(file, choice)


def display_title(track: Track) -> str:
    codec = _CODEC_NAMES.get(track.codec, track.codec.upper())
    language = language_of(track.language)
    spoken = language.name if language else "Unknown"
    match track.kind:
        case TrackKind.VIDEO:
            return f"{resolution_label(track.height)} ({codec})"
        case TrackKind.AUDIO:
            channels = _LAYOUT_NAMES.get(track.channels, str(track.channels))
            return f"{spoken} ({codec} {channels})"
        case TrackKind.SUBTITLE:
            return f"{spoken} ({codec} External)" if track.sidecar else f"{spoken} ({codec})"


def aspect_ratio(video: Track) -> float:
    """Rounded to the ratios that Plex knows."""
    known = (1.33, 1.66, 1.78, 1.85, 2.20, 2.35)
    actual = video.width / video.height
    return min(known, key=lambda ratio: abs(ratio - actual))


def resolution_name(height: int) -> str:
    for limit, name in ((2000, "4k"), (1000, "1080"), (700, "720"), (560, "576"), (470, "480")):
        if height >= limit:
            return name
    return "sd"


def resolution_label(height: int) -> str:
    name = resolution_name(height)
    return name.upper() if name in {"sd", "4k"} else f"{name}p"


def frame_rate_name(rate: float) -> str:
    rounded = round(rate)
    return {24: "24p", 25: "PAL", 30: "NTSC"}.get(rounded, f"{rounded}p")
