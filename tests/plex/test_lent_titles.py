"""Attack 55, the other half: what one account was told of a title, lent to another."""

import pytest

from plexsandbox.access import parse_limits
from plexsandbox.faults import parse_fault
from plexsandbox.state import View
from tests.plex.conftest import World
from tests.support.clock import FakeClock
from watchtogether.kit.errors import TooManyRequests
from watchtogether.kit.ids import AccountId, ServerId
from watchtogether.kit.rate_limit import PLEX
from watchtogether.plex import parse
from watchtogether.plex.errors import PlexItemGone, PlexUnauthorized
from watchtogether.plex.lent_titles import LentTitles
from watchtogether.plex.questions import Kind, Question

FILM = "Night Mail"


@pytest.fixture
async def both(world: World) -> tuple[AccountId, AccountId]:
    """The server's owner and somebody it is shared with; nothing has been asked yet."""
    olive, frida = await world.account("olive"), await world.account("frida")
    world.wire.requests.clear()
    return olive, frida


@pytest.fixture
async def named(world: World, both: tuple[AccountId, AccountId]) -> AccountId:
    """Somebody who has found the film that the owner was told of, and may be lent it."""
    olive, frida = both
    await world.service.item(olive, world.server_id, world.key_of(FILM))
    await world.service.search(frida, world.server_id, FILM)
    return frida


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

    assert (lent.stale, lent.renewing) == (False, True)
    assert (lent.value.title, lent.value.view_offset_ms) == (FILM, 4_000)
    streams = lent.value.media[0].parts[0].streams
    assert [each.id for each in streams] == [s.id for s in told.value.media[0].parts[0].streams]
    assert not any(each.selected for each in streams)
    own = await world.service.item(frida, world.server_id, key, current=True)
    assert (own.renewing, own.value.view_offset_ms) == (False, 4_000)
    tokens = {request.headers["x-plex-token"] for request in world.wire.requests}
    assert tokens == {world.box.state.server_token("frida")}


async def test_without_a_list_of_their_own_nothing_is_lent(
    world: World, both: tuple[AccountId, AccountId]
) -> None:
    olive, frida = both
    key = world.key_of(FILM)
    await world.service.item(olive, world.server_id, key)
    await world.service.search(olive, world.server_id, FILM)
    assert not (await world.service.item(frida, world.server_id, key)).renewing


async def test_for_playing_nothing_is_lent(world: World, named: AccountId) -> None:
    key = world.key_of(FILM)
    world.wire.requests.clear()
    await world.service.room_item(named, world.server_id, key)
    assert world.wire.paths() == [f"/library/metadata/{key}"]


async def test_an_hour_later_nothing_is_lent(world: World, named: AccountId) -> None:
    key = world.key_of(FILM)
    await world.clock.advance(3_601)
    assert not (await world.service.item(named, world.server_id, key)).renewing


async def test_what_has_changed_is_not_lent(world: World, named: AccountId) -> None:
    key = world.key_of(FILM)
    world.asking.expire(lambda question: key in question.about)
    assert not (await world.service.item(named, world.server_id, key)).renewing


async def test_what_turned_out_to_be_hidden_is_lent_once_at_most(
    world: World, named: AccountId
) -> None:
    key = world.key_of(FILM)
    gone = {"mode": "error", "status": 404, "match": f"/library/metadata/{key}"}
    world.box.faults.order(parse_fault(gone))
    assert (await world.service.item(named, world.server_id, key)).renewing
    with pytest.raises(PlexItemGone):
        await world.service.item(named, world.server_id, key, current=True)
    with pytest.raises(PlexItemGone):
        await world.service.item(named, world.server_id, key)


async def test_each_naming_is_good_for_one_loan(world: World, named: AccountId) -> None:
    """Whatever keeps the own answer away, such as a limit that is used up."""
    key = world.key_of(FILM)
    while True:
        try:
            await world.limiter.hit(PLEX, f"{named}|item")
        except TooManyRequests:
            break
    assert (await world.service.item(named, world.server_id, key)).renewing
    await world.clock.advance(1)
    with pytest.raises(TooManyRequests):
        await world.service.item(named, world.server_id, key)


async def test_a_refused_access_is_lent_nothing(
    world: World, both: tuple[AccountId, AccountId]
) -> None:
    olive, frida = both
    one, other = world.key_of(FILM), world.key_of("The Long Way")
    for key in (one, other):
        await world.service.item(olive, world.server_id, key)
    await world.service.search(frida, world.server_id, FILM)
    await world.service.search(frida, world.server_id, "The Long Way")
    world.box.tokens.revoke("server", "frida")
    assert (await world.service.item(frida, world.server_id, one)).renewing
    for key in (one, other):
        with pytest.raises(PlexUnauthorized):
            await world.service.item(frida, world.server_id, key, current=key == one)


async def test_a_list_that_no_longer_names_it_is_no_proof(
    world: World, both: tuple[AccountId, AccountId]
) -> None:
    """Olive keeps the film from Frida: her list of the section is another one now."""
    olive, frida = both
    key = world.key_of(FILM)
    section = (await world.service.libraries(frida, world.server_id)).value[0].key
    await world.service.item(olive, world.server_id, key)
    await world.service.items(frida, world.server_id, section)
    world.box.access.limit("frida", parse_limits({"content_ratings": ["none such"]}))
    await world.clock.advance(121)
    await world.service.items(frida, world.server_id, section)
    await world.clock.advance(1)
    assert (await world.service.items(frida, world.server_id, section)).value.items == ()
    with pytest.raises(PlexItemGone):
        await world.service.item(frida, world.server_id, key)


def _asked(asker: str, kind: Kind = "item", about: str = "7") -> Question:
    return Question(ServerId("m"), asker, kind, (about,))


ITEM = parse.item({"ratingKey": "7", "type": "movie", "title": FILM})


def test_who_says_to_be_the_same_server_elsewhere_shares_nothing() -> None:
    assert ITEM is not None
    titles = LentTitles(FakeClock())
    titles.note("http://true.test", _asked("olive"), ITEM)
    titles.note("http://false.test", _asked("eve", "search", "q"), (ITEM,))
    assert titles.lend("http://true.test", _asked("eve")) is None
    assert titles.lend("http://false.test", _asked("eve")) is None
    titles.note("http://true.test", _asked("frida", "search", "q"), (ITEM,))
    assert titles.lend("http://true.test", _asked("frida")) is not None


def test_what_may_have_changed_is_known_to_whoever_asked_before() -> None:
    titles = LentTitles(FakeClock())
    before = titles.turn
    titles.forget(lambda _: True)
    assert titles.turn != before
    again = titles.turn
    titles.forget_asker("frida")
    assert titles.turn != again
