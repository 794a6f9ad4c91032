"""What time brings: waits that end, stalls that count, hosts who are gone, films that are over.

Run after every command, so that no rule depends on which command came last.
"""

from collections.abc import Iterator
from dataclasses import replace

from watchtogether.sync import check, runway, stalls, upnext, waits
from watchtogether.sync.draft import Draft
from watchtogether.sync.events import HostChanged, MemberLeft
from watchtogether.sync.membership import successor
from watchtogether.sync.room import Room
from watchtogether.sync.timeline import Cause, State

HOST_GRACE_MS = 20_000.0
EMPTY_GRACE_MS = 30_000.0
AWAY_LIMIT_MS = 600_000.0


def settle(draft: Draft) -> None:
    """Do everything that is due at `draft.now_ms`."""
    if draft.room.closed:
        return
    _drop_the_long_gone(draft)
    _replace_the_host(draft)
    _note_emptiness(draft)
    _pause_when_empty(draft)
    check.settle(draft)
    upnext.settle(draft)
    stalls.settle(draft)
    waits.settle(draft)
    runway.settle(draft)
    _end_the_film(draft)
    upnext.follow(draft)


def next_deadline_ms(room: Room) -> float | None:
    """When `settle` has to run again although nobody asked for anything; None for never."""
    return None if room.closed else min(_deadlines(room), default=None)


def _deadlines(room: Room) -> Iterator[float]:
    timeline = room.timeline
    end_ms = timeline.end_ms()
    if end_ms is not None:
        yield end_ms
    if room.empty_since_ms is not None and timeline.state in (State.PLAYING, State.WAITING):
        yield room.empty_since_ms + EMPTY_GRACE_MS
    for part in (check, upnext, stalls, waits, runway):
        yield from part.deadlines(room)
    if room.host is not None and room.online():
        away_ms = room.presence_of(room.host).away_since_ms
        if away_ms is not None:
            yield away_ms + HOST_GRACE_MS
    for member_id in room.members:
        away_ms = room.presence_of(member_id).away_since_ms
        if away_ms is not None:
            yield away_ms + AWAY_LIMIT_MS


def _drop_the_long_gone(draft: Draft) -> None:
    for member in tuple(draft.room.members.values()):
        away_ms = draft.room.presence_of(member.id).away_since_ms
        if away_ms is not None and draft.now_ms >= away_ms + AWAY_LIMIT_MS:
            draft.record(MemberLeft(member.id, member.name, "away"))


def _replace_the_host(draft: Draft) -> None:
    host = draft.room.host
    if host is not None:
        away_ms = draft.room.presence_of(host).away_since_ms
        if away_ms is None or draft.now_ms < away_ms + HOST_GRACE_MS:
            return
    next_host = successor(draft.room)
    if next_host is not None:
        draft.record(HostChanged(next_host, "succession"))


def _note_emptiness(draft: Draft) -> None:
    since_ms = draft.room.empty_since_ms
    if draft.room.online():
        since_ms = None
    elif since_ms is None:
        since_ms = draft.now_ms
    draft.room = replace(draft.room, empty_since_ms=since_ms)


def _pause_when_empty(draft: Draft) -> None:
    timeline, empty_ms = draft.room.timeline, draft.room.empty_since_ms
    if timeline.state not in (State.PLAYING, State.WAITING) or empty_ms is None:
        return
    if draft.now_ms >= empty_ms + EMPTY_GRACE_MS:
        position_s = timeline.position_at(empty_ms)
        draft.retime(State.PAUSED, position_s, Cause.EMPTY, None, as_of_ms=draft.now_ms)
        draft.new_target()


def _end_the_film(draft: Draft) -> None:
    timeline = draft.room.timeline
    end_ms = timeline.end_ms()
    if end_ms is not None and draft.now_ms >= end_ms:
        draft.retime(State.PAUSED, timeline.duration_s, Cause.ENDED, None, as_of_ms=draft.now_ms)
