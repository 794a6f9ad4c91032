"""Subtitles of a title, at the sandbox: a file beside the film."""

import pytest

from tests.plex.conftest import SUBTITLE, World
from watchtogether.kit.ids import AccountId
from watchtogether.plex.beside import PlexBeside
from watchtogether.plex.errors import PlexItemGone


async def test_what_a_title_has_and_what_one_says(world: World) -> None:
    olive: AccountId = await world.account("olive")
    subtitles = PlexBeside(world.service, world.http)
    (track,) = await subtitles.tracks(olive, world.server_id, world.key_of("Night Mail"))
    assert track.language == "en"
    text = await subtitles.text(olive, world.server_id, track.id)
    assert text.decode() == SUBTITLE
    assert await subtitles.tracks(olive, world.server_id, world.key_of("The Long Way")) == ()


@pytest.mark.parametrize("odd", ["", "..", "1/../2", "9999999", "x"])
async def test_what_is_no_track_is_not_asked_for(world: World, odd: str) -> None:
    olive = await world.account("olive")
    with pytest.raises(PlexItemGone):
        await PlexBeside(world.service, world.http).text(olive, world.server_id, odd)
