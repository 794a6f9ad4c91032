"""A wait ends: everybody is ready, or time is up for those who are not (SPEC PB-9 to PB-12)."""

from collections.abc import Iterator
from dataclasses import replace

from watchtogether.kit.ids import MemberId
from watchtogether.sync.draft import Draft
from watchtogether.sync.presence import Excuse
from watchtogether.sync.room import Room
from watchtogether.sync.timeline import Cause, State

WAIT_LIMIT_MS = 15_000.0
COURTESY_MS = 3_000.0
"""For those whom the policy does not wait for (SPEC PB-23)."""
STALL_HYSTERESIS_MS = 400.0
COUNTDOWN_MS = 3_000.0


def deadlines(room: Room) -> Iterator[float]:
    """When the present wait has to be looked at again."""
    if room.timeline.state is not State.WAITING:
        return
    if room.ready_since_ms is not None:
        yield room.ready_since_ms + STALL_HYSTERESIS_MS
    yield from (limit_ms for _, limit_ms in _limits(room))


def settle(draft: Draft) -> None:
    """Excuse who is late, and start when nobody is awaited any more."""
    if draft.room.timeline.state is not State.WAITING:
        _forget(draft)
        return
    if draft.room.waiting_since_ms is None:
        draft.room = replace(draft.room, waiting_since_ms=draft.now_ms)
    late = [member for member, limit_ms in _limits(draft.room) if draft.now_ms >= limit_ms]
    draft.excuse(late, Excuse.LATE)
    if draft.room.awaited() or not draft.room.online():
        draft.room = replace(draft.room, ready_since_ms=None)
    elif _calm(draft):
        _start(draft)


def _limits(room: Room) -> Iterator[tuple[MemberId, float]]:
    """Who is awaited, and until when."""
    since_ms = room.waiting_since_ms
    if since_ms is not None:
        for member_id in room.awaited():
            patience_ms = WAIT_LIMIT_MS if room.heeds(member_id) else COURTESY_MS
            yield member_id, since_ms + patience_ms


def _calm(draft: Draft) -> bool:
    """After a stall the start waits a little longer, so that nobody stumbles again at once."""
    if draft.room.timeline.cause is not Cause.STALL:
        return True
    if draft.room.ready_since_ms is None:
        draft.room = replace(draft.room, ready_since_ms=draft.now_ms)
    since_ms = draft.room.ready_since_ms
    return since_ms is not None and draft.now_ms >= since_ms + STALL_HYSTERESIS_MS


def _start(draft: Draft) -> None:
    """After a ready check everybody counts down together (SPEC PB-21)."""
    timeline = draft.room.timeline
    checked = timeline.cause is Cause.CHECK
    draft.retime(
        State.PLAYING,
        timeline.position_s,
        Cause.CHECK if checked else Cause.READY,
        timeline.by,
        as_of_ms=draft.now_ms + COUNTDOWN_MS if checked else None,
    )
    _forget(draft)


def _forget(draft: Draft) -> None:
    draft.room = replace(draft.room, ready_since_ms=None, waiting_since_ms=None)
