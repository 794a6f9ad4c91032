"""The two playlists. Pure."""

from __future__ import annotations

import math

from plexsandbox.transcoder.plan import Plan

CONTENT_TYPE = "application/vnd.apple.mpegurl"


def master_playlist(plan: Plan, session: str) -> str:
    return "\n".join(
        [
            "#EXTM3U",
            "#EXT-X-VERSION:3",
            f"#EXT-X-STREAM-INF:PROGRAM-ID=1,BANDWIDTH={plan.total_kbps * 1000}"
            f",RESOLUTION={plan.width}x{plan.height},FRAME-RATE={plan.file.video.frame_rate:g}",
            f"session/{session}/base/index.m3u8",
            "",
        ]
    )


def media_playlist(plan: Plan) -> str:
    """The whole title from segment 0; copy mode untruly states the target for every segment."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{math.ceil(plan.segment_s)}",
        "#EXT-X-ALLOW-CACHE:YES",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
    ]
    for index in range(plan.segments):
        length_s = plan.segment_s if plan.copy else plan.segment_length_s(index)
        lines += [f"#EXTINF:{length_s:.6f}, nodesc", f"{index:05d}.ts"]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])
