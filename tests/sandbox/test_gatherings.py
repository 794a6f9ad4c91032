"""Collections, playlists, shelves of likes, and who has seen what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from plexsandbox.accounts import ACCOUNTS
from tests.sandbox.client import Client
from tests.sandbox.conftest import opened

WINDOW = {"X-Plex-Container-Start": 0, "X-Plex-Container-Size": 5}


@pytest.fixture
async def archive(media_dir: Path) -> AsyncIterator[Client]:
    async with opened(media_dir, extra_films=400, extra_shows=2) as client:
        yield client


async def test_collections_hold_what_carries_their_name(archive: Client) -> None:
    listed = await archive.get("/library/sections/3/collections", **WINDOW)
    assert (listed["size"], listed["totalSize"] > 5) == (5, True)
    first = listed["Metadata"][0]
    inside = await archive.get(first["key"])
    assert inside["size"] == first["childCount"]
    for path in (
        first["key"].removesuffix("/children"),
        f"/library/metadata/{first['ratingKey']}",
    ):
        assert (await archive.get(path))["Metadata"][0]["title"] == first["title"]
    by_filter = await archive.get("/library/sections/3/all", collection=first["title"])
    assert by_filter["size"] == inside["size"]
    xml = (await archive.ask("/library/sections/3/collections", accept="*/*")).text
    assert "<Directory " in xml
    assert (await archive.ask(first["thumb"])).status_code == 200
    word = first["title"].split()[0]
    hubs = (await archive.get("/hubs/search", query=word))["Hub"]
    found = next(hub for hub in hubs if hub["type"] == "collection")["Directory"]
    assert found[0]["tag"] == first["title"]
    key = inside["Metadata"][0]["ratingKey"]
    await archive.http.post(f"/sandbox/items/{key}/delete")
    assert (await archive.get(first["key"]))["size"] == inside["size"] - 1


async def test_without_collections_there_is_an_empty_list(plexbox: Client) -> None:
    answer = await plexbox.get("/library/sections/1/collections")
    assert (answer["size"], answer["totalSize"], answer["Meta"]) == (0, 0, {"Type": []})
    assert "Metadata" not in answer
    assert (await plexbox.ask("/library/collections/1/children")).status_code == 404


async def test_playlists_are_each_accounts_own(archive: Client) -> None:
    mine = (await archive.get("/playlists"))["Metadata"]
    assert [playlist["leafCount"] for playlist in mine] == [30, 400]
    assert (await archive.as_user("frida").get("/playlists"))["size"] == 1
    page = await archive.get(mine[0]["key"], **WINDOW)
    assert (page["size"], page["totalSize"]) == (5, 30)
    assert (await archive.ask(mine[0]["composite"])).status_code == 200
    assert (await archive.as_user("frida").ask(mine[0]["key"])).status_code == 404


async def test_a_playlist_can_be_made_and_changed(plexbox: Client) -> None:
    assert (await plexbox.get("/playlists"))["size"] == 0
    film, show = await plexbox.key_of("Test Film"), await plexbox.key_of("Test Show")
    uri = f"server://x/com.plexapp.plugins.library/library/metadata/{film},{show}"
    made = await plexbox.ask("/playlists", "POST", type="video", title="Mine", uri=uri)
    playlist = made.json()["MediaContainer"]["Metadata"][0]
    base, path = f"/playlists/{playlist['ratingKey']}", playlist["key"]

    async def titles() -> list[str]:
        return [item["title"] for item in (await plexbox.get(path))["Metadata"]]

    assert await titles() == ["Test Film", "First", "Second", "Third"]
    entries = [item["playlistItemID"] for item in (await plexbox.get(path))["Metadata"]]
    await plexbox.ask(f"{path}/{entries[0]}/move", "PUT", after=entries[1])
    await plexbox.ask(f"{path}/{entries[2]}", "DELETE")
    assert await titles() == ["First", "Test Film", "Third"]
    queue = await plexbox.ask("/playQueues", "POST", playlistID=playlist["ratingKey"])
    assert queue.json()["MediaContainer"]["playQueueTotalCount"] == 3
    await plexbox.ask(base, "PUT", title="Ours")
    assert (await plexbox.get(base))["Metadata"][0]["title"] == "Ours"
    assert (await plexbox.ask(base, "DELETE")).status_code == 204
    assert (await plexbox.get("/playlists"))["size"] == 0
    assert (await plexbox.ask("/playlists", "POST", title="x", type="video")).status_code == 400


async def test_likes_and_several_items_at_once(archive: Client) -> None:
    films = (await archive.get("/library/sections/3/all", genre="drama", **WINDOW))["Metadata"]
    keys = [film["ratingKey"] for film in films]
    several = await archive.get(f"/library/metadata/{','.join(keys)},999999")
    assert [item["ratingKey"] for item in several["Metadata"]] == keys
    similar = await archive.get(f"/library/metadata/{keys[0]}/similar", **WINDOW)
    assert similar["totalSize"] > 5
    assert keys[0] not in {item["ratingKey"] for item in similar["Metadata"]}
    related = (await archive.get(f"/library/metadata/{keys[0]}/related"))["Hub"]
    assert related[0]["size"] == len(related[0]["Metadata"]) > 0
    for path in ("/hubs", "/hubs/promoted", "/hubs/continueWatching", "/hubs/sections/3"):
        hubs = (await archive.get(path))["Hub"]
        assert all(hub["size"] for hub in hubs), path
    setting = await archive.get("/:/prefs/get", id="FriendlyName")
    assert setting["Setting"][0]["value"] == "Sandbox Cinema"


async def test_a_view_counts_once_per_session_and_a_scrobble_again(plexbox: Client) -> None:
    key = await plexbox.key_of("Test Film")

    async def count(client: Client) -> int:
        item = (await client.get(f"/library/metadata/{key}"))["Metadata"][0]
        return int(item.get("viewCount", 0))

    async def tell(state: str, time_ms: int, session: str) -> None:
        params: dict[str, Any] = {"ratingKey": key, "state": state, "time": time_ms}
        await plexbox.ask("/:/timeline", **params, **{"X-Plex-Session-Identifier": session})

    for state, at in (("playing", 55_000), ("playing", 56_000), ("stopped", 57_000)):
        await tell(state, at, "one")
    await tell("stopped", 58_000, "one")
    assert await count(plexbox) == 1
    await tell("stopped", 58_000, "two")
    assert await count(plexbox) == 2
    await plexbox.ask("/:/scrobble", key=key)
    assert await count(plexbox) == 3
    assert await count(plexbox.as_user("frida")) == 0
    await tell("stopped", 20_000, "three")
    view = plexbox.box.state.view(ACCOUNTS["olive"].user, key)
    assert (view.offset_ms, view.count) == (20_000, 3)
    await plexbox.ask("/:/unscrobble", key=key)
    assert await count(plexbox) == 0
