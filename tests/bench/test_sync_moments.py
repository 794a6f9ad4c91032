"""What happened once: jumps nobody asked for, starts, waits, pauses."""

from typing import Any

import pytest
from bench.sync import moments
from bench.sync.readings import Happening, Jump, Log, joined, read_log
from bench.sync.score import Party, score
from bench.sync.truth import Truth

from tests.bench.pages import FPS, playing, vector, watched


def test_a_hiccup_of_the_sound_is_told_from_a_correction() -> None:
    log = watched("one", 0.0, 20_000)
    log.samples[200:] = [s._replace(position_s=s.position_s - 0.022) for s in log.samples[200:]]
    (at_ms, jump_ms) = moments.hiccups(log)[0]
    assert jump_ms == pytest.approx(-22, abs=0.1)
    assert moments.shaded(at_ms + 1_000, moments.shadows([[(at_ms, jump_ms)]]))
    log.jumps.append(Jump(log.samples[199].at_ms + 10, 9.0, 9.0, False))
    assert moments.hiccups(log) == []


def test_a_change_of_rate_is_no_hiccup() -> None:
    log = watched("one", 0.0, 20_000)
    log.samples[200:] = [s._replace(rate=1.02) for s in log.samples[200:]]
    log.samples[201:] = [s._replace(position_s=s.position_s + 0.022) for s in log.samples[201:]]
    assert len(moments.hiccups(log)) == 1
    log.samples[200] = log.samples[200]._replace(rate=1.0)
    assert moments.hiccups(log) == []


def test_only_seeks_into_a_playing_film_are_corrections() -> None:
    log = Log("one")
    log.jumps.append(Jump(500.0, 0.0, 1.0, True))
    log.jumps.append(Jump(2_000.0, 0.0, 1.0, False))
    log.jumps.append(Jump(9_000.0, 7.9, 8.0, False))
    assert [each.at_ms for each in moments.corrections(log, playing())] == [9_000.0]


def test_stalls_and_waits_have_lengths() -> None:
    log = Log("one", events=[Happening(at, kind, 0, 4) for at, kind in _STALL])
    assert moments.stalls(log) == [0.25]
    waiting = vector(1, "waiting", 0.0, 500.0, "play")
    truth = Truth([waiting, vector(2, "playing", 0.0, 1_500.0, "play")])
    assert moments.waits(truth) == [1.0]


_STALL = [(1_000.0, "waiting"), (1_100.0, "waiting"), (1_250.0, "playing"), (1_300.0, "pause")]


def test_pictures_after_a_pause_are_compared() -> None:
    truth = Truth(
        [vector(1, "playing", 0.0, 1_000.0, "play"), vector(2, "paused", 9.0, 10_000.0, "pause")]
    )
    one, other = Log("one", reads=[(10_310.0, 531)]), Log("other", reads=[(10_312.0, 533)])
    (pause,) = moments.pauses([one, other], truth, 12_000)
    assert pause["apart"] == 2


def test_the_truth_follows_the_newest_timeline() -> None:
    told = [
        vector(2, "paused", 9.0, 10_000.0, "pause"),
        vector(1, "playing", 0.0, 1_000.0, "play"),
        vector(3, "playing", 9.0, 12_000.0, "play"),
    ]
    truth = Truth(told)
    assert truth.position_at(0.0) is None
    assert truth.position_at(3_000.0) == 2.0
    assert truth.position_at(11_000.0) == 9.0
    assert truth.position_at(13_000.0) == 10.0
    assert [(run.start_ms, run.end_ms) for run in truth.runs(20_000)] == [
        (1_000.0, 10_000.0),
        (12_000.0, 20_000),
    ]
    assert truth.pauses(20_000) == [10_000.0]


def test_a_start_that_comes_late_is_seen_to_converge() -> None:
    log = watched("one", 0.0, 20_000)
    late = [
        s._replace(position_s=s.position_s - max(0.0, (3_000 - s.at_ms) / 40_000))
        for s in log.samples
    ]
    log.samples[:] = late
    log.samples.insert(0, late[0]._replace(at_ms=950.0))
    figures = score(Party([log], playing(), FPS, (5_000, 18_000), 20_000))
    (start,) = figures["convergence"]
    assert start["close_s"] == pytest.approx(1.06, abs=0.1)
    assert start["exact_s"] == pytest.approx(1.76, abs=0.15)
    assert start["error_ms"]["0.5"] == pytest.approx(39, abs=3)


def test_logs_are_moved_to_the_machines_clock_and_joined() -> None:
    raw: dict[str, list[Any]] = {
        "frames": [[7, 0.1, 20.0, 3, 18.0], [None, 0.2, 40.0, 4, 38.0]],
        "samples": [[10.0, 0.1, 1.0, 1, 4, 5.0, [5.0, 10.0, 0.1, None, 2.0, 2, 1]]],
        "sets": [[11.0, 0.0, 1.0, 1]],
        "events": [[12.0, "seeking", 1.0, 1]],
        "sent": [[13.0, '42["member:ready",{"ready":true}]'], [14.0, '{"ready":false}']],
        "reads": [[15.0, None]],
    }
    log = read_log("one", raw, 1_000.0)
    assert [frame.shown_ms for frame in log.frames] == [1_020.0, 1_040.0]
    assert log.samples[0].paused
    assert not log.samples[0].moving
    assert log.beliefs[0].motion == "running"
    assert log.ready_ms == [1_013.0]
    assert len(joined([log, log]).frames) == 4
    assert log.between(1_000, 1_030).frames == log.frames[:1]
