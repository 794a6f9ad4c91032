"""Players and play queues, at the sandbox."""

import pytest

from tests.plex.conftest import World
from watchtogether.kit.ids import RatingKey
from watchtogether.plex.errors import PlexItemGone
from watchtogether.plex.now_playing import NowPlaying


async def test_what_is_played_is_seen_by_the_owner_alone(world: World) -> None:
    olive, frida = await world.account("olive"), await world.account("frida")
    key = world.key_of("Night Mail")
    theirs = await world.service.access(frida, world.server_id)
    await world.reports.timeline(
        theirs, key, "playing", time_ms=400, duration_ms=1000, session="s-7"
    )
    playing = NowPlaying(world.http)
    (session,) = await playing.sessions(await world.service.access(olive, world.server_id))
    assert (session.id, session.user, session.state) == ("s-7", "Frida", "playing")
    assert (session.rating_key, session.title) == (key, "Night Mail")
    assert (session.view_offset_ms, session.transcode) == (400, None)
    with pytest.raises(PlexItemGone):
        await playing.sessions(theirs)


async def test_a_queue_goes_on_with_the_next_episodes(world: World) -> None:
    olive = await world.account("olive")
    access = await world.service.access(olive, world.server_id)
    playing = NowPlaying(world.http)
    episodes = await playing.queue(access, world.key_of("Border"))
    assert [each.title for each in episodes][-2:] == ["Border", "Return"]
    film = await playing.queue(access, world.key_of("Night Mail"))
    assert [each.title for each in film] == ["Night Mail"]
    with pytest.raises(PlexItemGone):
        await playing.queue(access, RatingKey("../x"))
