"""What rooms are measured by: each figure from what really happened to a room."""

import pytest

from tests.support.rooms import HOST, Party, party
from watchtogether.kit.ids import MemberId
from watchtogether.kit.metrics import Metrics
from watchtogether.rooms.figures import SyncFigures
from watchtogether.sync import commands as c
from watchtogether.sync.togetherness import Together

ANN = MemberId("mem_ann")


class Measured:
    """A party whose every decision is measured."""

    def __init__(self, made: Party) -> None:
        self.made = made
        self.metrics = Metrics()
        self.figures = SyncFigures(self.metrics)

    def do(self, command: c.Command) -> None:
        before = self.made.room
        decision = self.made.do(command)
        self.figures.decided(before, decision, self.made.now_ms)

    def later(self, seconds: float) -> None:
        self.made.now_ms += seconds * 1000
        self.do(c.Tick())

    def value(self, sample: str) -> float:
        for line in self.metrics.text().decode().splitlines():
            name, _, value = line.rpartition(" ")
            if name == f"watchtogether_{sample}":
                return float(value)
        raise AssertionError(sample)


@pytest.fixture
def measured() -> Measured:
    made = party("ann")
    made.load()
    return Measured(made)


def start(measured: Measured) -> None:
    for member_id in (HOST, ANN):
        measured.do(c.Ready(member_id, True, measured.made.revision))
    measured.do(c.Play(HOST, measured.made.revision))


def test_a_wait_is_counted_by_its_cause_and_measured_by_its_length(measured: Measured) -> None:
    measured.do(c.Ready(HOST, True, measured.made.revision))
    measured.do(c.Play(HOST, measured.made.revision))
    measured.later(4)
    measured.do(c.Ready(ANN, True, measured.made.revision))
    assert measured.value('waits_total{cause="play"}') == 1
    assert measured.value("wait_seconds_sum") == 4
    assert measured.value("wait_seconds_count") == 1


def test_who_is_excused_is_counted_by_reason(measured: Measured) -> None:
    measured.do(c.Ready(HOST, True, measured.made.revision))
    measured.do(c.Play(HOST, measured.made.revision))
    measured.later(15)
    assert measured.value('excused_total{reason="late"}') == 1
    assert measured.value('excused_total{reason="stalls"}') == 0


def test_a_stall_is_one_stall_however_often_it_is_reported(measured: Measured) -> None:
    start(measured)
    for _ in range(3):
        measured.do(c.Status(ANN, True, 0, None, 20))
    measured.later(1)
    measured.do(c.Status(ANN, True, 0, None, 20))
    assert measured.value("stalls_total") == 1
    assert measured.value('waits_total{cause="stall"}') == 1


def test_an_eased_room_is_counted_once(measured: Measured) -> None:
    start(measured)
    for _ in range(6):
        measured.do(c.Status(ANN, False, 2, 0, 20, fill=0.5))
        measured.later(1)
    assert measured.value("eased_total") == 1


def test_ready_checks_are_counted_by_outcome(measured: Measured) -> None:
    measured.do(c.OpenCheck(HOST))
    measured.do(c.CancelCheck(HOST))
    measured.do(c.OpenCheck(HOST))
    measured.later(60)
    measured.do(c.OpenCheck(HOST))
    measured.do(c.AnswerCheck(ANN, True))
    for outcome in ("ready", "unanswered", "cancelled"):
        assert measured.value(f'ready_checks_total{{outcome="{outcome}"}}') == 1


def test_what_members_report(measured: Measured) -> None:
    status = c.Status(ANN, False, 9, -4.0, 20, uncertainty_ms=1.5, seeks=2)
    measured.figures.reported(status, playing=True)
    measured.figures.reported(status, playing=False)
    assert measured.value("drift_seconds_count") == 1
    assert measured.value("drift_seconds_sum") == pytest.approx(0.004)
    assert measured.value("clock_uncertainty_seconds_count") == 2
    assert measured.value("corrective_seeks_total") == 4


def test_a_room_without_a_spread_is_not_in_the_histogram(measured: Measured) -> None:
    measured.figures.together(Together(None, 1.0, 1, ()))
    measured.figures.together(Together(3.0, 1.0, 2, ()))
    assert measured.value("room_spread_seconds_count") == 1
    assert measured.value('room_spread_seconds_bucket{le="0.003"}') == 1
