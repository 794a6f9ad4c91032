"""Who may see what: homes, friends with a part of the library, children; and two servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from plexsandbox.accounts import ACCOUNTS
from tests.sandbox.client import Client
from tests.sandbox.conftest import opened, started
from tests.sandbox.test_sign_in import JSON, sign_in
from tests.sandbox.test_sign_in import ask as ask_account


@pytest.fixture
async def full(media_dir: Path) -> AsyncIterator[Client]:
    async with opened(media_dir, more_people=True, admin_pin="4321") as client:
        yield client


async def limit(client: Client, user: str, **limits: Any) -> None:
    answer = await client.http.post(f"/sandbox/accounts/{user}/limits", json=limits)
    assert answer.status_code == 200


async def test_a_home_has_members_with_and_without_pin(full: Client) -> None:
    olive = await sign_in(full, "olive")
    users = (await ask_account(full, "/api/v2/home/users", olive)).json()["users"]
    assert [(user["title"], user["protected"], user["admin"]) for user in users] == [
        ("Olive", True, True),
        ("Kit", True, False),
        ("Bo", False, False),
    ]

    async def switched(user: str, token: str, pin: str = "") -> httpx2.Response:
        path = f"/api/v2/home/users/{ACCOUNTS[user].uuid}/switch?pin={pin}"
        return await ask_account(full, path, token, "POST")

    bo = (await switched("bo", olive)).json()["authToken"]
    assert (await switched("olive", bo)).status_code == 403
    assert (await switched("olive", bo, "4321")).status_code == 201
    signing_in = (await full.http.get("/sandbox/accounts")).json()["accounts"]
    assert [person["user"] for person in signing_in] == ["olive", "frida", "sten", "lina"]


async def test_who_sees_one_section_sees_nothing_of_the_others(full: Client) -> None:
    lina = full.as_user("lina")
    sections = (await lina.get("/library/sections"))["Directory"]
    assert [section["title"] for section in sections] == ["Movies"]
    show, episode = await full.key_of("Test Show"), await full.key_of("First")
    item = (await full.get(f"/library/metadata/{episode}"))["Metadata"][0]
    part = item["Media"][0]["Part"][0]
    hidden = [
        "/library/sections/2",
        "/library/sections/2/all",
        "/library/sections/2/genre",
        f"/library/metadata/{show}",
        f"/library/metadata/{show}/children",
        f"/library/metadata/{show}/allLeaves",
        f"/library/metadata/{episode}",
        item["thumb"],
        part["key"],
        f"/photo/:/transcode?width=20&height=20&url={item['thumb']}",
        f"/:/scrobble?key={episode}",
        f"/:/timeline?ratingKey={episode}&state=playing&time=1",
        f"/video/:/transcode/universal/decision?path=/library/metadata/{episode}&session=1",
    ]
    for path in hidden:
        assert (await full.ask(path)).status_code == 200, path
        assert (await lina.ask(path)).status_code == 404, path
    assert (await lina.ask(f"/library/parts/{part['id']}", "PUT")).status_code == 404
    for path in ("/hubs", "/hubs/home/recentlyAdded", "/library/onDeck", "/media/providers"):
        assert "Test Show" in (await full.ask(path)).text or path == "/media/providers"
        assert "Test Show" not in (await lina.ask(path)).text, path
    for path in ("/hubs/search", "/search", "/library/search"):
        assert "Test Show" not in (await lina.ask(path, query="test")).text
        assert "Test Film" in (await lina.ask(path, query="test")).text
    friends = (await ask_account(full, "/api/v2/friends", await sign_in(full, "olive"))).json()
    shared = {friend["title"]: friend["sharedServers"][0] for friend in friends}
    assert shared["Lina"]["numLibraries"] == 1
    assert (shared["Lina"]["allLibraries"], shared["Frida"]["allLibraries"]) == (False, True)


async def test_a_child_sees_what_is_rated_for_it(full: Client) -> None:
    bo = full.as_user("bo")
    films = (await bo.get("/library/sections/1/all"))["Metadata"]
    assert [film["title"] for film in films] == ["Test Film"]
    assert (await bo.get("/library/sections/2/all"))["size"] == 1
    unrated = await full.key_of("Short Film")
    assert (await bo.ask(f"/library/metadata/{unrated}")).status_code == 404
    await limit(full, "bo")
    assert (await bo.ask(f"/library/metadata/{unrated}")).status_code == 200


async def test_limits_can_change_while_someone_watches(plexbox: Client) -> None:
    frida = plexbox.as_user("frida")
    assert (await frida.get("/library/sections"))["size"] == 2
    await limit(plexbox, "frida", sections=[2])
    assert (await frida.get("/library/sections"))["size"] == 1
    assert (await plexbox.get("/library/sections"))["size"] == 2
    refused = await plexbox.http.post("/sandbox/accounts/eve/limits", json={})
    assert refused.status_code == 404


@pytest.fixture(scope="module")
def two(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("two")
    (folder / "Movies").symlink_to(clips / "Movies")
    with started(folder, "--second-server", "40") as (_, ready):
        yield ready


def signed_in(url: str, user: str) -> dict[str, str]:
    pin = httpx2.post(f"{url}/api/v2/pins?strong=true", headers=JSON).json()
    httpx2.post(f"{url}/sandbox/pins/{pin['code']}/approve", json={"user": user})
    token = httpx2.get(f"{url}/api/v2/pins/{pin['id']}", headers=JSON).json()["authToken"]
    return {**JSON, "X-Plex-Token": token}


def servers(two: dict[str, Any], user: str) -> list[dict[str, Any]]:
    headers = signed_in(two["url"], user)
    listed: list[dict[str, Any]] = httpx2.get(
        f"{two['url']}/api/v2/resources", headers=headers
    ).json()
    return listed


def test_two_servers_have_tokens_and_libraries_of_their_own(two: dict[str, Any]) -> None:
    first, second = servers(two, "olive")
    assert (first["name"], second["name"]) == ("Sandbox Cinema", "Second Cinema")
    assert first["clientIdentifier"] != second["clientIdentifier"]
    assert [server["owned"] for server in servers(two, "frida")] == [False, False]
    assert servers(two, "sten") == []
    url = two["second"]["url"]
    wanted = f"{url}/library/sections/1/all"
    for token, status in ((first["accessToken"], 401), (second["accessToken"], 200)):
        headers = {"X-Plex-Token": token, "Accept": "application/json"}
        answer = httpx2.get(wanted, headers=headers)
        assert answer.status_code == status
    films = answer.json()["MediaContainer"]["Metadata"]
    assert len(films) == 40
    part = httpx2.get(f"{url}{films[0]['Media'][0]['Part'][0]['key']}", headers=headers)
    assert part.status_code == 200


def test_one_way_is_dead_and_one_leads_to_another_machine(two: dict[str, Any]) -> None:
    second = servers(two, "olive")[1]
    ways = second["connections"]
    assert [(way["local"], way["relay"]) for way in ways] == [
        (True, False),
        (False, False),
        (False, False),
        (False, True),
    ]
    answering = [
        httpx2.get(f"{way['uri']}/identity", headers=JSON).json()["MediaContainer"]
        for way in ways[1:]
    ]
    identifiers = [answer["machineIdentifier"] for answer in answering]
    mine = second["clientIdentifier"]
    assert identifiers == [two["machine_identifier"], mine, mine]
    control = f"{two['url']}/sandbox/servers"
    httpx2.post(f"{control}/second", json={"ways": ["local"]}).raise_for_status()
    assert [way["local"] for way in servers(two, "olive")[1]["connections"]] == [True]
    httpx2.post(f"{control}/second", json={"listed": False}).raise_for_status()
    assert len(servers(two, "olive")) == 1
    assert len(httpx2.get(control).json()["servers"]) == 2
