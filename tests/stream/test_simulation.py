"""Many viewers do as they like while Plex misbehaves; a seed decides everything.

At the end: each answer was the right bytes or an expected failure, nobody waits for ever, Plex
was asked one thing at a time and not in a frenzy, and no encoder is left.
"""

import asyncio
import random
from pathlib import Path

import pytest

from tests.stream.fakes import Stage, ts_segment
from watchtogether.kit.errors import AppError
from watchtogether.plex.errors import PlexBadAnswer, PlexUnreachable
from watchtogether.plex.transcode import Missing

_VIEWERS, _STEPS = 6, 40


def _misbehave(stage: Stage, chance: random.Random) -> None:
    loop = asyncio.get_running_loop()
    for number in range(stage.transcoder.count):
        if chance.random() < 0.25:
            stage.transcoder.answers[number] = [
                chance.choice(
                    [
                        Missing.NOT_READY,
                        Missing.NOT_READY,
                        Missing.LOST,
                        PlexUnreachable(),
                        PlexBadAnswer(),
                        ts_segment(number)[:-3],
                        loop.create_future(),  # hangs until given up
                    ]
                )
                for _ in range(chance.randint(1, 4))
            ]


async def _viewer(stage: Stage, chance: random.Random, seen: list[AppError]) -> None:
    position = 0
    for _ in range(_STEPS):
        if chance.random() < 0.06:
            position = chance.randrange(stage.transcoder.count)
        asking = stage.ask(position)
        patience_s = chance.choice([0.3, 5.0, 60.0])
        giving_up = asyncio.create_task(stage.clock.sleep(patience_s))
        await asyncio.wait([asking, giving_up], return_when=asyncio.FIRST_COMPLETED)
        giving_up.cancel()
        asking.cancel()
        await asyncio.wait([asking])
        if not asking.cancelled():
            error = asking.exception()
            if error is None:
                assert asking.result() == ts_segment(position)
                position = min(position + 1, stage.transcoder.count - 1)
            else:
                assert isinstance(error, AppError)
                assert error.code != "internal_error"
                seen.append(error)
        await stage.clock.sleep(chance.choice([0.01, 0.5, 3.0]))


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_viewers_and_plex_do(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    stage = Stage(tmp_path)
    seen: list[AppError] = []
    async with stage.service.run():
        _misbehave(stage, chance)
        viewers = [
            asyncio.create_task(_viewer(stage, random.Random(chance.random()), seen))
            for _ in range(_VIEWERS)
        ]
        async with asyncio.timeout(30):
            while not all(viewer.done() for viewer in viewers):
                await stage.clock.advance(0.25)
                await asyncio.sleep(0)
        await asyncio.gather(*viewers)
        passed_s = stage.clock.monotonic_ms() / 1000
    assert stage.transcoder.most_in_flight == 1
    assert not stage.transcoder.running
    assert len(stage.transcoder.fetched) < _VIEWERS * _STEPS * 4 + passed_s * 4
    assert len(stage.transcoder.starts) < _VIEWERS * _STEPS / 2
