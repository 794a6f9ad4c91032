"""Our own playlists (SPEC STR-3). Nothing in them comes from Plex but numbers. Pure."""

import math

from watchtogether.stream.layout import Layout
from watchtogether.stream.renditions import CODECS

MEDIA_TYPE = "application/vnd.apple.mpegurl"
_HEAD = ("#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS")


def master_playlist(layout: Layout, generation: int, rendition: str) -> bytes:
    """One variant: the room's rendition. URIs are relative to the ticket's folder."""
    width, height = layout.resolution
    return _joined(
        *_HEAD,
        f"#EXT-X-STREAM-INF:BANDWIDTH={layout.bandwidth_bps},"
        f'CODECS="{CODECS}",RESOLUTION={width}x{height}',
        f"{generation}/{rendition}/index.m3u8",
    )


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
