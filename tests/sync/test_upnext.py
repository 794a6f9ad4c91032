"""What comes next: PB-27, PB-28, PB-29."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.rooms import HOST, Party, film, party, with_rules
from watchtogether.kit.ids import MemberId
from watchtogether.sync import commands as c
from watchtogether.sync.draft import Reason
from watchtogether.sync.events import Event, NextOffered, NextWithdrawn
from watchtogether.sync.room import Action, Control
from watchtogether.sync.timeline import Cause, RoomItem, State
from watchtogether.sync.upnext import lacks_offer

ANN = MemberId("mem_ann")
FIRST, SECOND, OTHER = film("1", kind="episode"), film("2", kind="episode"), film("9")


def ended(item: RoomItem = FIRST, *queue: RoomItem, **rules: Any) -> Party:  # Any: of any rule
    """A host and a guest who have seen the item to its end."""
    made = party("ann")
    with_rules(made, **rules)
    made.load(item)
    for number, each in enumerate(queue):
        made.do(c.QueueAdd(HOST, f"e{number}", each))
    made.play()
    made.pass_s(item.duration_s + 1)
    assert made.timeline.cause is Cause.ENDED
    return made


def offered(**rules: Any) -> Party:
    """The same, and the library has said what follows."""
    made = ended(**rules)
    answer(made)
    return made


def answer(made: Party, item: RoomItem = SECOND) -> None:
    made.do(c.OfferNext(item, made.revision, made.room.epoch))


def restart(made: Party, *, keep_playing: bool) -> None:
    """Another process takes the room over, and both come back."""
    for member in (HOST, ANN):
        made.do(c.Disconnect(member))
    made.do(c.Restore(2, "clk_new", made.timeline.position_s, keep_playing=keep_playing))
    for member in (HOST, ANN):
        made.do(c.Connect(member))


def last(made: Party, kind: type[Event]) -> list[Event]:
    return [event for event in made.log if isinstance(event, kind)][-1:]


def test_PB27_an_episode_that_is_over_asks_the_library_and_a_film_does_not() -> None:
    assert lacks_offer(ended().room)
    assert not lacks_offer(ended(OTHER).room)
    assert not lacks_offer(ended(FIRST, OTHER).room)


def test_PB27_what_the_library_has_is_offered_with_a_countdown() -> None:
    made = offered()
    offer = NextOffered(SECOND, made.now_ms + 10_000, "clk_test", False, made.revision)
    assert made.log[-1] == offer
    assert made.state() is State.PAUSED
    assert not lacks_offer(made.room)
    assert made.last is not None
    assert made.last.next_deadline_ms == offer.ends_ms


def test_PB27_the_queue_goes_first_and_needs_no_library() -> None:
    made = ended(FIRST, OTHER)
    assert made.room.offer is not None
    assert (made.room.offer.item, made.room.offer.queued) == (OTHER, True)


def test_PB27_at_zero_the_room_goes_on_and_waits_for_all() -> None:
    made = offered()
    made.pass_s(9.9)
    assert made.timeline.item == FIRST
    made.pass_s(0.2)
    timeline = made.timeline
    assert (timeline.item, timeline.state) == (SECOND, State.WAITING)
    assert (timeline.cause, timeline.by) == (Cause.NEXT, None)
    assert made.room.offer is None
    made.everybody_ready()
    assert made.state() is State.PLAYING


def test_PB27_at_zero_the_queue_loses_its_head() -> None:
    made = ended(FIRST, OTHER, SECOND)
    made.pass_s(10)
    assert made.timeline.item == OTHER
    assert [entry.item for entry in made.room.queue] == [SECOND]


def test_PB27_one_after_another_until_nothing_is_left() -> None:
    made = ended(film("1"), film("2"), film("3"))
    for key in ("2", "3"):
        made.pass_s(10)
        made.everybody_ready()
        assert made.timeline.item == film(key)
        made.pass_s(601)
    assert made.timeline.cause is Cause.ENDED
    assert made.room.offer is None


def test_PB27_a_press_does_not_wait() -> None:
    made = offered()
    made.do(c.Next(HOST, made.revision, SECOND))
    assert (made.timeline.item, made.timeline.by) == (SECOND, HOST)
    made.pass_s(20)
    assert made.timeline.item == SECOND


def test_PB27_who_may_choose_may_stay_and_nothing_is_offered_again() -> None:
    made = offered()
    assert made.refused(c.WithdrawNext(ANN)) is Reason.NOT_PERMITTED
    made.do(c.WithdrawNext(HOST))
    assert made.log[-1] == NextWithdrawn("declined")
    assert made.refused(c.WithdrawNext(HOST)) is Reason.NO_OFFER
    made.do(c.QueueAdd(HOST, "e1", OTHER))
    assert made.room.offer is None
    assert not lacks_offer(made.room)
    made.pass_s(60)
    assert made.timeline.item == FIRST


def test_PB27_a_permit_to_choose_is_enough_to_stay() -> None:
    made = offered()
    made.do(c.Permit(HOST, ANN, frozenset({Action.LOAD})))
    made.do(c.WithdrawNext(ANN))
    assert made.room.offer is None


def test_PB27_having_stayed_counts_for_that_end_only() -> None:
    made = offered()
    made.do(c.WithdrawNext(HOST))
    made.do(c.Seek(HOST, made.revision, 590))
    made.play()
    made.pass_s(20)
    assert made.timeline.cause is Cause.ENDED
    assert lacks_offer(made.room)


@pytest.mark.parametrize(
    "change",
    [
        lambda made: c.Seek(HOST, made.revision, 300),
        lambda made: c.Play(HOST, made.revision),
        lambda made: c.Load(HOST, made.revision, OTHER, 0.0, play=False),
        lambda made: c.SetRate(HOST, made.revision, 1.5),
        lambda made: c.SetSound(HOST, made.revision, "2"),
    ],
)
def test_PB27_any_change_of_the_timeline_ends_it(change: Callable[[Party], c.Command]) -> None:
    made = offered()
    made.do(change(made))
    assert made.room.offer is None
    on = made.timeline.item
    made.pass_s(15)
    assert made.timeline.item == on


def test_PB27_a_ready_check_is_about_what_is_on() -> None:
    made = offered()
    made.do(c.OpenCheck(HOST))
    assert made.log[-1] == NextWithdrawn("check")
    made.do(c.CancelCheck(HOST))
    made.do(c.QueueAdd(HOST, "e1", OTHER))
    made.pass_s(30)
    assert made.timeline.item == FIRST


def test_PB27_a_seek_to_the_end_by_hand_is_no_end() -> None:
    made = party("ann")
    made.load(FIRST)
    made.do(c.Seek(HOST, made.revision, FIRST.duration_s))
    assert not lacks_offer(made.room)


def test_PB28_without_the_rule_it_stays_until_a_press() -> None:
    made = offered(autoplay=False)
    assert made.room.offer is not None
    assert made.room.offer.ends_ms is None
    made.pass_s(600)
    assert made.timeline.item == FIRST
    assert made.room.offer is not None
    made.do(c.Next(HOST, made.revision, SECOND))
    assert made.timeline.item == SECOND


def test_PB28_changing_the_rule_starts_and_stops_the_countdown() -> None:
    made = offered()
    made.pass_s(8)
    with_rules(made, autoplay=False)
    made.pass_s(30)
    assert made.room.offer is not None
    with_rules(made, name="Saturday")
    assert made.room.offer.ends_ms is None
    with_rules(made, autoplay=True)
    made.pass_s(9)
    assert made.timeline.item == FIRST
    made.pass_s(1)
    assert made.timeline.item == SECOND


def test_PB28_nobody_is_taken_on_who_is_not_there() -> None:
    made = offered()
    for member in (HOST, ANN):
        made.do(c.Disconnect(member))
    made.pass_s(15)
    assert made.timeline.item == FIRST
    assert made.room.offer is not None
    assert made.room.offer.ends_ms is None
    made.do(c.Connect(HOST))
    made.pass_s(60)
    assert made.timeline.item == FIRST


def test_PB28_who_has_stepped_out_watches_nothing() -> None:
    made = offered()
    for member in (HOST, ANN):
        made.do(c.Step(member, out=True))
    made.pass_s(15)
    assert made.timeline.item == FIRST


def test_PB28_what_was_meant_for_the_item_before_is_stale() -> None:
    """PB-6: although nobody's act came between."""
    made = offered()
    with_rules(made, control=Control.EVERYONE)
    seen = made.revision
    made.pass_s(10)
    for late in (
        c.Seek(HOST, seen, 30),
        c.Seek(ANN, seen, 30),
        c.Next(HOST, seen, film("3")),
        c.Load(ANN, seen, OTHER, 0.0, play=True),
        c.SetRate(ANN, seen, 2),
        c.Play(HOST, seen),
    ):
        assert made.refused(late) is Reason.STALE_REVISION
    made.do(c.Seek(HOST, made.revision, 30))


def test_PB29_the_offer_follows_the_queue() -> None:
    made = offered()
    made.pass_s(6)
    made.do(c.QueueAdd(HOST, "e1", OTHER))
    assert made.room.offer is not None
    assert made.room.offer.item == OTHER
    assert made.room.offer.ends_ms == made.now_ms + 10_000
    made.do(c.QueueAdd(HOST, "e2", film("5")))
    assert last(made, NextOffered) == [
        NextOffered(OTHER, made.now_ms + 10_000, "clk_test", True, made.revision)
    ]
    made.do(c.QueueMove(HOST, "e2", 0))
    assert made.room.offer.item == film("5")
    made.pass_s(10)
    assert made.timeline.item == film("5")


def test_PB29_an_emptied_queue_takes_its_offer_along_and_the_library_is_asked() -> None:
    made = ended(FIRST, OTHER)
    made.do(c.QueueRemove(HOST, "e0"))
    assert made.log[-1] == NextWithdrawn("gone")
    assert lacks_offer(made.room)
    answer(made)
    made.pass_s(10)
    assert made.timeline.item == SECOND


def test_PB29_something_is_queued_long_after_the_end() -> None:
    made = ended(OTHER)
    made.pass_s(300)
    made.do(c.QueueAdd(HOST, "e1", SECOND))
    made.pass_s(10)
    assert made.timeline.item == SECOND


def test_PB29_an_answer_that_comes_late_is_not_offered() -> None:
    made = ended()
    asked = c.OfferNext(SECOND, made.revision, made.room.epoch)
    made.load(OTHER)
    assert made.refused(asked) is Reason.STALE_REVISION
    made.play()
    made.pass_s(700)
    assert made.timeline.cause is Cause.ENDED
    assert made.refused(asked) is Reason.STALE_REVISION
    assert made.room.offer is None


def test_PB29_an_answer_to_another_process_or_beside_the_queue_is_not_offered() -> None:
    made = ended()
    assert made.refused(c.OfferNext(SECOND, made.revision, 7)) is Reason.STALE_REVISION
    made.do(c.QueueAdd(HOST, "e1", OTHER))
    beside = c.OfferNext(SECOND, made.revision, made.room.epoch)
    assert made.refused(beside) is Reason.STALE_REVISION
    assert made.room.offer is not None
    assert made.room.offer.item == OTHER


def test_PB29_the_change_of_the_queue_counts_at_the_very_moment() -> None:
    made = offered()
    made.now_ms += 10_000
    made.do(c.QueueAdd(HOST, "e1", OTHER))
    assert made.timeline.item == FIRST
    made.pass_s(10)
    assert made.timeline.item == OTHER


def test_PB27_after_a_restart_it_counts_anew_on_the_new_clock() -> None:
    """LOG-8."""
    made = offered()
    made.pass_s(7)
    restart(made, keep_playing=True)
    offer = NextOffered(SECOND, made.now_ms + 10_000, "clk_new", False, made.revision)
    assert made.log[-1] == offer
    made.pass_s(10)
    assert made.timeline.item == SECOND


def test_PB28_after_a_long_absence_it_waits_for_a_press() -> None:
    made = offered()
    restart(made, keep_playing=False)
    made.pass_s(60)
    assert made.timeline.item == FIRST
    assert made.room.offer is not None
    assert made.room.offer.item == SECOND


def test_PB27_a_restart_while_the_library_is_asked_asks_again() -> None:
    made = ended()
    restart(made, keep_playing=True)
    assert lacks_offer(made.room)
    answer(made)
    assert made.room.offer is not None


def test_PB27_a_restart_remembers_that_the_room_stays() -> None:
    made = offered()
    made.do(c.WithdrawNext(HOST))
    restart(made, keep_playing=True)
    assert not lacks_offer(made.room)
