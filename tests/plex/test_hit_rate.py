"""The cache under the traffic model of `bench/traffic`: the floor, so that nobody loses it."""

import pytest
from bench.traffic.__main__ import play

FLOOR = 0.85


@pytest.mark.long
async def test_most_questions_wait_for_no_call_even_if_no_change_is_told() -> None:
    evening = await play(1, deaf=True)
    assert evening.after.hit_rate is not None
    assert evening.after.hit_rate >= FLOOR
    assert evening.hit_rate(owner=False) >= FLOOR
