"""What time brings: waits that end, stalls that count, hosts who are gone, films that are over.

Run after every command, so that no rule depends on which command came last.
"""

from collections.abc import Iterator
from dataclasses import replace

from watchtogether.kit.ids import MemberId
from watchtogether.sync.draft import Draft
from watchtogether.sync.events import HostChanged, MemberLeft
from watchtogether.sync.membership import successor
from watchtogether.sync.room import Room, WaitPolicy
from watchtogether.sync.timeline import Cause, State

WAIT_LIMIT_MS = 15_000.0
STALL_GRACE_MS = 500.0
STALL_HYSTERESIS_MS = 400.0
HOST_GRACE_MS = 20_000.0
EMPTY_GRACE_MS = 30_000.0
AWAY_LIMIT_MS = 600_000.0


def settle(draft: Draft) -> None:
    """Do everything that is due at `draft.now_ms`."""
    if draft.room.closed:
        return
    _drop_the_long_gone(draft)
    _replace_the_host(draft)
    _pause_when_empty(draft)
    _wait_for_the_stalled(draft)
    _end_the_wait(draft)
    _end_the_film(draft)


def next_deadline_ms(room: Room) -> float | None:
    """When `settle` has to run again although nobody asked for anything; None for never."""
    return None if room.closed else min(_deadlines(room), default=None)


def _deadlines(room: Room) -> Iterator[float]:
    timeline = room.timeline
    end_ms = timeline.end_ms()
    if end_ms is not None:
        yield end_ms
        yield from (since + STALL_GRACE_MS for _, since in _stalled(room))
    if room.empty_since_ms is not None and timeline.state in (State.PLAYING, State.WAITING):
        yield room.empty_since_ms + EMPTY_GRACE_MS
    if timeline.state is State.WAITING:
        if room.ready_since_ms is not None:
            yield room.ready_since_ms + STALL_HYSTERESIS_MS
        if room.waiting_since_ms is not None and room.awaited():
            yield room.waiting_since_ms + WAIT_LIMIT_MS
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


def _pause_when_empty(draft: Draft) -> None:
    timeline, empty_ms = draft.room.timeline, draft.room.empty_since_ms
    if timeline.state not in (State.PLAYING, State.WAITING) or empty_ms is None:
        return
    if draft.now_ms >= empty_ms + EMPTY_GRACE_MS:
        position_s = timeline.position_at(empty_ms)
        draft.retime(State.PAUSED, position_s, Cause.EMPTY, None, as_of_ms=draft.now_ms)
        draft.new_target()


def _stalled(room: Room) -> Iterator[tuple[MemberId, float]]:
    """Members whose stall the room's policy heeds, and since when."""
    for member in room.online():
        presence = room.presence_of(member.id)
        since_ms = presence.stalled_since_ms
        if since_ms is None or not presence.counts or not presence.ready:
            continue
        policy = room.rules.wait_policy
        if policy is WaitPolicy.EVERYONE or (policy is WaitPolicy.HOST and member.id == room.host):
            yield member.id, since_ms


def _wait_for_the_stalled(draft: Draft) -> None:
    timeline = draft.room.timeline
    if timeline.state is not State.PLAYING:
        return
    due = [m for m, since in _stalled(draft.room) if draft.now_ms >= since + STALL_GRACE_MS]
    if not due:
        return
    position_s = timeline.position_at(draft.soon_ms())
    draft.retime(State.WAITING, position_s, Cause.STALL, due[0])
    for member_id in due:
        draft.set_presence(member_id, ready=False, stalled_since_ms=None)


def _end_the_wait(draft: Draft) -> None:
    if draft.room.timeline.state is not State.WAITING:
        draft.room = replace(draft.room, ready_since_ms=None, waiting_since_ms=None)
        return
    if draft.room.waiting_since_ms is None:
        draft.room = replace(draft.room, waiting_since_ms=draft.now_ms)
    elif draft.now_ms >= draft.room.waiting_since_ms + WAIT_LIMIT_MS:
        draft.excuse(draft.room.awaited())
    if draft.room.awaited() or not draft.room.online():
        draft.room = replace(draft.room, ready_since_ms=None)
    elif _calm(draft):
        timeline = draft.room.timeline
        draft.retime(State.PLAYING, timeline.position_s, Cause.READY, timeline.by)


def _calm(draft: Draft) -> bool:
    """After a stall the start waits a little longer, so that nobody stumbles again at once."""
    if draft.room.timeline.cause is not Cause.STALL:
        return True
    if draft.room.ready_since_ms is None:
        draft.room = replace(draft.room, ready_since_ms=draft.now_ms)
    since_ms = draft.room.ready_since_ms
    return since_ms is not None and draft.now_ms >= since_ms + STALL_HYSTERESIS_MS


def _end_the_film(draft: Draft) -> None:
    timeline = draft.room.timeline
    end_ms = timeline.end_ms()
    if end_ms is not None and draft.now_ms >= end_ms:
        draft.retime(State.PAUSED, timeline.duration_s, Cause.ENDED, None, as_of_ms=draft.now_ms)
