"""How a title is cut, and our own playlists over it."""

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stream.fakes import ts_packet, ts_segment
from watchtogether.stream.layout import Layout, lay_out
from watchtogether.stream.mpegts import clock_gap_s, first_video_time_s, is_whole
from watchtogether.stream.playlist import master_playlist, media_playlist

_lengths = st.lists(st.floats(0.5, 12.0), min_size=1, max_size=200)


def _layout(durations: list[float]) -> Layout:
    return Layout(tuple(durations), 4_000_000, (1280, 536))


@given(_lengths)
def test_STR3_the_playlist_lists_every_segment_once(durations: list[float]) -> None:
    text = media_playlist(_layout(durations)).decode()
    parsed = m3u8.loads(text)
    assert [segment.uri for segment in parsed.segments] == [
        f"{number}.ts" for number in range(len(durations))
    ]
    assert parsed.is_endlist
    assert parsed.playlist_type == "vod"
    assert parsed.is_independent_segments
    longest = max(round(segment.duration) for segment in parsed.segments)
    assert parsed.target_duration >= longest
    for segment, duration in zip(parsed.segments, durations, strict=True):
        assert segment.duration == pytest.approx(duration, abs=1e-5)


def test_STR3_the_master_names_one_variant_relative_to_the_ticket() -> None:
    parsed = m3u8.loads(master_playlist(_layout([3.0]), "4/720p/index.m3u8").decode())
    (variant,) = parsed.playlists
    assert variant.uri == "4/720p/index.m3u8"
    assert variant.stream_info.resolution == (1280, 536)
    assert variant.stream_info.bandwidth == 4_000_000
    assert variant.stream_info.codecs == "avc1.640028,mp4a.40.2"


@given(_lengths, st.floats(0, 2400))
def test_a_position_lies_in_its_segment(durations: list[float], position_s: float) -> None:
    layout = _layout(durations)
    number = layout.number_at(position_s)
    assert 0 <= number < len(layout)
    assert layout.starts_s[number] <= position_s + 0.11
    if position_s < layout.end_s(len(layout) - 1) - 0.2:
        assert position_s < layout.end_s(number)


def test_a_list_of_the_whole_title_begins_at_zero_whatever_the_offset() -> None:
    layout = _layout([3.0] * 20)
    assert layout.shift_of([3.0] * 20, 30.0) == 0


def test_a_list_that_begins_at_the_offset_is_placed_there() -> None:
    layout = _layout([3.0] * 19 + [1.0])
    assert layout.shift_of([3.0] * 9 + [1.0], 30.0) == 10


def test_another_cut_is_not_taken_for_this_title() -> None:
    assert _layout([3.0] * 20).shift_of([8.0] * 8, 0.0) is None
    assert _layout([3.0] * 20).shift_of([3.0] * 25, 0.0) is None


def test_a_first_list_that_begins_at_the_offset_is_filled_up() -> None:
    layout = lay_out([3.0] * 10, 30.0, 60.0, bandwidth_bps=1, resolution=(2, 2))
    assert len(layout) == 20
    assert layout.shift_of([3.0] * 10, 30.0) == 10


def test_a_first_list_of_the_whole_title_is_left_alone() -> None:
    layout = lay_out([3.0] * 20, 30.0, 60.0, bandwidth_bps=1, resolution=(2, 2))
    assert len(layout) == 20


@pytest.mark.parametrize(
    "damaged",
    [b"", b"\x47" * 187, ts_segment(0)[:-1], ts_segment(0)[1:], ts_packet() + b"\x00" * 188],
)
def test_a_damaged_segment_is_noticed(damaged: bytes) -> None:
    assert not is_whole(damaged)


@given(st.floats(0, 95_000))
def test_the_first_frame_tells_the_time(time_s: float) -> None:
    segment = ts_packet() + ts_packet(time_s)
    assert is_whole(segment)
    read = first_video_time_s(segment)
    assert read is not None
    assert clock_gap_s(read, time_s) < 0.001


@given(st.binary(max_size=188 * 3))
def test_no_bytes_upset_the_reader_of_times(noise: bytes) -> None:
    first_video_time_s(noise)
    is_whole(noise)
