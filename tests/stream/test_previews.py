"""Previews are fetched once for everybody, and those that cannot be had are none."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.stream.fakes import JPEG, Shelf, screening
from tests.support.clock import FakeClock
from watchtogether.kit.errors import AppError, NotFound
from watchtogether.kit.ids import RatingKey
from watchtogether.kit.tasks import Background
from watchtogether.plex.errors import (
    PlexBadAnswer,
    PlexItemGone,
    PlexSlow,
    PlexTooMuch,
    PlexUnreachable,
)
from watchtogether.plex.previews import NO_PREVIEWS
from watchtogether.stream.beside import KEPT_S, Beside


@dataclass
class Rack:
    shelf: Shelf
    clock: FakeClock
    beside: Beside


@pytest.fixture
async def rack() -> AsyncIterator[Rack]:
    shelf, clock = Shelf(), FakeClock()
    async with Background() as background:
        yield Rack(shelf, clock, Beside(shelf, clock, background))


async def test_STR8_one_fetch_for_everybody_and_every_picture(rack: Rack) -> None:
    room = screening()
    strips = await asyncio.gather(*(rack.beside.previews(room) for _ in range(5)))
    assert {strip.interval_ms for strip in strips} == {2000}
    for number in range(3):
        assert await rack.beside.picture(room, number) == JPEG + b"%d" % number
    with pytest.raises(NotFound):
        await rack.beside.picture(room, 3)
    assert rack.shelf.strips_asked == 1
    await rack.beside.previews(screening(rating_key=RatingKey("8")))
    assert rack.shelf.strips_asked == 2


@pytest.mark.parametrize("trouble", [PlexItemGone, PlexTooMuch, PlexBadAnswer, PlexSlow])
async def test_STR8_what_cannot_be_had_is_none_and_not_asked_for_again(
    rack: Rack, trouble: type[AppError]
) -> None:
    rack.shelf.trouble = trouble()
    for _ in range(3):
        assert await rack.beside.previews(screening()) == NO_PREVIEWS
        with pytest.raises(NotFound):
            await rack.beside.picture(screening(), 0)
    assert rack.shelf.strips_asked == 1
    rack.shelf.trouble = None
    await rack.clock.advance(24 * KEPT_S)
    assert len((await rack.beside.previews(screening())).pictures) == 3


async def test_a_server_that_is_down_is_asked_again(rack: Rack) -> None:
    rack.shelf.trouble = PlexUnreachable()
    with pytest.raises(PlexUnreachable):
        await rack.beside.previews(screening())
    rack.shelf.trouble = None
    assert len((await rack.beside.previews(screening())).pictures) == 3
