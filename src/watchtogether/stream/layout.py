"""How a title is cut into segments, and how one transcode's list fits onto that. Pure."""

import bisect
import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

_SAME_S = 0.1
"""Segments whose starts differ by less than this are the same one."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Every segment of the title from 0; the same for everybody who watches it."""

    durations_s: tuple[float, ...]
    bandwidth_bps: int
    resolution: tuple[int, int]
    starts_s: tuple[float, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        starts = itertools.accumulate(self.durations_s[:-1], initial=0.0)
        object.__setattr__(self, "starts_s", tuple(starts))

    def __len__(self) -> int:
        return len(self.durations_s)

    @property
    def digest(self) -> str:
        """Names this way of cutting."""
        text = ",".join(f"{duration:.3f}" for duration in self.durations_s)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def end_s(self, number: int) -> float:
        return self.starts_s[number] + self.durations_s[number]

    def number_at(self, position_s: float) -> int:
        """The segment that holds this position; the nearest one outside the title."""
        return max(0, bisect.bisect_right(self.starts_s, position_s + _SAME_S) - 1)

    def shift_of(self, listed_s: Sequence[float], offset_s: float) -> int | None:
        """How many segments of the title come before the first of this list; None if it is not
        this title's cut.

        Plex usually lists the whole title whatever the offset, some lists begin at the offset:
        only their length tells.
        """
        shift = len(self) - len(listed_s)
        begins_there = shift == 0 or (shift > 0 and abs(shift - self.number_at(offset_s)) <= 1)
        return shift if begins_there and self._same(listed_s, shift) else None

    def _same(self, listed_s: Sequence[float], shift: int) -> bool:
        own = self.durations_s[shift:]
        return len(own) == len(listed_s) and all(
            abs(a - b) < _SAME_S for a, b in zip(own, listed_s, strict=True)
        )


def lay_out(
    listed_s: Sequence[float],
    offset_s: float,
    duration_s: float,
    *,
    bandwidth_bps: int,
    resolution: tuple[int, int],
) -> Layout:
    """The title's layout from the first list seen.

    A list that is shorter than the title by the offset begins there: what comes before is filled
    in with segments of the usual length.
    """
    usual_s = max(listed_s)
    missing_s = duration_s - sum(listed_s)
    durations = list(listed_s)
    if offset_s > usual_s and abs(missing_s - offset_s) <= 2 * usual_s:
        durations = [usual_s] * round(offset_s / usual_s) + durations
    return Layout(tuple(durations), bandwidth_bps, resolution)
