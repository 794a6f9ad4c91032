"""Who watched what and how far, out of rooms on a clock of the test's own."""

import pytest

from tests.support.rooms import HOST, OWNER, Party, film, party
from watchtogether.kit.ids import AccountId, MemberId
from watchtogether.sync import commands as c
from watchtogether.watchbook import WatchBook, Watched

ANN = MemberId("mem_ann")
ANNS = AccountId("acc_ann")


class Evening:
    """A party of two accounts and a guest that is looked at every five seconds."""

    def __init__(self) -> None:
        self.made: Party = party("guest")
        self.made.do(c.Enter(ANN, "Ann", account_id=ANNS))
        self.made.do(c.Connect(ANN))
        self.book = WatchBook()
        self.told: list[Watched] = []
        self.made.load(film("1", 600.0))
        self.made.play()

    def go_on(self, seconds: float) -> None:
        for _ in range(int(seconds // 5)):
            self.made.pass_s(5)
            self.look()

    def look(self) -> None:
        self.told += self.book.look([self.made.room], self.made.now_ms)

    def places(self) -> dict[AccountId, int]:
        """Where each got, in whole seconds; fails when somebody was told twice."""
        found = {each.account_id: round(each.reached_s) for each in self.told}
        assert len(found) == len(self.told)
        return found


@pytest.fixture
def evening() -> Evening:
    return Evening()


def test_nothing_is_told_while_they_watch(evening: Evening) -> None:
    evening.go_on(300)
    assert evening.told == []


def test_who_leaves_is_told_where_they_got(evening: Evening) -> None:
    evening.go_on(120)
    evening.made.do(c.Leave(ANN))
    evening.go_on(60)
    assert evening.places() == {ANNS: pytest.approx(120, abs=6)}
    (told,) = evening.told
    assert (told.server_id, told.rating_key, told.duration_s) == ("srv", "1", 600)


def test_who_loses_the_connection_is_told_after_a_minute_where_they_were_then(
    evening: Evening,
) -> None:
    evening.go_on(120)
    evening.made.do(c.Disconnect(ANN))
    evening.go_on(50)
    assert evening.told == []
    evening.go_on(20)
    assert evening.places() == {ANNS: pytest.approx(120, abs=6)}


def test_a_reload_is_no_end(evening: Evening) -> None:
    evening.go_on(120)
    evening.made.do(c.Disconnect(ANN))
    evening.go_on(20)
    evening.made.do(c.Connect(ANN))
    evening.go_on(100)
    assert evening.told == []


def test_who_steps_out_stays_where_they_were(evening: Evening) -> None:
    evening.go_on(120)
    evening.made.do(c.Step(ANN, out=True))
    evening.go_on(100)
    assert evening.places() == {ANNS: pytest.approx(120, abs=6)}


def test_another_film_ends_it_for_both_and_guests_are_nobody(evening: Evening) -> None:
    evening.go_on(200)
    evening.made.load(film("2"))
    evening.look()
    assert evening.places() == {
        OWNER: pytest.approx(200, abs=6),
        ANNS: pytest.approx(200, abs=6),
    }


def test_the_end_is_told_at_once_and_only_once(evening: Evening) -> None:
    evening.go_on(610)
    assert evening.places() == {OWNER: 600, ANNS: 600}
    evening.go_on(300)
    evening.made.do(c.Leave(ANN))
    evening.made.load(film("2"))
    evening.look()
    assert len(evening.told) == 2


def test_the_same_film_again_in_the_same_room_counts_again(evening: Evening) -> None:
    evening.go_on(610)
    evening.made.load(film("1", 600.0))
    evening.made.play()
    evening.go_on(610)
    assert len(evening.told) == 4
    assert len({each.session for each in evening.told}) == 4


def _another_sound(evening: Evening) -> None:
    evening.made.do(c.SetSound(HOST, evening.made.revision, "2"))
    evening.made.everybody_ready()


def test_PB26_another_sound_near_the_end_is_no_second_showing(evening: Evening) -> None:
    evening.made.load(film("2", 1_200.0))
    evening.made.play()
    evening.go_on(1_100)
    _another_sound(evening)
    evening.go_on(150)
    assert evening.places() == {OWNER: 1_200, ANNS: 1_200}


def test_PB26_another_sound_shortly_before_leaving_loses_nothing(evening: Evening) -> None:
    evening.go_on(200)
    _another_sound(evening)
    evening.go_on(40)
    evening.made.do(c.Leave(ANN))
    evening.look()
    assert evening.places() == {ANNS: pytest.approx(240, abs=6)}


def test_looking_in_moves_nobodys_place(evening: Evening) -> None:
    evening.made.do(c.Seek(HOST, evening.made.revision, 500.0))
    evening.made.everybody_ready()
    evening.go_on(30)
    evening.made.do(c.Leave(ANN))
    evening.look()
    assert evening.told == []


def test_a_pause_is_not_watching(evening: Evening) -> None:
    evening.go_on(30)
    evening.made.do(c.Pause(HOST, evening.made.revision, None))
    evening.go_on(600)
    evening.made.do(c.Leave(ANN))
    evening.look()
    assert evening.told == []


def test_a_room_that_is_gone_is_over(evening: Evening) -> None:
    evening.go_on(120)
    told = list(evening.book.look([], evening.made.now_ms))
    assert {each.account_id for each in told} == {OWNER, ANNS}
    assert list(evening.book.look([], evening.made.now_ms)) == []
