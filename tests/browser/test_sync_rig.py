"""Pictures of real pages over an emulated network: the floors that no change may fall below."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bench.sync.network import why_not

ROOT = Path(__file__).parents[2]
INSTRUMENT = ("null test", "planted 20 ms", "clocks of the pages")
TRIES = 2

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


def test_DRV8_three_pages_on_a_lan_show_the_same_picture(tmp_path: Path) -> None:
    report = measured(tmp_path, "lan", "--pages", "3", "--seconds", "12", "--undisturbed")
    figures = report["figures"]
    assert figures["skew"]["n"] > 60
    assert figures["skew"]["p95"] <= 5, figures["skew"]
    assert figures["error"]["p95"] <= 8, figures["error"]
    assert figures["corrective_seeks"] == 0
    assert report["complaints"] == []


def test_a_rough_network_neither_parts_the_pages_nor_makes_them_reconnect(tmp_path: Path) -> None:
    """reliability: 1 % lost, 500 ms of jitter, packets that overtake and come twice."""
    report = measured(
        tmp_path, "rough", "--pages", "3", "--seconds", "30", "--undisturbed", "--ungated"
    )
    figures = report["figures"]
    assert figures["skew_with_hiccups"]["p95"] < 60, figures["skew_with_hiccups"]
    assert report["reconnections"] <= 1
