"""Plex homes over the sandbox: a child's profile, its PIN, and the way back."""

import httpx2
import pytest

from tests.plex.conftest import World
from watchtogether.db.engine import Database
from watchtogether.kit.ids import AccountId


async def members(browser: httpx2.AsyncClient) -> dict[str, str]:
    answer = (await browser.get("/api/plex/home")).json()
    return {user["title"]: user["uuid"] for user in answer["users"]}


async def test_the_home_is_listed_and_one_is_oneself(world: World) -> None:
    browser = await world.signed_in("olive")
    home = (await browser.get("/api/plex/home")).json()
    assert home["current"] is None
    assert {u["title"]: (u["admin"], u["protected"]) for u in home["users"]} == {
        "Olive": (True, False),
        "Kit": (False, True),
    }


async def test_as_a_child_one_sees_what_the_child_may_see(world: World) -> None:
    browser = await world.signed_in("olive")
    account_id = AccountId((await browser.get("/api/auth/me")).json()["account"]["id"])
    kit = (await members(browser))["Kit"]
    await world.service.libraries(account_id, world.server_id)
    answer = await browser.put(f"/api/plex/home/{kit}", json={"pin": "1234"})
    assert (answer.status_code, answer.json()["current"]) == (200, kit)
    world.wire.requests.clear()
    await world.service.libraries(account_id, world.server_id)
    (sent,) = [r.headers["x-plex-token"] for r in world.wire.requests if "sections" in r.url.path]
    assert sent == world.box.state.server_token("kit")
    assert (await browser.get("/api/auth/me")).json()["account"]["username"] == "olive"
    await world.clock.advance(700)
    await browser.post("/api/auth/refresh")
    await browser.get("/api/plex/servers")  # the list is renewed, and still the child's
    assert (await world.service.access(account_id, world.server_id)).token.get_secret_value() == (
        world.box.state.server_token("kit")
    )
    assert (await browser.delete("/api/plex/home")).status_code == 204
    assert (await browser.get("/api/plex/home")).json()["current"] is None
    access = await world.service.access(account_id, world.server_id)
    assert access.token.get_secret_value() == world.box.state.server_token("olive")


@pytest.mark.parametrize("pin", ["", "0000"])
async def test_a_wrong_pin_changes_nothing(world: World, pin: str) -> None:
    browser = await world.signed_in("olive")
    kit = (await members(browser))["Kit"]
    answer = await browser.put(f"/api/plex/home/{kit}", json={"pin": pin})
    assert (answer.status_code, answer.json()["code"]) == (403, "plex_pin_wrong")
    assert (await browser.get("/api/plex/home")).json()["current"] is None


async def test_pins_cannot_be_guessed(world: World) -> None:
    browser = await world.signed_in("olive")
    kit = (await members(browser))["Kit"]
    path = f"/api/plex/home/{kit}"
    for guess in range(6):
        await browser.put(path, json={"pin": f"000{guess}"})
    blocked = await browser.put(path, json={"pin": "1234"})
    assert (blocked.status_code, blocked.json()["code"]) == (429, "rate_limited")


@pytest.mark.parametrize("uuid", ["nobody", "..%2f..%2fuser", "a b", "x" * 99])
async def test_strangers_are_not_in_the_home(world: World, uuid: str) -> None:
    browser = await world.signed_in("olive")
    answer = await browser.put(f"/api/plex/home/{uuid}", json={"pin": "1234"})
    assert answer.status_code == 404


async def test_what_is_no_pin_is_refused_at_the_door(world: World) -> None:
    browser = await world.signed_in("olive")
    answer = await browser.put("/api/plex/home/x", json={"pin": "12&34"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_signing_in_anew_is_as_oneself(world: World) -> None:
    browser = await world.signed_in("olive")
    kit = (await members(browser))["Kit"]
    await browser.put(f"/api/plex/home/{kit}", json={"pin": "1234"})
    again = await world.signed_in("olive")
    assert (await again.get("/api/plex/home")).json()["current"] is None


async def test_without_plex_there_is_no_home(world: World) -> None:
    browser = world.browser()
    await browser.post("/api/auth/register", json={"username": "ada", "password": "correct horse"})
    answer = await browser.get("/api/plex/home")
    assert (answer.status_code, answer.json()["code"]) == (409, "plex_not_linked")


async def test_attack_65_the_token_is_sealed(world: World, database: Database) -> None:
    browser = await world.signed_in("olive")
    kit = (await members(browser))["Kit"]
    await browser.put(f"/api/plex/home/{kit}", json={"pin": "1234"})
    async with database.engine.connect() as connection:
        (row,) = (await connection.exec_driver_sql("SELECT * FROM plex_home_users")).all()
    kits = [t for t, user in world.box.state._kept.account_tokens.items() if user == "kit"]
    assert len(kits) >= 2
    for token in kits:
        assert all(token not in str(value) for value in row)
