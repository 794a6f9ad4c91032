"""The vectors that the page runs in TypeScript, run by the server's own code."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.rooms import film
from watchtogether.sync.clock import Exchange, best
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
    exchange = Exchange(case["t0_ms"], case["t1_ms"], case["t2_ms"], case["t3_ms"])
    assert exchange.offset_ms == pytest.approx(case["offset_ms"], abs=1e-9)
    assert exchange.round_trip_ms == pytest.approx(case["round_trip_ms"], abs=1e-9)


@pytest.mark.parametrize("case", cases("clock.json", "best"))
def test_CLK3_best(case: dict[str, Any]) -> None:
    exchanges = [Exchange(**times) for times in case["exchanges"]]
    won = best(exchanges)
    assert exchanges.index(won) == case["index"]
    assert won.offset_ms == pytest.approx(case["offset_ms"], abs=1e-9)
    assert won.uncertainty_ms == pytest.approx(case["uncertainty_ms"], abs=1e-9)
