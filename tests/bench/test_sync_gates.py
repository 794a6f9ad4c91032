"""A figure whose gates do not hold is void; the relay does what its profile says."""

import random
import statistics

import pytest
from bench.sync import gates
from bench.sync.fits import Window
from bench.sync.plot import plot
from bench.sync.profiles import PROFILES, Link, Way, as_json, from_json
from bench.sync.readings import Log
from bench.sync.relay import Lane, Tally, address_bytes

from tests.bench.pages import FPS, watched


def held(error_ms: float) -> dict[float, Window]:
    return {at: Window(at, error_ms, 50) for at in (500.0, 750.0, 1_000.0)}


def test_the_null_test_and_the_plant() -> None:
    null, planted = [held(0.3), held(0.1)], [held(-19.5), held(0.1)]
    assert gates.null_gate(null).holds
    assert not gates.null_gate([held(1.3), held(0.1)]).holds
    assert not gates.null_gate([{}, held(0.1)]).holds
    assert gates.plant_gate(null, planted).holds
    assert not gates.plant_gate(null, null).holds
    assert not gates.plant_gate(null, [held(-24.0), held(0.1)]).holds


def test_lost_pictures_a_busy_machine_and_a_late_relay_are_told() -> None:
    seen, lost = watched("one", 0, 10_000, skipped=0.1), watched("one", 0, 10_000, skipped=0.6)
    assert gates.lost_gate([seen], FPS).holds
    assert not gates.lost_gate([seen, lost], FPS).holds
    assert not gates.lost_gate([Log("empty")], FPS).holds
    assert gates.idle_gate([0.5, 0.4]).holds
    assert not gates.idle_gate([0.5, 0.0]).holds
    assert not gates.idle_gate([]).holds
    assert not gates.relay_gate({"late_p99_ms": 4.0, "packets": 9}).holds
    assert not gates.clocks_gate([0.0, 0.7]).holds


def delays(way: Way, count: int = 4_000, every_ms: float = 50.0) -> list[list[float]]:
    lane, chance = Lane(way, 0), random.Random(1)
    return [
        [due - number * every_ms for due in lane.due_ms(number * every_ms, 100, chance)]
        for number in range(count)
    ]


def test_a_lane_delays_loses_and_doubles() -> None:
    carried = delays(Way(80, 10, loss=0.05, duplicate=0.1))
    assert sum(not each for each in carried) / len(carried) == pytest.approx(0.05, abs=0.015)
    assert sum(len(each) == 2 for each in carried) / len(carried) == pytest.approx(0.095, abs=0.02)
    first = [each[0] for each in carried if each]
    assert statistics.mean(first) == pytest.approx(80, abs=1)
    assert statistics.stdev(first) == pytest.approx(10, abs=1)


def test_a_lane_keeps_the_order_but_for_those_that_overtake() -> None:
    kept = [n * 5 + each[0] for n, each in enumerate(delays(Way(40, 20), 2_000, 5.0))]
    assert kept == sorted(kept)
    passed = [n * 5 + e[0] for n, e in enumerate(delays(Way(40, 20, reorder=0.02), 2_000, 5.0))]
    assert passed != sorted(passed)


def test_a_narrow_lane_queues_and_then_loses() -> None:
    lane, chance = Lane(Way(rate_kbps=80), 0), random.Random(1)
    due = [lane.due_ms(0.0, 1_000, chance) for _ in range(20)]
    assert due[0] == [100.0]
    assert due[1] == [200.0]
    assert due[-1] == []


def test_profiles_survive_the_way_to_the_relay() -> None:
    for profile in PROFILES.values():
        link: Link = profile.link(0)
        assert from_json(as_json(link)) == link
    assert PROFILES["asymmetric"].asymmetry_ms == 40
    assert address_bytes("10.1.2.255") == bytes([10, 1, 2, 255])


def test_lateness_is_a_histogram() -> None:
    tally = Tally()
    tally.lateness.update([0] * 98 + [5, 30])
    assert tally.told()["late_p99_ms"] == 0.5
    assert tally.told()["late_max_ms"] == 3.0


def test_a_plot_shows_every_page_and_nothing_when_there_is_nothing() -> None:
    drawn = plot({"series": {"A & B": [(0.0, 1.0), (0.25, 2.0)], "C": [(0.0, 0.5)]}}, "lan")
    assert "A &amp; B" in drawn
    assert drawn.count("<polyline") == 3
    assert "nothing measured" in plot({"series": {"one": []}}, "lan")
