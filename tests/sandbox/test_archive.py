"""The big library that is made up on the fly."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from plexsandbox.archive.archive import Archive, Size
from plexsandbox.model import Catalogue
from plexsandbox.state import State
from tests.sandbox.client import Client
from tests.sandbox.conftest import opened

FILMS = 400
ALL = "/library/sections/3/all"
WINDOW = {"X-Plex-Container-Start": 0, "X-Plex-Container-Size": 40}


@pytest.fixture
async def archive(media_dir: Path) -> AsyncIterator[Client]:
    async with opened(media_dir, extra_films=FILMS, extra_shows=4) as client:
        yield client


async def window(client: Client, **params: Any) -> dict[str, Any]:
    return await client.get(ALL, **WINDOW | params)


def titles(tmp_path: Path, seed: int) -> list[str]:
    made = Archive(Size(50, 2, seed), State(tmp_path / f"{seed}.json"), ["olive"])
    return [item.title for item in made.joined(Catalogue(), []).items.values()]


def test_the_same_seed_says_the_same(tmp_path: Path) -> None:
    assert titles(tmp_path, 1) == titles(tmp_path, 1)
    assert titles(tmp_path, 1) != titles(tmp_path, 2)


async def test_it_is_a_section_of_its_own_and_absent_by_default(
    archive: Client, media_dir: Path
) -> None:
    sections = (await archive.get("/library/sections"))["Directory"]
    named = [(section["key"], section["title"]) for section in sections]
    assert named == [("1", "Movies"), ("2", "TV Shows"), ("3", "Archive"), ("4", "Serials")]
    first = await window(archive)
    assert (first["totalSize"], first["size"]) == (FILMS, 40)
    letters = (await archive.get("/library/sections/3/firstCharacter"))["Directory"]
    assert sum(letter["size"] for letter in letters) == FILMS
    assert {"Β", "Т", "東", "#"} & {letter["title"] for letter in letters}


WINDOWS: tuple[dict[str, Any], ...] = (
    {},
    {"sort": "addedAt:desc", "unwatched": 1},
    {"sort": "year:desc,titleSort", "genre": "drama"},
    {"title": "harbour", "sort": "random"},
    {"decade": "1990", "resolution": "4k", "sort": "lastViewedAt:desc"},
)


async def test_any_window_is_quick(media_dir: Path) -> None:
    """The best of a few, in time of the processor: the machine may be busy."""
    async with opened(media_dir, extra_films=4_000) as client:
        for query in WINDOWS:
            best = 9.0
            for _ in range(5):
                began = time.process_time()
                assert (await window(client, **query))["size"] > 0
                best = min(best, time.process_time() - began)
            assert best < 0.05, query


async def test_filters_mean_what_the_items_say(archive: Client) -> None:
    for name in ("genre", "year", "contentRating", "studio", "director", "actor", "collection"):
        choice = (await archive.get(f"/library/sections/3/{name}"))["Directory"][3]
        found = await window(archive, **{name: choice["key"]})
        others = await window(archive, **{f"{name}!": choice["key"]})
        assert found["totalSize"] + others["totalSize"] == FILMS
        assert found["totalSize"] > 0, name
        assert choice["title"] in str(found["Metadata"][0])
    years = [item["year"] for item in (await window(archive, sort="year:desc"))["Metadata"]]
    assert years == sorted(years, reverse=True)


async def test_each_person_has_seen_other_films(archive: Client) -> None:
    unseen = (await window(archive, unwatched=1))["totalSize"]
    assert 0 < unseen < FILMS
    other = await archive.as_user("frida").get(ALL, **WINDOW, unwatched=1)
    assert [i["title"] for i in other["Metadata"]] != [
        i["title"] for i in (await window(archive, unwatched=1))["Metadata"]
    ]
    key = (await window(archive, unwatched=1))["Metadata"][0]["ratingKey"]
    await archive.ask("/:/scrobble", key=key)
    assert (await window(archive, unwatched=1))["totalSize"] == unseen - 1


async def test_an_invented_film_plays_a_real_one(archive: Client) -> None:
    item = (await window(archive))["Metadata"][0]
    part = item["Media"][0]["Part"][0]
    assert part["file"].startswith("/archive/films/")
    answer = await archive.ask(part["key"])
    assert answer.status_code == 200
    assert len(answer.content) == part["size"]
    picture = await archive.ask(item["thumb"])
    assert picture.headers["content-type"] == "image/jpeg"
    versions = [len(i["Media"]) for i in (await window(archive, sort="year"))["Metadata"]]
    assert max(versions) > 1


async def test_without_any_real_film_it_can_still_be_listed(tmp_path: Path) -> None:
    async with opened(tmp_path / "empty", extra_films=30) as client:
        item = (await client.get(ALL))["Metadata"][0]
        assert item["duration"] > 60 * 60_000
        assert (await client.ask(item["Media"][0]["Part"][0]["key"])).status_code == 404


async def test_serials_have_seasons_and_episodes(archive: Client) -> None:
    show = (await archive.get("/library/sections/4/all"))["Metadata"][0]
    leaves = await archive.get(f"/library/metadata/{show['ratingKey']}/allLeaves")
    assert leaves["size"] == show["leafCount"]
    assert leaves["Metadata"][0]["grandparentTitle"] == show["title"]
