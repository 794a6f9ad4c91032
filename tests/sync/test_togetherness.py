"""How well the room is together: SYN-1 and SYN-2."""

import pytest

from tests.support.rooms import HOST, Party, party
from watchtogether.kit.ids import MemberId
from watchtogether.sync import commands as c
from watchtogether.sync.presence import Limit
from watchtogether.sync.togetherness import Behind, Drifts, Why

ANN, BEN = MemberId("mem_ann"), MemberId("mem_ben")


def playing(*guests: str) -> Party:
    made = party(*guests)
    made.load()
    made.play()
    return made


def why(made: Party, who: MemberId, drift_ms: float = 0.0) -> Why | None:
    drifts = Drifts()
    drifts.note(who, drift_ms, made.now_ms)
    behind = drifts.together(made.room, made.now_ms).behind
    return next((each.why for each in behind if each.member_id == who), None)


def test_SYN1_the_spread_is_between_the_earliest_and_the_latest_screen() -> None:
    made = playing("ann", "ben")
    drifts = Drifts()
    for member_id, drift_ms in ((HOST, -1.5), (ANN, 2.0), (BEN, 0.5)):
        drifts.note(member_id, drift_ms, made.now_ms)
    together = drifts.together(made.room, made.now_ms)
    assert (together.spread_ms, together.members, together.behind) == (3.5, 3, ())
    assert together.p95_ms == 2.0


def test_SYN1_without_reports_there_are_no_figures() -> None:
    made = playing("ann")
    drifts = Drifts()
    together = drifts.together(made.room, made.now_ms)
    assert (together.spread_ms, together.p95_ms, together.members) == (None, None, 0)
    drifts.note(ANN, 4.0, made.now_ms)
    together = drifts.together(made.room, made.now_ms)
    assert (together.spread_ms, together.p95_ms, together.members) == (None, 4.0, 1)


def test_SYN1_a_report_counts_ten_seconds_for_the_spread_and_a_minute_for_the_p95() -> None:
    made = playing("ann")
    drifts = Drifts()
    drifts.note(HOST, 30.0, 0.0)
    drifts.note(ANN, 0.0, 5_000.0)
    assert drifts.together(made.room, 10_000.0).spread_ms == 30.0
    assert drifts.together(made.room, 10_001.0).spread_ms is None
    assert drifts.together(made.room, 60_000.0).p95_ms == 30.0
    assert drifts.together(made.room, 60_001.0).p95_ms == 0.0


def test_SYN1_who_does_not_count_is_not_in_the_spread() -> None:
    made = playing("ann", "ben")
    made.do(c.Step(BEN, out=True))
    drifts = Drifts()
    for member_id, drift_ms in ((HOST, 0.0), (ANN, 1.0), (BEN, 900.0)):
        drifts.note(member_id, drift_ms, made.now_ms)
    assert drifts.together(made.room, made.now_ms).spread_ms == 1.0


@pytest.mark.parametrize(("samples", "p95_ms"), [(1, 1.0), (20, 19.0), (21, 20.0), (60, 57.0)])
def test_SYN1_the_p95_is_the_value_that_95_percent_do_not_exceed(
    samples: int, p95_ms: float
) -> None:
    made = playing()
    drifts = Drifts()
    for number in range(1, samples + 1):
        drifts.note(HOST, -float(number), number * 1_000.0)
    assert drifts.together(made.room, samples * 1_000.0).p95_ms == p95_ms


def test_SYN1_a_flood_of_reports_weighs_no_more_than_one_a_second() -> None:
    made = playing("ann")
    drifts = Drifts()
    for number in range(1_000):
        drifts.note(ANN, 500.0, number * 5.0)
    for number in range(60):
        drifts.note(HOST, 1.0, number * 100.0 + 0.1)
    together = drifts.together(made.room, 6_000.0)
    assert together.spread_ms == 499.0
    kept = sum(len(samples) for samples in drifts._samples.values())
    assert kept <= 12


def test_SYN2_why_somebody_is_not_with_the_room() -> None:
    made = playing("ann")
    assert why(made, ANN) is None
    assert why(made, ANN, -81.0) is Why.CATCHING_UP
    assert why(made, ANN, 80.0) is None
    made.do(c.Status(ANN, False, 10, 90.0, 20, limit=Limit.HIDDEN))
    assert why(made, ANN, 90.0) is Why.HIDDEN
    made.do(c.Status(ANN, True, 0, 90.0, 20, limit=Limit.SLOW_LINK))
    assert why(made, ANN) is Why.BUFFERING
    made.do(c.Step(ANN, out=True))
    assert why(made, ANN) is Why.STEPPED_OUT


def test_SYN2_excused_goes_before_what_the_screen_itself_says() -> None:
    made = party("ann")
    made.load()
    made.ready(HOST)
    made.do(c.Play(HOST, made.revision))
    made.do(c.Status(ANN, False, 0, None, 20, limit=Limit.SLOW_DEVICE))
    made.pass_s(15.1)
    assert why(made, ANN) is Why.EXCUSED
    made.do(c.Status(ANN, True, 0, None, 20))
    assert why(made, ANN) is Why.EXCUSED


def test_SYN2_every_limit_is_a_reason() -> None:
    made = playing("ann")
    for limit in Limit:
        made.do(c.Status(ANN, False, 10, 0, 20, limit=limit))
        assert why(made, ANN) is Why(limit.value)


def test_SYN2_only_the_connected_are_named() -> None:
    made = playing("ann")
    made.do(c.Step(ANN, out=True))
    drifts = Drifts()
    assert drifts.together(made.room, made.now_ms).behind == (Behind(ANN, Why.STEPPED_OUT),)
    made.do(c.Disconnect(ANN))
    assert drifts.together(made.room, made.now_ms).behind == ()
