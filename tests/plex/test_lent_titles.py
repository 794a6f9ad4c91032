"""Attack 55, the other half: what one account was told of a title, lent to another."""

import pytest

from plexsandbox.faults import parse_fault
from plexsandbox.state import View
from tests.plex.conftest import World
from watchtogether.kit.ids import AccountId
from watchtogether.plex.errors import PlexItemGone

FILM = "Night Mail"


@pytest.fixture
async def both(world: World) -> tuple[AccountId, AccountId]:
    """The server's owner and somebody it is shared with; nothing has been asked yet."""
    olive, frida = await world.account("olive"), await world.account("frida")
    world.wire.requests.clear()
    return olive, frida


async def test_who_has_seen_it_in_a_list_is_lent_it_with_their_own_place(
    world: World, both: tuple[AccountId, AccountId]
) -> None:
    olive, frida = both
    key = world.key_of(FILM)
    world.box.state.invent_views("olive", {key: View(offset_ms=9_000)})
    world.box.state.invent_views("frida", {key: View(offset_ms=4_000)})
    told = await world.service.item(olive, world.server_id, key)
    await world.service.search(frida, world.server_id, FILM)
    world.wire.requests.clear()

    lent = await world.service.item(frida, world.server_id, key)

    assert lent.stale
    assert (lent.value.title, lent.value.view_offset_ms) == (FILM, 4_000)
    streams = lent.value.media[0].parts[0].streams
    assert [each.id for each in streams] == [s.id for s in told.value.media[0].parts[0].streams]
    assert not any(each.selected for each in streams)
    own = await world.service.item(frida, world.server_id, key, current=True)
    assert (own.stale, own.value.view_offset_ms) == (False, 4_000)
    tokens = {request.headers["x-plex-token"] for request in world.wire.requests}
    assert tokens == {world.box.state.server_token("frida")}


async def test_without_a_list_of_their_own_nothing_is_lent(
    world: World, both: tuple[AccountId, AccountId]
) -> None:
    olive, frida = both
    key = world.key_of(FILM)
    await world.service.item(olive, world.server_id, key)
    await world.service.search(olive, world.server_id, FILM)
    assert not (await world.service.item(frida, world.server_id, key)).stale


async def test_for_playing_nothing_is_lent(world: World, both: tuple[AccountId, AccountId]) -> None:
    olive, frida = both
    key = world.key_of(FILM)
    await world.service.item(olive, world.server_id, key)
    await world.service.search(frida, world.server_id, FILM)
    world.wire.requests.clear()
    await world.service.room_item(frida, world.server_id, key)
    assert world.wire.paths() == [f"/library/metadata/{key}"]


async def test_an_hour_later_nothing_is_lent(
    world: World, both: tuple[AccountId, AccountId]
) -> None:
    olive, frida = both
    key = world.key_of(FILM)
    await world.service.item(olive, world.server_id, key)
    await world.service.search(frida, world.server_id, FILM)
    await world.clock.advance(3_601)
    assert not (await world.service.item(frida, world.server_id, key)).stale


async def test_what_has_changed_is_not_lent(
    world: World, both: tuple[AccountId, AccountId]
) -> None:
    olive, frida = both
    key = world.key_of(FILM)
    await world.service.item(olive, world.server_id, key)
    await world.service.search(frida, world.server_id, FILM)
    world.asking.expire(lambda question: key in question.about)
    assert not (await world.service.item(frida, world.server_id, key)).stale


async def test_what_turned_out_to_be_hidden_is_lent_once_at_most(
    world: World, both: tuple[AccountId, AccountId]
) -> None:
    olive, frida = both
    key = world.key_of(FILM)
    await world.service.item(olive, world.server_id, key)
    await world.service.search(frida, world.server_id, FILM)
    gone = {"mode": "error", "status": 404, "match": f"/library/metadata/{key}"}
    world.box.faults.order(parse_fault(gone))
    assert (await world.service.item(frida, world.server_id, key)).stale
    with pytest.raises(PlexItemGone):
        await world.service.item(frida, world.server_id, key, current=True)
    with pytest.raises(PlexItemGone):
        await world.service.item(frida, world.server_id, key)
