"""How well a room is together, out of what its members report (SPEC SYN-1, SYN-2)."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from watchtogether.kit.ids import MemberId
from watchtogether.sync.presence import Presence
from watchtogether.sync.room import Room

RECENT_MS = 10_000.0
WINDOW_MS = 60_000.0
APART_MS = 80.0
SAMPLE_EVERY_MS = 1_000.0
"""One drift a second is kept of each member, however many they report."""
_SAMPLES_MAX = 60


class Why(StrEnum):
    """Why somebody is not with the room; those of `Limit` are said by their own screen."""

    STEPPED_OUT = "stepped_out"
    BUFFERING = "buffering"
    EXCUSED = "excused"
    SLOW_LINK = "slow_link"
    SLOW_DEVICE = "slow_device"
    FIXED_RATE = "fixed_rate"
    HIDDEN = "hidden"
    CATCHING_UP = "catching_up"


@dataclass(frozen=True, slots=True)
class Behind:
    """One member who is not with the room."""

    member_id: MemberId
    why: Why


@dataclass(frozen=True, slots=True)
class Together:
    """The figures of one moment; milliseconds."""

    spread_ms: float | None
    """Largest difference between recent drifts; None without two."""
    p95_ms: float | None
    """95th percentile of the absolute drifts of a minute; None without one."""
    members: int
    """Of how many members `spread_ms` is."""
    behind: tuple[Behind, ...]


class Drifts:
    """The drifts reported in one room within a minute: bounded by members × 60."""

    def __init__(self) -> None:
        self._samples: dict[MemberId, deque[tuple[float, float]]] = {}

    def note(self, member_id: MemberId, drift_ms: float, now_ms: float) -> None:
        """Keep a reported drift; one that follows within a second takes the last one's place."""
        samples = self._samples.setdefault(member_id, deque(maxlen=_SAMPLES_MAX))
        at_ms = now_ms
        if samples and now_ms < samples[-1][0] + SAMPLE_EVERY_MS:
            at_ms, _ = samples.pop()
        samples.append((at_ms, drift_ms))

    def together(self, room: Room, now_ms: float) -> Together:
        """The room's figures at server time `now_ms`; forgets what is older than a minute."""
        self._forget(now_ms - WINDOW_MS)
        latest = dict(self._latest(now_ms - RECENT_MS))
        counting = [
            drift_ms for member, drift_ms in latest.items() if room.presence_of(member).counts
        ]
        return Together(
            spread_ms=max(counting) - min(counting) if len(counting) > 1 else None,
            p95_ms=_p95(abs(drift) for kept in self._samples.values() for _, drift in kept),
            members=len(counting),
            behind=tuple(_behind(room, latest)),
        )

    def _latest(self, since_ms: float) -> Iterator[tuple[MemberId, float]]:
        for member_id, samples in self._samples.items():
            at_ms, drift_ms = samples[-1]
            if at_ms >= since_ms:
                yield member_id, drift_ms

    def _forget(self, before_ms: float) -> None:
        for member_id, samples in tuple(self._samples.items()):
            while samples and samples[0][0] < before_ms:
                samples.popleft()
            if not samples:
                del self._samples[member_id]


def _behind(room: Room, latest: dict[MemberId, float]) -> Iterator[Behind]:
    for member in room.online():
        why = _why(room.presence_of(member.id), latest.get(member.id))
        if why is not None:
            yield Behind(member.id, why)


def _why(presence: Presence, drift_ms: float | None) -> Why | None:
    if presence.stepped_out:
        return Why.STEPPED_OUT
    if presence.excused:
        return Why.EXCUSED
    if presence.stalled_since_ms is not None:
        return Why.BUFFERING
    if presence.limit is not None:
        return Why(presence.limit.value)
    if drift_ms is not None and abs(drift_ms) > APART_MS:
        return Why.CATCHING_UP
    return None


def _p95(values: Iterable[float]) -> float | None:
    """The smallest value that 95 % of them do not exceed."""
    ordered = sorted(values)
    return ordered[-(-len(ordered) * 95 // 100) - 1] if ordered else None
