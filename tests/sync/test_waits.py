"""Who is waited for, who no longer, and who comes back by themselves: PB-20, PB-22 and PB-23."""

import pytest

from tests.support.rooms import HOST, Party, film, party, with_rules
from watchtogether.kit.ids import MemberId
from watchtogether.sync import commands as c
from watchtogether.sync.presence import Excuse
from watchtogether.sync.room import WaitPolicy
from watchtogether.sync.timeline import Cause, State

ANN, BEN = MemberId("mem_ann"), MemberId("mem_ben")


def playing(*guests: str) -> Party:
    made = party(*guests)
    made.load()
    made.play()
    return made


def stall(made: Party, who: MemberId, seconds: float = 1.0) -> None:
    """The film stops there for so long."""
    made.do(c.Status(who, True, 0, None, 20))
    made.pass_s(seconds)


def recover(made: Party, who: MemberId) -> None:
    made.do(c.Status(who, False, 10, 0, 20))
    made.ready(who)


def stall_and_recover(made: Party, who: MemberId) -> None:
    stall(made, who)
    assert made.timeline.cause is Cause.STALL
    recover(made, who)
    made.pass_s(1)
    assert made.state() is State.PLAYING


def worn_out() -> Party:
    """A party that goes on without Ann, who stalled three times."""
    made = playing("ann")
    for _ in range(2):
        stall_and_recover(made, ANN)
    stall(made, ANN)
    return made


def test_PB20_the_third_stall_within_two_minutes_excuses_instead_of_waiting() -> None:
    made = worn_out()
    assert made.state() is State.PLAYING
    assert made.room.presence_of(ANN).excuse is Excuse.STALLS
    assert made.last is not None
    assert ANN not in made.room.awaited()


def test_PB20_who_is_alone_is_waited_for_each_time() -> None:
    made = playing()
    for _ in range(5):
        stall_and_recover(made, HOST)
    assert not made.room.presence_of(HOST).excused
    made.guest("ann")
    made.ready(ANN)
    stall(made, HOST)
    assert made.state() is State.PLAYING
    assert made.room.presence_of(HOST).excuse is Excuse.STALLS


def test_PB20_of_two_who_can_not_keep_up_the_last_one_is_waited_for() -> None:
    made = playing("ann")
    for _ in range(2):
        stall_and_recover(made, ANN)
        stall_and_recover(made, HOST)
    made.do(c.Status(ANN, True, 0, None, 20))
    stall(made, HOST)
    assert made.state() is State.WAITING
    assert [made.room.presence_of(m).excused for m in (HOST, ANN)].count(True) == 1


def test_PB20_stalls_far_apart_are_waited_for_each_time() -> None:
    made = playing("ann")
    for _ in range(4):
        stall_and_recover(made, ANN)
        made.pass_s(60)
    assert not made.room.presence_of(ANN).excused


def test_PB20_each_member_has_their_own_count() -> None:
    made = playing("ann", "ben")
    for _ in range(2):
        stall_and_recover(made, ANN)
        stall_and_recover(made, BEN)
    assert not made.room.presence_of(ANN).excused
    assert not made.room.presence_of(BEN).excused


def test_PB20_everybody_is_told_who() -> None:
    made = playing("ann")
    for _ in range(2):
        stall_and_recover(made, ANN)
    made.do(c.Status(ANN, True, 0, None, 20))
    made.now_ms += 600
    assert ANN in made.do(c.Tick()).changed


def test_PB20_reporting_ready_is_not_enough_thirty_seconds_without_a_stall_are() -> None:
    made = worn_out()
    recover(made, ANN)
    made.pass_s(29.9)
    assert made.room.presence_of(ANN).excused
    made.pass_s(0.2)
    assert made.room.presence_of(ANN).counts


def test_PB20_a_stall_meanwhile_begins_the_thirty_seconds_anew() -> None:
    made = worn_out()
    recover(made, ANN)
    made.pass_s(20)
    stall(made, ANN)
    recover(made, ANN)
    made.pass_s(29)
    assert made.room.presence_of(ANN).excused
    made.pass_s(1.1)
    assert made.room.presence_of(ANN).counts


def test_PB20_neither_a_seek_nor_a_new_connection_begins_it_anew() -> None:
    made = worn_out()
    made.do(c.Seek(HOST, made.revision, 50))
    assert made.room.presence_of(ANN).excuse is Excuse.STALLS
    made.ready(HOST)
    assert made.state() is State.PLAYING
    made.do(c.Disconnect(ANN))
    made.do(c.Connect(ANN))
    assert made.room.presence_of(ANN).excuse is Excuse.STALLS


def test_PB20_who_keeps_up_again_and_stalls_soon_is_excused_soon() -> None:
    made = worn_out()
    recover(made, ANN)
    made.pass_s(31)
    stall(made, ANN)
    assert made.state() is State.PLAYING
    assert made.room.presence_of(ANN).excused


def test_PB12_only_the_part_of_a_stall_that_lies_in_playing_counts() -> None:
    made = party("ann")
    made.load()
    made.ready(HOST)
    made.do(c.Play(HOST, made.revision))
    made.do(c.Status(ANN, True, 0, None, 20))
    made.pass_s(5)
    made.ready(ANN)
    assert made.state() is State.PLAYING
    to_the_start_s = (made.timeline.as_of_ms - made.now_ms) / 1000
    made.pass_s(to_the_start_s + 0.45)
    assert made.state() is State.PLAYING
    made.pass_s(0.1)
    assert made.state() is State.WAITING


def test_PB22_nobody_waits_for_who_has_stepped_out() -> None:
    made = party("ann")
    made.load()
    made.ready(HOST)
    made.do(c.Play(HOST, made.revision))
    assert ANN in made.do(c.Step(ANN, out=True)).changed
    assert made.state() is State.PLAYING
    stall(made, ANN)
    assert made.state() is State.PLAYING
    made.do(c.Seek(HOST, made.revision, 30))
    made.ready(HOST)
    assert made.state() is State.PLAYING
    assert made.room.presence_of(ANN).stepped_out


def test_PB22_who_steps_in_again_counts_once_they_are_ready() -> None:
    made = playing("ann")
    made.do(c.Step(ANN, out=True))
    made.do(c.Step(ANN, out=False))
    assert made.room.presence_of(ANN).excuse is Excuse.RETURNING
    stall(made, ANN)
    assert made.state() is State.PLAYING
    recover(made, ANN)
    assert made.room.presence_of(ANN).counts
    stall(made, ANN)
    assert made.state() is State.WAITING


def test_PB22_a_new_connection_ends_it() -> None:
    made = playing("ann")
    made.do(c.Step(ANN, out=True))
    made.do(c.Connect(ANN))
    presence = made.room.presence_of(ANN)
    assert (presence.stepped_out, presence.counts) == (False, False)


def test_PB22_who_steps_in_while_away_needs_no_excuse() -> None:
    made = playing("ann")
    made.do(c.Step(ANN, out=True))
    made.do(c.Disconnect(ANN))
    made.do(c.Step(ANN, out=False))
    presence = made.room.presence_of(ANN)
    assert (presence.stepped_out, presence.excuse) == (False, None)


def test_PB22_stepping_in_without_having_been_out_changes_nothing() -> None:
    made = playing("ann")
    before = made.room
    made.do(c.Step(ANN, out=False))
    assert made.room == before


def test_PB22_stepping_out_does_not_make_anybody_keep_up() -> None:
    made = worn_out()
    made.do(c.Step(ANN, out=True))
    made.do(c.Step(ANN, out=False))
    made.ready(ANN)
    assert made.room.presence_of(ANN).excuse is Excuse.STALLS


@pytest.mark.parametrize(
    ("policy", "late", "seconds"),
    [
        (WaitPolicy.EVERYONE, ANN, 15),
        (WaitPolicy.HOST, ANN, 3),
        (WaitPolicy.HOST, HOST, 15),
        (WaitPolicy.NEVER, ANN, 3),
        (WaitPolicy.NEVER, HOST, 3),
    ],
)
def test_PB23_those_whom_the_policy_does_not_wait_for_get_three_seconds(
    policy: WaitPolicy, late: MemberId, seconds: float
) -> None:
    made = party("ann")
    with_rules(made, wait_policy=policy)
    made.load()
    made.ready(ANN if late == HOST else HOST)
    made.do(c.Play(HOST, made.revision))
    made.pass_s(seconds - 0.1)
    assert made.state() is State.WAITING
    made.pass_s(0.2)
    assert made.state() is State.PLAYING
    assert made.room.presence_of(late).excuse is Excuse.LATE


def test_PB23_a_policy_that_changes_meanwhile_holds_at_once() -> None:
    made = party("ann")
    made.load()
    made.ready(HOST)
    made.do(c.Play(HOST, made.revision))
    made.pass_s(5)
    with_rules(made, wait_policy=WaitPolicy.NEVER)
    assert made.state() is State.PLAYING


def test_PB11_a_wait_in_which_everybody_left_ends_as_an_empty_room() -> None:
    made = party("ann")
    made.load()
    made.do(c.Play(HOST, made.revision))
    made.do(c.Leave(ANN))
    made.do(c.Disconnect(HOST))
    made.pass_s(31)
    assert (made.state(), made.timeline.cause) == (State.PAUSED, Cause.EMPTY)


def test_PB11_however_often_the_same_member_stalls_the_room_plays_most_of_the_time() -> None:
    """Each time they need all of the fifteen seconds, get ready, and stall at once."""
    made = playing("ann")
    waited_ms = 0.0
    began_ms = made.now_ms
    while made.now_ms < began_ms + 300_000:
        made.do(c.Status(ANN, True, 0, None, 20))
        made.pass_s(1)
        if made.state() is State.WAITING:
            since_ms = made.now_ms
            made.pass_s(16)
            waited_ms += made.now_ms - since_ms
        recover(made, ANN)
        made.pass_s(1)
    assert waited_ms <= 40_000


def test_PB24_a_command_from_an_earlier_epoch_is_refused() -> None:
    made = playing()
    seen = made.revision
    made.do(c.Restore(2, "clk_new", 33.0, keep_playing=True))
    for command in (
        c.Seek(HOST, seen, 10, epoch=1),
        c.Pause(HOST, seen, epoch=1),
        c.Load(HOST, seen, film("2"), 0.0, False, epoch=1),
        c.SetRate(HOST, seen, 1.5, epoch=1),
        c.Next(HOST, seen, film("2"), epoch=1),
    ):
        assert made.refused(command) == "stale_revision"
    made.do(c.Pause(HOST, seen, epoch=2))
    assert made.state() is State.PAUSED


def test_PB24_a_command_that_names_no_epoch_is_judged_by_its_revision_alone() -> None:
    made = playing()
    seen = made.revision
    made.do(c.Restore(2, "clk_new", 33.0, keep_playing=True))
    made.do(c.Seek(HOST, seen, 10))
    assert made.timeline.position_s == 10


def test_PB10_after_a_restart_everybody_is_asked_anew() -> None:
    made = playing("ann")
    seen = made.revision
    made.do(c.Restore(2, "clk_new", 33.0, keep_playing=True))
    made.do(c.Ready(ANN, True, seen))
    assert not made.room.presence_of(ANN).ready
