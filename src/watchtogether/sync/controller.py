"""Keeps one player on the room's timeline: an error goes in, a rate or a seek comes out
(SPEC DRV-6 to DRV-9). Pure; `web/src/sync/controller.ts` does the same for the page, and both run
`protocol/vectors/controller.json`.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from watchtogether.sync.drift import Actuation

BAND_IN_S, BAND_OUT_S, BAND_NOISES = 0.001, 0.0003, 4.0
TRIM_OVER_S, TRIM_LIMIT = 2.0, 0.005
CATCH_UP_OVER_S, CATCH_UP_BEYOND_S, CATCH_UP_UNTIL_S = 0.3, 0.015, 0.0005
CATCH_UP_LIMIT, HURRIED_LIMIT, HURRIED_BEYOND_S = 0.02, 0.05, 0.1
FIRST_OVER_S, FIRST_LIMIT, FIRST_S = 0.2, 0.3, 1.0
"""In the first second nobody has settled in yet."""
START_S = 3.0
INTEGRAL_OVER_S, INTEGRAL_WITHIN_S, INTEGRAL_LIMIT = 20.0, 0.008, 0.0005
COARSE_BEYOND_S, COARSE_UNTIL_S, COARSE_STEP = 0.02, 0.004, 0.02
SEEK_BEYOND_S, SEEK_EVERY_S = 1.5, 10.0
SEEK_BEYOND_WITHOUT_RATE_S, SEEK_EVERY_WITHOUT_RATE_S = 0.15, 30.0
JUMP_BEYOND_S, JUMP_WITHIN_S, JUMP_EVERY_S = 0.08, 2.0, 1.0
"""Right after a start a jump is quicker than catching up, and nobody has settled in yet."""
LOOK_AHEAD = 2.0
"""A rate that is held for long must not overshoot: a slow asker is moved by less."""


class Mode(StrEnum):
    """At rest within the dead band, trimming gently, or catching up."""

    REST = "rest"
    TRIM = "trim"
    CATCH_UP = "catch_up"


@dataclass(frozen=True, slots=True)
class ControlState:
    """What the controller remembers; `integral` makes up for a sound device with its own clock."""

    mode: Mode = Mode.REST
    integral: float = 0.0


@dataclass(frozen=True, slots=True)
class ControlInput:
    """`error_s`: position − expected, positive = ahead, known to ± `noise_s` (one deviation).
    `can_jump`: a seek from here would land in what is loaded, with something to go on with.
    `elapsed_s`: since the last question. `since_seek_s`: since the last corrective seek, None when
    there was none since the timeline changed. `seek_cost_s`: learned, ask to moving picture."""

    error_s: float
    noise_s: float
    expected_s: float
    room_rate: float
    since_start_s: float
    elapsed_s: float
    target_buffered: bool
    can_jump: bool
    since_seek_s: float | None
    seek_cost_s: float
    actuation: Actuation = Actuation.FINE


@dataclass(frozen=True, slots=True)
class SetRate:
    rate: float


@dataclass(frozen=True, slots=True)
class SeekTo:
    """Jump there and go on with `rate`."""

    position_s: float
    rate: float


def control(state: ControlState, asked: ControlInput) -> tuple[ControlState, SetRate | SeekTo]:
    """What to do about an error now, and what to remember."""
    if _must_seek(asked):
        position_s = asked.expected_s + asked.seek_cost_s * asked.room_rate
        return replace(state, mode=Mode.REST), SeekTo(position_s, asked.room_rate)
    mode = _mode_of(state.mode, asked)
    integral = _integrated(state, mode, asked)
    trim = _trim_of(mode, integral, asked)
    return ControlState(mode, integral), SetRate(asked.room_rate * (1 + trim))


def _must_seek(asked: ControlInput) -> bool:
    off_s = abs(asked.error_s)
    stiff = asked.actuation is Actuation.NONE
    since_s = math.inf if asked.since_seek_s is None else asked.since_seek_s
    if asked.can_jump and asked.since_start_s < JUMP_WITHIN_S and off_s > JUMP_BEYOND_S:
        return since_s >= JUMP_EVERY_S
    beyond_s = SEEK_BEYOND_WITHOUT_RATE_S if stiff else SEEK_BEYOND_S
    every_s = SEEK_EVERY_WITHOUT_RATE_S if stiff else SEEK_EVERY_S
    return (off_s > beyond_s or not asked.target_buffered) and since_s >= every_s


def _mode_of(mode: Mode, asked: ControlInput) -> Mode:
    off_s = abs(asked.error_s)
    catching_up = mode is Mode.CATCH_UP
    if asked.actuation is Actuation.NONE:
        return Mode.REST
    if asked.actuation is Actuation.COARSE:
        edge_s = COARSE_UNTIL_S if catching_up else COARSE_BEYOND_S
        return Mode.CATCH_UP if off_s > edge_s else Mode.REST
    in_s = max(BAND_IN_S, BAND_NOISES * asked.noise_s)
    out_s = in_s / BAND_IN_S * BAND_OUT_S
    starting = asked.since_start_s < START_S
    if catching_up and off_s >= max(CATCH_UP_UNTIL_S, out_s):
        return Mode.CATCH_UP
    if off_s > (in_s if starting else max(CATCH_UP_BEYOND_S, in_s)):
        return Mode.CATCH_UP
    return Mode.TRIM if off_s > (out_s if mode is Mode.TRIM else in_s) else Mode.REST


def _integrated(state: ControlState, mode: Mode, asked: ControlInput) -> float:
    frozen = (
        mode is not Mode.TRIM
        or abs(asked.error_s) > INTEGRAL_WITHIN_S
        or asked.since_start_s < START_S
    )
    if frozen:
        return state.integral
    change = -asked.error_s / TRIM_OVER_S * (asked.elapsed_s / INTEGRAL_OVER_S)
    return _clamp(state.integral + change, INTEGRAL_LIMIT)


def _trim_of(mode: Mode, integral: float, asked: ControlInput) -> float:
    held_s = LOOK_AHEAD * asked.elapsed_s
    if asked.actuation is Actuation.COARSE:
        return -math.copysign(COARSE_STEP, asked.error_s) if mode is Mode.CATCH_UP else 0.0
    if mode is Mode.REST:
        return 0.0 if asked.actuation is Actuation.NONE else integral
    if mode is Mode.TRIM:
        return integral + _clamp(-asked.error_s / max(TRIM_OVER_S, held_s), TRIM_LIMIT)
    over_s = FIRST_OVER_S if asked.since_start_s < FIRST_S else CATCH_UP_OVER_S
    return integral + _clamp(-asked.error_s / max(over_s, held_s), _haste(asked))


def _haste(asked: ControlInput) -> float:
    """How far from the room's rate a catch-up may be."""
    if asked.since_start_s < FIRST_S:
        return FIRST_LIMIT
    hurried = asked.since_start_s < START_S or abs(asked.error_s) > HURRIED_BEYOND_S
    return HURRIED_LIMIT if hurried else CATCH_UP_LIMIT


def _clamp(value: float, limit: float) -> float:
    return min(max(value, -limit), limit)
