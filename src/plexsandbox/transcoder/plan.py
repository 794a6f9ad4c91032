"""How a title is encoded: sizes, bit rates, streams, and the command line. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from plexsandbox.model import Track, VideoFile
from plexsandbox.transcoder.order import Order

AUDIO_KBPS = 128
BURNED = "burn.srt"
"""Name of the subtitle file to burn in, within the encoder's folder."""
PARTS = "parts.txt"
"""Name of the list of parts to join, within the encoder's folder."""
_DEFAULT_KBPS = 4000
_OF_PICTURES = frozenset({"pgs", "vobsub", "dvb_subtitle"})


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything about a session's pictures and sound that does not change while it runs."""

    file: VideoFile
    audio: Track | None
    burn: Track | None
    copy: bool
    """Whether the picture is copied: asked for, and possible."""
    width: int
    height: int
    video_kbps: int
    segment_s: float
    segments: int
    threads: int
    speed: float | None

    @property
    def burns_pictures(self) -> bool:
        """Whether the subtitle consists of pictures rather than of text."""
        return self.burn is not None and self.burn.codec in _OF_PICTURES

    @property
    def total_kbps(self) -> int:
        return self.video_kbps + (AUDIO_KBPS if self.audio else 0)

    def segment_length_s(self, index: int) -> float:
        """The last one is as long as what is left."""
        return min(self.segment_s, self.file.video_ms / 1000 - index * self.segment_s)

    def segment_at(self, offset_s: float) -> int:
        return min(int(offset_s // self.segment_s), self.segments - 1)


def make_plan(
    order: Order,
    file: VideoFile,
    audio: Track | None,
    burn: Track | None,
    *,
    segment_s: float,
    threads: int,
    speed: float | None,
) -> Plan:
    picture = file.true_picture or file.video
    width, height = fitted(picture.width, picture.height, order.size)
    limit = order.max_bitrate_kbps or _DEFAULT_KBPS
    return Plan(
        file=file,
        audio=audio,
        burn=burn,
        copy=order.copy and burn is None and file.video.codec == "h264",
        width=width,
        height=height,
        video_kbps=max(100, limit - AUDIO_KBPS),
        segment_s=segment_s,
        segments=count_segments(file, segment_s),
        threads=threads,
        speed=speed,
    )


def count_segments(file: VideoFile, segment_s: float) -> int:
    """A segment needs at least one frame of its own."""
    frame_s = 1 / file.video.frame_rate if file.video.frame_rate else 0.04
    return max(1, math.ceil((file.video_ms / 1000 - frame_s / 2) / segment_s))


def fitted(width: int, height: int, limit: tuple[int, int] | None) -> tuple[int, int]:
    """Scaled down into the limit with the shape kept, never up; both even."""
    scale = min(1.0, limit[0] / width, limit[1] / height) if limit else 1.0
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def parts_list(file: VideoFile) -> str:
    """For ffmpeg's `concat`: each part begins where those before it end, as the library has it."""
    lines = ["ffconcat version 1.0"]
    for part in file.parts:
        name = str(part.path).replace("'", "'\\''")
        lines += [f"file '{name}'", f"duration {part.duration_ms / 1000:.3f}"]
    return "\n".join([*lines, ""])


def _source(file: VideoFile, start_s: float) -> tuple[str, ...]:
    jump = ("-ss", f"{start_s:.6f}")
    if not file.pieces:
        return *jump, "-i", str(file.path)
    # There a jump to zero may be one to before the first keyframe, which loses pictures.
    return *(jump if start_s else ()), "-f", "concat", "-safe", "0", "-i", PARTS


def encode_arguments(plan: Plan, start: int) -> list[str]:
    """For ffmpeg run inside the encoder's folder, beginning at segment `start`.

    The clock of the output is film time whatever the start: the input is cut exactly at the
    segment's start, its timestamps begin at zero there and are moved back by that start. Audio
    priming before the cut is dropped, else the first start would differ from all others.
    """
    start_s = start * plan.segment_s
    return [
        *("-v", "error", "-nostdin", "-y"),
        # With a sparse stream of pictures ffmpeg would read at the pace of the film in any case.
        *(("-readrate", f"{plan.speed:g}") if plan.speed and not plan.burns_pictures else ()),
        *_source(plan.file, start_s),
        *_picture_arguments(plan, start_s),
        *_audio_arguments(plan.audio),
        *("-sn", "-dn", "-map_chapters", "-1", "-map_metadata", "-1"),
        *_video_arguments(plan, start),
        *("-max_muxing_queue_size", "1024", "-output_ts_offset", f"{start_s:.6f}"),
        *_segment_arguments(start),
    ]


def copy_arguments(plan: Plan, start: int) -> list[str]:
    """Copying the picture: a segment per keyframe of the source, clock = film + 10 s."""
    start_s = start * plan.segment_s
    return [
        *("-v", "error", "-nostdin", "-y"),
        *(("-readrate", f"{plan.speed:g}") if plan.speed else ()),
        *_source(plan.file, start_s),
        *("-map", "0:v:0", *_audio_arguments(plan.audio)),
        *("-sn", "-dn", "-map_chapters", "-1", "-c:v", "copy"),
        *("-output_ts_offset", f"{start_s + 10:.6f}"),
        *_segment_arguments(start),
    ]


def extract_arguments(file: VideoFile, track: Track, target: Path, codec: str = "srt") -> list[str]:
    """Writes one subtitle stream, or a sidecar file anew, as text."""
    source = ("-i", str(track.sidecar)) if track.sidecar else _source(file, 0.0)
    stream = "0:0" if track.sidecar else f"0:{track.index}"
    return [
        "-v",
        "error",
        "-nostdin",
        "-y",
        *source,
        "-map",
        stream,
        "-f",
        codec,
        str(target),
    ]


def _audio_arguments(audio: Track | None) -> tuple[str, ...]:
    if audio is None:
        return ("-an",)
    return (
        *("-map", f"0:{audio.index}", "-c:a", "aac", "-ac", "2", "-ar", "48000"),
        *("-b:a", f"{AUDIO_KBPS}k", "-bsf:a", "noise=drop='lt(pts,0)'"),
    )


def _picture_arguments(plan: Plan, start_s: float) -> tuple[str, ...]:
    scale = f"scale={plan.width}:{plan.height}:flags=fast_bilinear,format=yuv420p"
    if plan.burn is None:
        return "-map", "0:v:0", "-vf", scale
    if plan.burns_pictures:
        laid_over = f"[0:v:0][0:{plan.burn.index}]overlay,{scale}[picture]"
        return "-filter_complex", laid_over, "-map", "[picture]"
    # libass reads the frame's time, which begins at zero at the cut.
    there, back = f"setpts=PTS+{start_s:.6f}/TB", f"setpts=PTS-{start_s:.6f}/TB"
    return "-map", "0:v:0", "-vf", f"{scale},{there},subtitles={BURNED},{back}"


def _video_arguments(plan: Plan, start: int) -> tuple[str, ...]:
    return (
        *("-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "baseline", "-bf", "0"),
        *("-g", "100000", "-sc_threshold", "0", "-force_key_frames", _boundaries(plan, start)),
        *("-crf", "23", "-maxrate", f"{plan.video_kbps}k", "-bufsize", f"{plan.video_kbps * 2}k"),
        # Each frame keeps its own time; a constant rate would move the first one to the cut.
        *("-fps_mode", "passthrough", "-enc_time_base", "demux", "-threads", str(plan.threads)),
    )


def _boundaries(plan: Plan, start: int) -> str:
    """Of the segments after the first, in seconds from the cut.

    A list rather than ffmpeg's `expr:`, whose clock begins at the first frame and not at the cut:
    at rates like 29.97 the boundaries would then depend on the start.
    """
    count = max(1, plan.segments - start)
    return ",".join(f"{max(0.0, n * plan.segment_s - 0.0001):.4f}" for n in range(count))


def _segment_arguments(start: int) -> tuple[str, ...]:
    # Every keyframe is a boundary, so the shortest possible target cuts at each of them; counting
    # up from the start instead could miss one by a frame. Files are renamed when complete.
    return (
        *("-muxdelay", "0", "-muxpreload", "0", "-f", "hls", "-hls_time", "0.1"),
        *("-hls_segment_type", "mpegts", "-hls_flags", "temp_file", "-hls_list_size", "3"),
        *("-start_number", str(start), "-hls_segment_filename", "%05d.ts", "encoder.m3u8"),
    )
