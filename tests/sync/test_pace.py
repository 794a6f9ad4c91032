"""Speed and easing: PB-18 and PB-19."""

import pytest

from tests.support.rooms import HOST, Party, film, party, with_rules
from watchtogether.kit.ids import MemberId
from watchtogether.rooms import codec
from watchtogether.sync import commands as c
from watchtogether.sync.events import PlaybackChanged
from watchtogether.sync.room import WaitPolicy
from watchtogether.sync.timeline import Cause, State

ANN, BEN = MemberId("mem_ann"), MemberId("mem_ben")


def playing(*guests: str) -> Party:
    made = party(*guests)
    made.load()
    made.play()
    return made


def tell(
    made: Party, who: MemberId, *, buffered_s: float, fill: float | None, rtt_ms: float = 20
) -> None:
    made.do(c.Status(who, False, buffered_s, 0.0, rtt_ms, fill=fill))


def keep_telling(
    made: Party, who: MemberId, seconds: int, *, buffered_s: float, fill: float | None
) -> None:
    """The same status every second."""
    for _ in range(seconds):
        tell(made, who, buffered_s=buffered_s, fill=fill)
        made.pass_s(1)
    tell(made, who, buffered_s=buffered_s, fill=fill)


def eased() -> Party:
    """A room that runs slower because Ann's film is loaded too slowly."""
    made = playing("ann")
    keep_telling(made, ANN, 3, buffered_s=4, fill=0.5)
    assert made.timeline.eased
    return made


def test_PB18_a_rate_is_the_speed_and_does_not_jump() -> None:
    made = playing()
    made.pass_s(10)
    before = made.timeline
    made.do(c.SetRate(HOST, made.revision, 1.25))
    after = made.timeline
    assert (after.speed, after.rate, after.eased) == (1.25, 1.25, False)
    assert after.position_s == pytest.approx(before.position_at(after.as_of_ms))


def test_PB18_a_new_item_begins_at_the_usual_speed() -> None:
    made = playing()
    made.do(c.SetRate(HOST, made.revision, 1.5))
    made.load(film("2"))
    assert (made.timeline.speed, made.timeline.rate) == (1.0, 1.0)


def test_PB18_a_pause_and_a_restart_keep_the_speed() -> None:
    made = playing()
    made.do(c.SetRate(HOST, made.revision, 1.5))
    made.do(c.Pause(HOST, made.revision))
    assert made.timeline.speed == 1.5
    made.do(c.Restore(2, "clk_new", 33.0, keep_playing=False))
    assert (made.timeline.speed, made.timeline.rate) == (1.5, 1.5)


def test_PB18_a_start_that_lies_ahead_is_not_brought_forward() -> None:
    made = party("ann")
    made.load()
    made.everybody_ready()
    made.do(c.Status(ANN, False, 10, 0, 2_000))
    made.do(c.Play(HOST, made.revision))
    starts_ms = made.timeline.as_of_ms
    made.do(c.Status(ANN, False, 10, 0, 2))
    made.do(c.SetRate(HOST, made.revision, 1.5))
    assert (made.timeline.as_of_ms, made.timeline.position_s) == (starts_ms, 0.0)


def test_PB18_a_log_without_speed_has_the_rate_as_its_speed() -> None:
    made = playing()
    made.do(c.SetRate(HOST, made.revision, 1.25))
    body = codec.encode(PlaybackChanged(made.timeline))
    del body["timeline"]["speed"]
    assert codec.decode("playback.changed", body) == PlaybackChanged(made.timeline)


def test_PB19_a_short_runway_eases_the_room_after_two_seconds() -> None:
    made = playing("ann")
    made.pass_s(5)
    before = made.timeline
    tell(made, ANN, buffered_s=7, fill=0.5)  # lasts 14 s
    made.pass_s(1.9)
    assert made.timeline == before
    made.pass_s(0.2)
    after = made.timeline
    assert (after.cause, after.by, after.state) == (Cause.EASE, ANN, State.PLAYING)
    assert (after.speed, after.rate) == (1.0, 0.98)
    assert after.position_s == pytest.approx(before.position_at(after.as_of_ms))


@pytest.mark.parametrize(
    ("buffered_s", "fill"), [(8.0, 0.5), (1.0, None), (1.0, 1.0), (1.0, 1.7), (15.0, 0.0)]
)
def test_PB19_a_runway_that_is_long_enough_changes_nothing(
    buffered_s: float, fill: float | None
) -> None:
    made = playing("ann")
    before = made.timeline
    keep_telling(made, ANN, 20, buffered_s=buffered_s, fill=fill)
    assert made.timeline == before


def test_PB19_who_has_loaded_all_that_is_left_needs_no_runway() -> None:
    made = playing("ann")
    made.do(c.Seek(HOST, made.revision, 580))
    made.everybody_ready()
    tell(made, ANN, buffered_s=15, fill=0.0)
    made.pass_s(4)
    keep_telling(made, ANN, 4, buffered_s=16, fill=0.0)
    assert not made.timeline.eased


def test_PB19_a_short_dip_is_forgiven() -> None:
    made = playing("ann")
    before = made.timeline
    for _ in range(10):
        tell(made, ANN, buffered_s=2, fill=0.5)
        made.pass_s(1.5)
        tell(made, ANN, buffered_s=40, fill=0.5)
        made.pass_s(0.5)
    assert made.timeline == before


def test_PB19_the_room_goes_on_at_its_speed_when_all_runways_are_long_again() -> None:
    made = eased()
    keep_telling(made, ANN, 10, buffered_s=12, fill=0.5)  # 25 s: neither short nor long
    assert made.timeline.eased
    tell(made, ANN, buffered_s=20, fill=0.5)
    made.pass_s(3.9)
    assert made.timeline.eased
    made.pass_s(0.2)
    assert (made.timeline.rate, made.timeline.cause, made.timeline.by) == (1.0, Cause.EASE, None)


def test_PB19_one_long_runway_of_two_is_not_enough() -> None:
    made = playing("ann", "ben")
    tell(made, BEN, buffered_s=8, fill=0.5)
    keep_telling(made, ANN, 3, buffered_s=4, fill=0.5)
    for _ in range(3):
        tell(made, BEN, buffered_s=8, fill=0.5)
        keep_telling(made, ANN, 5, buffered_s=60, fill=None)
    assert made.timeline.eased
    keep_telling(made, BEN, 5, buffered_s=60, fill=None)
    assert not made.timeline.eased


def test_PB19_the_shortest_runway_is_named() -> None:
    made = playing("ann", "ben")
    tell(made, ANN, buffered_s=6, fill=0.5)
    tell(made, BEN, buffered_s=3, fill=0.5)
    made.pass_s(2.5)
    assert made.timeline.by == BEN


def test_PB19_any_other_change_ends_the_easing() -> None:
    made = eased()
    made.do(c.SetRate(HOST, made.revision, 1.5))
    assert (made.timeline.rate, made.timeline.speed) == (1.5, 1.5)
    made = eased()
    made.do(c.Pause(HOST, made.revision))
    assert made.timeline.rate == 1.0
    made = eased()
    made.do(c.Seek(HOST, made.revision, 50))
    assert made.timeline.rate == 1.0


def test_PB19_after_another_change_the_two_seconds_begin_anew() -> None:
    made = eased()
    made.do(c.SetRate(HOST, made.revision, 1.1))
    keep_telling(made, ANN, 1, buffered_s=2, fill=0.5)
    assert not made.timeline.eased
    keep_telling(made, ANN, 2, buffered_s=2, fill=0.5)
    assert made.timeline.rate == pytest.approx(1.1 * 0.98)


def test_PB19_easing_is_nobodys_steering() -> None:
    made = playing("ann")
    seen = made.revision
    keep_telling(made, ANN, 3, buffered_s=4, fill=0.5)
    assert made.timeline.eased
    made.do(c.Seek(HOST, seen, 100))


@pytest.mark.parametrize(
    ("policy", "who", "eases"),
    [
        (WaitPolicy.HOST, ANN, False),
        (WaitPolicy.HOST, HOST, True),
        (WaitPolicy.NEVER, HOST, False),
    ],
)
def test_PB19_only_for_those_whom_the_room_would_wait_for(
    policy: WaitPolicy, who: MemberId, eases: bool
) -> None:
    made = playing("ann")
    with_rules(made, wait_policy=policy)
    keep_telling(made, who, 5, buffered_s=2, fill=0.5)
    assert made.timeline.eased is eases


def test_PB19_a_member_who_leaves_or_falls_silent_does_not_keep_the_room_slow() -> None:
    made = eased()
    made.do(c.Disconnect(ANN))
    made.pass_s(4.5)
    assert not made.timeline.eased
    made = eased()
    made.pass_s(9)
    assert made.timeline.eased
    made.pass_s(6)
    assert not made.timeline.eased


def test_PB19_a_paused_room_is_not_eased() -> None:
    made = playing("ann")
    made.do(c.Pause(HOST, made.revision))
    before = made.timeline
    keep_telling(made, ANN, 20, buffered_s=1, fill=0.1)
    assert made.timeline == before
