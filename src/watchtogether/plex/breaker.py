"""A circuit breaker: after several failures in a row, stop asking for a while."""

from watchtogether.kit.clock import Clock
from watchtogether.plex.errors import PlexUnreachable

_FAILURES_TO_OPEN = 4
_OPEN_S = 10.0


class Breaker:
    """Closed → open after `failures` in a row → one trial after `open_s` → closed or open again."""

    def __init__(
        self, clock: Clock, *, failures: int = _FAILURES_TO_OPEN, open_s: float = _OPEN_S
    ) -> None:
        self._clock = clock
        self._limit = failures
        self._open_ms = open_s * 1000
        self._in_a_row = 0
        self._open_until_ms: float | None = None

    @property
    def is_open(self) -> bool:
        return self._open_until_ms is not None and self._left_ms() > 0

    def admit(self) -> None:
        """Raise `PlexUnreachable` while open; let one trial through when the time is over."""
        if self._open_until_ms is None:
            return
        left_ms = self._left_ms()
        if left_ms > 0:
            raise PlexUnreachable(retry_after_s=max(1, round(left_ms / 1000)))
        self._open_until_ms = self._clock.monotonic_ms() + self._open_ms

    def succeeded(self) -> None:
        self._in_a_row = 0
        self._open_until_ms = None

    def failed(self) -> None:
        self._in_a_row += 1
        if self._in_a_row >= self._limit:
            self._open_until_ms = self._clock.monotonic_ms() + self._open_ms

    def released(self) -> None:
        """The call said nothing about the server (cancelled, or slow where that is normal).

        A trial that ended so may be made again at once.
        """
        if self._open_until_ms is not None:
            self._open_until_ms = self._clock.monotonic_ms()

    def _left_ms(self) -> float:
        return (self._open_until_ms or 0.0) - self._clock.monotonic_ms()
