"""What a client knows of the server's clock: offset = server clock − own clock (SPEC CLK).

The page does this in TypeScript (`web/src/sync/clock.ts`); players driven from Python do it with
this. Both run `protocol/vectors/clock.json`. Sending the pings is the caller's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from watchtogether.sync.clockfit import Fit, Offset, Sample, deviation_at, fit_of, offset_of

BURST = 8
_KEEP_MS = 600_000.0
_SOON_EVERY_MS, _SOON_FOR_MS = 62.5, 10_000.0
_INTERVALS_MS = (10_000.0, 5_000.0, 2_000.0, 1_000.0, 500.0)
_GOOD_ENOUGH_MS = 0.1
_POOR_ABOVE_MS, _POOR_EVERY_MS = 1.0, 250.0
_JUMP_MS = 5.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """Sent and answered: `t0` and `t3` on the client's clock, `t1` and `t2` on the server's."""

    t0_ms: float
    t1_ms: float
    t2_ms: float
    t3_ms: float

    @property
    def sample(self) -> Sample:
        """The offset if both ways took equally long, and the time on the way (SPEC CLK-1)."""
        offset_ms = ((self.t1_ms - self.t0_ms) + (self.t2_ms - self.t3_ms)) / 2
        round_trip_ms = (self.t3_ms - self.t0_ms) - (self.t2_ms - self.t1_ms)
        return Sample(offset_ms, max(0.0, round_trip_ms), self.t3_ms)


@dataclass(frozen=True, slots=True)
class Burst:
    """Samples of an exchange that begins afresh; they count once they are complete."""

    clock_id: str | None = None
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockState:
    """The mapping in use and the samples behind it. Each change gives a new one."""

    clock_id: str | None = None
    samples: tuple[Sample, ...] = ()
    fit: Fit | None = None
    burst: Burst | None = None
    since_ms: float = 0.0

    def begin_burst(self) -> "ClockState":
        """At join, after a reconnection, or when a sample contradicts the mapping."""
        return replace(self, burst=Burst())

    def add(self, sample: Sample, clock_id: str) -> "ClockState":
        """One sample more; a change of `clock_id` starts the exchange afresh (SPEC CLK-4)."""
        if self.burst is None and self.clock_id == clock_id:
            return self._mapped(clock_id, (*self.samples, sample))
        same = self.burst is not None and self.burst.clock_id == clock_id
        under_way = self.burst.samples if self.burst is not None and same else ()
        begun = replace(self, burst=Burst(clock_id, (*under_way, sample)))
        return begun.end_burst() if len(under_way) + 1 >= BURST else begun

    def end_burst(self) -> "ClockState":
        """The burst is over, complete or not: its samples count from now on."""
        burst = self.burst
        if burst is None or burst.clock_id is None or not burst.samples:
            return replace(self, burst=None)
        contradicted = any(self.contradicts(sample) for sample in burst.samples)
        goes_on = burst.clock_id == self.clock_id and not contradicted
        samples = (*self.samples, *burst.samples) if goes_on else burst.samples
        since_ms = self.since_ms if goes_on else burst.samples[0].at_ms
        return replace(self, burst=None, since_ms=since_ms)._mapped(burst.clock_id, samples)

    def _mapped(self, clock_id: str, samples: Sequence[Sample]) -> "ClockState":
        now_ms = samples[-1].at_ms
        kept = tuple(each for each in samples if now_ms - each.at_ms <= _KEEP_MS)
        return replace(self, clock_id=clock_id, samples=kept, fit=fit_of(kept))

    def contradicts(self, sample: Sample) -> bool:
        """Whether this cannot be right together with the mapping: one of the clocks has jumped."""
        if self.fit is None:
            return False
        known = offset_of(self.fit, sample.at_ms)
        apart_ms = abs(known.offset_ms - sample.offset_ms)
        return apart_ms > known.uncertainty_ms + sample.round_trip_ms / 2 + _JUMP_MS

    def offset_at(self, now_ms: float) -> Offset | None:
        """None while nothing is known; during the very first burst what has come of it serves."""
        fit = self.fit or fit_of(self.burst.samples if self.burst else ())
        return None if fit is None else offset_of(fit, now_ms)

    def next_after_ms(self, now_ms: float) -> float:
        """How long to wait for the next exchange (SPEC CLK-6)."""
        fit = self.fit
        if fit is None:
            return _SOON_EVERY_MS
        deviation_ms = deviation_at(fit, now_ms)
        if now_ms - self.since_ms < _SOON_FOR_MS:
            return _SOON_EVERY_MS * (2 if deviation_ms <= _GOOD_ENOUGH_MS else 1)
        if deviation_ms > _POOR_ABOVE_MS:
            return _POOR_EVERY_MS
        good = (w for w in _INTERVALS_MS if deviation_at(fit, now_ms + w) <= _GOOD_ENOUGH_MS)
        return next(good, _INTERVALS_MS[-1])
