"""Single happenings in the logs: corrections, hiccups of the sound, stalls, waits, pauses. Pure."""

import itertools
from collections.abc import Sequence
from typing import Any

from bench.sync.readings import Jump, Log
from bench.sync.truth import Truth

HICCUP_MS = (12.0, 60.0)
"""A jump of `currentTime` of this size against the clock, the rate being the same: about 22 ms is
one buffer of sound that came late, and correcting it is not the controller's fault."""
SHADOW_MS = 4_000.0
SETTLED_MS = 3_000.0
PAUSED_AFTER_MS = 300.0


def hiccups(log: Log) -> list[tuple[float, float]]:
    """When `currentTime` jumped by itself, and how far in milliseconds."""
    jumped = [each.at_ms for each in log.jumps]
    found = []
    for one, other in zip(log.samples, log.samples[1:], strict=False):
        if not (one.moving and other.moving) or one.rate != other.rate:
            continue
        passed_ms = other.at_ms - one.at_ms
        jump_ms = (other.position_s - one.position_s) * 1000 - one.rate * passed_ms
        if not HICCUP_MS[0] < abs(jump_ms) < HICCUP_MS[1]:
            continue
        if not any(one.at_ms - 500 < at_ms <= other.at_ms for at_ms in jumped):
            found.append((other.at_ms, jump_ms))
    return found


def told_hiccups(log: Log, found: Sequence[tuple[float, float]]) -> list[dict[str, Any]]:
    """Each with the rate then, and how long before it the rate was last changed, in seconds."""
    changes = [
        other.at_ms
        for one, other in itertools.pairwise(log.samples)
        if abs(one.rate - other.rate) > 1e-9
    ]
    told = []
    for at_ms, jump_ms in found:
        before = [each for each in changes if each <= at_ms]
        rate = next(each.rate for each in log.samples if each.at_ms == at_ms)
        told.append(
            {
                "page": log.name,
                "at_ms": at_ms,
                "jump_ms": round(jump_ms, 1),
                "rate": round(rate, 5),
                "after_change_s": round((at_ms - before[-1]) / 1000, 2) if before else None,
            }
        )
    return told


def shadows(found: Sequence[Sequence[tuple[float, float]]]) -> list[tuple[float, float]]:
    """Times within which a hiccup of any page may still show."""
    return [(at_ms - 600, at_ms + SHADOW_MS) for each in found for at_ms, _ in each]


def shaded(at_ms: float, within: Sequence[tuple[float, float]]) -> bool:
    """Whether a moment lies in one of them."""
    return any(start_ms <= at_ms <= end_ms for start_ms, end_ms in within)


def corrections(log: Log, truth: Truth) -> list[Jump]:
    """Seeks that nobody asked for: the page moved a playing film, well after its start."""
    found = []
    for jump in log.jumps:
        run = next(
            (r for r in truth.runs(jump.at_ms + 1) if r.start_ms <= jump.at_ms <= r.end_ms), None
        )
        if run and jump.at_ms - run.start_ms > SETTLED_MS and not jump.paused:
            found.append(jump)
    return found


def stalls(log: Log) -> list[float]:
    """How long the element waited for film, each time, in seconds."""
    found = []
    waiting_ms: float | None = None
    for event in log.events:
        if event.kind == "waiting":
            waiting_ms = event.at_ms if waiting_ms is None else waiting_ms
        elif event.kind in ("playing", "pause") and waiting_ms is not None:
            found.append((event.at_ms - waiting_ms) / 1000)
            waiting_ms = None
    return found


def waits(truth: Truth) -> list[float]:
    """How long the room waited, each time, in seconds."""
    found = []
    began_ms: float | None = None
    for vector in truth.vectors:
        if vector.state == "waiting":
            began_ms = vector.heard_ms if began_ms is None else began_ms
        elif began_ms is not None:
            found.append((vector.heard_ms - began_ms) / 1000)
            began_ms = None
    return found


def pauses(logs: Sequence[Log], truth: Truth, end_ms: float) -> list[dict[str, Any]]:
    """What each page showed 300 ms after a pause took effect, and how many pictures lay between."""
    found = []
    for paused_ms in truth.pauses(end_ms):
        shown = []
        for log in logs:
            late = [n for at_ms, n in log.reads if 0 <= at_ms - paused_ms - PAUSED_AFTER_MS < 150]
            if late:
                shown.append(late[0])
        numbers = [number for number in shown if number is not None]
        apart = max(numbers) - min(numbers) if len(numbers) > 1 else None
        found.append({"at_ms": paused_ms, "pictures": shown, "apart": apart})
    return found
