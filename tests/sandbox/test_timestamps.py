"""The clock of the segments is film time, wherever the encoder started."""

from __future__ import annotations

import io
from pathlib import Path

import av
import pytest

from tests.sandbox.client import Playback
from tests.sandbox.conftest import opened


def first_times(segment: bytes) -> tuple[float, float, int]:
    """Of the picture and of the sound, in seconds, and the number of pictures."""
    pictures: list[float] = []
    sounds: list[float] = []
    with av.open(io.BytesIO(segment), mode="r", format="mpegts") as container:
        for packet in container.demux():
            if packet.pts is None or packet.time_base is None:
                continue
            times = pictures if packet.stream.type == "video" else sounds
            if not pictures and packet.stream.type == "video":
                assert packet.is_keyframe
            times.append(float(packet.pts * packet.time_base))
    return pictures[0], sounds[0], len(pictures)


@pytest.mark.parametrize(
    ("title", "frame_s", "last"), [("Test Film", 1 / 24, 59), ("Short Film", 1001 / 24000, 11)]
)
async def test_segment_begins_at_its_place_in_the_film(
    media_dir: Path, title: str, frame_s: float, last: int
) -> None:
    seen: dict[int, tuple[float, float, int]] = {}
    async with opened(media_dir, near_segments=100) as client:
        for start in (0, 3, last - 3):
            playback = await Playback.of(client, title, offset=start, session=f"from-{start}")
            await playback.begin()
            for number in (start, start + 1, last - 3, last):
                answer = await playback.segment(number)
                assert answer.status_code == 200
                picture, sound, count = first_times(answer.content)
                assert picture == pytest.approx(number, abs=frame_s)
                assert picture >= number - 0.001
                assert sound == pytest.approx(number, abs=0.05)
                before = seen.setdefault(number, (picture, sound, count))
                assert picture == pytest.approx(before[0], abs=0.0001)
                assert count == before[2]


async def test_a_seek_within_the_session_changes_no_clock(media_dir: Path) -> None:
    async with opened(media_dir, encoder_speed=4.0, far_s=10.0) as client:
        playback = await Playback.of(client)
        await playback.begin()
        for number in (0, 1, 40, 41, 5):
            picture, _, _ = first_times((await playback.segment(number)).content)
            assert picture == pytest.approx(number, abs=0.001)


async def test_copy_mode_has_untrue_lengths_and_another_clock(media_dir: Path) -> None:
    async with opened(media_dir, segment_s=3.0) as client:
        playback = await Playback.of(client, directStream=1)
        playlist = await playback.begin()
        lengths = {line for line in playlist.splitlines() if line.startswith("#EXTINF")}
        assert lengths == {"#EXTINF:3.000000, nodesc"}
        clocks = [first_times((await playback.segment(n)).content)[0] for n in (0, 1, 2)]
        assert clocks == pytest.approx([10, 12, 14], abs=0.05)
