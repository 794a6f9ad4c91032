"""Signing in with Plex, end to end against the sandbox."""

from dataclasses import replace

import httpx2
import pytest

from tests.plex.conftest import World, build_world
from watchtogether.db.engine import Database
from watchtogether.kit.tasks import Background
from watchtogether.plex.model import Resource


async def test_browser_signs_in_and_becomes_owner(world: World) -> None:
    browser = world.browser()
    started = await browser.post("/api/auth/plex/pin")
    assert started.status_code == 201, started.text
    pin = started.json()
    assert "binding" not in pin
    assert pin["url"].startswith("http://plex.test/auth#?clientID=client-of-the-tests&code=")
    assert pin["expires_in_s"] == 900

    waiting = await browser.get(f"/api/auth/plex/pin/{pin['id']}")
    assert waiting.json() == {"status": "pending", "account": None}

    await world.approve(pin["code"], "olive")
    await world.clock.advance(1)
    done = await browser.get(f"/api/auth/plex/pin/{pin['id']}")
    assert done.json()["status"] == "approved", done.text
    assert "access_token" not in done.json()
    me = (await browser.get("/api/auth/me")).json()["account"]
    assert (me["role"], me["display_name"], me["plex"]["linked"]) == ("owner", "Olive", True)
    assert "@" not in me["username"]
    (server,) = (await browser.get("/api/plex/servers")).json()
    assert server["id"] == world.server_id
    assert (server["owned"], server["online"]) == (True, True)


async def test_program_sends_its_binding_and_is_given_tokens(world: World) -> None:
    program = world.program()
    pin = (await program.post("/api/auth/plex/pin")).json()
    await world.approve(pin["code"], "olive")
    path = f"/api/auth/plex/pin/{pin['id']}"
    assert (await world.program().get(path)).json()["code"] == "pin_foreign"
    done = await world.program().get(path, headers={"X-Pin-Binding": pin["binding"]})
    token = done.json()["access_token"]
    me = await world.program().get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["account"]["role"] == "owner"


async def test_attack_16_foreign_pin_is_refused(world: World) -> None:
    victim, other = world.browser(), world.browser()
    pin = (await victim.post("/api/auth/plex/pin")).json()
    await other.post("/api/auth/plex/pin")
    await world.approve(pin["code"], "olive")
    path = f"/api/auth/plex/pin/{pin['id']}"
    for stranger in (other, world.browser(), world.program()):
        answer = await stranger.get(path)
        assert (answer.status_code, answer.json()["code"]) == (400, "pin_foreign")
    stolen = victim.cookies["wt_plex_pin"]
    as_program = await world.program().get(path, headers={"X-Pin-Binding": stolen})
    assert as_program.status_code == 400


@pytest.mark.parametrize("binding", ["x", "1.2.3", "....", "9" * 300, "ä"])
async def test_attack_16_made_up_binding_is_refused(world: World, binding: str) -> None:
    answer = await world.program().get(
        "/api/auth/plex/pin/1", headers=[(b"X-Pin-Binding", binding.encode())]
    )
    assert answer.json()["code"] == "pin_foreign"


async def test_signed_in_account_links_instead(world: World) -> None:
    browser = world.browser()
    await browser.post("/api/auth/register", json={"username": "ada", "password": "correct horse"})
    pin = (await browser.post("/api/auth/plex/pin")).json()
    await world.approve(pin["code"], "olive")
    path = f"/api/auth/plex/pin/{pin['id']}"
    assert (await _without_session(browser).get(path)).json()["code"] == "pin_foreign"
    done = (await browser.get(path)).json()
    assert (done["account"]["username"], done["account"]["plex"]["linked"]) == ("ada", True)


async def test_identity_of_somebody_else_is_taken(world: World) -> None:
    await world.signed_in("olive")
    frida = await world.signed_in("frida")
    pin = (await frida.post("/api/auth/plex/pin")).json()
    await world.approve(pin["code"], "olive")
    answer = await frida.get(f"/api/auth/plex/pin/{pin['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "identity_taken")


async def test_sign_up_by_plex_is_for_people_on_the_owners_server(world: World) -> None:
    await world.signed_in("olive")
    frida = await world.signed_in("frida")
    assert (await frida.get("/api/auth/me")).json()["account"]["role"] == "user"
    sten = world.browser()
    pin = (await sten.post("/api/auth/plex/pin")).json()
    await world.approve(pin["code"], "sten")
    answer = await sten.get(f"/api/auth/plex/pin/{pin['id']}")
    assert (answer.status_code, answer.json()["code"]) == (403, "sign_up_closed")


async def test_a_list_of_servers_that_somebody_made_up_lets_nobody_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.signed_in("olive")
    (real,) = await world.plextv.resources(world.box.state.new_account_token("olive"))

    async def made_up(token: str) -> tuple[Resource, ...]:
        return (replace(real, owned=True, access_token="whatever"),)

    monkeypatch.setattr(world.plextv, "resources", made_up)
    sten = world.browser()
    pin = (await sten.post("/api/auth/plex/pin")).json()
    await world.approve(pin["code"], "sten")
    answer = await sten.get(f"/api/auth/plex/pin/{pin['id']}")
    assert (answer.status_code, answer.json()["code"]) == (403, "sign_up_closed")


async def test_first_account_needs_the_setup_code(
    world: World, database: Database, background: Background
) -> None:
    guarded = build_world(world.box, database, background, setup_code="let-me-in")
    far = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=guarded.app, client=("203.0.113.9", 1)),
        base_url="http://watch.lan",
        headers={"sec-fetch-site": "same-origin"},
    )
    pin = (await far.post("/api/auth/plex/pin")).json()
    await guarded.approve(pin["code"], "olive")
    path = f"/api/auth/plex/pin/{pin['id']}"
    assert (await far.get(path)).json()["code"] == "setup_code_needed"
    done = await far.get(path, headers={"X-Setup-Code": "let-me-in"})
    assert done.json()["status"] == "approved"


async def test_expired_code(world: World) -> None:
    browser = world.browser()
    pin = (await browser.post("/api/auth/plex/pin")).json()
    await world.clock.advance(901)
    answer = await browser.get(f"/api/auth/plex/pin/{pin['id']}")
    assert answer.json() == {"status": "expired", "account": None}


async def test_polling_fast_asks_plex_once_a_second(world: World) -> None:
    browser = world.browser()
    pin = (await browser.post("/api/auth/plex/pin")).json()
    before = len(world.wire.requests)
    for _ in range(10):
        await browser.get(f"/api/auth/plex/pin/{pin['id']}")
    assert len(world.wire.requests) == before + 1


async def test_plex_tv_down_is_said_clearly(world: World) -> None:
    world.wire.cut = True
    answer = await world.browser().post("/api/auth/plex/pin")
    assert (answer.status_code, answer.json()["code"]) == (502, "plex_tv_unreachable")


async def test_tokens_are_sealed_in_the_database(world: World, database: Database) -> None:
    account_id = await world.account("olive")
    (known,) = await world.repository.of_account(account_id)
    assert known.token.get_secret_value() == world.box.state.server_token("olive")
    from sqlalchemy import text

    async with database.transaction() as session:
        rows = (await session.execute(text("SELECT * FROM plex_servers"))).all()
    assert known.token.get_secret_value() not in str(rows)


def _without_session(browser: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """The same browser after the sign-in cookies have gone, the code's cookie still there."""
    copy = httpx2.AsyncClient(
        transport=browser._transport, base_url=browser.base_url, headers=browser.headers
    )
    copy.cookies.set("wt_plex_pin", browser.cookies["wt_plex_pin"])
    return copy
