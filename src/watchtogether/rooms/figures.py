"""What is measured of all rooms together (implements `rooms.ports.Figures`)."""

from typing import Final

from watchtogether.kit.metrics import Metrics
from watchtogether.sync.commands import Status
from watchtogether.sync.draft import Decision
from watchtogether.sync.events import CheckClosed
from watchtogether.sync.presence import Excuse
from watchtogether.sync.room import Room
from watchtogether.sync.timeline import Cause, State
from watchtogether.sync.togetherness import Together

APART_S: Final = (
    *(0.0005, 0.001, 0.002, 0.003, 0.005, 0.008, 0.012, 0.02, 0.03, 0.05),
    *(0.08, 0.15, 0.3, 0.6, 1.5, 5.0),
)
WAIT_S: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 15.5, 30.0)


class SyncFigures:
    """Sync as Prometheus sees it."""

    def __init__(self, metrics: Metrics) -> None:
        self._drift = metrics.histogram(
            "drift_seconds", "Absolute drift, as members report it while playing", APART_S
        )
        self._uncertainty = metrics.histogram(
            "clock_uncertainty_seconds", "Uncertainty of members' clocks, as reported", APART_S
        )
        self._spread = metrics.histogram(
            "room_spread_seconds", "Spread of a room, every two seconds while playing", APART_S
        )
        self._seeks = metrics.counter("corrective_seeks", "Corrective seeks that members report")
        self._stalls = metrics.counter("stalls", "Stalls that members report, waited for or not")
        self._waits = metrics.counter("waits", "Waits by what they came from", ("cause",))
        self._waited = metrics.histogram("wait_seconds", "How long a room waited", WAIT_S)
        self._excused = metrics.counter("excused", "Members a room went on without", ("reason",))
        self._eased = metrics.counter("eased", "Times that a room was slowed down")
        self._checks = metrics.counter("ready_checks", "Ready checks that are over", ("outcome",))
        for excuse in Excuse:
            self._excused.labels(excuse.value)
        for cause in (Cause.PLAY, Cause.SEEK, Cause.LOAD, Cause.NEXT, Cause.STALL, Cause.CHECK):
            self._waits.labels(cause.value)
        for outcome in ("ready", "unanswered", "cancelled"):
            self._checks.labels(outcome)

    def reported(self, status: Status, *, playing: bool) -> None:
        """A member's own figures; a drift says something only while playing."""
        if playing and status.drift_ms is not None:
            self._drift.observe(abs(status.drift_ms) / 1000)
        if status.uncertainty_ms is not None:
            self._uncertainty.observe(status.uncertainty_ms / 1000)
        self._seeks.inc(status.seeks)

    def decided(self, before: Room, decision: Decision, now_ms: float) -> None:
        """What a decision did; only the members it changed are looked at."""
        after = decision.room
        self._note_members(before, decision)
        if after.timeline.eased and not before.timeline.eased:
            self._eased.inc()
        if before.waiting_since_ms != after.waiting_since_ms:
            self._note_wait(before, after, now_ms)
        for event in decision.events:
            if isinstance(event, CheckClosed):
                self._checks.labels(event.reason).inc()

    def together(self, together: Together) -> None:
        """What a room was just told of itself (SPEC SYN-1)."""
        if together.spread_ms is not None:
            self._spread.observe(together.spread_ms / 1000)

    def _note_members(self, before: Room, decision: Decision) -> None:
        playing = before.timeline.state is State.PLAYING
        for member_id in decision.changed:
            was, present = before.presence_of(member_id), decision.room.presence_of(member_id)
            began = present.stalled_since_ms is not None and was.stalled_since_ms is None
            if began and playing:  # a wait for it is the same stall, however long it is reported
                self._stalls.inc()
            if present.excuse is not None and was.excuse is not present.excuse:
                self._excused.labels(present.excuse.value).inc()

    def _note_wait(self, before: Room, after: Room, now_ms: float) -> None:
        if before.waiting_since_ms is not None:
            self._waited.observe((now_ms - before.waiting_since_ms) / 1000)
        if after.waiting_since_ms is not None and after.timeline.state is State.WAITING:
            self._waits.labels(after.timeline.cause.value).inc()
