"""What is known of a member right now. Volatile: never logged, rebuilt by whoever is connected."""

from dataclasses import dataclass, field
from enum import StrEnum

ONE_WAY_DEFAULT_MS = 50.0
START_DEFAULT_MS = 100.0


class Excuse(StrEnum):
    """Why the room does not wait for somebody who is there."""

    LATE = "late"
    """Not ready within the limit of a wait (SPEC PB-11, PB-23)."""
    SKIPPED = "skipped"
    """The room went on without them (`wait:skip`)."""
    STALLS = "stalls"
    """Can't keep up (SPEC PB-20)."""
    RETURNING = "returning"
    """Stepped in again and not ready yet (SPEC PB-22)."""


class Limit(StrEnum):
    """What a member's own screen says holds it back (SPEC SYN-2)."""

    SLOW_LINK = "slow_link"
    SLOW_DEVICE = "slow_device"
    FIXED_RATE = "fixed_rate"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Presence:
    """One member's connection, readiness and last status.

    Fields out of the comparison are the room's own book-keeping: nobody is told of them.
    """

    connections: int = 0
    away_since_ms: float | None = None
    ready: bool = False
    excuse: Excuse | None = None
    stepped_out: bool = False
    answered: bool = False
    """Has said “ready” in the present ready check (SPEC PB-21)."""
    stalled_since_ms: float | None = None
    buffered_s: float = 0.0
    drift_ms: float | None = None
    rtt_ms: float | None = None
    limit: Limit | None = None
    fill: float | None = field(default=None, compare=False)
    """Seconds of film loaded per second of late; None when nothing holds it back (SPEC PB-19)."""
    uncertainty_ms: float | None = field(default=None, compare=False)
    """Of their clock (SPEC CLK-2)."""
    start_ms: float | None = field(default=None, compare=False)
    """What a start costs on their device; None when they don't say (SPEC PB-25)."""
    reported_ms: float | None = field(default=None, compare=False)
    """Server time of the last status."""
    short_since_ms: float | None = field(default=None, compare=False)
    """Since when their runway is short (SPEC PB-19)."""
    stalls: tuple[float, ...] = field(default=(), compare=False)
    """When the room last waited for a stall of theirs, two times at most (SPEC PB-20)."""
    steady_since_ms: float | None = field(default=None, compare=False)
    """Since when somebody who could not keep up is ready without a stall (SPEC PB-20)."""

    @property
    def online(self) -> bool:
        return self.connections > 0

    @property
    def excused(self) -> bool:
        return self.excuse is not None

    @property
    def counts(self) -> bool:
        """Whether this member is asked and waited for (SPEC PB-10, PB-22)."""
        return self.online and not self.excused and not self.stepped_out

    @property
    def one_way_ms(self) -> float:
        return ONE_WAY_DEFAULT_MS if self.rtt_ms is None else self.rtt_ms / 2

    @property
    def start_cost_ms(self) -> float:
        return START_DEFAULT_MS if self.start_ms is None else self.start_ms
