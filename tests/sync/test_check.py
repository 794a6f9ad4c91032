"""The ready check: PB-21."""

from tests.support.rooms import HOST, Party, party, with_rules
from watchtogether.kit.ids import GuestId, MemberId
from watchtogether.sync import commands as c
from watchtogether.sync.draft import Reason
from watchtogether.sync.events import CheckClosed, CheckOpened, Event
from watchtogether.sync.room import Control
from watchtogether.sync.timeline import Cause, State

ANN, BEN = MemberId("mem_ann"), MemberId("mem_ben")


def asked(*guests: str) -> Party:
    """A paused party, everybody ready to start, with a check just opened by the host."""
    made = party(*guests)
    made.load()
    made.everybody_ready()
    made.do(c.OpenCheck(HOST))
    return made


def answer(made: Party, *members: MemberId) -> None:
    for member_id in members:
        made.do(c.AnswerCheck(member_id, ready=True))


def closings(made: Party) -> list[Event]:
    return [event for event in made.log if isinstance(event, CheckClosed)]


def test_PB21_opening_asks_everybody_and_is_the_openers_own_answer() -> None:
    made = asked("ann")
    assert made.log[-1] == CheckOpened(HOST, made.now_ms + 60_000, "clk_test")
    assert made.room.presence_of(HOST).answered
    assert not made.room.presence_of(ANN).answered
    assert made.state() is State.PAUSED


def test_PB21_when_all_have_answered_the_room_plays_three_seconds_ahead() -> None:
    made = asked("ann", "ben")
    made.pass_s(10)
    answer(made, ANN)
    assert made.state() is State.PAUSED
    answer(made, BEN)
    timeline = made.timeline
    assert (timeline.state, timeline.cause, timeline.by) == (State.PLAYING, Cause.CHECK, HOST)
    assert timeline.as_of_ms == made.now_ms + 3_000
    assert made.room.check is None
    assert closings(made) == [CheckClosed("ready")]
    assert not made.room.presence_of(ANN).answered


def test_PB21_who_is_not_ready_to_play_is_waited_for_and_then_everybody_counts_down() -> None:
    made = party("ann")
    made.load()
    made.ready(HOST)
    made.do(c.OpenCheck(HOST))
    answer(made, ANN)
    assert (made.state(), made.timeline.cause) == (State.WAITING, Cause.CHECK)
    made.pass_s(4)
    made.ready(ANN)
    assert (made.state(), made.timeline.cause) == (State.PLAYING, Cause.CHECK)
    assert made.timeline.as_of_ms == made.now_ms + 3_000


def test_PB21_an_answer_can_be_taken_back() -> None:
    made = asked("ann", "ben")
    answer(made, ANN)
    made.do(c.AnswerCheck(ANN, ready=False))
    answer(made, BEN)
    assert made.state() is State.PAUSED
    answer(made, ANN)
    assert made.state() is State.PLAYING


def test_PB21_alone_in_the_room_it_begins_at_once() -> None:
    made = asked()
    assert (made.state(), made.timeline.cause) == (State.PLAYING, Cause.CHECK)


def test_PB21_after_a_minute_it_is_over_and_says_who_was_missing() -> None:
    made = asked("ann", "ben")
    answer(made, BEN)
    made.pass_s(59.9)
    assert made.room.check is not None
    made.pass_s(0.2)
    assert made.log[-1] == CheckClosed("unanswered", (ANN,))
    assert made.room.check is None
    assert made.state() is State.PAUSED


def test_PB21_it_can_be_cancelled() -> None:
    made = asked("ann")
    made.do(c.CancelCheck(HOST))
    assert made.log[-1] == CheckClosed("cancelled")
    assert made.refused(c.CancelCheck(HOST)) is Reason.NO_CHECK
    assert made.refused(c.AnswerCheck(ANN, ready=True)) is Reason.NO_CHECK


def test_PB21_any_other_steering_cancels_it() -> None:
    for command in (c.Play(HOST, 1), c.Seek(HOST, 1, 30), c.SetRate(HOST, 1, 1.5)):
        made = asked("ann")
        made.do(command)
        assert closings(made) == [CheckClosed("cancelled")]
        assert made.room.check is None


def test_PB21_a_restart_cancels_it() -> None:
    made = asked("ann")
    made.do(c.Restore(2, "clk_new", 0.0, keep_playing=False))
    assert made.log[-1] == CheckClosed("cancelled")


def test_PB21_who_does_not_count_is_not_waited_for() -> None:
    made = asked("ann", "ben")
    made.do(c.Step(ANN, out=True))
    assert made.state() is State.PAUSED
    made.do(c.Disconnect(BEN))
    assert made.state() is State.PLAYING


def test_PB21_who_comes_in_meanwhile_is_asked_too() -> None:
    made = asked("ann")
    made.do(c.Enter(BEN, "ben", guest_id=GuestId("gst_ben")))
    made.do(c.Connect(BEN))
    answer(made, ANN)
    assert made.state() is State.PAUSED
    answer(made, BEN)
    assert made.state() is not State.PAUSED


def test_PB21_only_a_paused_room_with_an_item_is_asked() -> None:
    made = party("ann")
    assert made.refused(c.OpenCheck(HOST)) is Reason.NO_ITEM
    made.load()
    made.play()
    assert made.refused(c.OpenCheck(HOST)) is Reason.ALREADY_ON


def test_PB21_opening_and_cancelling_are_play_and_pause() -> None:
    made = asked("ann")
    assert made.refused(c.OpenCheck(ANN)) is Reason.NOT_PERMITTED
    assert made.refused(c.CancelCheck(ANN)) is Reason.NOT_PERMITTED
    with_rules(made, control=Control.EVERYONE)
    made.do(c.CancelCheck(ANN))


def test_PB21_opening_a_check_that_is_on_is_an_answer() -> None:
    made = asked("ann", "ben")
    with_rules(made, control=Control.EVERYONE)
    made.do(c.OpenCheck(ANN))
    assert made.room.presence_of(ANN).answered
    assert sum(isinstance(event, CheckOpened) for event in made.log) == 1


def test_PB21_a_strangers_answer_is_refused() -> None:
    made = asked("ann")
    answer_ = c.AnswerCheck(MemberId("mem_nobody"), ready=True)
    assert made.refused(answer_) is Reason.NOT_A_MEMBER


def test_PB21_at_the_end_of_the_film_it_begins_from_the_start() -> None:
    made = party("ann")
    made.load()
    made.play()
    made.pass_s(700)
    made.do(c.OpenCheck(HOST))
    answer(made, ANN)
    made.everybody_ready()
    assert (made.timeline.position_s, made.timeline.cause) == (0.0, Cause.CHECK)
    assert made.timeline.as_of_ms == made.now_ms + 3_000


def test_PB21_a_pause_during_the_countdown_stays_where_it_was() -> None:
    made = asked("ann")
    answer(made, ANN)
    made.pass_s(1)
    made.do(c.Pause(HOST, made.revision))
    assert (made.state(), made.timeline.position_s) == (State.PAUSED, 0.0)
