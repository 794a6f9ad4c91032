"""A line through the samples of one clock: where the server's clock is, and how sure that is
(SPEC CLK-5 to CLK-7). Pure; held to `protocol/vectors/clock.json`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

SLOPE_PRIOR = 40e-6
"""Two quartz clocks differ by this much, give or take, before anything is known of them."""
SLOPE_MAX, CLEAR_FROM = 500e-6, 12
"""No clock is as bad as this; and so many samples are needed to believe any of it."""
FEW_ROUGHER = 3.0
"""Fewer samples don't tell how rough they are: what slope they say is as much less sure."""
SLOPE_DOUBT, SLOPE_WANDERS = 5.0, 2e-6
"""What a slope may be wrong by, in deviations, and what it wanders by besides; and as much as it is
steeper than quartz clocks are, for that may be a network whose ways have changed."""
AGE_MS = 300_000.0
"""Samples lose weight with age: slopes change with the temperature."""
ALIKE = (1.0, 2.0, 4.0, 8.0)
"""How much alike direct and roundabout samples may be: what is tried."""
NOISY_MS = 5.0
"""With smaller detours it is not asked: what is left is mostly queues, and those lean one way."""
FAR = 2.5
"""Samples that took so much longer than is usual are left out: something was sent again."""
FLOOR_MS = 0.1
"""No sample is better than the clocks' own reading of the time."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One exchange, read: `at_ms` is the own clock when the answer arrived."""

    offset_ms: float
    round_trip_ms: float
    at_ms: float


@dataclass(frozen=True, slots=True)
class Offset:
    """Server clock − own clock; the truth lies within ± `uncertainty_ms` (SPEC CLK-2)."""

    offset_ms: float
    uncertainty_ms: float


@dataclass(frozen=True, slots=True)
class Fit:
    """The line at `at_ms` of the own clock; the deviations hold if both ways are alike on average,
    `low_ms` and `high_ms` whatever the ways were."""

    at_ms: float
    offset_ms: float
    slope: float
    deviation_ms: float
    slope_deviation: float
    low_ms: float
    high_ms: float


def fit_of(samples: Sequence[Sample]) -> Fit | None:
    """The line through these, oldest first; None without any."""
    if not samples:
        return None
    at_ms = samples[-1].at_ms
    shortest_ms = min(each.round_trip_ms for each in samples)
    line = _line_of(samples, shortest_ms)
    held = line.rough * (FEW_ROUGHER**2 if len(samples) < CLEAR_FROM else 1)
    slope, slope_deviation = _slope_of(line.across / held, line.along / held, len(samples))
    line_ms = line.mean_ms + slope * (at_ms - line.middle_ms)
    deviation_ms = math.hypot(
        math.sqrt(line.rough / line.total), slope_deviation * (at_ms - line.middle_ms)
    )
    low_ms, high_ms = _bounds(samples, at_ms, slope, _drifts(slope, slope_deviation))
    if low_ms <= high_ms:
        line_ms = min(max(line_ms, low_ms), high_ms)
    else:
        low_ms, high_ms = line_ms - shortest_ms / 2, line_ms + shortest_ms / 2
    return Fit(at_ms, line_ms, slope, deviation_ms, slope_deviation, low_ms, high_ms)


@dataclass(frozen=True, slots=True)
class _Line:
    """Weighted sums about the middle of the samples, and how rough the samples lie about it."""

    total: float
    middle_ms: float
    mean_ms: float
    along: float
    across: float
    rough: float
    likelihood: float


def _line_of(samples: Sequence[Sample], shortest_ms: float) -> _Line:
    """The line whose weights make these samples likeliest.

    Where queues make the noise, the direct samples are right; where both ways vary by themselves,
    a short round trip says nothing, and all samples are alike. The samples tell which it is.
    """
    excess = [(each.round_trip_ms - shortest_ms) / 2 for each in samples]
    median_ms = sorted(excess)[len(excess) // 2]
    usual_ms = max(FLOOR_MS, median_ms / 2)
    if len(samples) < CLEAR_FROM:
        return _weighted(samples, excess, usual_ms)
    far_ms = max(FLOOR_MS, FAR * median_ms)
    near = [(each, over) for each, over in zip(samples, excess, strict=True) if over <= far_ms]
    tried = (
        _weighted([each for each, _ in near], [over for _, over in near], usual_ms * alike)
        for alike in (ALIKE if median_ms > NOISY_MS else ALIKE[:1])
    )
    return max(tried, key=lambda line: line.likelihood)


def _weighted(samples: Sequence[Sample], excess: Sequence[float], usual_ms: float) -> _Line:
    at_ms, count = samples[-1].at_ms, len(samples)
    variances = [usual_ms**2 + over_ms**2 for over_ms in excess]
    weights = [
        math.exp((each.at_ms - at_ms) / AGE_MS) / variance
        for each, variance in zip(samples, variances, strict=True)
    ]
    total = sum(weights)
    middle_ms = sum(w * s.at_ms for w, s in zip(weights, samples, strict=True)) / total
    mean_ms = sum(w * s.offset_ms for w, s in zip(weights, samples, strict=True)) / total
    along = across = about = 0.0
    for weight, each in zip(weights, samples, strict=True):
        x, y = each.at_ms - middle_ms, each.offset_ms - mean_ms
        along += weight * x * x
        across += weight * x * y
        about += weight * y * y
    left = (about - (across**2 / along if along > 0 else 0.0)) / max(1, count - 2)
    least = 1.0 if count < CLEAR_FROM else (FLOOR_MS / usual_ms) ** 2
    rough = max(least, left)
    likelihood = -count * math.log(rough) - sum(map(math.log, variances))
    return _Line(total, middle_ms, mean_ms, along, across, rough, likelihood)


def offset_of(fit: Fit, now_ms: float) -> Offset:
    """The offset at own time `now_ms`, and how far the truth may be from it at most."""
    ahead_ms = max(0.0, now_ms - fit.at_ms)
    room_ms = max(fit.offset_ms - fit.low_ms, fit.high_ms - fit.offset_ms)
    return Offset(
        fit.offset_ms + fit.slope * ahead_ms,
        room_ms + _drifts(fit.slope, fit.slope_deviation) * ahead_ms,
    )


def deviation_at(fit: Fit, now_ms: float) -> float:
    """How unsure the offset will be at `now_ms`: one standard deviation, in ms."""
    return math.hypot(fit.deviation_ms, fit.slope_deviation * max(0.0, now_ms - fit.at_ms))


def _slope_of(across: float, along: float, count: int) -> tuple[float, float]:
    """The slope that the samples say, held back towards none by how well they say it: a short
    window invents drift. One that stands clearly out of its own doubt is believed; of few samples
    none is surer than before there were any."""
    said = across / along if along > 0 else 0.0
    possible = min(said**2, SLOPE_MAX**2)
    clear = max(0.0, possible - 9 / along) if along > 0 and count >= CLEAR_FROM else 0.0
    certainty = along + 1 / (SLOPE_PRIOR**2 + clear)
    slope = min(max(across / certainty, -SLOPE_MAX), SLOPE_MAX)
    return slope, SLOPE_PRIOR if count < CLEAR_FROM else math.sqrt(1 / certainty)


def _bounds(
    samples: Sequence[Sample], at_ms: float, slope: float, drift: float
) -> tuple[float, float]:
    """What every sample by itself allows: its offset give or take half its round trip, aged."""
    low_ms, high_ms = -math.inf, math.inf
    for each in samples:
        age_ms = at_ms - each.at_ms
        now_ms = each.offset_ms + slope * age_ms
        room_ms = each.round_trip_ms / 2 + drift * age_ms
        low_ms, high_ms = max(low_ms, now_ms - room_ms), min(high_ms, now_ms + room_ms)
    return low_ms, high_ms


def _drifts(slope: float, slope_deviation: float) -> float:
    steeper = max(0.0, abs(slope) - SLOPE_PRIOR)
    return SLOPE_DOUBT * slope_deviation + SLOPE_WANDERS + steeper
