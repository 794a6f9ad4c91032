"""Playback commands: load, play, pause, seek, rate, next, and readiness."""

import math
from dataclasses import replace

from watchtogether.sync.commands import (
    Load,
    Next,
    Pause,
    Play,
    Ready,
    Restore,
    Seek,
    SetRate,
    SkipWait,
    Status,
)
from watchtogether.sync.draft import Draft, Reason
from watchtogether.sync.events import PlaybackChanged, QueueChanged
from watchtogether.sync.room import Action, Room, may
from watchtogether.sync.timeline import Cause, State

RATE_MIN, RATE_MAX = 0.5, 2.0


def load(draft: Draft, command: Load) -> Reason | None:
    """Put another item on (SPEC PB-9)."""
    refused = _refused(draft.room, command, Action.LOAD)
    if refused:
        return refused
    if not _within(command.position_s, command.item.duration_s):
        return Reason.OUT_OF_RANGE
    draft.load(command.item, command.position_s, Cause.LOAD, command.by, play=command.play)
    draft.new_target()
    return None


def play(draft: Draft, command: Play) -> Reason | None:
    """Go on from where the room is; from the start when it is at the end."""
    refused = _refused_toggle(draft.room, command)
    timeline = draft.room.timeline
    if refused or timeline.state in (State.PLAYING, State.WAITING):
        return refused
    if timeline.position_s >= timeline.duration_s:
        draft.retime(State.WAITING, 0.0, Cause.PLAY, command.by)
        draft.new_target()
    else:
        state = State.WAITING if draft.room.awaited() else State.PLAYING
        draft.retime(state, timeline.position_s, Cause.PLAY, command.by)
    return None


def pause(draft: Draft, command: Pause) -> Reason | None:
    """Stop on the position reached when the change takes effect (SPEC PB-8)."""
    refused = _refused_toggle(draft.room, command)
    timeline = draft.room.timeline
    if refused or timeline.state in (State.PAUSED, State.IDLE):
        return refused
    position_s = timeline.position_at(draft.soon_ms())
    draft.retime(State.PAUSED, position_s, Cause.PAUSE, command.by)
    return None


def seek(draft: Draft, command: Seek) -> Reason | None:
    """Jump to another position; a playing room waits there until all are ready (SPEC PB-9)."""
    refused = _refused(draft.room, command, Action.SEEK) or _without_item(draft.room)
    if refused:
        return refused
    timeline = draft.room.timeline
    if not _within(command.position_s, timeline.duration_s):
        return Reason.OUT_OF_RANGE
    was_paused = timeline.state is State.PAUSED
    state = State.PAUSED if was_paused else State.WAITING
    draft.retime(state, command.position_s, Cause.SEEK, command.by)
    draft.new_target()
    return None


def set_rate(draft: Draft, command: SetRate) -> Reason | None:
    """Play faster or slower, for everybody (SPEC PB-15)."""
    refused = _refused(draft.room, command, Action.RATE) or _without_item(draft.room)
    if refused:
        return refused
    if not RATE_MIN <= command.rate <= RATE_MAX:
        return Reason.OUT_OF_RANGE
    timeline = draft.room.timeline
    position_s = timeline.position_at(draft.soon_ms())
    draft.retime(timeline.state, position_s, Cause.RATE, command.by, rate=command.rate)
    return None


def go_next(draft: Draft, command: Next) -> Reason | None:
    """Play what comes next (SPEC PB-16)."""
    refused = _refused(draft.room, command, Action.LOAD)
    if refused:
        return refused
    if command.revision < draft.room.item_revision:
        return Reason.STALE_REVISION  # pressed twice: what was next is on already
    queue = draft.room.queue
    item = queue[0].item if queue else command.follow_up
    if item is None:
        return Reason.NOTHING_NEXT
    if queue:
        draft.record(QueueChanged(queue[1:]))
    draft.load(item, 0.0, Cause.NEXT, command.by, play=True)
    draft.new_target()
    return None


def ready(draft: Draft, command: Ready) -> Reason | None:
    """A member's report for the current target; an older one is out of date and ignored."""
    if command.by not in draft.room.members:
        return Reason.NOT_A_MEMBER
    if command.revision < draft.room.target_revision:
        return None
    changes = {"ready": command.ready}
    if command.ready:
        draft.set_presence(command.by, **changes, excused=False)
    else:
        draft.set_presence(command.by, **changes)
    return None


def status(draft: Draft, command: Status) -> Reason | None:
    """How a member is doing; a stall counts from its first report (SPEC PB-12)."""
    if command.by not in draft.room.members:
        return Reason.NOT_A_MEMBER
    since_ms = draft.room.presence_of(command.by).stalled_since_ms
    if not command.stalled:
        since_ms = None
    elif since_ms is None:
        since_ms = draft.now_ms
    draft.set_presence(
        command.by,
        stalled_since_ms=since_ms,
        buffered_s=command.buffered_s,
        drift_ms=command.drift_ms,
        rtt_ms=command.rtt_ms,
    )
    return None


def skip_wait(draft: Draft, command: SkipWait) -> Reason | None:
    """Go on without those who are not ready."""
    if not may(draft.room, command.by, Action.WAIT_SKIP):
        return Reason.NOT_PERMITTED
    timeline = draft.room.timeline
    if timeline.state is State.WAITING:
        draft.excuse(draft.room.awaited())
        draft.retime(State.PLAYING, timeline.position_s, Cause.SKIP, command.by)
    return None


def restore(draft: Draft, command: Restore) -> Reason | None:
    """Take the room over from a process that is gone (SPEC LOG-8)."""
    old = draft.room.timeline
    state = old.state
    if state in (State.PLAYING, State.WAITING) and not command.keep_playing:
        state = State.PAUSED
    draft.room = replace(draft.room, epoch=command.epoch, empty_since_ms=draft.now_ms)
    for member_id in draft.room.members:
        draft.set_presence(member_id, away_since_ms=draft.now_ms)
    draft.record(
        PlaybackChanged(
            replace(
                old,
                epoch=command.epoch,
                revision=old.revision + 1,
                state=state,
                position_s=min(max(0.0, command.position_s), old.duration_s),
                as_of_ms=draft.now_ms,
                clock_id=command.clock_id,
                by=None,
                cause=Cause.RESTART,
            )
        )
    )
    return None


def _refused(room: Room, command: Load | Seek | SetRate | Next, action: Action) -> Reason | None:
    if not may(room, command.by, action):
        return Reason.NOT_PERMITTED
    own = room.steered_by == command.by
    theirs = room.countered_revision if own else room.steered_revision
    return Reason.STALE_REVISION if command.revision < theirs else None


def _refused_toggle(room: Room, command: Play | Pause) -> Reason | None:
    """Play and pause count even when stale, as long as the item is the same (SPEC PB-6)."""
    if not may(room, command.by, Action.PLAY_PAUSE):
        return Reason.NOT_PERMITTED
    if command.revision < room.item_revision:
        return Reason.STALE_REVISION
    return _without_item(room)


def _without_item(room: Room) -> Reason | None:
    return None if room.timeline.item else Reason.NO_ITEM


def _within(position_s: float, duration_s: float) -> bool:
    return math.isfinite(position_s) and 0.0 <= position_s <= duration_s
