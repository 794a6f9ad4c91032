"""Where the film ought to be: the room's timelines by the server's own clock. Pure.

The server's clock is the machine's monotonic one, and so is the clock of the pages' logs: what is
computed here is the truth itself, not an estimate.
"""

import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Vector:
    """One timeline (SPEC PB-1), and when the rig heard of it."""

    epoch: int
    revision: int
    state: str
    position_s: float
    rate: float
    as_of_ms: float
    duration_s: float
    cause: str
    heard_ms: float

    @property
    def playing(self) -> bool:
        return self.state == "playing"

    def position_at(self, at_ms: float) -> float:
        """SPEC PB-3."""
        if not self.playing:
            return self.position_s
        moved_s = self.rate * max(0.0, at_ms - self.as_of_ms) / 1000
        return min(max(0.0, self.position_s + moved_s), self.duration_s)


def read_vector(raw: Mapping[str, Any], heard_ms: float) -> Vector:
    """From the wire."""
    return Vector(
        raw["epoch"],
        raw["revision"],
        raw["state"],
        raw["position_s"],
        raw["rate"],
        raw["as_of_ms"],
        raw["duration_s"],
        raw["cause"],
        heard_ms,
    )


class Run(NamedTuple):
    """An uninterrupted stretch of playing, without a jump."""

    start_ms: float
    end_ms: float
    heard_ms: float
    """When everybody was ready, or the seek was accepted: the timeline was told."""
    cause: str


class Truth:
    """All timelines of a room in order."""

    def __init__(self, vectors: Sequence[Vector]) -> None:
        newest: dict[tuple[int, int], Vector] = {}
        for vector in vectors:
            newest.setdefault((vector.epoch, vector.revision), vector)
        self.vectors = [newest[key] for key in sorted(newest)]
        self._from_ms: list[float] = []
        for vector in self.vectors:
            before = self._from_ms[-1] if self._from_ms else float("-inf")
            self._from_ms.append(max(before, vector.as_of_ms))

    def at(self, at_ms: float) -> Vector | None:
        """The timeline in force."""
        found = bisect.bisect_right(self._from_ms, at_ms) - 1
        return self.vectors[found] if found >= 0 else None

    def position_at(self, at_ms: float) -> float | None:
        """Seconds of film; None before the first timeline."""
        vector = self.at(at_ms)
        return vector.position_at(at_ms) if vector else None

    def runs(self, until_ms: float) -> list[Run]:
        """Stretches of playing up to `until_ms`, in order."""
        runs: list[Run] = []
        for vector, start_ms, end_ms in self._in_force(until_ms):
            if not vector.playing or end_ms <= start_ms:
                continue
            last = runs[-1] if runs else None
            if last and last.end_ms == start_ms and self._goes_on(vector, start_ms):
                runs[-1] = last._replace(end_ms=end_ms)
            else:
                runs.append(Run(start_ms, end_ms, vector.heard_ms, vector.cause))
        return runs

    def pauses(self, until_ms: float) -> list[float]:
        """When the film was to stand still by a person's act."""
        return [
            start_ms
            for vector, start_ms, end_ms in self._in_force(until_ms)
            if vector.state == "paused" and vector.cause == "pause" and end_ms - start_ms > 400
        ]

    def _in_force(self, until_ms: float) -> Iterator[tuple[Vector, float, float]]:
        ends = [*self._from_ms[1:], until_ms]
        for vector, start_ms, end_ms in zip(self.vectors, self._from_ms, ends, strict=True):
            yield vector, start_ms, min(end_ms, until_ms)

    def _goes_on(self, vector: Vector, start_ms: float) -> bool:
        before = self.at(start_ms - 0.001)
        if before is None or not before.playing:
            return False
        return abs(before.position_at(start_ms) - vector.position_at(start_ms)) < 0.002
