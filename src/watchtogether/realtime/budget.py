"""How many messages one session may send, over however many sockets."""

from watchtogether.kit.clock import Clock

RATE_PER_S = 60.0
BURST = 300.0
_ABUSE = -400.0


class MessageBudget:
    """A token bucket: refilled steadily, spent by each message, overdrawn by abuse."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left = BURST
        self._as_of_ms = clock.monotonic_ms()

    def spend(self, cost: float = 1.0) -> bool:
        """Whether one more message is within the budget; refused ones count too."""
        now_ms = self._clock.monotonic_ms()
        self._left = min(BURST, self._left + (now_ms - self._as_of_ms) / 1000 * RATE_PER_S)
        self._as_of_ms = now_ms
        self._left -= cost
        return self._left >= 0

    @property
    def abused(self) -> bool:
        """Whether the sender goes on although it was refused for long."""
        return self._left <= _ABUSE
