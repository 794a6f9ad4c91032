"""A measurement told: a table to read, figures for programs, and a plot."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.figures import machine
from bench.sync.plot import plot
from bench.sync.runs import Outcome


def table(outcome: Outcome) -> str:
    """Text, a line a figure."""
    figures, plan = outcome.figures, outcome.plan
    head = f"{outcome.contender} · {plan.profile.name} ({plan.profile.about}) · {plan.source}"
    lines = [
        "",
        f"  {head} · {plan.pages} pages · {figures['steady_s']:.0f} s",
        f"  {machine()}",
        "",
    ]
    if outcome.void:
        lines.append("  VOID: a gate does not hold")
    for gate in outcome.gates:
        mark = "holds" if gate.holds else "FAILS"
        lines.append(_row(f"gate: {gate.name}", gate.figure, f"{gate.limit} {mark}"))
    lines += [_row(what, figure) for what, figure in _figures(figures)]
    lines.append(_row("connections opened anew", str(outcome.reconnections)))
    lines += [_row(f"after {each['what']}", _converged(each)) for each in figures["convergence"]]
    lines += [_row("complaint", text[:200]) for text in outcome.complaints]
    return "\n".join(lines)


def _figures(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    clock, off = found["clock"], found["off_rate"]
    covered = clock["covered"]
    apart = [each["apart"] for each in found["pauses"]]
    return [
        ("skew of every two pages, hiccups apart", _spread(found["skew"])),
        ("the same with them", _spread(found["skew_with_hiccups"])),
        ("error against the timeline", _spread(found["error"])),
        ("the same with hiccups", _spread(found["error_with_hiccups"])),
        ("median error of each page", _listed(found["error_by_page"], "ms")),
        ("pictures behind currentTime", _listed(found["picture_lag_ms"], "ms")),
        ("content offset", _listed(found["content_offset_ms"], "ms")),
        ("clock error", _spread(clock["error"])),
        ("stated uncertainty", _spread(clock["stated"])),
        ("covers the truth", "unknown" if covered is None else f"{covered:.2%}"),
        ("time off the rate by > 0.1 %", f"{off['over_0.1_percent']:.2%}"),
        ("time off the rate by > 0.5 %", f"{off['over_0.5_percent']:.2%}"),
        ("corrective seeks", str(found["corrective_seeks"])),
        ("hiccups of the sound", _hiccups(found["hiccups"])),
        ("stalls", _seconds(found["stalls_s"])),
        ("the room waited", _seconds(found["waits_s"])),
        ("pictures apart 300 ms after a pause", ", ".join(map(str, apart)) or "no pause"),
    ]


def _row(what: str, figure: str, note: str = "") -> str:
    return f"  {what:<42} {figure:<44} {note}".rstrip()


def _spread(values: Mapping[str, float] | None) -> str:
    if values is None:
        return "nothing measured"
    names = ("p50", "p95", "p99", "max")
    return "  ".join(f"{name} {values[name]:.2f}" for name in names) + f" ms  n {values['n']:.0f}"


def _listed(values: Mapping[str, float | None], unit: str) -> str:
    told = ["–" if value is None else f"{value:.2f}" for value in values.values()]
    return f"{' / '.join(told)} {unit}"


def _seconds(values: Sequence[float]) -> str:
    return f"{len(values)}: " + ", ".join(f"{each:.2f} s" for each in values) if values else "none"


def _hiccups(found: Sequence[Mapping[str, Any]]) -> str:
    if not found:
        return "none"
    each = [f"{h['jump_ms']:g} ms at rate {h['rate']:g}" for h in found[:6]]
    return f"{len(found)}: " + ", ".join(each) + (", …" if len(found) > len(each) else "")


def _converged(each: Mapping[str, Any]) -> str:
    def told(value: float | None, unit: str) -> str:
        return "never" if value is None else f"{value:.2f}{unit}"

    errors = ", ".join(f"{at} s {told(error, '')}" for at, error in each["error_ms"].items())
    close, exact = told(each["close_s"], " s"), told(each["exact_s"], " s")
    return f"≤ 25 ms in {close}, ≤ 8 ms in {exact}; worst error (ms) at {errors}"


def keep(outcomes: Sequence[Outcome], folder: str | Path) -> Path:
    """Write `sync-PROFILE-SOURCE-CONTENDER.{txt,json,svg}`; the folder."""
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    for outcome in outcomes:
        plan = outcome.plan
        stem = into / f"sync-{plan.profile.name}-{plan.source}-{outcome.contender}"
        stem.with_suffix(".txt").write_text(table(outcome) + "\n")
        stem.with_suffix(".json").write_text(json.dumps(as_json(outcome), indent=1) + "\n")
        stem.with_suffix(".svg").write_text(plot(outcome.figures, table(outcome).splitlines()[1]))
    return into


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Everything, the series included."""
    plan = outcome.plan
    return {
        "contender": outcome.contender,
        "profile": plan.profile.name,
        "about": plan.profile.about,
        "source": plan.source,
        "pages": plan.pages,
        "machine": machine(),
        "void": outcome.void,
        "gates": [
            {"name": g.name, "figure": g.figure, "limit": g.limit, "holds": g.holds}
            for g in outcome.gates
        ],
        "complaints": outcome.complaints,
        "reconnections": outcome.reconnections,
        "figures": outcome.figures,
    }
