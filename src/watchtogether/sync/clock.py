"""What a client learns of the server's clock from an exchange (SPEC CLK-1 to CLK-3).

The page does this in TypeScript; players driven from Python do it with this. Both run
`protocol/vectors/clock.json`.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exchange:
    """Sent and answered: `t0` and `t3` on the client's clock, `t1` and `t2` on the server's."""

    t0_ms: float
    t1_ms: float
    t2_ms: float
    t3_ms: float

    @property
    def offset_ms(self) -> float:
        """Server clock minus client clock, if both ways took equally long."""
        return ((self.t1_ms - self.t0_ms) + (self.t2_ms - self.t3_ms)) / 2

    @property
    def round_trip_ms(self) -> float:
        """Time on the way, without the server's own."""
        return (self.t3_ms - self.t0_ms) - (self.t2_ms - self.t1_ms)

    @property
    def uncertainty_ms(self) -> float:
        """What the offset may be wrong by at most (SPEC CLK-2)."""
        return self.round_trip_ms / 2


def best(exchanges: Sequence[Exchange]) -> Exchange:
    """The one with the smallest round trip; of equals the earliest (SPEC CLK-3)."""
    return min(exchanges, key=lambda exchange: exchange.round_trip_ms)
