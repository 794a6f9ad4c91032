"""What the single reader does next, as a pure decision."""

from hypothesis import given
from hypothesis import strategies as st

from watchtogether.stream.layout import Layout
from watchtogether.stream.next_step import (
    PREFETCH,
    QUIET_MS,
    Debounce,
    Fetch,
    Reach,
    Restart,
    Wait,
    WantedSegment,
    next_step,
    prefetch_numbers,
)

LAYOUT = Layout((3.0,) * 1000, 4_000_000, (1280, 720))


def _wish(
    number: int,
    *,
    waiters: int = 1,
    asked_ms: float = 0.0,
    not_before_ms: float = 0.0,
    refused_since_ms: float | None = None,
) -> WantedSegment:
    return WantedSegment(number, asked_ms, 20_000.0, waiters, not_before_ms, refused_since_ms)


def _reach(first: int = 0, head: int = 0) -> Reach:
    return Reach(LAYOUT, first, head)


def test_nothing_wanted_means_waiting_for_ever() -> None:
    assert next_step([], None, Debounce(), 0.0) == Wait()
    assert next_step([], _reach(), Debounce(), 0.0) == Wait()


def test_the_first_wish_begins_a_transcode_at_once() -> None:
    assert next_step([_wish(50)], None, Debounce(), 0.0) == Restart(50)


def test_viewers_come_before_prefetch_and_lower_numbers_first() -> None:
    wishes = [_wish(3, waiters=0), _wish(6), _wish(5)]
    assert next_step(wishes, _reach(head=2), Debounce(), 0.0) == Fetch(5)
    assert next_step([_wish(3, waiters=0)], _reach(head=2), Debounce(), 0.0) == Fetch(3)


def test_a_segment_that_was_refused_waits_for_its_next_try() -> None:
    assert next_step([_wish(5, not_before_ms=400.0)], _reach(), Debounce(), 100.0) == Wait(400.0)


def test_a_far_wish_restarts_after_the_pause() -> None:
    debounce = Debounce()
    assert next_step([_wish(500)], _reach(), debounce, 0.0) == Wait(QUIET_MS)
    assert next_step([_wish(500)], _reach(), debounce, QUIET_MS) == Restart(500)


def test_what_plex_would_move_its_encoder_for_waits_for_the_pause() -> None:
    assert next_step([_wish(20)], _reach(), Debounce(), 0.0) == Fetch(20)
    assert next_step([_wish(21)], _reach(), Debounce(), 0.0) == Wait(QUIET_MS)


def test_behind_the_start_and_behind_the_history_are_far() -> None:
    for number, reach in ((99, _reach(100, 120)), (100, _reach(100, 200))):
        debounce = Debounce()
        assert isinstance(next_step([_wish(number)], reach, debounce, 0.0), Wait)
        assert next_step([_wish(number)], reach, debounce, QUIET_MS) == Restart(number)


def test_the_place_is_the_lowest_of_those_that_belong_together() -> None:
    debounce = Debounce()
    wishes = [_wish(501, asked_ms=2.0), _wish(500, asked_ms=1.0), _wish(800, asked_ms=0.0)]
    next_step(wishes, _reach(), debounce, 0.0)
    assert next_step(wishes, _reach(), debounce, QUIET_MS) == Restart(500)


def test_each_new_place_begins_the_pause_anew() -> None:
    debounce = Debounce()
    next_step([_wish(500)], _reach(), debounce, 0.0)
    assert next_step([_wish(700)], _reach(), debounce, 20.0) == Wait(20.0 + QUIET_MS)
    assert next_step([_wish(701)], _reach(), debounce, 40.0) == Wait(20.0 + QUIET_MS)


def test_viewers_who_are_here_now_keep_the_encoder() -> None:
    wishes = [_wish(500, asked_ms=0.0), _wish(5, asked_ms=10.0)]
    assert next_step(wishes, _reach(), Debounce(), 5_000.0) == Fetch(5)


def test_a_slow_encoder_is_moved_rather_than_waited_for() -> None:
    wish = _wish(15, refused_since_ms=0.0)
    debounce = Debounce()
    assert next_step([wish], _reach(), debounce, 4_000.0) == Fetch(15)
    assert isinstance(next_step([wish], _reach(), debounce, 6_000.0), Wait)
    assert next_step([wish], _reach(), debounce, 6_000.0 + QUIET_MS) == Restart(15)


def test_prefetch_alone_never_restarts_a_running_transcode() -> None:
    assert next_step([_wish(500, waiters=0)], _reach(), Debounce(), 9_999.0) == Wait()


@given(st.integers(0, 2000), st.integers(1, 2000))
def test_prefetch_is_bounded_and_within_the_title(asked: int, count: int) -> None:
    numbers = prefetch_numbers(asked, count)
    assert len(numbers) <= PREFETCH
    assert all(asked < number < count for number in numbers)


_wishes = st.lists(
    st.builds(
        _wish,
        st.integers(0, 999),
        waiters=st.integers(0, 2),
        asked_ms=st.floats(0, 1000),
        not_before_ms=st.floats(0, 2000),
    ),
    max_size=8,
)


@given(_wishes, st.integers(0, 999), st.integers(0, 999), st.floats(0, 3000))
def test_only_what_is_wanted_and_within_reach_is_fetched(
    wishes: list[WantedSegment], first: int, head: int, now_ms: float
) -> None:
    reach = _reach(min(first, head), max(first, head))
    step = next_step(wishes, reach, Debounce(), now_ms)
    match step:
        case Fetch(number):
            (wish, *_) = (w for w in wishes if w.number == number and w.not_before_ms <= now_ms)
            assert reach.covers(wish, now_ms)
        case Restart(number):
            assert any(w.number == number and w.waiters for w in wishes)
        case Wait(until_ms):
            assert until_ms is None or until_ms > now_ms
