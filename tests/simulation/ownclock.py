"""A viewer's own clock, and what it knows of the server's, by the production code (SPEC CLK)."""

from tests.simulation.loop import VirtualLoop
from watchtogether.sync.clock import ClockState, Exchange


class OwnClock:
    """Runs a little fast or slow, from a zero of its own."""

    def __init__(self, loop: VirtualLoop, zero_ms: float, drift: float) -> None:
        self._loop = loop
        self._zero_ms = zero_ms
        self._pace = 1 + drift
        self._known = ClockState()

    def now_ms(self) -> float:
        return self._zero_ms + self._loop.now_s * 1000 * self._pace

    def burst_over(self, clock_id: str, exchanges: list[Exchange]) -> None:
        """Take a burst in; another clock begins afresh (SPEC CLK-4)."""
        known = self._known.begin_burst()
        for exchange in exchanges:
            known = known.add(exchange.sample, clock_id)
        self._known = known.end_burst()

    def server_ms(self, clock_id: str) -> tuple[float, float] | None:
        """Time on that clock now and how wrong it may be, ms; None when it is not known."""
        now_ms = self.now_ms()
        known = self._known.offset_at(now_ms) if self._known.clock_id == clock_id else None
        return None if known is None else (now_ms + known.offset_ms, known.uncertainty_ms)
