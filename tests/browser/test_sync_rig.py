"""Pictures of real pages over an emulated network: the floors that no change may fall below."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bench.sync.compare import targets
from bench.sync.network import why_not

ROOT = Path(__file__).parents[2]
INSTRUMENT = ("null test", "planted 20 ms", "clocks of the pages")
TRIES = 2
CLOSE_S, EXACT_S = 0.5, 1.0
"""Within 25 ms and within 8 ms of the timeline after a start: the floor, and the target."""
NOT_ASSERTED = ("clock error", "within")
"""Missed by some runs: `docs/measurements.md` says what was tried. `within` has a floor instead."""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def measured(folder: Path, profile: str, *options: str) -> dict[str, Any]:
    """The report of a run on a machine that was not starved; skips where there is none."""
    reason = why_not()
    if reason is not None:
        pytest.skip(f"NOT MEASURED: {reason}")
    command = [sys.executable, "-m", "bench.sync", "--profile", profile, "--out", str(folder)]
    for _ in range(TRIES):
        done = subprocess.run(
            [*command, *options], cwd=ROOT, capture_output=True, text=True, check=False
        )
        print(done.stdout)
        kept = folder / f"sync-{profile}-hls-ours.json"
        assert kept.exists(), done.stderr
        report: dict[str, Any] = json.loads(kept.read_text())
        if not report["void"]:
            return report
    failed = [gate for gate in report["gates"] if not gate["holds"]]
    assert not [gate for gate in failed if gate["name"] in INSTRUMENT], failed
    pytest.skip(f"NOT MEASURED: {failed}")


def test_DRV8_two_pages_on_a_lan_show_the_same_picture(tmp_path: Path) -> None:
    """The targets of `docs/measurements.md` that are met; missed is what two runs in turn miss.

    Two pages, because more of them at once would be in each other's way on two processors.
    """
    for _ in range(TRIES):
        report = measured(tmp_path, "lan", "--pages", "2", "--seconds", "15")
        assert report["figures"]["skew"]["n"] > 25
        assert report["complaints"] == []
        missed = list(_missed(report))
        if not missed:
            return
        print(missed)
    assert missed == []


def _missed(report: dict[str, Any]) -> Iterator[str]:
    for target in targets(report["figures"]["skew"]["p95"]):
        told, met = target.read(report)
        judged = "lan" in target.profiles and not target.what.startswith(NOT_ASSERTED)
        if judged and not met:
            yield f"{target.what}: {told}, not {target.goal}"
    for each in report["figures"]["convergence"]:
        if (each["close_s"] or 60) > CLOSE_S or (each["exact_s"] or 60) > EXACT_S:
            yield f"{each['what']}: {each['close_s']} s to 25 ms, {each['exact_s']} s to 8 ms"


@pytest.mark.long
def test_a_rough_network_neither_parts_the_pages_nor_makes_them_reconnect(tmp_path: Path) -> None:
    """reliability: 1 % lost, 500 ms of jitter, packets that overtake and come twice."""
    report = measured(
        tmp_path, "rough", "--pages", "3", "--seconds", "30", "--undisturbed", "--ungated"
    )
    figures = report["figures"]
    assert figures["skew_with_hiccups"]["p95"] < 60, figures["skew_with_hiccups"]
    assert report["reconnections"] <= 1
