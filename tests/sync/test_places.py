"""Where this group stopped: PB-30."""

import pytest

from tests.support.rooms import HOST, Party, durable_part, film, party
from watchtogether.kit.ids import RoomCode, RoomId
from watchtogether.rooms import codec
from watchtogether.sync import commands as c
from watchtogether.sync.draft import Reason
from watchtogether.sync.evolve import evolve
from watchtogether.sync.places import PLACES_MAX
from watchtogether.sync.room import Room, blank
from watchtogether.sync.timeline import RoomItem, State

ONE, TWO = film("1"), film("2")


def put_on(made: Party, item: RoomItem, position_s: float | None = None) -> None:
    made.do(c.Load(HOST, made.revision, item, position_s, play=False))


def left_at(position_s: float) -> Party:
    """A room that has left the first film there, for the second one."""
    made = party("ann")
    put_on(made, ONE, position_s)
    put_on(made, TWO)
    return made


def replayed(made: Party) -> Room:
    room = blank(RoomId("room_1"), RoomCode("abc-def-ghj"), 1, "clk_test")
    for event in made.log:
        room = evolve(room, codec.decode(codec.kind_of(event), codec.encode(event)))
    return room


def test_PB30_what_was_left_goes_on_a_little_earlier() -> None:
    made = left_at(300)
    assert (made.timeline.position_s, made.timeline.resumed) == (0.0, False)
    put_on(made, ONE)
    assert (made.timeline.position_s, made.timeline.resumed) == (295.0, True)


def test_PB30_while_playing_it_is_left_where_the_change_takes_effect() -> None:
    made = party()
    put_on(made, ONE, 100)
    made.play()
    made.pass_s(50)
    there_s = made.timeline.position_at(made.now_ms)
    put_on(made, TWO)
    put_on(made, ONE)
    assert made.timeline.position_s == pytest.approx(there_s - 5, abs=0.6)


@pytest.mark.parametrize(("at_s", "begins_s"), [(29.9, 0), (30, 25), (570, 565), (570.1, 0)])
def test_PB30_the_beginning_and_the_end_are_forgotten(at_s: float, begins_s: float) -> None:
    made = left_at(at_s)
    put_on(made, ONE)
    assert made.timeline.position_s == begins_s
    assert made.timeline.resumed is (begins_s > 0)


def test_PB30_a_position_that_is_named_wins_also_the_beginning() -> None:
    for position_s in (0.0, 42.0):
        made = left_at(300)
        put_on(made, ONE, position_s)
        assert (made.timeline.position_s, made.timeline.resumed) == (position_s, False)
    assert made.refused(c.Load(HOST, made.revision, ONE, -1, play=False)) is Reason.OUT_OF_RANGE


def test_PB30_the_same_item_again_goes_on_where_it_is() -> None:
    made = party()
    put_on(made, ONE, 200)
    put_on(made, ONE)
    assert made.timeline.position_s == 195


def test_PB30_the_queue_and_the_next_episode_go_on_too() -> None:
    made = left_at(300)
    made.do(c.QueueAdd(HOST, "e1", ONE))
    made.do(c.Next(HOST, made.revision, None))
    assert (made.timeline.position_s, made.timeline.state) == (295.0, State.WAITING)
    put_on(made, TWO)
    made.do(c.Next(HOST, made.revision, ONE))
    assert made.timeline.position_s == 290.0


def test_PB30_what_was_seen_to_its_end_begins_anew() -> None:
    made = left_at(300)
    put_on(made, ONE)
    made.play()
    made.pass_s(700)
    put_on(made, TWO)
    put_on(made, ONE)
    assert made.timeline.position_s == 0


def test_PB30_starting_over_and_leaving_at_once_forgets() -> None:
    made = left_at(300)
    put_on(made, ONE)
    made.do(c.Seek(HOST, made.revision, 0))
    put_on(made, TWO)
    put_on(made, ONE)
    assert made.timeline.position_s == 0


def test_PB30_another_sound_is_no_other_item() -> None:
    made = party()
    put_on(made, ONE, 200)
    made.do(c.SetSound(HOST, made.revision, "2"))
    assert dict(made.room.places) == {}


def test_PB30_a_shorter_version_is_not_entered_beyond_its_end() -> None:
    made = left_at(300)
    put_on(made, film("1", 310))
    assert made.timeline.position_s == 0


def test_PB30_the_last_fifty_are_remembered() -> None:
    made = party()
    for number in range(PLACES_MAX + 2):
        put_on(made, film(str(number)), 100)
    assert len(made.room.places) == PLACES_MAX
    put_on(made, film("0"))
    assert made.timeline.position_s == 0
    put_on(made, film("30"))
    assert made.timeline.position_s == 95


def test_PB30_the_log_tells_all_of_it() -> None:
    """LOG-1."""
    made = left_at(300)
    put_on(made, ONE)
    put_on(made, film("3"))
    made.do(c.Restore(2, "clk_new", 0.0, keep_playing=False))
    assert list(made.room.places.values()) == [295.0]
    assert list(replayed(made).places.items()) == list(made.room.places.items())
    assert durable_part(replayed(made))[3] == made.timeline
