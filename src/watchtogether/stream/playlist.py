"""Our own playlists (SPEC STR-3). Nothing in them comes from Plex but numbers. Pure."""

import math
from collections.abc import Sequence
from dataclasses import replace

from watchtogether.stream.layout import Layout
from watchtogether.stream.renditions import CODECS, Box, Rendition

MEDIA_TYPE = "application/vnd.apple.mpegurl"
_HEAD = ("#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS")


def master_playlist(layout: Layout, uri: str) -> bytes:
    """One variant, whose own playlist is at `uri`."""
    width, height = layout.resolution
    return _joined(
        *_HEAD,
        f"#EXT-X-STREAM-INF:BANDWIDTH={layout.bandwidth_bps},"
        f'CODECS="{CODECS}",RESOLUTION={width}x{height}',
        uri,
    )


def ladder_playlist(rendition: Rendition, boxes: Sequence[Box]) -> bytes:
    """The rendition in each of these sizes, for a player that is told which to take. Needs nothing
    of Plex. URIs are relative to the folder of the rendition.
    """
    variants = (
        line
        for box in boxes
        for line in (
            f'#EXT-X-STREAM-INF:BANDWIDTH={box.needs_kbps * 1000},CODECS="{CODECS}"',
            f"../{replace(rendition, box=box).name}/index.m3u8",
        )
    )
    return _joined(*_HEAD, *variants)


def media_playlist(layout: Layout) -> bytes:
    """The whole title, every segment by its number."""
    longest_s = max(math.floor(duration + 0.5) for duration in layout.durations_s)
    segments = (
        line
        for number, duration_s in enumerate(layout.durations_s)
        for line in (f"#EXTINF:{duration_s:.6f},", f"{number}.ts")
    )
    return _joined(
        *_HEAD,
        f"#EXT-X-TARGETDURATION:{max(1, longest_s)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        *segments,
        "#EXT-X-ENDLIST",
    )


def _joined(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()
