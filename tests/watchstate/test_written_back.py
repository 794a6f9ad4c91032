"""Two linked accounts watch together; Plex knows afterwards where each of them got."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support import people
from tests.support.people import (
    Json,
    Person,
    Seat,
    films,
    guest,
    party,
    register_by_plex,
    seat,
)
from tests.support.processes import Sandbox, Server, eventually, server

LEAVES_AT_S = 12.0
BEAT_S = 10.0
"""So often whatever is streamed is kept alive."""


async def test_each_linked_viewers_own_place_is_written_back_once(
    running: Server, olive: Person, plex: Sandbox
) -> None:
    frida = register_by_plex(running, plex, "frida")
    episode = _episode(olive)
    code = party(olive, episode)
    async with seat(olive, code) as host:
        async with seat(frida, code) as friend:
            await host.ready()
            await friend.ready()
            await asyncio.to_thread(_stream, olive, code, "480p")
            await asyncio.to_thread(_stream, frida, code, "240p")
            await asyncio.to_thread(_stream, olive, code, "file")
            assert (await host.command("playback:play"))["ok"]
            await friend.until_state("playing")
            await _until(friend, LEAVES_AT_S)
            assert (await friend.ask("room:leave"))["ok"]
        await host.until(lambda: host.timeline["state"] != "playing", 40)
        await asyncio.to_thread(eventually, lambda: _views(plex, episode) == 1, 20)
        await asyncio.sleep(BEAT_S + 1)  # what was streamed has its say, if it has any
        assert _views(plex, episode) == 1
        assert plex.stats()["transcodes"]["sessions"] == 2
        eventually(lambda: LEAVES_AT_S - 3 < _of(frida, episode)["view_offset_s"] < 19, 20)
    eventually(lambda: _of(olive, episode)["watched"], 20)
    assert not _of(frida, episode)["watched"]


@pytest.fixture
def fresh(plex: Sandbox, tmp_path: Path) -> Iterator[Server]:
    """A server that has asked nothing yet: Plex tells nobody of a tick in another app, so what was
    asked before would hold for its two minutes."""
    with server(tmp_path / "data", plex) as started:
        yield started


async def test_who_here_has_seen_it(fresh: Server, plex: Sandbox) -> None:
    olive = people.owner(fresh, plex)
    frida = register_by_plex(fresh, plex, "frida")
    film = films(olive)[0]
    seen = httpx2.get(
        f"{plex.url}/:/scrobble",
        params={"key": film["rating_key"], "identifier": "com.plexapp.plugins.library"},
        headers={"X-Plex-Token": plex.token},
    )
    assert seen.status_code == 200
    code = party(olive, film)
    ann = guest(fresh, code, "Ann")
    path = f"api/rooms/{code}/seen"
    about = {"server": film["server"], "rating_key": film["rating_key"]}
    async with seat(olive, code), seat(ann, code), seat(frida, code):

        def seen_by() -> dict[str, bool | None]:
            return {m["name"]: m["seen"] for m in olive.get(path, **about)["members"]}

        assert (await asyncio.to_thread(seen_by)) == {"olive": True, "Frida": False, "Ann": None}
        assert (await asyncio.to_thread(ann.http.get, path, params=about)).status_code == 200
        other = {"server": film["server"], "rating_key": films(olive)[1]["rating_key"]}
        assert (await asyncio.to_thread(ann.http.get, path, params=other)).status_code == 404
        gone = {"server": film["server"], "rating_key": "99999"}
        assert (await asyncio.to_thread(olive.http.get, path, params=gone)).status_code == 404
    stranger = guest(fresh, party(olive), "Bob")
    assert stranger.http.get(path, params=about).status_code == 403


def _stream(person: Person, code: str, quality: str) -> None:
    """A piece of it, as a player begins; what is begun is kept alive for a minute."""
    url = person.post(f"api/rooms/{code}/ticket")["url"].removesuffix("master.m3u8")
    if quality == "file":
        piece = person.http.get(f"{url}1/file0.mp4", headers={"Range": "bytes=0-9"})
        assert piece.status_code == 206
        return
    assert person.post(f"{url}way", {"quality": quality})["name"] == quality
    assert person.http.get(f"{url}1/{quality}/0.ts").status_code == 200


async def _until(watching: Seat, position_s: float) -> None:
    left_s = position_s - await watching.position_s()
    await asyncio.sleep(max(0.0, left_s))
    assert await watching.position_s() >= position_s - 0.5


def _episode(person: Person) -> Json:
    """The show's last, after which nothing comes by itself."""
    server_id = person.get("api/plex/servers")[0]["id"]
    found = person.get("api/plex/search", q="Gamma", server=server_id)["items"]
    show = next(item for item in found if item["kind"] == "show")
    season = person.get(f"api/plex/items/{show['rating_key']}/children")["items"][-1]
    episode: Json = person.get(f"api/plex/items/{season['rating_key']}/children")["items"][-1]
    return episode


def _of(person: Person, item: Json) -> Json:
    found: Json = person.get(f"api/plex/items/{item['rating_key']}", server=item["server"])
    return found


def _views(plex: Sandbox, item: Json) -> int:
    """The owner's, as the sandbox itself has it."""
    answer = httpx2.get(
        f"{plex.url}/library/metadata/{item['rating_key']}",
        headers={"X-Plex-Token": plex.token, "Accept": "application/json"},
    )
    return int(answer.json()["MediaContainer"]["Metadata"][0].get("viewCount", 0))
