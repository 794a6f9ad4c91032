"""Every attack's defence can still be taken out, so that the long run can say it is missed."""

import pytest

from tests.security.planted.every import PLANTS
from tests.security.planted.plant import Plant
from tests.security.test_every_attack import ATTACKS


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_the_defence_stands_where_it_is_taken_out(plant: Plant) -> None:
    assert plant.applies(), f"{plant.file} no longer says {plant.old!r} once"


def test_each_attack_has_one() -> None:
    assert sorted(set(ATTACKS) - {attack for plant in PLANTS for attack in plant.attacks}) == []


@pytest.mark.long
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_it_is_missed(plant: Plant) -> None:
    assert all(plant.is_noticed(attack) for attack in plant.attacks)
