"""Sub-frame positions out of numbered pictures. Pure.

A film of 59 pictures a second on a display of 60 is a vernier: within each second the moment at
which a picture may first be shown wanders over a whole refresh. The differences between film time
and true time in a window then spread evenly over one refresh, and the middle of that spread is the
position, to some tenths of a millisecond; pictures that no callback told of leave it where it is.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bench.sync.readings import Frame, Log
from bench.sync.truth import Truth

WINDOW_MS, STEP_MS = 1_000.0, 250.0
_LEAST_SHARE = 0.5
"""A window counts when at least this share of its pictures is known."""
_OUTLIERS = 0.02


@dataclass(frozen=True, slots=True)
class Window:
    """The error of one page around one moment; positive = ahead of the room."""

    at_ms: float
    error_ms: float
    pictures: int


def quantile(values: Sequence[float], share: float) -> float:
    """By linear interpolation. `values` need not be sorted, and must not be empty."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def middle(values: Sequence[float]) -> float:
    """The middle of evenly spread values, a few outliers apart."""
    return (quantile(values, _OUTLIERS) + quantile(values, 1 - _OUTLIERS)) / 2


def content_offset_s(frames: Sequence[Frame], fps: int) -> float:
    """Media time minus film time of a source, proved by the numbers in the pictures.

    The canvas may already hold the next picture, so the commonest difference counts. Raises
    `ValueError` when no picture could be read.
    """
    differences = [f.media_s - f.number / fps for f in frames if f.number is not None]
    if not differences:
        raise ValueError("no picture could be read")
    commonest, _ = Counter(round(each * fps) for each in differences).most_common(1)[0]
    return quantile([each for each in differences if round(each * fps) == commonest], 0.5)


def grid(start_ms: float, end_ms: float) -> list[float]:
    """Middles of the windows within; the same for every page, so that they can be compared."""
    first = -(-start_ms // STEP_MS) * STEP_MS + WINDOW_MS / 2
    count = int((end_ms - WINDOW_MS / 2 - first) // STEP_MS) + 1
    return [first + number * STEP_MS for number in range(max(0, count))]


def windows(
    log: Log, truth: Truth, fps: int, offset_s: float, start_ms: float, end_ms: float
) -> dict[float, Window]:
    """Errors against the timeline by middle of window; windows with too few pictures are absent."""
    errors = picture_errors(log.frames, truth, offset_s)
    found: dict[float, Window] = {}
    begin = 0
    for at_ms in grid(start_ms, end_ms):
        while begin < len(errors) and errors[begin][0] < at_ms - WINDOW_MS / 2:
            begin += 1
        inside: list[float] = []
        for shown_ms, error_ms in errors[begin:]:
            if shown_ms >= at_ms + WINDOW_MS / 2:
                break
            inside.append(error_ms)
        if len(inside) >= _LEAST_SHARE * fps * WINDOW_MS / 1000:
            found[at_ms] = Window(at_ms, middle(inside), len(inside))
    return found


def picture_errors(
    frames: Sequence[Frame], truth: Truth, offset_s: float
) -> list[tuple[float, float]]:
    """Each picture's time on screen, and its film time minus the timeline's, in milliseconds."""
    errors = []
    for frame in frames:
        position_s = truth.position_at(frame.shown_ms)
        if position_s is not None:
            error_ms = (frame.media_s - offset_s - position_s) * 1000
            errors.append((frame.shown_ms, error_ms))
    return errors


def clock_errors(log: Log, truth: Truth) -> list[tuple[float, float]]:
    """The same by `currentTime`, for moments between which pictures say too little."""
    errors = []
    for sample in log.samples:
        position_s = truth.position_at(sample.at_ms)
        if position_s is not None:
            errors.append((sample.at_ms, (sample.position_s - position_s) * 1000))
    return errors
