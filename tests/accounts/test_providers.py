"""Signing in at a real OpenID Connect provider, and linking what it confirms."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.accounts.conftest import PASSWORD, Build, Server, code_of, register
from tests.support.provider import approve, oidc_provider
from watchtogether.accounts.providers.sign_in import ERRAND_S, own_path

BACK = "http://127.0.0.1:8000/api/auth/oauth/oidc/callback"
BEGIN = "/api/auth/oauth/oidc"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with oidc_provider(BACK) as issuer:
        yield issuer


@dataclass
class Visit:
    """One browser at our door."""

    browser: httpx2.AsyncClient

    async def begin(self, goes_to: str = "/") -> str:
        """The provider's address."""
        answer = await self.browser.get(BEGIN, params={"next": goes_to})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def sign_in(self, name: str, goes_to: str = "/") -> httpx2.Response:
        """The whole way; our answer to what the provider sent."""
        return await self.browser.get(await approve(await self.begin(goes_to), name, BACK))

    async def link(self, name: str) -> httpx2.Response:
        """Link the provider's account to the one that is signed in."""
        begun = await self.browser.post(f"{BEGIN}/link")
        assert begun.status_code == 200, begun.text
        return await self.browser.get(await approve(begun.json()["url"], name, BACK))

    async def ways_in(self) -> dict[str, Any]:
        answer = await self.browser.get("/api/auth/identities")
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    async def username(self) -> str | None:
        answer = await self.browser.get("/api/auth/me")
        return answer.json()["account"]["username"] if answer.status_code == 200 else None


def visit(server: Server) -> Visit:
    return Visit(server.browser())


@pytest.fixture
async def owned(build: Build, issuer: str) -> Server:
    """A server with an owner, where everybody may sign up."""
    server = build(issuer=issuer)
    await register(server.browser(), "olive")
    return server


async def test_who_comes_from_the_provider_is_signed_in_where_they_wanted_to_go(
    owned: Server,
) -> None:
    ada = visit(owned)
    answer = await ada.sign_in("ada", "/r/abc-def-ghj")
    assert (answer.status_code, answer.headers["location"]) == (303, "/r/abc-def-ghj")
    assert await ada.username() == "ada"
    me = (await ada.browser.get("/api/auth/me")).json()["account"]
    assert me["display_name"] == "ada of the provider"
    assert me["role"] == "user"


async def test_the_same_person_is_the_same_account_again(owned: Server) -> None:
    first, again = visit(owned), visit(owned)
    await first.sign_in("bea")
    await again.sign_in("bea")
    ids = [
        (await each.browser.get("/api/auth/me")).json()["account"]["id"] for each in (first, again)
    ]
    assert ids[0] == ids[1]


async def test_a_name_that_is_taken_is_another_account(owned: Server) -> None:
    olive = visit(owned)
    await olive.sign_in("olive")
    assert await olive.username() == "olive 2"


@pytest.mark.parametrize(
    ("sign_up", "vouches", "let_in"),
    [("closed", True, False), ("plex", False, False), ("plex", True, True), ("open", False, True)],
)
async def test_who_may_make_an_account(
    build: Build, issuer: str, sign_up: str, vouches: bool, let_in: bool
) -> None:
    server = build(issuer=issuer, sign_up=sign_up, vouches=vouches)
    await register(server.browser(), "olive")  # the first one always may
    newcomer = visit(server)
    answer = await newcomer.sign_in("newcomer")
    expected = "/" if let_in else "/sign-in?problem=sign_up_closed"
    assert (answer.status_code, answer.headers["location"]) == (303, expected)
    assert (await newcomer.username() is not None) == let_in


async def test_owning_the_server_takes_the_code_here_too(build: Build, issuer: str) -> None:
    server = build(issuer=issuer, setup_code="1234", peer="203.0.113.9")
    answer = await visit(server).sign_in("ada")
    assert answer.headers["location"] == "/sign-in?problem=setup_code_needed"


async def test_attack_12_a_new_session_takes_the_place_of_the_old_one(owned: Server) -> None:
    ada = visit(owned)
    await ada.sign_in("ada")
    before = list(owned.ended)
    old = ada.browser.cookies["wt_session"]
    await ada.sign_in("eve")
    assert await ada.username() == "eve"
    assert len(owned.ended) == len(before) + 1
    stale = owned.client(Authorization=f"Bearer {old}")
    assert (await stale.get("/api/auth/me")).status_code == 401


# Attack 16: an answer that this browser did not ask for ---------------------------------------


async def test_attack_16_somebody_elses_answer_opens_nothing(owned: Server) -> None:
    mallory, victim = visit(owned), visit(owned)
    theirs = await approve(await mallory.begin(), "mallory", BACK)
    assert (await victim.browser.get(theirs)).status_code == 400  # none was asked for
    await victim.begin()
    assert (await victim.browser.get(theirs)).status_code == 400  # another one was
    assert await victim.username() is None


async def test_attack_16_an_answer_is_good_once(owned: Server) -> None:
    ada = visit(owned)
    answer = await approve(await ada.begin(), "ada", BACK)
    kept = dict(ada.browser.cookies)
    assert (await ada.browser.get(answer)).status_code == 303
    thief = visit(owned)
    thief.browser.cookies.update({"wt_provider": kept["wt_provider"]})
    again = await thief.browser.get(answer)
    assert again.headers["location"] == "/sign-in?problem=provider_refused"
    assert await thief.username() is None


async def test_attack_16_too_late_is_foreign(owned: Server) -> None:
    ada = visit(owned)
    answer = await approve(await ada.begin(), "ada", BACK)
    await owned.clock.advance(ERRAND_S + 1)
    refused = await ada.browser.get(answer)
    assert refused.status_code == 400
    assert "begin again" in refused.text


async def test_who_says_no_there_is_back_at_the_sign_in(owned: Server) -> None:
    ada = visit(owned)
    (state,) = parse_qs(urlsplit(await ada.begin()).query)["state"]
    answer = await ada.browser.get(f"{BACK}?error=access_denied&state={state}")
    assert answer.headers["location"] == "/sign-in?problem=provider_refused"


async def test_an_answer_by_another_issuer_is_refused(owned: Server) -> None:
    ada = visit(owned)
    answer = httpx2.URL(await approve(await ada.begin(), "ada", BACK))
    mixed_up = answer.copy_set_param("iss", "https://evil.example")
    refused = await ada.browser.get(mixed_up)
    assert refused.headers["location"] == "/sign-in?problem=provider_refused"


@pytest.mark.parametrize("path", [BEGIN, f"{BEGIN}/callback", "/api/auth/oauth/constructor"])
async def test_attack_17_a_provider_that_is_not_configured_has_no_route(
    server: Server, path: str
) -> None:
    answer = await server.browser().get(path)
    assert (answer.status_code, code_of(answer)) == (404, "not_found")


async def test_a_provider_that_does_not_answer_is_said_to(build: Build) -> None:
    server = build(issuer="http://127.0.0.1:9")
    answer = await server.browser().get(BEGIN)
    assert answer.headers["location"] == "/sign-in?problem=provider_unreachable"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/a\\..\\b", "/\tx", "x", "/é"],
)
def test_nobody_is_sent_on_to_another_host(elsewhere: str) -> None:
    assert own_path(elsewhere) == "/"


# Linking -----------------------------------------------------------------------------------------


async def test_a_linked_account_is_another_way_in(owned: Server) -> None:
    olive, elsewhere = visit(owned), visit(owned)
    await register(olive.browser, "mia")
    assert (await olive.link("mia-at-work")).headers["location"] == "/settings"
    assert await olive.ways_in() == {
        "password": True,
        "linked": [{"provider": "oidc", "username": "mia-at-work"}],
    }
    await elsewhere.sign_in("mia-at-work")
    assert await elsewhere.username() == "mia"


async def test_what_is_linked_to_somebody_else_stays_theirs(owned: Server) -> None:
    await visit(owned).sign_in("zoe")
    other = visit(owned)
    await register(other.browser, "other")
    answer = await other.link("zoe")
    assert answer.headers["location"] == "/settings?problem=identity_taken"
    assert (await other.ways_in())["linked"] == []


async def test_linking_is_for_who_began_it(owned: Server) -> None:
    mallory, victim = visit(owned), visit(owned)
    await register(mallory.browser, "mallory")
    begun = await mallory.browser.post(f"{BEGIN}/link")
    answer = await approve(begun.json()["url"], "mallory-there", BACK)
    await register(victim.browser, "victim")
    victim.browser.cookies.update({"wt_provider": mallory.browser.cookies["wt_provider"]})
    assert (await victim.browser.get(answer)).status_code == 400
    assert (await victim.ways_in())["linked"] == []


async def test_a_guest_or_a_stranger_links_nothing(owned: Server) -> None:
    assert (await owned.browser().post(f"{BEGIN}/link")).status_code == 401


async def test_unlinking_leaves_a_way_in(owned: Server) -> None:
    ada = visit(owned)
    await ada.sign_in("ada")
    assert (await ada.ways_in())["password"] is False
    refused = await ada.browser.delete("/api/auth/identities/oidc")
    assert (refused.status_code, code_of(refused)) == (409, "last_way_in")
    mia = visit(owned)
    await register(mia.browser, "mia")
    await mia.link("mia-there")
    assert (await mia.browser.delete("/api/auth/identities/oidc")).status_code == 204
    assert (await mia.ways_in())["linked"] == []
    assert (await mia.browser.delete("/api/auth/identities/oidc")).status_code == 404
    by_password = {"username": "mia", "password": PASSWORD}
    assert (await owned.browser().post("/api/auth/login", json=by_password)).status_code == 200


async def test_a_link_is_not_replaced_by_who_borrows_a_session(owned: Server) -> None:
    mia, thief = visit(owned), visit(owned)
    await mia.sign_in("mia")
    thief.browser.cookies.update(dict(mia.browser.cookies))
    answer = await thief.link("thief")
    assert answer.headers["location"] == "/settings?problem=already_linked"
    again = visit(owned)
    await again.sign_in("mia")
    assert await again.username() == "mia"


async def test_a_changed_way_in_signs_all_other_devices_out(owned: Server) -> None:
    mia, phone = visit(owned), visit(owned)
    await register(mia.browser, "mia")
    await mia.link("mia-there")
    await phone.sign_in("mia-there")
    assert (await mia.browser.delete("/api/auth/identities/oidc")).status_code == 204
    assert await phone.username() is None
    assert await mia.username() == "mia"


async def test_linking_outlives_an_access_token(owned: Server) -> None:
    mia = visit(owned)
    await register(mia.browser, "mia")
    await owned.clock.advance(580)
    begun = await mia.browser.post(f"{BEGIN}/link")
    answer = await approve(begun.json()["url"], "mia-there", BACK)
    await owned.clock.advance(60)
    assert (await mia.browser.get(answer)).headers["location"] == "/settings"


async def test_a_new_sign_in_ends_a_session_that_was_to_be_renewed(owned: Server) -> None:
    mia = visit(owned)
    await register(mia.browser, "mia")
    await owned.clock.advance(700)
    await mia.sign_in("mia-there")
    assert len(owned.ended) == 1


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_attack_24_another_site_begins_no_sign_in(owned: Server, site: str) -> None:
    page = owned.browser(**{"sec-fetch-site": site, "sec-fetch-mode": "navigate"})
    answer = await page.get(BEGIN, params={"next": "/r/abc-def-ghj"})
    assert answer.headers["location"] == "/sign-in?next=%2Fr%2Fabc-def-ghj"
    assert not page.cookies


async def test_answers_that_nobody_asked_for_use_up_no_limit(owned: Server) -> None:
    ada = visit(owned)
    answer = await approve(await ada.begin(), "ada", BACK)
    flood = owned.browser()
    for _ in range(150):
        assert (await flood.get(f"{BEGIN}/callback?state=x&code=y")).status_code == 400
    assert (await ada.browser.get(answer)).headers["location"] == "/"


async def test_the_public_address_is_the_one_to_come_back_to(build: Build, issuer: str) -> None:
    server = build(issuer=issuer, public_url="https://watch.example.org")
    for host in ("watch.example.org", "203.0.113.66", "evil.lan"):
        page = server.browser(host=host)
        address = (await page.get(BEGIN)).headers["location"]
        (back,) = parse_qs(urlsplit(address).query)["redirect_uri"]
        assert back == "https://watch.example.org/api/auth/oauth/oidc/callback"
