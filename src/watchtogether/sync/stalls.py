"""A stall while playing: the room waits, or goes on without who can't keep up (PB-12, PB-20)."""

from collections.abc import Iterator

from watchtogether.kit.ids import MemberId
from watchtogether.sync.draft import Draft
from watchtogether.sync.presence import Excuse, Presence
from watchtogether.sync.room import Room
from watchtogether.sync.timeline import Cause, State

GRACE_MS = 500.0
STALLS_MAX = 2
"""So many waits for one member within the window; the next stall excuses them (SPEC PB-20)."""
STALLS_WINDOW_MS = 120_000.0
STEADY_MS = 30_000.0


def heeded(room: Room) -> Iterator[tuple[MemberId, Presence]]:
    """Members whose stall the room would wait for."""
    for member in room.online():
        presence = room.presence_of(member.id)
        if presence.counts and presence.ready and room.heeds(member.id):
            yield member.id, presence


def deadlines(room: Room) -> Iterator[float]:
    """When a stall begins to count, and when somebody has kept up long enough."""
    if room.timeline.state is State.PLAYING:
        yield from (due_ms for _, due_ms in _stalls(room))
    for member in room.online():
        steady_ms = room.presence_of(member.id).steady_since_ms
        if steady_ms is not None:
            yield steady_ms + STEADY_MS


def _stalls(room: Room) -> Iterator[tuple[MemberId, float]]:
    """Who is stalled, and when it begins to count; only what is left of it while playing does."""
    for member_id, presence in heeded(room):
        if presence.stalled_since_ms is not None:
            yield member_id, max(presence.stalled_since_ms, room.timeline.as_of_ms) + GRACE_MS


def settle(draft: Draft) -> None:
    """Wait for whom the film has stopped, take back who keeps up again."""
    _take_back_the_steady(draft)
    if draft.room.timeline.state is State.PLAYING:
        _wait_for_the_stalled(draft)


def _wait_for_the_stalled(draft: Draft) -> None:
    waited_for = []
    for member_id in [member for member, due_ms in _stalls(draft.room) if draft.now_ms >= due_ms]:
        stalls = draft.room.presence_of(member_id).stalls
        recent = [at_ms for at_ms in stalls if draft.now_ms - at_ms < STALLS_WINDOW_MS]
        if len(recent) >= STALLS_MAX and _others_count(draft.room, member_id):
            draft.excuse([member_id], Excuse.STALLS)
            continue
        waited_for.append(member_id)
        draft.set_presence(member_id, stalls=(*recent, draft.now_ms)[-STALLS_MAX:])
    if not waited_for:
        return
    position_s = draft.room.timeline.position_at(draft.soon_ms())
    draft.retime(State.WAITING, position_s, Cause.STALL, waited_for[0])
    for member_id in waited_for:
        draft.set_presence(member_id, ready=False, stalled_since_ms=None)


def _others_count(room: Room, member_id: MemberId) -> bool:
    """Whether the film would go on before anybody without this member."""
    return any(room.presence_of(m.id).counts for m in room.online() if m.id != member_id)


def _take_back_the_steady(draft: Draft) -> None:
    """Ready without a stall for long enough: they count again (SPEC PB-20)."""
    for member in draft.room.online():
        presence = draft.room.presence_of(member.id)
        if presence.excuse is not Excuse.STALLS:
            continue
        steady = presence.ready and presence.stalled_since_ms is None
        if not steady:
            draft.set_presence(member.id, steady_since_ms=None)
        elif presence.steady_since_ms is None:
            draft.set_presence(member.id, steady_since_ms=draft.now_ms)
        elif draft.now_ms >= presence.steady_since_ms + STEADY_MS:
            draft.set_presence(member.id, excuse=None, steady_since_ms=None)
