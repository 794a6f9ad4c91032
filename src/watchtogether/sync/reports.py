"""What members say of themselves: ready or not, how the film is doing there, out for a while."""

from watchtogether.kit.ids import MemberId
from watchtogether.sync.commands import Ready, SkipWait, Status, Step
from watchtogether.sync.draft import Draft, Reason
from watchtogether.sync.presence import Excuse
from watchtogether.sync.room import Action, may
from watchtogether.sync.timeline import Cause, State


def ready(draft: Draft, command: Ready) -> Reason | None:
    """A member's report for the current target; an older one is out of date and ignored.

    Being ready ends every excuse but that of who can't keep up (SPEC PB-11, PB-20).
    """
    if command.by not in draft.room.members:
        return Reason.NOT_A_MEMBER
    if command.revision < draft.room.target_revision:
        return None
    excuse = draft.room.presence_of(command.by).excuse
    if command.ready and excuse is not Excuse.STALLS:
        excuse = None
    draft.set_presence(command.by, ready=command.ready, excuse=excuse)
    return None


def status(draft: Draft, command: Status) -> Reason | None:
    """How a member is doing; a stall counts from its first report (SPEC PB-12, SYN-3)."""
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
        fill=command.fill,
        limit=command.limit,
        uncertainty_ms=command.uncertainty_ms,
        start_ms=command.start_ms,
        reported_ms=draft.now_ms,
    )
    return None


def step(draft: Draft, command: Step) -> Reason | None:
    """Step out, or in again; who is back counts once they are ready (SPEC PB-22)."""
    if command.by not in draft.room.members:
        return Reason.NOT_A_MEMBER
    if command.out:
        draft.set_presence(command.by, stepped_out=True, ready=False, stalled_since_ms=None)
    else:
        step_in(draft, command.by)
    return None


def step_in(draft: Draft, member_id: MemberId) -> None:
    """End a member's absence, if it is one; who is not there needs no excuse."""
    presence = draft.room.presence_of(member_id)
    if presence.stepped_out:
        excuse = presence.excuse or (Excuse.RETURNING if presence.online else None)
        draft.set_presence(member_id, stepped_out=False, ready=False, excuse=excuse)


def skip_wait(draft: Draft, command: SkipWait) -> Reason | None:
    """Go on without those who are not ready."""
    if not may(draft.room, command.by, Action.WAIT_SKIP):
        return Reason.NOT_PERMITTED
    timeline = draft.room.timeline
    if timeline.state is State.WAITING:
        draft.excuse(draft.room.awaited(), Excuse.SKIPPED)
        draft.retime(State.PLAYING, timeline.position_s, Cause.SKIP, command.by)
    return None
