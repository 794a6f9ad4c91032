"""Sections, items and search, in JSON and in XML."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.sandbox.client import Client
from tests.sandbox.conftest import opened

PATHS = (
    "/",
    "/identity",
    "/media/providers",
    "/library/sections",
    "/library/sections/1/all",
    "/library/sections/2/all?includeMeta=1",
    "/library/sections/1/genre",
    "/library/metadata/1?includeMarkers=1&includeChapters=1",
    "/hubs/promoted",
    "/hubs/search?query=test",
)


@pytest.mark.parametrize("path", PATHS)
async def test_xml_and_json_say_the_same(plexbox: Client, path: str) -> None:
    as_json = (await plexbox.ask(path)).json()["MediaContainer"]
    answer = await plexbox.ask(path, accept="*/*")
    assert answer.headers["content-type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.content)
    assert root.tag == "MediaContainer"
    children = [value for value in as_json.values() if isinstance(value, list | dict)]
    assert len(root) == sum(len(v) if isinstance(v, list) else 1 for v in children)
    assert root.attrib["size"] == str(as_json["size"])


async def test_shows_have_seasons_and_episodes(plexbox: Client) -> None:
    show = (await plexbox.get("/library/sections/2/all"))["Metadata"][0]
    assert (show["leafCount"], show["childCount"], show["viewedLeafCount"]) == (3, 2, 0)
    seasons = (await plexbox.get(show["key"]))["Metadata"]
    assert [season["title"] for season in seasons] == ["Season 1", "Season 2"]
    episodes = (await plexbox.get(seasons[0]["key"]))["Metadata"]
    assert [episode["index"] for episode in episodes] == [1, 2]
    first = episodes[0]
    assert first["grandparentRatingKey"] == show["ratingKey"]
    assert first["parentRatingKey"] == seasons[0]["ratingKey"]
    leaves = await plexbox.get(f"/library/metadata/{show['ratingKey']}/allLeaves")
    assert [leaf["title"] for leaf in leaves["Metadata"]] == ["First", "Second", "Third"]


async def test_the_full_item_has_streams_chapters_and_markers(plexbox: Client) -> None:
    key = await plexbox.key_of("Test Film")
    path = f"/library/metadata/{key}"
    item = (await plexbox.get(path, includeMarkers=1, includeChapters=1))["Metadata"][0]
    streams = item["Media"][0]["Part"][0]["Stream"]
    assert [stream["streamType"] for stream in streams] == [1, 2, 2, 3, 3]
    assert [stream.get("languageTag") for stream in streams[1:]] == ["en", "fr", "en", "fr"]
    assert [chapter["tag"] for chapter in item["Chapter"]] == ["Beginning", "End"]
    assert [marker["type"] for marker in item["Marker"]] == ["credits", "intro"]
    listed = (await plexbox.get("/library/sections/1/all", title="Test Film"))["Metadata"][0]
    assert "Stream" not in listed["Media"][0]["Part"][0]
    assert "Marker" not in (await plexbox.get(path))["Metadata"][0]


async def test_versions_are_media_of_one_film(plexbox: Client) -> None:
    key = await plexbox.key_of("Two Sizes")
    item = (await plexbox.get(f"/library/metadata/{key}"))["Metadata"][0]
    assert [media["height"] for media in item["Media"]] == [180, 90]


async def test_a_page_has_a_total_only_when_asked_for(plexbox: Client) -> None:
    path = "/library/sections/1/all"
    assert "totalSize" not in await plexbox.get(path)
    page = await plexbox.get(path, **{"X-Plex-Container-Start": 1, "X-Plex-Container-Size": 1})
    assert (page["size"], page["totalSize"], page["offset"]) == (1, 3, 1)
    empty = await plexbox.get(path, **{"X-Plex-Container-Start": 0, "X-Plex-Container-Size": 0})
    assert (empty["size"], empty["totalSize"]) == (0, 3)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"title": "size"}, ["Two Sizes"]),
        ({"title!": "size"}, ["Short Film", "Test Film"]),
        ({"genre": "drama"}, ["Test Film"]),
        ({"year>>": "2019"}, ["Short Film", "Test Film"]),
        ({"resolution": "sd"}, ["Short Film", "Test Film", "Two Sizes"]),
        ({"audioLanguage": "fra"}, ["Test Film"]),
        ({"sort": "titleSort:desc"}, ["Two Sizes", "Test Film", "Short Film"]),
    ],
)
async def test_filters_and_sorts(plexbox: Client, query: dict[str, str], titles: list[str]) -> None:
    container = await plexbox.get("/library/sections/1/all", **query)
    assert [item["title"] for item in container["Metadata"]] == titles


async def test_search_has_the_real_servers_edges(plexbox: Client) -> None:
    assert (await plexbox.ask("/hubs/search", query="test", limit=0)).status_code == 500
    assert (await plexbox.ask("/hubs/search", query=" ")).status_code == 400
    hubs = (await plexbox.get("/hubs/search", query="test", sectionId=2))["Hub"]
    found = {hub["type"]: hub.get("Metadata", []) for hub in hubs}
    assert [item["title"] for item in found["movie"]] == ["Test Film"]
    assert found["movie"][0]["score"] == "0.90000"
    tags = (await plexbox.get("/hubs/search", query="drama"))["Hub"]
    assert next(hub for hub in tags if hub["type"] == "genre")["Directory"][0]["tag"] == "Drama"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/library/metadata/999", 404), ("/library/sections/9/all", 404), ("/nowhere", 404)],
)
async def test_errors_are_html_even_for_json(plexbox: Client, path: str, status: int) -> None:
    answer = await plexbox.ask(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert f"<h1>{status} " in answer.text


async def test_only_identity_needs_no_token(plexbox: Client) -> None:
    assert (await plexbox.http.get("/identity")).status_code == 200
    for path in PATHS:
        if path != "/identity":
            answer = await plexbox.http.get(path, headers={"Accept": "application/json"})
            assert answer.status_code == 401
            assert "<html>" in answer.text
    in_query = await plexbox.http.get("/library/sections", params={"X-Plex-Token": plexbox.token})
    assert in_query.status_code == 200


@pytest.mark.parametrize(
    "path", ["/status/sessions", "/transcode/sessions", "/:/prefs", "/accounts"]
)
async def test_owners_surfaces_are_forbidden_to_friends(plexbox: Client, path: str) -> None:
    assert (await plexbox.ask(path)).status_code == 200
    assert (await plexbox.as_user("frida").ask(path)).status_code == 403


async def test_rating_keys_and_tokens_outlive_a_restart(media_dir: Path) -> None:
    async with opened(media_dir) as first:
        before = {item.title: key for key, item in first.box.library.catalogue.items.items()}
        token = first.token
    async with opened(media_dir) as second:
        after = {item.title: key for key, item in second.box.library.catalogue.items.items()}
        assert (after, second.token) == (before, token)


async def test_a_new_file_appears_and_a_broken_one_does_not(clips: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"this is no film")
    async with opened(tmp_path) as client:
        assert (await client.get("/library/sections/1/all"))["size"] == 0
        shutil.copy(clips / "Movies" / "Short Film (2021).mkv", tmp_path / "Later.mkv")
        assert (await client.http.post("/sandbox/scan")).json()["items"] == 1
        items = (await client.get("/library/sections/1/all"))["Metadata"]
        assert [item["title"] for item in items] == ["Later"]


async def test_a_deleted_item_is_gone(plexbox: Client) -> None:
    key = await plexbox.key_of("Test Show")
    below = await plexbox.key_of("First")
    assert (await plexbox.http.post(f"/sandbox/items/{key}/delete")).status_code == 200
    assert (await plexbox.ask(f"/library/metadata/{key}")).status_code == 404
    assert (await plexbox.ask(f"/library/metadata/{below}")).status_code == 404
    assert (await plexbox.http.post(f"/sandbox/items/{key}/restore")).status_code == 200
    assert (await plexbox.ask(f"/library/metadata/{below}")).status_code == 200
