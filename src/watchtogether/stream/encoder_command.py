"""How a film is converted by our own ffmpeg: its cut, its size, and the command line. Pure.

Times everywhere are positions of film, whatever the start: the input keeps its own clock
(`-copyts`), so that two conversions of one film give the same pictures the same time.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

SEGMENT_S: Final = 3.0
MOST_PIECES: Final = 2_400
"""One run makes two hours at most: all its boundaries are in the command line, which Windows limits
to 32,767 characters, and Linux to 131,072 for each argument."""
_SOUND_KBPS: Final = 128
_LEAST_KBPS: Final = 200
_RATE_FACTOR: Final = 22
"""x264's constant rate factor; the bit rate asked for is the ceiling."""
_PADDING_S: Final = 60
"""A picture or a sound that ends before the film does is held, or silent, for at most that long."""
_BEFORE_S: Final = 0.0001
"""Boundaries lie this much early, lest rounding move the picture on one to the segment before."""
_FORMATS: Final = "matroska,mov,avi,mpegts,mpeg,asf,flv,ogg,rm,wtv,mxf"
"""What a film may be. Playlists are none: they could name other addresses to open."""
_PIPE_BYTES: Final = 256 * 1024
_TONE_MAP: Final = (
    "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,"
    "tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv"
)
TONE_MAP_FILTERS: Final = ("zscale", "tonemap")


@dataclass(frozen=True, slots=True)
class Conversion:
    """One conversion, from segment `first` to `end`, which is the first one that it does not make.

    `source` is the size of the film's picture, zeros when it is not known; `box` what the result
    has to fit into. `sound` and `burned` are numbers of streams inside the file; without `sound`
    the file's first is taken.
    """

    duration_s: float
    segments: int
    first: int
    source: tuple[int, int]
    box: tuple[int, int]
    kbps: int
    has_sound: bool = True
    sound: int | None = None
    burned: int | None = None
    tone_map: bool = False
    lead_s: float = 0.0
    """So much earlier the film is read, where a jump may land behind the keyframe it needs."""

    @property
    def end(self) -> int:
        return min(self.segments, self.first + MOST_PIECES)

    @property
    def start_s(self) -> float:
        return self.first * SEGMENT_S

    @property
    def end_s(self) -> float:
        is_all = self.end == self.segments
        return self.duration_s if is_all else self.end * SEGMENT_S - _BEFORE_S


def cut(duration_s: float, frame_rate: float) -> tuple[float, ...]:
    """Lengths of the segments of a film: all equal but the last, which has at least one picture."""
    least_s = max(0.1, 1 / frame_rate if frame_rate > 0 else 0.0)
    count = max(1, math.ceil((duration_s - least_s) / SEGMENT_S))
    return (*(SEGMENT_S,) * (count - 1), duration_s - (count - 1) * SEGMENT_S)


def fitted(source: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """Scaled down into the box with the shape kept, never up; both sides even."""
    width, height = source
    if width <= 0 or height <= 0:
        return box
    scale = min(1.0, box[0] / width, box[1] / height)
    return max(2, int(width * scale / 2) * 2), max(2, int(height * scale / 2) * 2)


def script(files: Iterable[tuple[str, float]]) -> bytes:
    """What ffmpeg reads from its standard input: where each file of the film is, and how long.

    An address on the command line could be read by everybody on this machine. With the lengths
    known, ffmpeg seeks as in the film itself (ffmpeg-formats, "concat").
    """
    lines = ["ffconcat version 1.0"]
    for url, duration_s in files:
        lines += [
            f"file '{url}'",
            f"option format_whitelist {_FORMATS}",
            f"option recv_buffer_size {_PIPE_BYTES}",
            f"duration {duration_s:.3f}",
        ]
    return "\n".join([*lines, ""]).encode()


def arguments(conversion: Conversion) -> list[str]:
    """For ffmpeg, run inside the folder of the pieces, with `script` as its standard input.

    Pieces are called `00000.ts` and so on. A line on its standard output, beginning with the
    piece's name and a comma, says that it is complete.
    """
    jump_s = max(0.0, conversion.start_s - conversion.lead_s)
    return [
        *("-v", "error", "-nostdin", "-nostats", "-copyts"),
        *("-protocol_whitelist", "pipe,http,tcp", "-f", "concat", "-safe", "0"),
        # A jump to zero may be one to before the first keyframe, which fails and loses pictures.
        *(("-ss", f"{jump_s:.3f}") if jump_s else ()),
        *("-i", "pipe:0"),
        *(
            "-filter_complex",
            _pictures(conversion),
            "-map",
            "[v]",
            *_video(conversion),
            *_sound(conversion),
        ),
        *("-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"),
        *("-t", f"{conversion.end_s:.4f}", "-max_muxing_queue_size", "1024"),
        *("-avoid_negative_ts", "disabled", "-muxdelay", "0", "-muxpreload", "0"),
        # Every keyframe is a boundary, so the shortest possible target cuts at each of them.
        *("-f", "segment", "-segment_time", "0.1", "-segment_format", "mpegts"),
        # A piece is named before it is closed: all of it has to be in the file by then.
        *("-segment_format_options", "flush_packets=1", "-individual_header_trailer", "0"),
        *("-segment_start_number", str(conversion.first)),
        *("-segment_list", "pipe:1", "-segment_list_type", "csv", "%05d.ts"),
    ]


def _pictures(conversion: Conversion) -> str:
    """Subtitles are laid over the picture before it is squared, since a DVD's have its shape; a
    film's black bars may be cut off where its subtitles still know them: both share the bottom.
    """
    fit = (
        f"scale=w='min({conversion.box[0]},iw)':h='min({conversion.box[1]},ih)'"
        ":force_original_aspect_ratio=decrease:force_divisible_by=2"
    )
    width = conversion.source[0]
    first = [
        f"trim=start={conversion.start_s - _BEFORE_S:.4f}",
        "bwdif=mode=send_frame:deint=interlaced",
    ]
    if conversion.tone_map:
        width = fitted(conversion.source, conversion.box)[0]
        first += [fit, _TONE_MAP]
    last = ["scale=w='trunc(iw*sar/2)*2':h=ih", "setsar=1", fit, "format=yuv420p"]
    last.append(f"tpad=stop_mode=clone:stop_duration={_PADDING_S}")
    if conversion.burned is None:
        return f"[0:V:0]{','.join([*first, *last])}[v]"
    return (
        f"[0:V:0]{','.join(first)}[film];"
        f"[0:{conversion.burned}]scale={width or 'iw'}:-1[words];"
        f"[film][words]overlay=y=H-h:eof_action=pass,{','.join(last)}[v]"
    )


def _video(conversion: Conversion) -> tuple[str, ...]:
    """No picture waits for a later one (`-bf 0`), so that the clock begins at the film's zero, and
    each keeps its own time: at a constant rate the first one would move with the start.
    """
    kbps = max(_LEAST_KBPS, conversion.kbps - _SOUND_KBPS)
    return (
        *("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-bf", "0"),
        *("-crf", str(_RATE_FACTOR), "-maxrate", f"{kbps}k", "-bufsize", f"{kbps * 2}k"),
        *("-g", "100000", "-sc_threshold", "0", "-force_key_frames", _boundaries(conversion)),
        *("-fps_mode", "passthrough", "-enc_time_base", "1:90000"),
    )


def _boundaries(conversion: Conversion) -> str:
    """A list, since ffmpeg's `expr:` counts from the first picture and not from zero."""
    numbers = range(conversion.first + 1, conversion.end) or (conversion.end,)
    return ",".join(f"{number * SEGMENT_S - _BEFORE_S:.4f}" for number in numbers)


def _sound(conversion: Conversion) -> tuple[str, ...]:
    """What the encoder puts before the first sample is dropped: it would be heard at a restart."""
    if not conversion.has_sound:
        return ("-an",)
    start_s = f"{conversion.start_s:.3f}"
    filters = f"atrim=start={start_s},aresample=48000:async=1,apad=pad_dur={_PADDING_S}"
    return (
        *(
            "-map",
            "0:a:0?" if conversion.sound is None else f"0:{conversion.sound}?",
            "-af",
            filters,
        ),
        *("-c:a", "aac", "-ac", "2", "-b:a", f"{_SOUND_KBPS}k"),
        *("-bsf:a", f"noise=drop='lt(pts*tb,{start_s})'"),
    )
