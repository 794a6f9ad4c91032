"""The vectors that the page runs in TypeScript, run by the server's own code."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.rooms import film
from watchtogether.sync.clock import ClockState, Exchange
from watchtogether.sync.clockfit import Sample, deviation_at, fit_of, offset_of
from watchtogether.sync.controller import ControlInput, ControlState, Mode, SeekTo, control
from watchtogether.sync.drift import (
    Actuation,
    ActuationState,
    ErrorSample,
    Trial,
    present_error,
    remembered,
    typical,
    watched,
)
from watchtogether.sync.timeline import State, Timeline, idle

FOLDER = Path(__file__).parents[2] / "protocol" / "vectors"


def cases(file: str, part: str) -> list[Any]:
    found = json.loads((FOLDER / file).read_text())[part]
    return [pytest.param(case, id=case["name"]) for case in found]


def timeline(given: dict[str, Any]) -> Timeline:
    made = replace(idle(given.get("epoch", 1), "clk"), revision=given.get("revision", 0))
    if "state" not in given:
        return made
    return replace(
        made,
        state=State(given["state"]),
        position_s=given["position_s"],
        rate=given["rate"],
        as_of_ms=given["as_of_ms"],
        item=film(duration_s=given["duration_s"]) if given["duration_s"] else None,
    )


@pytest.mark.parametrize("case", cases("timeline.json", "position"))
def test_PB3_position(case: dict[str, Any]) -> None:
    found = timeline(case["timeline"]).position_at(case["at_ms"])
    assert found == pytest.approx(case["position_s"], abs=1e-9)


@pytest.mark.parametrize("case", cases("timeline.json", "newer"))
def test_PB5_newer(case: dict[str, Any]) -> None:
    if case["b"] is None:
        return  # a client that knows nothing yet; the server always has a timeline
    assert timeline(case["a"]).is_newer_than(timeline(case["b"])) is case["newer"]


@pytest.mark.parametrize("case", cases("clock.json", "exchange"))
def test_CLK1_exchange(case: dict[str, Any]) -> None:
    sample = Exchange(case["t0_ms"], case["t1_ms"], case["t2_ms"], case["t3_ms"]).sample
    assert sample.offset_ms == pytest.approx(case["offset_ms"], abs=1e-9)
    assert sample.round_trip_ms == pytest.approx(case["round_trip_ms"], abs=1e-9)


@pytest.mark.parametrize("case", cases("clock.json", "fit"))
def test_CLK5_and_CLK7_fit(case: dict[str, Any]) -> None:
    fit = fit_of([Sample(*row) for row in case["samples"]])
    assert fit is not None
    known = offset_of(fit, case["now_ms"])
    assert known.offset_ms == pytest.approx(case["offset_ms"], abs=1e-6)
    assert known.uncertainty_ms == pytest.approx(case["uncertainty_ms"], abs=1e-6)
    assert fit.slope == pytest.approx(case["slope"], abs=1e-9)
    assert deviation_at(fit, case["now_ms"]) == pytest.approx(case["deviation_ms"], abs=1e-6)


@pytest.mark.parametrize("case", cases("clock.json", "wait"))
def test_CLK6_wait(case: dict[str, Any]) -> None:
    clock = ClockState().begin_burst()
    for row in case["samples"]:
        clock = clock.add(Sample(*row), "a")
    assert clock.next_after_ms(case["now_ms"]) == case["wait_ms"]


@pytest.mark.parametrize("case", cases("controller.json", "control"))
def test_DRV8_to_DRV10_control(case: dict[str, Any]) -> None:
    state = ControlState(Mode(case["state"]["mode"]), case["state"]["integral"])
    for step in case["steps"]:
        given = step["input"] | {"actuation": Actuation(step["input"]["actuation"])}
        state, action = control(state, ControlInput(**given))
        assert state.mode == step["mode"]
        assert state.integral == pytest.approx(step["integral"], abs=1e-9)
        assert ("seek" if isinstance(action, SeekTo) else "rate") == step["action"]["kind"]
        assert action.rate == pytest.approx(step["action"]["rate"], abs=1e-9)
        if isinstance(action, SeekTo):
            assert action.position_s == pytest.approx(step["action"]["position_s"], abs=1e-9)


@pytest.mark.parametrize("case", cases("drift.json", "present"))
def test_DRV6_present_error(case: dict[str, Any]) -> None:
    got = present_error([ErrorSample(*row) for row in case["samples"]], case["now_ms"])
    if case["error_s"] is None:
        assert got is None
        return
    assert got is not None
    assert got.error_s == pytest.approx(case["error_s"], abs=1e-9)
    assert got.noise_s == pytest.approx(case["noise_s"], abs=1e-9)


@pytest.mark.parametrize("case", cases("drift.json", "learned"))
def test_DRV4_learned(case: dict[str, Any]) -> None:
    got = remembered(case["past_s"], case["measured_s"], case["limit_s"])
    assert got == case["remembered_s"]
    assert typical(got) == case["typical_s"]


@pytest.mark.parametrize("case", cases("actuation.json", "watched"))
def test_DRV10_actuation(case: dict[str, Any]) -> None:
    state = ActuationState()
    for step in case["steps"]:
        state = watched(state, Trial(step["trim"], step["at_ms"], step["error_s"]))
        assert (state.actuation, state.failures) == (step["actuation"], step["failures"])
