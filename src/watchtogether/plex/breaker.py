"""A circuit breaker: after several failures in a row, stop asking for a while."""

from typing import Final

from watchtogether.kit.clock import Clock
from watchtogether.plex.errors import PlexResting

_FAILURES_TO_OPEN: Final = 4
_OPEN_S: Final = 1.0
_LONGEST_S: Final = 10.0
_TRIAL_S: Final = 0.25
"""While one finds out whether the server is back, so long the others are told to wait."""


class Breaker:
    """Closed → open after `failures` in a row → one trial after `open_s` → closed, or open again
    for twice as long, up to `longest_s`.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        failures: int = _FAILURES_TO_OPEN,
        open_s: float = _OPEN_S,
        longest_s: float = _LONGEST_S,
    ) -> None:
        self._clock = clock
        self._limit = failures
        self._first_s = open_s
        self._longest_s = longest_s
        self._in_a_row = 0
        self._open_s = open_s
        self._open_until_ms: float | None = None
        self._trying = False

    @property
    def is_open(self) -> bool:
        return self._open_until_ms is not None

    @property
    def left_s(self) -> float:
        """How long nobody is admitted; 0 when somebody is."""
        if self._open_until_ms is None:
            return 0.0
        return max(0.0, (self._open_until_ms - self._clock.monotonic_ms()) / 1000)

    def admit(self) -> None:
        """Raise `PlexResting` while open; let one trial through when the time is over."""
        if self._open_until_ms is None:
            return
        if self.left_s > 0:
            raise PlexResting(self.left_s)
        if self._trying:
            raise PlexResting(_TRIAL_S)
        self._trying = True

    def succeeded(self) -> None:
        self._in_a_row = 0
        self._open_s = self._first_s
        self._open_until_ms = None
        self._trying = False

    def failed(self) -> None:
        """Failures of calls that were under way when it opened change nothing."""
        self._in_a_row += 1
        if self._open_until_ms is None:
            if self._in_a_row >= self._limit:
                self._open()
        elif self._trying:
            self._trying = False
            self._open_s = min(self._longest_s, 2 * self._open_s)
            self._open()

    def released(self) -> None:
        """The call said nothing about the server (cancelled, or slow where that is normal).

        A trial that ended so may be made again at once.
        """
        self._trying = False

    def _open(self) -> None:
        self._open_until_ms = self._clock.monotonic_ms() + self._open_s * 1000
