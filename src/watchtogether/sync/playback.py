"""Playback commands: load, play, pause, seek, rate, next; and taking a room up again."""

import math
from dataclasses import replace

from watchtogether.kit.ids import MemberId
from watchtogether.sync import upnext
from watchtogether.sync.commands import (
    Load,
    Next,
    Pause,
    Play,
    Restore,
    Seek,
    SetRate,
    SetSound,
)
from watchtogether.sync.draft import Draft, Reason
from watchtogether.sync.events import PlaybackChanged
from watchtogether.sync.room import Action, Room, may
from watchtogether.sync.timeline import Cause, State

RATE_MIN, RATE_MAX = 0.5, 2.0


def load(draft: Draft, command: Load) -> Reason | None:
    """Put another item on (SPEC PB-9)."""
    refused = _refused(draft.room, command, Action.LOAD)
    if refused:
        return refused
    position_s = command.position_s
    if position_s is not None and not _within(position_s, command.item.duration_s):
        return Reason.OUT_OF_RANGE
    draft.load(command.item, position_s, Cause.LOAD, command.by, play=command.play)
    draft.new_target()
    return None


def play(draft: Draft, command: Play) -> Reason | None:
    """Go on from where the room is; from the start when it is at the end."""
    refused = _refused_toggle(draft.room, command)
    if refused or draft.room.timeline.state in (State.PLAYING, State.WAITING):
        return refused
    start(draft, Cause.PLAY, command.by)
    return None


def start(draft: Draft, cause: Cause, by: MemberId, *, as_of_ms: float | None = None) -> None:
    """Play as soon as those who count are ready, at `as_of_ms` if they are (SPEC PB-9)."""
    timeline = draft.room.timeline
    if timeline.position_s >= timeline.duration_s:
        draft.retime(State.WAITING, 0.0, cause, by)
        draft.new_target()
    elif draft.room.awaited():
        draft.retime(State.WAITING, timeline.position_s, cause, by)
    else:
        draft.retime(State.PLAYING, timeline.position_s, cause, by, as_of_ms=as_of_ms)


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
    draft.change_pace(Cause.RATE, command.by, speed=command.rate)
    return None


def set_sound(draft: Draft, command: SetSound) -> Reason | None:
    """Another sound track, for everybody (SPEC PB-26)."""
    refused = _refused(draft.room, command, Action.LOAD) or _without_item(draft.room)
    if refused:
        return refused
    if command.revision < draft.room.item_revision:
        return Reason.STALE_REVISION  # a track of what was on before
    if command.sound != draft.room.timeline.sound:
        draft.change_sound(command.sound, command.by)
        draft.new_target()
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
    upnext.go_on(draft, item, command.by)
    return None


def restore(draft: Draft, command: Restore) -> Reason | None:
    """Take the room over from a process that is gone (SPEC LOG-8)."""
    old, offer = draft.room.timeline, draft.room.offer
    state = old.state
    if state in (State.PLAYING, State.WAITING) and not command.keep_playing:
        state = State.PAUSED
    draft.room = replace(draft.room, epoch=command.epoch)
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
                rate=old.speed,
                as_of_ms=draft.now_ms,
                clock_id=command.clock_id,
                by=None,
                cause=Cause.RESTART,
            )
        )
    )
    draft.new_target()
    if offer is not None:
        upnext.take_up(draft, offer, keep_counting=command.keep_playing)
    return None


def _refused(
    room: Room, command: Load | Seek | SetRate | SetSound | Next, action: Action
) -> Reason | None:
    if not may(room, command.by, action):
        return Reason.NOT_PERMITTED
    if _of_another_epoch(room, command):
        return Reason.STALE_REVISION
    own = room.steered_by == command.by
    theirs = room.countered_revision if own else room.steered_revision
    return Reason.STALE_REVISION if command.revision < theirs else None


def _refused_toggle(room: Room, command: Play | Pause) -> Reason | None:
    """Play and pause count even when stale, as long as the item is the same (SPEC PB-6)."""
    if not may(room, command.by, Action.PLAY_PAUSE):
        return Reason.NOT_PERMITTED
    if _of_another_epoch(room, command) or command.revision < room.item_revision:
        return Reason.STALE_REVISION
    return _without_item(room)


def _of_another_epoch(
    room: Room, command: Load | Play | Pause | Seek | SetRate | SetSound | Next
) -> bool:
    """Meant for a room that has changed hands since (SPEC PB-24)."""
    return command.epoch is not None and command.epoch != room.epoch


def _without_item(room: Room) -> Reason | None:
    return None if room.timeline.item else Reason.NO_ITEM


def _within(position_s: float, duration_s: float) -> bool:
    return math.isfinite(position_s) and 0.0 <= position_s <= duration_s
