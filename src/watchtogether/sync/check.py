"""The ready check: everybody is asked before the film begins (SPEC PB-21)."""

from collections.abc import Iterator

from watchtogether.kit.ids import MemberId
from watchtogether.sync.commands import AnswerCheck, CancelCheck, OpenCheck
from watchtogether.sync.draft import Draft, Reason
from watchtogether.sync.events import CheckClosed, CheckOpened
from watchtogether.sync.playback import start
from watchtogether.sync.room import Action, Room, may
from watchtogether.sync.timeline import Cause, State
from watchtogether.sync.waits import COUNTDOWN_MS

LASTS_MS = 60_000.0


def open_check(draft: Draft, command: OpenCheck) -> Reason | None:
    """Ask everybody; where a check is on already it is the asker's answer."""
    room = draft.room
    if not may(room, command.by, Action.PLAY_PAUSE):
        return Reason.NOT_PERMITTED
    if room.timeline.item is None:
        return Reason.NO_ITEM
    if room.timeline.state is not State.PAUSED:
        return Reason.ALREADY_ON
    if room.check is None:
        ends_ms = draft.now_ms + LASTS_MS
        draft.record(CheckOpened(command.by, ends_ms, room.timeline.clock_id))
    draft.set_presence(command.by, answered=True)
    return None


def answer(draft: Draft, command: AnswerCheck) -> Reason | None:
    """Say “ready”, or take it back."""
    if command.by not in draft.room.members:
        return Reason.NOT_A_MEMBER
    if draft.room.check is None:
        return Reason.NO_CHECK
    draft.set_presence(command.by, answered=command.ready)
    return None


def cancel(draft: Draft, command: CancelCheck) -> Reason | None:
    """Ask no more."""
    if not may(draft.room, command.by, Action.PLAY_PAUSE):
        return Reason.NOT_PERMITTED
    if draft.room.check is None:
        return Reason.NO_CHECK
    _close(draft, "cancelled")
    return None


def deadlines(room: Room) -> Iterator[float]:
    """When the present check is over unanswered."""
    if room.check is not None:
        yield room.check.ends_ms


def settle(draft: Draft) -> None:
    """Start when all have answered; give up when time is up, or somebody steered meanwhile."""
    room = draft.room
    check = room.check
    if check is None:
        return
    if room.timeline.revision != check.revision:
        _close(draft, "cancelled")
        return
    missing = _missing(room)
    if not missing and any(room.presence_of(m.id).counts for m in room.online()):
        _close(draft, "ready")
        start(draft, Cause.CHECK, check.by, as_of_ms=draft.now_ms + COUNTDOWN_MS)
    elif draft.now_ms >= check.ends_ms:
        _close(draft, "unanswered", missing)


def _missing(room: Room) -> tuple[MemberId, ...]:
    here = ((m.id, room.presence_of(m.id)) for m in room.online())
    return tuple(member_id for member_id, p in here if p.counts and not p.answered)


def _close(draft: Draft, reason: str, missing: tuple[MemberId, ...] = ()) -> None:
    draft.record(CheckClosed(reason, missing))
    for member_id in draft.room.members:
        if draft.room.presence_of(member_id).answered:
            draft.set_presence(member_id, answered=False)
