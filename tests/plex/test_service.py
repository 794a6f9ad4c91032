"""The service over the sandbox: what accounts see, from where, and how old."""

import asyncio
import json
from dataclasses import replace

import httpx2
import pytest
from pydantic import SecretStr

from plexsandbox.faults import Fault, parse_fault
from tests.plex.conftest import World
from watchtogether.kit.errors import TooManyRequests
from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.plex import library
from watchtogether.plex.errors import (
    NotPlayable,
    PlexItemGone,
    PlexServerUnknown,
    PlexSlow,
    PlexUnauthorized,
    PlexUnreachable,
)
from watchtogether.plex.model import Listing


@pytest.fixture
async def olive(world: World) -> AccountId:
    account_id = await world.account("olive")
    world.wire.requests.clear()
    return account_id


async def test_libraries_items_and_paging(world: World, olive: AccountId) -> None:
    libraries = await world.service.libraries(olive, world.server_id)
    assert [section.kind for section in libraries.value] == ["movie", "show"]
    movies = libraries.value[0].key
    page = (await world.service.items(olive, world.server_id, movies, start=1, size=1)).value
    assert (page.total, page.start, [item.title for item in page.items]) == (2, 1, ["Night Mail"])
    wanted = Listing("year", descending=True)
    by_year = (await world.service.items(olive, world.server_id, movies, wanted=wanted)).value
    assert [item.year for item in by_year.items] == [1999, 1936]


async def test_whole_item_children_and_search(world: World, olive: AccountId) -> None:
    film = (await world.service.item(olive, world.server_id, world.key_of("Night Mail"))).value
    assert film.media[0].parts[0].streams[0].kind == "video"
    show = world.key_of("Night Trains")
    seasons = (await world.service.children(olive, world.server_id, show)).value
    assert [season.kind for season in seasons.items] == ["season"] * 3
    found = (await world.service.search(olive, world.server_id, "  night ")).value
    assert {"Night Mail", "Night Trains"} <= {item.title for item in found}
    assert (await world.service.search(olive, world.server_id, "   ")).value == ()


async def test_hubs(world: World, olive: AccountId) -> None:
    recent = (await world.service.hub(olive, world.server_id, "recently-added")).value
    assert recent
    assert (await world.service.hub(olive, world.server_id, "continue-watching")).value == ()


async def test_equal_questions_are_asked_once(world: World, olive: AccountId) -> None:
    key = world.key_of("Night Mail")
    await asyncio.gather(*(world.service.item(olive, world.server_id, key) for _ in range(200)))
    assert world.wire.paths() == [f"/library/metadata/{key}"]
    await world.clock.advance(121)
    await world.service.item(olive, world.server_id, key, current=True)
    assert len(world.wire.paths()) == 2
    stats = world.service.stats()
    assert stats.cache_hit_rate is not None
    assert stats.cache_hit_rate > 0.98
    assert stats.avg_response_ms is not None
    assert (stats.upstream_calls, stats.upstream_failures) == (2, 0)


async def test_what_goes_with_a_title_is_fetched_along_with_it(
    world: World, olive: AccountId
) -> None:
    key = world.key_of("Night Mail")
    await world.service.title(olive, world.server_id, key)
    await world.service.related(olive, world.server_id, key)
    related = [path for path in world.wire.paths() if path.endswith("/related")]
    assert len(related) == 1
    assert world.asking.cache.counts.by["missed"] == 1


async def test_libraries_are_kept_longer_than_items(world: World, olive: AccountId) -> None:
    await world.service.libraries(olive, world.server_id)
    await world.clock.advance(299)
    await world.service.libraries(olive, world.server_id)
    assert world.wire.paths() == ["/library/sections"]


async def test_stale_is_served_and_said_while_the_server_is_down(
    world: World, olive: AccountId
) -> None:
    key = world.key_of("Night Mail")
    await world.service.item(olive, world.server_id, key)
    await world.clock.advance(1000)
    world.wire.cut = True
    for current in (True, False):
        found = await world.service.item(olive, world.server_id, key, current=current)
        assert (found.value.title, found.stale) == ("Night Mail", True)
    with pytest.raises(PlexUnreachable) as refused:
        await world.service.item(olive, world.server_id, world.key_of("The Long Way"))
    assert refused.value.retry_after_s == 1
    world.wire.cut = False
    await world.clock.advance(60)
    assert not (await world.service.item(olive, world.server_id, key, current=True)).stale


async def test_hanging_server_gives_a_clear_error_in_time(world: World, olive: AccountId) -> None:
    key = world.key_of("Night Mail")
    await world.service.item(olive, world.server_id, key)
    await world.clock.advance(200)
    world.wire.hangs = True
    with pytest.raises(PlexSlow):
        await world.service.item(olive, world.server_id, world.key_of("The Long Way"))
    assert (await world.service.item(olive, world.server_id, key)).renewing


async def test_server_that_is_off_during_sign_in_is_found_later(world: World) -> None:
    world.wire.cut_below = "/identity"
    olive = await world.account("olive")
    (off,) = await world.service.servers(olive)
    assert (off.online, off.version) == (False, None)
    world.wire.cut_below = None
    await world.clock.advance(6)
    (on,) = await world.service.servers(olive)
    assert on.online
    assert on.version


async def test_down_server_is_left_alone_for_a_while(world: World, olive: AccountId) -> None:
    world.wire.cut = True
    await world.clock.advance(700)
    for number in range(5):
        with pytest.raises((PlexUnreachable, PlexItemGone)):
            await world.service.item(olive, world.server_id, RatingKey(str(9000 + number)))
    identities = [r for r in world.wire.requests if r.url.path == "/identity"]
    assert len(identities) == 1


async def test_attack_55_nobody_is_given_what_another_may_see(
    world: World, olive: AccountId
) -> None:
    frida = await world.account("frida")
    world.wire.requests.clear()
    key = world.key_of("Night Mail")
    for account_id in (olive, frida, olive, frida):
        await world.service.item(account_id, world.server_id, key)
    sent = [r.headers["x-plex-token"] for r in world.wire.requests]
    state = world.box.state
    assert sent == [state.server_token("olive"), state.server_token("frida")]


async def test_attack_29_another_accounts_server_is_unknown(world: World, olive: AccountId) -> None:
    for account_id, server_id in (
        (AccountId("acc_nobody"), world.server_id),
        (olive, ServerId("other")),
    ):
        with pytest.raises(PlexServerUnknown):
            await world.service.libraries(account_id, server_id)
    assert world.wire.requests == []


@pytest.mark.parametrize(
    "key", ["../../prefs", "1/children", "1?x=2", "..", "", "%2e%2e", "1" * 99]
)
async def test_odd_keys_are_simply_not_there(world: World, olive: AccountId, key: str) -> None:
    with pytest.raises(PlexItemGone):
        await world.service.item(olive, world.server_id, RatingKey(key))
    with pytest.raises(PlexItemGone):
        await world.service.items(olive, world.server_id, key)
    assert world.wire.paths() == []


async def test_upstream_calls_count_and_hits_do_not(world: World, olive: AccountId) -> None:
    key = world.key_of("Night Mail")
    for _ in range(100):
        await world.service.item(olive, world.server_id, key)
    for number in range(29):
        with pytest.raises(PlexItemGone):
            await world.service.item(olive, world.server_id, RatingKey(str(90_000 + number)))
    with pytest.raises(TooManyRequests) as refused:
        await world.service.item(olive, world.server_id, RatingKey("90100"))
    assert refused.value.retry_after_s == 120
    assert not (await world.service.item(olive, world.server_id, key)).stale


async def test_replaced_token_is_fetched_again(world: World, olive: AccountId) -> None:
    (known,) = await world.repository.of_account(olive)
    await world.repository.replace(olive, [replace(known, token=SecretStr("outdated"))])
    await world.clock.advance(61)
    found = await world.service.libraries(olive, world.server_id)
    assert len(found.value) == 2


async def test_revoked_sign_in_says_what_to_do(world: World, olive: AccountId) -> None:
    world.box.faults.order(_fault("unauthorized", "/library"))
    with pytest.raises(PlexUnauthorized) as refused:
        await world.service.libraries(olive, world.server_id)
    assert "sign in with Plex again" in refused.value.text


async def test_attack_33_a_refused_access_is_shown_nothing_it_saw_before(
    world: World, olive: AccountId
) -> None:
    one, other = world.key_of("Night Mail"), world.key_of("The Long Way")
    for key in (one, other):
        await world.service.item(olive, world.server_id, key)
    world.box.faults.order(_fault("unauthorized", "/library"))
    await world.clock.advance(121)
    with pytest.raises(PlexUnauthorized):
        await world.service.item(olive, world.server_id, one, current=True)
    world.wire.cut = True
    with pytest.raises(PlexUnreachable):
        await world.service.item(olive, world.server_id, other)


async def test_server_that_moved_is_found_again(world: World, olive: AccountId) -> None:
    (known,) = await world.repository.of_account(olive)
    await world.repository.move(olive, known.server_id, "http://old.test")
    await world.clock.advance(61)
    moved = _Moved(world.wire._inner)
    world.wire._inner = moved
    found = await world.service.libraries(olive, world.server_id)
    assert len(found.value) == 2
    (after,) = await world.repository.of_account(olive)
    assert after.base_url == "http://plex.test"
    assert all("x-plex-token" not in r.headers for r in moved.refused)


async def test_room_items(world: World, olive: AccountId) -> None:
    film = await world.service.room_item(olive, world.server_id, world.key_of("Night Mail"))
    assert (film.kind, film.title, film.subtitle, film.duration_s) == (
        "movie",
        "Night Mail",
        None,
        1.0,
    )
    assert film.poster is not None
    assert film.poster.startswith("api/plex/image?server=")
    episode = await world.service.room_item(olive, world.server_id, world.key_of("Border"))
    assert (episode.title, episode.subtitle) == ("Border", "S1 · E2 · Night Trains")
    with pytest.raises(NotPlayable):
        await world.service.room_item(olive, world.server_id, world.key_of("Night Trains"))
    with pytest.raises(PlexItemGone):
        await world.service.room_item(olive, world.server_id, RatingKey("99999"))


async def test_next_episode_crosses_seasons_and_skips_specials(
    world: World, olive: AccountId
) -> None:
    async def after(title: str) -> RatingKey | None:
        return await world.service.next_episode(olive, world.server_id, world.key_of(title))

    assert await after("Departure") == world.key_of("Border")
    assert await after("Border") == world.key_of("Return")
    assert await after("Return") is None
    assert await after("Making of") is None
    assert await after("Night Mail") is None


async def test_long_shows_are_asked_for_in_parts(
    world: World, olive: AccountId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_CHILDREN", 2)
    access = await world.service.access(olive, world.server_id)
    leaves = await world.library.all_leaves(access, world.key_of("Night Trains"))
    assert [leaf.title for leaf in leaves.items] == ["Making of", "Departure", "Border", "Return"]
    assert leaves.total == 4
    assert len(world.wire.paths()) == 2


async def test_access_for_the_transcoder(world: World, olive: AccountId) -> None:
    access = await world.service.access(olive, world.server_id)
    assert access.base_url == "http://plex.test"
    assert access.token.get_secret_value() == world.box.state.server_token("olive")


async def test_timeline_and_scrobble(world: World, olive: AccountId) -> None:
    access = await world.service.access(olive, world.server_id)
    key = world.key_of("Night Mail")
    await world.reports.timeline(
        access, key, "paused", time_ms=500, duration_ms=1000, session="s-1"
    )
    await world.reports.scrobble(access, key)
    assert (await world.service.item(olive, world.server_id, key)).value.watched


async def test_servers_of_unlinked_account(world: World) -> None:
    browser = world.browser()
    await browser.post("/api/auth/register", json={"username": "ada", "password": "correct horse"})
    assert (await browser.get("/api/plex/servers")).json() == []
    answer = await browser.get("/api/plex/search", params={"q": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "plex_not_linked")


async def test_endpoints_answer_in_the_agreed_form(world: World) -> None:
    browser = await world.signed_in("olive")
    server = world.server_id
    libraries = (await browser.get(f"/api/plex/servers/{server}/libraries")).json()
    assert libraries[1] == {"key": "2", "title": "TV Shows", "kind": "show"}
    items = await browser.get("/api/plex/libraries/1/items", params={"server": server, "size": 1})
    body = items.json()
    assert (body["total"], body["start"], body["stale"]) == (2, 0, False)
    assert set(body["items"][0]) == {
        "server", "rating_key", "kind", "title", "subtitle", "year", "duration_s", "poster",
        "backdrop", "view_offset_s", "watched", "index", "parent_index", "child_count",
    }  # fmt: skip
    episode = (await browser.get(f"/api/plex/items/{world.key_of('Border')}")).json()
    assert (episode["index"], episode["parent_index"]) == (2, 1)
    assert episode["show"]["title"] == "Night Trains"
    assert episode["season"]["rating_key"]
    assert episode["versions"][0]["streams"][0]["kind"] == "video"
    show = world.key_of("Night Trains")
    children = (await browser.get(f"/api/plex/items/{show}/children")).json()
    assert children["total"] == 3
    assert (await browser.get("/api/plex/hubs/recently-added")).json()["items"]
    assert (await browser.get("/api/plex/hubs/other")).status_code == 422
    gone = await browser.get("/api/plex/items/99999")
    assert (gone.status_code, gone.json()["code"]) == (404, "plex_item_gone")


@pytest.mark.parametrize(
    "path",
    [
        "/api/plex/servers",
        "/api/plex/servers/x/libraries",
        "/api/plex/libraries/1/items",
        "/api/plex/items/1",
        "/api/plex/items/1/children",
        "/api/plex/search?q=x",
        "/api/plex/hubs/recently-added",
    ],
)
async def test_attack_28_strangers_see_nothing(world: World, path: str) -> None:
    answer = await world.program().get(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_attack_65_no_token_in_any_answer(world: World) -> None:
    browser = await world.signed_in("olive")
    tokens = (world.box.state.server_token("olive"), world.box.state.account_token("olive"))
    for path in (
        "/api/auth/me",
        "/api/plex/servers",
        "/api/plex/libraries/1/items",
        f"/api/plex/items/{world.key_of('Night Mail')}",
    ):
        answer = await browser.get(path)
        said = json.dumps([answer.text, *answer.headers.raw], default=str)
        assert not any(token in said for token in tokens)
        assert "plex.test" not in said


class _Moved(httpx2.AsyncBaseTransport):
    """Nobody is at the old address any more."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner
        self.refused: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "old.test":
            self.refused.append(request)
            raise httpx2.ConnectError("nobody here")
        return await self._inner.handle_async_request(request)


def _fault(mode: str, match: str) -> Fault:
    return parse_fault({"mode": mode, "match": match})
