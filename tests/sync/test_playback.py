"""Playback rules PB-*: the pure core, in milliseconds."""

import pytest

from tests.support.rooms import HOST, Party, film, party, with_rules
from watchtogether.kit.ids import MemberId
from watchtogether.sync import commands as c
from watchtogether.sync.draft import Reason
from watchtogether.sync.room import Control, WaitPolicy
from watchtogether.sync.timeline import Cause, State


def playing(*guests: str) -> Party:
    made = party(*guests)
    made.load()
    made.play()
    return made


def test_PB2_a_new_room_is_idle_and_a_loaded_one_paused() -> None:
    made = party()
    assert made.state() is State.IDLE
    made.load()
    assert made.state() is State.PAUSED


def test_PB3_the_position_runs_from_as_of_and_never_past_the_end() -> None:
    timeline = playing().timeline
    assert timeline.position_at(timeline.as_of_ms - 500) == 0.0
    assert timeline.position_at(timeline.as_of_ms + 2_500) == pytest.approx(2.5)
    assert timeline.position_at(timeline.as_of_ms + 10_000_000) == 600.0


def test_PB4_a_late_joiner_changes_nothing_for_the_others() -> None:
    made = playing("ann")
    before = made.timeline
    made.guest("ben")
    made.pass_s(20)
    assert made.timeline == before


def test_PB5_each_accepted_change_raises_the_revision_by_one() -> None:
    made = playing()
    revisions = [made.revision]
    made.do(c.Seek(HOST, made.revision, 30))
    revisions.append(made.revision)
    made.do(c.Pause(HOST, made.revision))
    revisions.append(made.revision)
    assert revisions == [revisions[0], revisions[0] + 1, revisions[0] + 2]


def test_PB6_a_seek_overtaken_by_somebody_else_is_refused() -> None:
    made = playing("ann")
    with_rules(made, control=Control.EVERYONE)
    seen = made.revision
    made.do(c.Seek(MemberId("mem_ann"), seen, 100))
    assert made.refused(c.Seek(HOST, seen, 200)) is Reason.STALE_REVISION
    assert made.refused(c.Load(HOST, seen, film("2"), 0, False)) is Reason.STALE_REVISION
    assert made.refused(c.SetRate(HOST, seen, 1.5)) is Reason.STALE_REVISION


def test_PB6_ones_own_quick_seeks_do_not_refuse_each_other() -> None:
    made = playing()
    seen = made.revision
    for position_s in (10, 20, 30):
        made.do(c.Seek(HOST, seen, position_s))
    assert made.timeline.position_s == 30


def test_PB6_a_stale_pause_on_the_same_item_is_still_a_pause() -> None:
    made = playing("ann")
    seen = made.revision
    with_rules(made, control=Control.EVERYONE)
    made.do(c.SetRate(MemberId("mem_ann"), seen, 1.25))
    made.do(c.Pause(HOST, seen))
    assert made.state() is State.PAUSED


def test_PB6_a_pause_meant_for_another_item_is_refused() -> None:
    made = playing()
    seen = made.revision
    made.do(c.Load(HOST, seen, film("2"), 0, True))
    assert made.refused(c.Pause(HOST, seen)) is Reason.STALE_REVISION


@pytest.mark.parametrize(
    ("rtt_ms", "lead_ms"), [(2.0, 50.0), (100.0, 75.0), (400.0, 300.0), (5_000.0, 500.0)]
)
def test_PB7_the_lead_follows_the_worst_member(rtt_ms: float, lead_ms: float) -> None:
    made = playing("ann")
    for member_id, rtt in ((HOST, 1.0), (MemberId("mem_ann"), rtt_ms)):
        made.do(c.Status(member_id, False, 10, 0, rtt))
    made.do(c.Pause(HOST, made.revision))
    assert made.timeline.as_of_ms == pytest.approx(made.now_ms + lead_ms)


@pytest.mark.parametrize(("said_ms", "cost_ms"), [(None, 100.0), (40.0, 40.0), (900.0, 300.0)])
def test_PB25_a_start_waits_for_the_slowest_device(said_ms: float | None, cost_ms: float) -> None:
    made = playing()
    made.do(c.Status(HOST, False, 10, 0, 0, start_ms=said_ms))
    made.do(c.Pause(HOST, made.revision))
    assert made.timeline.as_of_ms == pytest.approx(made.now_ms + 50)
    made.do(c.Play(HOST, made.revision))
    assert made.state() is State.PLAYING
    assert made.timeline.as_of_ms == pytest.approx(made.now_ms + 50 + cost_ms)


def test_PB8_pause_names_the_position_at_which_it_takes_effect() -> None:
    made = playing()
    made.pass_s(10)
    running = made.timeline
    made.do(c.Pause(HOST, made.revision))
    assert made.timeline.position_s == running.position_at(made.timeline.as_of_ms)


def test_PB9_play_waits_for_those_who_are_not_ready() -> None:
    made = party("ann")
    made.load()
    made.ready(HOST)
    made.do(c.Play(HOST, made.revision))
    assert made.state() is State.WAITING
    made.ready(MemberId("mem_ann"))
    assert made.state() is State.PLAYING
    assert made.timeline.cause is Cause.READY


def test_PB9_a_seek_while_paused_stays_paused() -> None:
    made = party()
    made.load()
    made.do(c.Seek(HOST, made.revision, 42))
    assert (made.timeline.state, made.timeline.position_s) == (State.PAUSED, 42)


def test_PB10_readiness_for_an_older_target_is_ignored() -> None:
    made = playing("ann")
    before = made.revision
    made.do(c.Seek(HOST, made.revision, 99))
    made.do(c.Ready(HOST, True, before))
    made.do(c.Ready(MemberId("mem_ann"), True, before))
    assert made.state() is State.WAITING


def test_PB11_nobody_is_waited_for_longer_than_fifteen_seconds() -> None:
    made = party("ann")
    made.load()
    made.ready(HOST)
    made.do(c.Play(HOST, made.revision))
    made.pass_s(14.9)
    assert made.state() is State.WAITING
    made.pass_s(0.2)
    assert made.state() is State.PLAYING
    assert made.room.presence_of(MemberId("mem_ann")).excused


def test_PB11_an_excused_member_counts_again_once_ready() -> None:
    made = party("ann")
    ann = MemberId("mem_ann")
    made.load()
    made.ready(HOST)
    made.do(c.Play(HOST, made.revision))
    made.pass_s(16)
    made.ready(ann)
    assert made.room.presence_of(ann).counts


def test_PB11_a_waiting_room_never_stays_without_a_deadline() -> None:
    made = party("ann")
    made.load()
    made.do(c.Play(HOST, made.revision))
    assert made.last is not None
    assert made.last.next_deadline_ms == made.now_ms + 15_000


def test_PB12_a_stall_counts_after_half_a_second() -> None:
    made = playing("ann")
    ann = MemberId("mem_ann")
    made.pass_s(5)
    made.do(c.Status(ann, True, 0, None, 20))
    made.pass_s(0.4)
    assert made.state() is State.PLAYING
    made.pass_s(0.2)
    assert (made.timeline.state, made.timeline.cause) == (State.WAITING, Cause.STALL)
    assert made.timeline.by == ann


def test_PB12_a_short_stall_is_forgiven() -> None:
    made = playing("ann")
    ann = MemberId("mem_ann")
    made.do(c.Status(ann, True, 0, None, 20))
    made.pass_s(0.3)
    made.do(c.Status(ann, False, 5, 0, 20))
    made.pass_s(5)
    assert made.state() is State.PLAYING


def test_PB12_the_wait_ends_a_little_after_the_last_became_ready() -> None:
    made = playing("ann")
    ann = MemberId("mem_ann")
    made.do(c.Status(ann, True, 0, None, 20))
    made.pass_s(1)
    made.ready(ann)
    assert made.state() is State.WAITING
    made.pass_s(0.5)
    assert made.state() is State.PLAYING


@pytest.mark.parametrize(
    ("policy", "who", "waits"),
    [
        (WaitPolicy.HOST, "mem_ann", False),
        (WaitPolicy.HOST, HOST, True),
        (WaitPolicy.NEVER, HOST, False),
    ],
)
def test_PB12_the_policy_decides_whose_stall_counts(
    policy: WaitPolicy, who: str, waits: bool
) -> None:
    made = playing("ann")
    with_rules(made, wait_policy=policy)
    made.do(c.Status(MemberId(who), True, 0, None, 20))
    made.pass_s(2)
    assert (made.state() is State.WAITING) is waits


def test_PB13_the_end_of_the_film_pauses_on_its_last_moment() -> None:
    made = playing()
    made.pass_s(601)
    timeline = made.timeline
    assert (timeline.state, timeline.position_s, timeline.cause) == (
        State.PAUSED,
        600.0,
        Cause.ENDED,
    )


def test_PB13_play_at_the_end_starts_over() -> None:
    made = playing()
    made.pass_s(601)
    made.do(c.Play(HOST, made.revision))
    made.everybody_ready()
    assert (made.timeline.state, made.timeline.position_s) == (State.PLAYING, 0.0)


def test_PB14_an_empty_room_pauses_where_the_last_one_left() -> None:
    made = playing()
    made.pass_s(10)
    left_at = made.timeline.position_at(made.now_ms)
    made.do(c.Disconnect(HOST))
    made.pass_s(29)
    assert made.state() is State.PLAYING
    made.pass_s(2)
    assert (made.timeline.state, made.timeline.cause) == (State.PAUSED, Cause.EMPTY)
    assert made.timeline.position_s == pytest.approx(left_at)


@pytest.mark.parametrize("position_s", [-0.1, 600.1, float("nan"), float("inf")])
def test_PB15_a_seek_outside_the_film_is_refused(position_s: float) -> None:
    made = playing()
    assert made.refused(c.Seek(HOST, made.revision, position_s)) is Reason.OUT_OF_RANGE


@pytest.mark.parametrize("rate", [0.49, 2.01, 0.0, -1.0, float("nan")])
def test_PB15_a_rate_outside_the_limits_is_refused(rate: float) -> None:
    made = playing()
    assert made.refused(c.SetRate(HOST, made.revision, rate)) is Reason.OUT_OF_RANGE


def test_PB15_commands_without_an_item_are_refused() -> None:
    made = party()
    for command in (c.Play(HOST, 0), c.Pause(HOST, 0), c.Seek(HOST, 0, 1), c.SetRate(HOST, 0, 1)):
        assert made.refused(command) is Reason.NO_ITEM


def test_PB16_next_takes_the_queue_then_the_next_episode_then_refuses() -> None:
    made = playing()
    made.do(c.QueueAdd(HOST, "entry_1", film("2")))
    made.do(c.Next(HOST, made.revision, None))
    assert made.timeline.item == film("2")
    assert made.room.queue == ()
    made.do(c.Next(HOST, made.revision, film("3", kind="episode")))
    assert made.timeline.item == film("3", kind="episode")
    assert made.refused(c.Next(HOST, made.revision, None)) is Reason.NOTHING_NEXT


def test_PB16_next_raises_the_generation() -> None:
    made = playing()
    generation = made.timeline.generation
    made.do(c.Next(HOST, made.revision, film("2")))
    assert made.timeline.generation == generation + 1


def test_skip_goes_on_without_those_who_are_awaited() -> None:
    made = party("ann")
    made.load()
    made.ready(HOST)
    made.do(c.Play(HOST, made.revision))
    made.do(c.SkipWait(HOST))
    assert made.state() is State.PLAYING


def test_LOG8_restore_goes_on_playing_on_the_new_clock() -> None:
    made = playing()
    made.do(c.Restore(2, "clk_new", 33.0, keep_playing=True))
    timeline = made.timeline
    assert (timeline.epoch, timeline.clock_id, timeline.state) == (2, "clk_new", State.PLAYING)
    assert timeline.position_at(made.now_ms) == 33.0


def test_LOG8_restore_pauses_after_a_long_absence() -> None:
    made = playing()
    made.do(c.Restore(2, "clk_new", 33.0, keep_playing=False))
    assert (made.timeline.state, made.timeline.position_s) == (State.PAUSED, 33.0)


def test_PB6_a_stale_pause_gives_no_right_to_a_stale_seek() -> None:
    made = playing("ann")
    with_rules(made, control=Control.EVERYONE)
    seen = made.revision
    made.do(c.Seek(MemberId("mem_ann"), seen, 100))
    made.do(c.Pause(HOST, seen))
    assert made.refused(c.Seek(HOST, seen, 200)) is Reason.STALE_REVISION


def test_PB11_newcomers_do_not_prolong_the_wait() -> None:
    made = party("ann")
    made.load()
    made.ready(HOST)
    made.do(c.Play(HOST, made.revision))
    made.pass_s(10)
    made.guest("ben")
    made.pass_s(5.1)
    assert made.state() is State.PLAYING


def test_PB16_next_pressed_twice_goes_one_further() -> None:
    made = playing()
    seen = made.revision
    made.do(c.QueueAdd(HOST, "entry_1", film("2")))
    made.do(c.QueueAdd(HOST, "entry_2", film("3")))
    made.do(c.Next(HOST, seen, None))
    assert made.refused(c.Next(HOST, seen, None)) is Reason.STALE_REVISION
    assert made.timeline.item == film("2")


def test_PB5_loading_and_going_on_are_one_revision_each() -> None:
    made = playing()
    before = made.revision
    made.do(c.Load(HOST, before, film("2"), 0.0, play=True))
    assert (made.revision, made.state()) == (before + 1, State.WAITING)
    made.do(c.Next(HOST, made.revision, film("3")))
    assert made.revision == before + 2


def test_PB26_another_sound_is_for_everybody_and_waited_for() -> None:
    made = playing()
    before = made.timeline
    made.do(c.SetSound(HOST, made.revision, "2"))
    after = made.timeline
    assert (after.sound, after.cause, after.state) == ("2", Cause.SOUND, State.WAITING)
    assert (after.item, after.generation) == (before.item, before.generation + 1)
    assert after.position_s == pytest.approx(before.position_at(after.as_of_ms), abs=0.2)
    revision = made.revision
    made.do(c.SetSound(HOST, made.revision, "2"))
    assert made.revision == revision


def test_PB26_a_paused_room_stays_paused_and_a_pause_on_its_way_still_counts() -> None:
    made = playing()
    seen = made.revision
    made.do(c.SetSound(HOST, made.revision, "2"))
    made.do(c.Pause(HOST, seen))
    assert made.timeline.state is State.PAUSED
    made.do(c.SetSound(HOST, made.revision, "1"))
    assert (made.timeline.state, made.timeline.sound) == (State.PAUSED, "1")


def test_PB26_another_item_has_its_own_sound() -> None:
    made = playing()
    made.do(c.SetSound(HOST, made.revision, "2"))
    stale = made.revision
    made.do(c.Load(HOST, made.revision, film("2"), 0.0, play=False))
    assert made.timeline.sound is None
    assert made.refused(c.SetSound(HOST, stale, "2")) is Reason.STALE_REVISION
    assert party().refused(c.SetSound(HOST, 0, "2")) is Reason.NO_ITEM
