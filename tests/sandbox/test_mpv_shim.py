"""plex-mpv-shim, a player that we did not write: mpv reads the sandbox's streams by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.sandbox.media import FILM_S
from tests.sandbox.mpv_player import Player, check_installed, mpv_player
from tests.support.processes import Sandbox, eventually, sandbox

TRANSCODER = "/video/:/transcode/universal"
BASE = f"{TRANSCODER}/session/{{session}}/base"
IN_ORDER = [
    f"{TRANSCODER}/decision",
    f"{TRANSCODER}/start.m3u8",
    f"{BASE}/index.m3u8",
    f"{BASE}/{{name}}",
]
SEEK_S = 40
FAR_S = 15


@pytest.fixture(scope="module")
def running(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    check_installed()
    folder = tmp_path_factory.mktemp("mpv")
    for name in ("Movies", "TV"):
        (folder / name).symlink_to(clips / name)
    paces = ("--segment-s", "1", "--encoder-speed", "8", "--throttle-s", "5", "--far-s", str(FAR_S))
    with sandbox(folder, *paces) as started:
        yield started


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    """One that has everything converted."""
    folder = tmp_path_factory.mktemp("converting") / "player"
    with mpv_player(folder, always_transcode=True) as started:
        yield started


@pytest.fixture
def plex(running: Sandbox) -> Sandbox:
    """The one of all tests here, with its counts at zero."""
    httpx2.post(f"{running.url}/sandbox/reset-stats").raise_for_status()
    return running


def asked(plex: Sandbox, path: str, method: str = "GET", **query: str | int) -> dict[str, Any]:
    headers = {"X-Plex-Token": plex.token, "Accept": "application/json"}
    answer = httpx2.request(method, f"{plex.url}{path}", params=query or None, headers=headers)
    container: dict[str, Any] = answer.raise_for_status().json()["MediaContainer"]
    return container


def film(plex: Sandbox, title: str) -> dict[str, Any]:
    """The item in full."""
    listed = asked(plex, "/library/sections/1/all")["Metadata"]
    key = next(item["ratingKey"] for item in listed if item["title"] == title)
    found: dict[str, Any] = asked(plex, f"/library/metadata/{key}")["Metadata"][0]
    return found


def first_subtitle(item: dict[str, Any]) -> int:
    streams = item["Media"][0]["Part"][0]["Stream"]
    return next(int(stream["id"]) for stream in streams if stream["streamType"] == 3)


def choose_subtitle(plex: Sandbox, item: dict[str, Any], stream: int) -> None:
    asked(
        plex, f"/library/parts/{item['Media'][0]['Part'][0]['id']}", "PUT", subtitleStreamID=stream
    )


def conversion(plex: Sandbox) -> dict[str, Any]:
    """The only conversion that runs; empty when none does."""
    running = asked(plex, "/transcode/sessions").get("TranscodeSession", [])
    assert len(running) <= 1
    return running[0] if running else {}


def transcoder_paths(plex: Sandbox) -> list[str]:
    """What was asked of the transcoder, each path where it was asked first."""
    return [path for path in plex.stats()["requests"] if path.startswith(TRANSCODER)]


def segments(plex: Sandbox) -> int:
    served: int = plex.stats()["segments"]["distinct"]
    return served


def has_run_ahead(plex: Sandbox) -> bool:
    """Whether the encoder, begun anew at the seek, rests as far ahead as it may."""
    running = conversion(plex)
    return bool(running["throttled"]) and running["maxOffsetAvailable"] > SEEK_S


def until_it_plays(player: Player, beyond_s: float = 0.0) -> float:
    """Where it is, once its clock has run for half a second there."""
    eventually(lambda: player.time_s() > beyond_s + 0.5, every_s=0.1)
    assert player.timeline()["state"] == "playing"
    return player.time_s()


def stop(player: Player, plex: Sandbox) -> None:
    """Afterwards no encoder runs, and no session waits to be forgotten."""
    player.tell("stop")
    eventually(lambda: player.timeline()["state"] == "stopped", every_s=0.1)
    transcodes = plex.stats()["transcodes"]
    assert (transcodes["running"], transcodes["sessions"]) == (0, 0)
    eventually(lambda: asked(plex, "/status/sessions")["size"] == 0, every_s=0.1)


def test_it_plays_pauses_seeks_and_stops_a_conversion(plex: Sandbox, player: Player) -> None:
    item = film(plex, "Test Film")
    choose_subtitle(plex, item, first_subtitle(item))
    player.play(plex, item["ratingKey"])
    until_it_plays(player)
    assert transcoder_paths(plex) == IN_ORDER
    assert player.timeline()["duration"] == str(FILM_S * 1000)
    running = conversion(plex)
    assert (running["videoDecision"], running["subtitleDecision"]) == ("transcode", "burn")

    player.tell("pause")
    assert player.timeline()["state"] == "paused"
    before = segments(plex)
    player.tell("seekTo", offset=SEEK_S * 1000 + 700)
    eventually(lambda: player.time_s() == SEEK_S, every_s=0.1)
    eventually(lambda: has_run_ahead(plex), every_s=0.1)
    assert player.time_s() == SEEK_S
    assert asked(plex, "/status/sessions")["Metadata"][0]["Player"]["state"] == "paused"

    player.tell("play")
    assert SEEK_S < until_it_plays(player, SEEK_S) < SEEK_S + 10
    transcodes = plex.stats()["transcodes"]
    assert (transcodes["sessions_started"], transcodes["started"]) == (1, 2)
    assert before < segments(plex) < SEEK_S
    stop(player, plex)
    assert plex.stats()["requests"][f"{TRANSCODER}/stop"] == 1
    choose_subtitle(plex, item, 0)


def test_a_subtitle_chosen_meanwhile_begins_another(plex: Sandbox, player: Player) -> None:
    """Without one the picture is copied, for the player always says that it may be."""
    item = film(plex, "Test Film")
    player.play(plex, item["ratingKey"])
    before_s = until_it_plays(player)
    assert conversion(plex)["videoDecision"] == "copy"
    player.tell("setStreams", subtitleStreamID=first_subtitle(item))
    until_it_plays(player, before_s)
    running = conversion(plex)
    assert (running["videoDecision"], running["subtitleDecision"]) == ("transcode", "burn")
    assert plex.stats()["transcodes"]["sessions_started"] == 2
    stop(player, plex)
    choose_subtitle(plex, item, 0)


def test_it_plays_the_file_itself(plex: Sandbox, tmp_path: Path) -> None:
    item = film(plex, "Test Film")
    with mpv_player(tmp_path / "own") as player:
        player.play(plex, item["ratingKey"])
        until_it_plays(player)
        player.tell("seekTo", offset=SEEK_S * 1000)
        until_it_plays(player, SEEK_S)
        assert transcoder_paths(plex) == [f"{TRANSCODER}/decision"]
        assert plex.stats()["requests"]["/library/parts/{part}/{stamp}/{name}"] > 0
        assert plex.stats()["transcodes"]["started"] == 0
        assert not conversion(plex)
        stop(player, plex)


@pytest.mark.long
def test_what_it_cannot_play_itself_is_converted_to_the_end(plex: Sandbox, tmp_path: Path) -> None:
    """It asks twice: whether it may have the file, and then for the conversion."""
    item = film(plex, "Short Film")
    with mpv_player(tmp_path / "own", mpv="speed=20") as player:
        player.play(plex, item["ratingKey"])
        eventually(lambda: plex.stats()["requests"].get("/:/scrobble", 0))
        eventually(lambda: player.timeline()["state"] == "stopped", every_s=0.1)
        assert plex.stats()["requests"][f"{TRANSCODER}/decision"] == 2
        assert transcoder_paths(plex) == [*IN_ORDER, f"{TRANSCODER}/stop"]
        assert not conversion(plex)
    assert film(plex, "Short Film")["viewCount"] >= 1
