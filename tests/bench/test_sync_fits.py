"""Positions read from pictures are finer than the pictures."""

import pytest
from bench.sync.fits import content_offset_s, middle, quantile, windows
from bench.sync.score import Party, pairwise, score

from tests.bench.pages import FPS, playing, watched


@pytest.mark.parametrize("ahead_ms", [0.0, 0.7, 3.0, -8.0, 20.0, 140.0])
def test_a_difference_is_read_to_a_fraction_of_a_picture(ahead_ms: float) -> None:
    truth = playing()
    one = windows(watched("one", ahead_ms, 30_000), truth, FPS, 0.0, 3_000, 28_000)
    other = windows(watched("other", 0.0, 30_000), truth, FPS, 0.0, 3_000, 28_000)
    apart = pairwise([one, other])
    assert len(apart) > 80
    assert quantile(apart, 0.5) == pytest.approx(ahead_ms, abs=0.5)
    assert quantile([abs(each - ahead_ms) for each in apart], 0.95) < 1.0


def test_a_window_without_enough_pictures_is_left_out() -> None:
    log = watched("one", 0.0, 30_000, skipped=0.8)
    assert windows(log, playing(), FPS, 0.0, 3_000, 28_000) == {}


def test_quantiles_interpolate_and_the_middle_leaves_outliers_out() -> None:
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([0.0, 10.0], 0.25) == 2.5
    even = [each / 10 for each in range(200)]
    assert middle([*even, 500.0]) == pytest.approx(middle(even), abs=0.2)


def test_the_numbers_prove_what_a_source_hides() -> None:
    log = watched("one", 0.0, 5_000)
    moved = [frame._replace(media_s=frame.media_s + 0.021) for frame in log.frames]
    moved[10] = moved[10]._replace(number=(moved[10].number or 0) + 1)
    assert content_offset_s(moved, FPS) == pytest.approx(0.021, abs=1e-6)
    with pytest.raises(ValueError, match="no picture"):
        content_offset_s([], FPS)


def test_a_party_is_scored() -> None:
    logs = [watched(f"page {ahead}", ahead, 30_000) for ahead in (0.0, 2.0, -2.0)]
    figures = score(Party(logs, playing(), FPS, (5_000, 25_000), 30_000))
    assert figures["skew"]["p50"] == pytest.approx(2.0, abs=0.6)
    assert figures["skew"]["max"] == pytest.approx(4.0, abs=1.0)
    assert (figures["corrective_seeks"], figures["hiccups"]) == (0, [])
    assert figures["off_rate"] == {"over_0.1_percent": 0, "over_0.5_percent": 0}
    (start,) = figures["convergence"]
    assert start["close_s"] is not None
    assert len(figures["series"]) == 3
