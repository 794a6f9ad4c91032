"""The short form for `make bench`: three pages on a LAN."""

import asyncio
from collections.abc import Mapping

from bench.figures import Report
from bench.sync.network import why_not
from bench.sync.profiles import PROFILES
from bench.sync.runs import Plan, measure

PAGES, STEADY_S = 3, 20.0


def measure_short(report: Report) -> None:
    """Gates, twenty steady seconds, a pause, a seek and a page that comes back."""
    reason = why_not()
    if reason is not None:
        report.add("sync, emulated LAN", "NOT MEASURED", reason)
        return
    (outcome,) = asyncio.run(measure(Plan(PROFILES["lan"], PAGES, STEADY_S)))
    figures = outcome.figures
    void = "VOID: " if outcome.void else ""
    for what, found in (("skew", figures["skew"]), ("error", figures["error"])):
        told = void + (_told(found) if found else "nothing")
        report.add(f"sync: {what}, emulated LAN, by pictures", told, f"{PAGES} pages")
    report.add("sync: corrective seeks", str(figures["corrective_seeks"]), f"{STEADY_S:g} s")


def _told(found: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {found[name]:.2f}" for name in ("p50", "p95", "p99")) + " ms"
