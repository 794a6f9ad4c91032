"""What is measured of Plex: for Prometheus, for health, and for the owner's page."""

import statistics
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from watchtogether.kit.metrics import Metrics
from watchtogether.plex.attempts import Again
from watchtogether.plex.cache import HOWS, How
from watchtogether.plex.calls import ENDPOINTS, FAILED, OUTCOMES, FinishedCall, Lane
from watchtogether.plex.questions import KINDS, Kind

CALL_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_RECENT = 200
_LANES: Final[tuple[Lane, ...]] = ("library", "image", "stream", "notices")


@dataclass(slots=True)
class _Recent:
    """The last calls of one endpoint: milliseconds of those answered, and which failed."""

    calls: int = 0
    failed: int = 0
    elapsed_ms: deque[float] = field(default_factory=lambda: deque(maxlen=_RECENT))
    failures: deque[bool] = field(default_factory=lambda: deque(maxlen=_RECENT))


@dataclass(frozen=True, slots=True)
class EndpointFigures:
    """One kind of call. Times are of the last 200; `failing` is the share of those that failed."""

    endpoint: str
    calls: int
    failed: int
    failing: float
    p50_ms: float | None
    p95_ms: float | None


@dataclass(frozen=True, slots=True)
class KindFigures:
    """One kind of question, and how it was answered so far."""

    kind: Kind
    asked: int
    fresh: int
    unchanged: int
    meanwhile: int
    shared: int
    merged: int
    stale: int
    missed: int


class PlexFigures:
    """Told by the client and the cache; implements `calls.CallObserver`."""

    def __init__(self, metrics: Metrics) -> None:
        self._seconds = metrics.histogram(
            "plex_call_seconds", "How long calls to Plex servers took", CALL_S, ("endpoint",)
        )
        self._calls = metrics.counter(
            "plex_calls_total", "Calls to Plex servers by how they ended", ("endpoint", "outcome")
        )
        self._bytes = metrics.counter(
            "plex_received_bytes_total", "Bytes of bodies that Plex servers sent", ("lane",)
        )
        self._again = metrics.counter(
            "plex_repeats_total", "Further attempts: after a failure, or beside one that hangs",
            ("why",),
        )  # fmt: skip
        self._answers = metrics.counter(
            "plex_answers_total", "Questions to Plex by how they were answered", ("kind", "how")
        )
        self._recent: dict[str, _Recent] = {}
        self._by_kind: dict[Kind, dict[How, int]] = {}
        self.repeats: dict[Again, int] = {"retry": 0, "hedge": 0}
        self.received_bytes: dict[Lane, int] = dict.fromkeys(_LANES, 0)
        self._name_all()

    def __call__(self, call: FinishedCall) -> None:
        self._calls.labels(call.endpoint, call.outcome).inc()
        self._bytes.labels(call.lane).inc(call.received_bytes)
        self.received_bytes[call.lane] += call.received_bytes
        if call.outcome == "cancelled" or call.lane == "notices":
            return
        recent = self._recent.setdefault(call.endpoint, _Recent())
        recent.calls += 1
        recent.failed += call.outcome in FAILED
        recent.failures.append(call.outcome in FAILED)
        if call.outcome not in FAILED:
            recent.elapsed_ms.append(call.elapsed_ms)
            self._seconds.labels(call.endpoint).observe(call.elapsed_ms / 1000)

    def asked_again(self, why: Again) -> None:
        self.repeats[why] += 1
        self._again.labels(why).inc()

    def answered(self, kind: Kind, how: How) -> None:
        counts = self._by_kind.setdefault(kind, dict.fromkeys(HOWS, 0))
        counts[how] += 1
        self._answers.labels(kind, how).inc()

    @property
    def average_ms(self) -> float | None:
        """Of the last calls for libraries and titles, of those that were answered."""
        recent = [r for name, r in self._recent.items() if name not in {"transcode", "picture"}]
        elapsed = [each for r in recent for each in r.elapsed_ms]
        return statistics.fmean(elapsed) if elapsed else None

    def endpoints(self) -> Iterator[EndpointFigures]:
        """Those that were called, the most called first."""
        for name, recent in sorted(self._recent.items(), key=lambda entry: -entry[1].calls):
            ordered = sorted(recent.elapsed_ms)
            yield EndpointFigures(
                endpoint=name,
                calls=recent.calls,
                failed=recent.failed,
                failing=sum(recent.failures) / len(recent.failures),
                p50_ms=_at(ordered, 0.5),
                p95_ms=_at(ordered, 0.95),
            )

    def kinds(self) -> Iterator[KindFigures]:
        """Those that were asked for, the most asked first."""
        for kind, counts in sorted(self._by_kind.items(), key=lambda e: -sum(e[1].values())):
            yield KindFigures(kind=kind, asked=sum(counts.values()), **counts)

    def _name_all(self) -> None:
        """So that a dashboard finds each of them before it first happens."""
        for lane in _LANES:
            self._bytes.labels(lane)
        for why in self.repeats:
            self._again.labels(why)
        for endpoint in ENDPOINTS:
            self._seconds.labels(endpoint)
            for outcome in OUTCOMES:
                self._calls.labels(endpoint, outcome)
        for kind in KINDS:
            for how in HOWS:
                self._answers.labels(kind, how)


def _at(ordered: list[float], part: float) -> float | None:
    if not ordered:
        return None
    return round(ordered[min(len(ordered) - 1, int(part * len(ordered)))], 1)
