"""How far a player is from where it should be, out of samples that are each a little wrong, and
whether it does what its rate says (SPEC DRV-6, DRV-10). Pure; seconds of film.

`web/src/sync/drift.ts` and `actuation.ts` do the same; vectors: `drift.json`, `actuation.json`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

_FAILURES = 3
"""Trials that must fail before a player is given up on."""
_WORTH_S = 0.012
"""A trial is long enough when it should have moved the film by this much."""
_MIN_TRIM, _SAME_TRIM = 0.0015, 0.0005
_KEPT = 5
"""So many measurements of a duration are remembered."""
_MOVED = 0.35
"""Less than this part of what was due counts as nothing."""


@dataclass(frozen=True, slots=True)
class ErrorSample:
    """Read at `at_ms` of the own clock, while the player's rate was `trim` above the room's."""

    at_ms: float
    error_s: float
    trim: float


@dataclass(frozen=True, slots=True)
class PresentError:
    """The error now, its standard deviation, and the number of samples behind it."""

    error_s: float
    noise_s: float
    count: int


def present_error(samples: Sequence[ErrorSample], now_ms: float) -> PresentError | None:
    """From samples of the last moments, oldest first: each carried forward by what the trim has
    done since, the outer fifths left out, the rest averaged. None without any."""
    if not samples:
        return None
    carried = sorted(_carried_to(samples, now_ms))
    count = len(carried)
    cut = count // 5
    middle = carried[cut : count - cut]
    error_s = sum(middle) / len(middle)
    spread = sum((each - error_s) ** 2 for each in carried)
    noise_s = 0.0 if count < 2 else math.sqrt(spread / (count - 1) / count)
    return PresentError(error_s, noise_s, count)


def _carried_to(samples: Sequence[ErrorSample], now_ms: float) -> list[float]:
    carried, moved_s, until_ms = [], 0.0, now_ms
    for each in reversed(samples):
        moved_s += each.trim * max(0.0, until_ms - each.at_ms) / 1000
        until_ms = each.at_ms
        carried.append(each.error_s + moved_s)
    return carried


def typical(measured_s: Sequence[float]) -> float:
    """What a duration is taken for, in seconds: the median of its last five measurements, the
    lower of two in the middle, so that one that was disturbed counts for nothing (SPEC DRV-4)."""
    return sorted(measured_s)[(len(measured_s) - 1) // 2]


def remembered(past: Sequence[float], measured_s: float, limit_s: float) -> list[float]:
    """The measurements to remember after another one, held within `[0, limit_s]`."""
    return [*past, min(max(0.0, measured_s), limit_s)][-_KEPT:]


class Actuation(StrEnum):
    """What a player does with a rate: follows any, only coarse ones, or none."""

    FINE = "fine"
    COARSE = "coarse"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Trial:
    """A trim that is held since `at_ms`, and the error then."""

    trim: float
    at_ms: float
    error_s: float


@dataclass(frozen=True, slots=True)
class ActuationState:
    """What is known of the player, the trial under way, and how many in a row moved nothing."""

    actuation: Actuation = Actuation.FINE
    trial: Trial | None = None
    failures: int = 0


def watched(state: ActuationState, now: Trial) -> ActuationState:
    """Takes in the error now and the trim that is set from now on."""
    if state.actuation is Actuation.NONE:
        return state
    begun = replace(state, trial=None if abs(now.trim) < _MIN_TRIM else now)
    trial = state.trial
    if trial is None:
        return begun
    due_s = trial.trim * (now.at_ms - trial.at_ms) / 1000
    if abs(due_s) < _WORTH_S:
        return begun if abs(now.trim - trial.trim) > _SAME_TRIM else state
    if (now.error_s - trial.error_s) / due_s >= _MOVED:
        return replace(begun, failures=0)
    if state.failures + 1 < _FAILURES:
        return replace(begun, failures=state.failures + 1)
    lower = Actuation.COARSE if state.actuation is Actuation.FINE else Actuation.NONE
    return ActuationState(lower)
