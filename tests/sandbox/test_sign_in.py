"""The part of plex.tv: PINs, accounts, tokens per person."""

from __future__ import annotations

from typing import Any

import httpx2

from plexsandbox.accounts import ACCOUNTS
from tests.sandbox.client import Client

JSON = {
    "Accept": "application/json",
    "X-Plex-Client-Identifier": "tests",
    "X-Plex-Product": "Tests",
}


async def sign_in(client: Client, user: str) -> str:
    pin = await new_pin(client)
    answer = await client.http.post(f"/sandbox/pins/{pin['code']}/approve", json={"user": user})
    assert answer.status_code == 200
    token = (await client.http.get(f"/api/v2/pins/{pin['id']}", headers=JSON)).json()["authToken"]
    assert isinstance(token, str)
    return token


async def new_pin(client: Client) -> dict[str, Any]:
    answer = await client.http.post("/api/v2/pins", params={"strong": "true"}, headers=JSON)
    assert answer.status_code == 201
    pin: dict[str, Any] = answer.json()
    return pin


async def ask(client: Client, path: str, token: str, method: str = "GET") -> httpx2.Response:
    return await client.http.request(method, path, headers={**JSON, "X-Plex-Token": token})


async def test_a_pin_is_approved_once_and_only_its_client_sees_it(plexbox: Client) -> None:
    pin = await new_pin(plexbox)
    assert (pin["authToken"], pin["expiresIn"]) == (None, 900)
    path = f"/api/v2/pins/{pin['id']}"
    assert (await plexbox.http.get(path, headers=JSON)).json()["authToken"] is None
    stranger = await plexbox.http.get(path, headers=JSON | {"X-Plex-Client-Identifier": "other"})
    assert stranger.status_code == 404
    assert stranger.json()["errors"][0]["code"] == 1020
    nobody = await plexbox.http.post(f"/sandbox/pins/{pin['code']}/approve", json={"user": "eve"})
    assert nobody.status_code == 404
    nameless = await plexbox.http.post("/api/v2/pins", headers={"Accept": "application/json"})
    assert nameless.status_code == 400


async def test_each_person_has_tokens_of_their_own(plexbox: Client) -> None:
    server_tokens = {}
    for user in ("olive", "frida"):
        token = await sign_in(plexbox, user)
        me = (await ask(plexbox, "/api/v2/user", token)).json()
        assert me["title"] == user.title()
        server = (await ask(plexbox, "/api/v2/resources", token)).json()[0]
        assert server["owned"] == (user == "olive")
        assert server["provides"] == "server"
        assert server["connections"][0]["uri"] == "http://sandbox"
        server_tokens[user] = server["accessToken"]
        library = "/library/sections"
        assert (await ask(plexbox, library, server["accessToken"])).status_code == 200
        assert (await ask(plexbox, library, token)).status_code == 401
        assert (await ask(plexbox, "/api/v2/user", server["accessToken"])).status_code == 401
    assert server_tokens["olive"] != server_tokens["frida"]


async def test_a_stranger_has_no_server(plexbox: Client) -> None:
    token = await sign_in(plexbox, "sten")
    assert (await ask(plexbox, "/api/v2/resources", token)).json() == []


async def test_signing_out_ends_that_token_only(plexbox: Client) -> None:
    first, second = await sign_in(plexbox, "frida"), await sign_in(plexbox, "frida")
    assert (await ask(plexbox, "/api/v2/users/signout", first, "DELETE")).status_code == 204
    refused = await ask(plexbox, "/api/v2/user", first)
    assert refused.status_code == 401
    assert refused.json()["errors"][0]["code"] == 1001
    assert (await ask(plexbox, "/api/v2/user", second)).status_code == 200


async def test_switching_within_the_home_needs_the_pin(plexbox: Client) -> None:
    token = await sign_in(plexbox, "olive")
    users = (await ask(plexbox, "/api/v2/home/users", token)).json()["users"]
    assert [user["title"] for user in users] == ["Olive", "Kit"]
    path = f"/api/v2/home/users/{ACCOUNTS['kit'].uuid}/switch"
    wrong = await ask(plexbox, f"{path}?pin=0000", token, "POST")
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (403, 1041)
    kit = (await ask(plexbox, f"{path}?pin=1234", token, "POST")).json()["authToken"]
    server = (await ask(plexbox, "/api/v2/resources", kit)).json()[0]
    assert (server["home"], server["owned"]) == (True, False)


async def test_plex_tv_speaks_xml_by_default(plexbox: Client) -> None:
    token = await sign_in(plexbox, "olive")
    answer = await plexbox.http.get("/api/v2/resources", params={"X-Plex-Token": token})
    assert answer.text.count("<connection ") == 1
    refused = await plexbox.http.get("/api/v2/user")
    assert '<error code="1001"' in refused.text


async def test_other_sites_cannot_approve(plexbox: Client) -> None:
    pin = await new_pin(plexbox)
    path, elsewhere = f"/sandbox/pins/{pin['code']}/approve", {"Sec-Fetch-Site": "cross-site"}
    answer = await plexbox.http.post(path, json={"user": "olive"}, headers=elsewhere)
    assert answer.status_code == 403


async def test_the_sign_in_page_runs_no_inline_script(plexbox: Client) -> None:
    page = await plexbox.http.get("/auth")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert page.text.count("<script") == 1
    for asset in ("auth.js", "auth.css"):
        assert f"/auth/assets/{asset}" in page.text
        assert (await plexbox.http.get(f"/auth/assets/{asset}")).status_code == 200
    people = (await plexbox.http.get("/sandbox/accounts")).json()["accounts"]
    assert [person["user"] for person in people] == ["olive", "frida", "sten"]
