"""A stall foreseen: the room slows down a little before anybody has to wait (SPEC PB-19)."""

import math
from collections.abc import Iterator
from dataclasses import replace

from watchtogether.sync.draft import Draft
from watchtogether.sync.presence import Presence
from watchtogether.sync.room import Room
from watchtogether.sync.stalls import heeded
from watchtogether.sync.timeline import Cause, State, Timeline

SHORT_S, SHORT_FOR_MS = 15.0, 2_000.0
LONG_S, LONG_FOR_MS = 30.0, 4_000.0
FRESH_MS = 10_000.0
"""A status that is older says nothing of what is loaded now."""
_AT_THE_END_S = 0.5


def runway_s(timeline: Timeline, presence: Presence) -> float:
    """Seconds that a member's loaded film lasts, by their last status; infinite for no end."""
    fill, reported_ms = presence.fill, presence.reported_ms
    if fill is None or reported_ms is None or fill >= timeline.rate:
        return math.inf
    loaded_to_s = timeline.position_at(reported_ms) + presence.buffered_s
    if loaded_to_s >= timeline.duration_s - _AT_THE_END_S:
        return math.inf
    return presence.buffered_s / (timeline.rate - fill)


def deadlines(room: Room) -> Iterator[float]:
    """When a runway has been short, or all of them long, for long enough."""
    timeline = room.timeline
    if timeline.state is not State.PLAYING:
        return
    if timeline.eased and room.roomy_since_ms is not None:
        yield _since(timeline, room.roomy_since_ms) + LONG_FOR_MS
    for _, presence in heeded(room):
        if presence.reported_ms is not None:
            yield presence.reported_ms + FRESH_MS
        if presence.short_since_ms is not None and not timeline.eased:
            yield _since(timeline, presence.short_since_ms) + SHORT_FOR_MS


def settle(draft: Draft) -> None:
    """Ease the room, or go on at its speed."""
    playing = draft.room.timeline.state is State.PLAYING
    _forget_the_stale(draft)
    _note_runways(draft, playing=playing)
    if not playing:
        return
    timeline = draft.room.timeline
    if timeline.eased:
        since_ms = draft.room.roomy_since_ms
        if since_ms is not None and draft.now_ms >= _since(timeline, since_ms) + LONG_FOR_MS:
            draft.change_pace(Cause.EASE, None)
        return
    due = [
        (runway_s(timeline, presence), member_id)
        for member_id, presence in heeded(draft.room)
        if presence.short_since_ms is not None
        and draft.now_ms >= _since(timeline, presence.short_since_ms) + SHORT_FOR_MS
    ]
    if due:
        draft.change_pace(Cause.EASE, min(due)[1], eased=True)


def _forget_the_stale(draft: Draft) -> None:
    for member in draft.room.online():
        reported_ms = draft.room.presence_of(member.id).reported_ms
        if reported_ms is not None and draft.now_ms >= reported_ms + FRESH_MS:
            draft.set_presence(member.id, fill=None, reported_ms=None)


def _note_runways(draft: Draft, *, playing: bool) -> None:
    """Keep since when each runway is short, and since when all of them are long."""
    room = draft.room
    runways = {
        member_id: runway_s(room.timeline, presence)
        for member_id, presence in heeded(room)
        if playing
    }
    for member in room.online():
        since_ms = room.presence_of(member.id).short_since_ms
        short = runways.get(member.id, math.inf) < SHORT_S
        if short and since_ms is None:
            draft.set_presence(member.id, short_since_ms=draft.now_ms)
        elif not short and since_ms is not None:
            draft.set_presence(member.id, short_since_ms=None)
    roomy_ms = None
    if room.timeline.eased and playing and all(runway > LONG_S for runway in runways.values()):
        roomy_ms = draft.now_ms if room.roomy_since_ms is None else room.roomy_since_ms
    draft.room = replace(draft.room, roomy_since_ms=roomy_ms)


def _since(timeline: Timeline, since_ms: float) -> float:
    """What went on under an earlier timeline does not count."""
    return max(since_ms, timeline.as_of_ms)
