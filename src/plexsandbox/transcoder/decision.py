"""What the transcoder answers to "how would you play this?". Pure.

Of all answers this one has the most mixed types: ids, `allowSync` and ratios come as strings.
"""

from __future__ import annotations

from plexsandbox.answers import Node
from plexsandbox.languages import language_of
from plexsandbox.mediainfo import display_title, indexes
from plexsandbox.model import Item, Track, VideoFile
from plexsandbox.transcoder.order import Order
from plexsandbox.transcoder.plan import AUDIO_KBPS, Plan

_AS_TEXT = frozenset(
    {"id", "librarySectionID", "aspectRatio", "mediaTagVersion", "streamIdentifier", "value"}
)
_CONVERSION = "Direct play not available; Conversion OK."
_NO_DIRECT_PLAY = "App cannot direct play this item. Direct play is disabled."


def codes(order: Order, file: VideoFile) -> Node:
    """1000 direct play, 1001 conversion; 3000 says why direct play is not possible."""
    if order.direct_play and can_direct_play(file):
        return {
            "directPlayDecisionCode": 1000,
            "directPlayDecisionText": "Direct play OK.",
            "generalDecisionCode": 1000,
            "generalDecisionText": "Direct play OK.",
            "resourceSession": f"{{{order.session}}}",
        }
    return {
        "directPlayDecisionCode": 3000,
        "directPlayDecisionText": _NO_DIRECT_PLAY,
        "generalDecisionCode": 1001,
        "generalDecisionText": _CONVERSION,
        "resourceSession": f"{{{order.session}}}",
        "transcodeDecisionCode": 1001,
        "transcodeDecisionText": _CONVERSION,
    }


def can_direct_play(file: VideoFile) -> bool:
    audio = file.audio
    return (
        not file.pieces
        and file.container == "mp4"
        and file.video.codec == "h264"
        and (audio is None or audio.codec == "aac")
    )


def direct_play_media(full: Node, order: Order) -> Node:
    """The item's own description of the version, marked as chosen."""
    media = dict(full["Media"][min(order.media_index, len(full["Media"]) - 1)])
    chosen = media["Part"][max(0, order.part_index)]
    part = chosen | {"decision": "directplay", "selected": True}
    part["Stream"] = [stream | {"location": "direct"} for stream in part.get("Stream", [])]
    web = True if media.get("optimizedForStreaming") else None
    return media | {"optimizedForStreaming": web, "selected": True, "Part": [part]}


def transcoded_media(plan: Plan) -> Node:
    file = plan.file
    shape: Node = {
        "bitrate": plan.total_kbps,
        "container": "mpegts",
        "duration": file.duration_ms,
        "height": plan.height,
        "optimizedForStreaming": True,
        "protocol": "hls",
        "width": plan.width,
        "selected": True,
    }
    part = {
        "id": file.part_id,
        "indexes": indexes(file),
        "videoProfile": "baseline",
        **shape,
        "decision": "transcode",
        "Stream": _streams(plan),
    }
    return {
        "id": file.media_id,
        "videoProfile": "baseline",
        "audioChannels": 2,
        "audioCodec": "aac",
        **shape,
        "videoCodec": "h264",
        "videoFrameRate": f"{round(file.video.frame_rate)}p",
        "videoResolution": f"{plan.height}p",
        "Part": [part],
    }


def _streams(plan: Plan) -> list[Node]:
    video = plan.file.video
    streams: list[Node] = [
        {
            **_stream(video, 1),
            "bitrate": plan.video_kbps,
            "codec": "h264",
            "frameRate": video.frame_rate,
            "height": plan.height,
            "width": plan.width,
            "decision": "copy" if plan.copy else "transcode",
            "location": "segments-video",
        }
    ]
    if plan.audio is not None:
        streams.append(
            {
                **_stream(plan.audio, 2),
                "bitrate": AUDIO_KBPS,
                "bitrateMode": "cbr",
                "channels": 2,
                "codec": "aac",
                "selected": True,
                "decision": "transcode",
                "location": "segments-audio",
            }
        )
    if plan.burn is not None:
        streams.append(
            {
                **_stream(plan.burn, 3),
                "bitrate": 0,
                "burn": "1",
                "codec": plan.burn.codec,
                "selected": True,
                "decision": "burn",
                "location": "segments-video",
            }
        )
    return streams


def _stream(track: Track, number: int) -> Node:
    title, language = display_title(track), language_of(track.language)
    return {
        "id": track.id,
        "streamType": number,
        "default": True,
        "language": language.name if language else None,
        "languageTag": language.tag if language else None,
        "languageCode": language.code if language else None,
        "displayTitle": title,
        "extendedDisplayTitle": title,
    }


def transcode_session_node(
    key: str,
    item: Item,
    plan: Plan,
    *,
    head: int,
    running: bool,
    paused: bool,
    error: bool,
) -> Node:
    """As in `/transcode/sessions` and within `/status/sessions`."""
    done_s = min(head * plan.segment_s, item.duration_ms / 1000)
    complete = head >= plan.segments
    return {
        "key": f"/transcode/sessions/{key}",
        "throttled": paused,
        "complete": complete,
        "progress": round(100 * done_s / max(1, item.duration_ms / 1000), 1),
        "size": -22,
        "speed": 0.0 if paused or not running else 8.0,
        "error": error,
        "duration": item.duration_ms,
        "remaining": max(0, round((item.duration_ms / 1000 - done_s) / 8)),
        "context": "streaming",
        "sourceVideoCodec": plan.file.video.codec,
        "sourceAudioCodec": plan.audio.codec if plan.audio else None,
        "videoDecision": "copy" if plan.copy else "transcode",
        "audioDecision": "transcode",
        "subtitleDecision": "burn" if plan.burn else None,
        "protocol": "hls",
        "container": "mpegts",
        "videoCodec": "h264",
        "audioCodec": "aac",
        "audioChannels": 2,
        "width": plan.width,
        "height": plan.height,
        "transcodeHwRequested": False,
        "maxOffsetAvailable": done_s,
        "minOffsetAvailable": 0,
    }


def mixed_types(node: Node) -> Node:
    """A copy with those values as strings that the real server gives as strings here."""
    mixed: Node = {}
    for key, value in node.items():
        if isinstance(value, dict):
            mixed[key] = mixed_types(value)
        elif isinstance(value, list):
            mixed[key] = [mixed_types(inner) for inner in value]
        elif key == "allowSync":
            mixed[key] = "1" if value else "0"
        elif key in _AS_TEXT and value is not None:
            mixed[key] = f"{value:.2f}" if key == "aspectRatio" else str(value)
        else:
            mixed[key] = value
    return mixed
