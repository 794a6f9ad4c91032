"""The one door of the core: a room, a command and a time in, a decision out."""

from typing import assert_never

from watchtogether.sync import check, membership, playback, queueing, reports, talk, upnext
from watchtogether.sync import commands as c
from watchtogether.sync.draft import Decision, Draft, Reason, Rejected
from watchtogether.sync.room import Room
from watchtogether.sync.settle import next_deadline_ms, settle


def decide(room: Room, command: c.Command, now_ms: float) -> Decision | Rejected:
    """What the command does to the room at server time `now_ms`.

    Pure: the same three values always give the same answer. Whatever is due by now happens
    in the same decision, after the command.
    """
    if room.closed:
        return Rejected(Reason.ROOM_CLOSED)
    draft = Draft(room, now_ms)
    reason = _dispatch(draft, command)
    if reason is not None:
        return Rejected(reason)
    settle(draft)
    return Decision(
        room=draft.room,
        events=tuple(draft.events),
        changed=frozenset(draft.changed),
        next_deadline_ms=next_deadline_ms(draft.room),
    )


def _dispatch(draft: Draft, command: c.Command) -> Reason | None:  # noqa: PLR0912
    match command:
        case c.Tick():
            return None
        case c.Ready():
            return reports.ready(draft, command)
        case c.Status():
            return reports.status(draft, command)
        case c.Play():
            return playback.play(draft, command)
        case c.Pause():
            return playback.pause(draft, command)
        case c.Seek():
            return playback.seek(draft, command)
        case c.SetRate():
            return playback.set_rate(draft, command)
        case c.SetSound():
            return playback.set_sound(draft, command)
        case c.Load():
            return playback.load(draft, command)
        case c.Next():
            return playback.go_next(draft, command)
        case c.OfferNext():
            return upnext.offer_next(draft, command)
        case c.WithdrawNext():
            return upnext.withdraw_next(draft, command)
        case c.SkipWait():
            return reports.skip_wait(draft, command)
        case c.Step():
            return reports.step(draft, command)
        case c.OpenCheck():
            return check.open_check(draft, command)
        case c.AnswerCheck():
            return check.answer(draft, command)
        case c.CancelCheck():
            return check.cancel(draft, command)
        case c.Restore():
            return playback.restore(draft, command)
        case c.Create():
            return membership.create(draft, command)
        case c.Enter():
            return membership.enter(draft, command)
        case c.Connect():
            return membership.connect(draft, command)
        case c.Disconnect():
            return membership.disconnect(draft, command)
        case c.Leave():
            return membership.leave(draft, command)
        case c.Kick():
            return membership.kick(draft, command)
        case c.Permit():
            return membership.permit(draft, command)
        case c.PassHost():
            return membership.pass_host(draft, command)
        case c.Edit():
            return membership.edit(draft, command)
        case c.Close():
            return membership.close(draft, command)
        case c.QueueAdd():
            return queueing.add(draft, command)
        case c.QueueRemove():
            return queueing.remove(draft, command)
        case c.QueueMove():
            return queueing.move(draft, command)
        case c.Say():
            return talk.say(draft, command)
        case c.DeleteMessage():
            return talk.delete(draft, command)
        case _:
            assert_never(command)
