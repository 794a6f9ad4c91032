"""python-plexapi, a client that we did not write, over real HTTP."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from plexapi.exceptions import NotFound, Unauthorized
from plexapi.server import PlexServer

from tests.sandbox.conftest import started


@pytest.fixture(scope="module")
def address(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("plexapi")
    for name in ("Movies", "TV"):
        (folder / name).symlink_to(clips / name)
    with started(folder, "--segment-s", "1", "--encoder-speed", "2") as (_, ready):
        yield ready


def connect(url: str, token: str) -> Any:
    """The library is untyped, so its objects are `Any` throughout."""
    return PlexServer(url, token)  # type: ignore[no-untyped-call]


@pytest.fixture
def plex_server(address: dict[str, Any]) -> Any:
    return connect(address["url"], address["token"])


def test_it_connects(address: dict[str, Any], plex_server: Any) -> None:
    assert plex_server.machineIdentifier == address["machine_identifier"]
    assert [section.title for section in plex_server.library.sections()] == ["Movies", "TV Shows"]
    with pytest.raises(Unauthorized):
        connect(address["url"], "wrong")


def test_it_lists_and_searches(plex_server: Any) -> None:
    movies = plex_server.library.section("Movies")
    assert [item.title for item in movies.all()] == ["Short Film", "Test Film", "Two Sizes"]
    assert movies.totalSize == 3
    assert [item.title for item in movies.search(title="Film", sort="year:desc")] == [
        "Short Film",
        "Test Film",
    ]
    assert [item.title for item in movies.search(genre="Drama")] == ["Test Film"]
    assert len(movies.search(unwatched=True)) == 3
    assert [choice.title for choice in movies.listFilterChoices("genre")] == ["Drama", "Family"]
    assert [item.title for item in plex_server.search("Test", mediatype="movie")] == ["Test Film"]
    assert len(movies.recentlyAdded()) == 3
    assert [letter.title for letter in movies.firstCharacter()] == ["S", "T"]
    with pytest.raises(NotFound):
        movies.get("Nothing of the kind")


def test_it_reads_a_film_in_full(plex_server: Any) -> None:
    film = plex_server.library.section("Movies").get("Test Film")
    film.reload()
    assert [chapter.title for chapter in film.chapters] == ["Beginning", "End"]
    assert {marker.type for marker in film.markers} == {"credits", "intro"}
    assert [stream.languageTag for stream in film.audioStreams()] == ["en", "fr"]
    assert [stream.languageTag for stream in film.subtitleStreams()] == ["en", "fr"]
    assert [role.tag for role in film.roles] == ["Cy Actor"]
    assert film.media[0].parts[0].file.endswith("Test Film (2020).mp4")
    film.media[0].parts[0].setSelectedAudioStream(film.audioStreams()[1])
    film.reload()
    assert [stream.selected for stream in film.audioStreams()] == [False, True]


def test_it_walks_through_a_show(plex_server: Any) -> None:
    show = plex_server.library.section("TV Shows").get("Test Show")
    assert [season.title for season in show.seasons()] == ["Season 1", "Season 2"]
    assert [episode.title for episode in show.episodes()] == ["First", "Second", "Third"]
    episode = show.episode(season=2, episode=1)
    assert (episode.title, episode.grandparentTitle) == ("Third", "Test Show")
    assert episode.season().show().title == "Test Show"
    episode.markPlayed()
    assert [item.title for item in show.unwatched()] == ["First", "Second"]
    episode.markUnplayed()
    assert len(plex_server.library.section("TV Shows").searchEpisodes(unwatched=True)) == 3


def test_it_sees_a_running_transcode(address: dict[str, Any], plex_server: Any) -> None:
    film = plex_server.library.section("Movies").get("Test Film")
    query = urllib.parse.urlencode(
        {
            "path": film.key,
            "protocol": "hls",
            "session": "plexapi",
            "videoResolution": "320x180",
            "X-Plex-Token": address["token"],
            "X-Plex-Platform": "Chrome",
            "X-Plex-Client-Identifier": "tests",
            "X-Plex-Product": "Tests",
        }
    )
    base = f"{address['url']}/video/:/transcode/universal"
    for step in ("decision", "start.m3u8"):
        assert httpx2.get(f"{base}/{step}?{query}").status_code == 200
    playing = plex_server.sessions()
    assert [item.title for item in playing] == ["Test Film"]
    assert playing[0].usernames == ["Olive"]
    assert playing[0].player.product == "Tests"
    assert playing[0].transcodeSession.videoDecision == "transcode"
    assert [t.key for t in plex_server.transcodeSessions()] == ["/transcode/sessions/plexapi"]
    httpx2.get(f"{base}/stop?session=plexapi&X-Plex-Token={address['token']}")
    assert plex_server.sessions() == []


def test_it_reads_hubs_and_settings(plex_server: Any) -> None:
    assert plex_server.settings.get("FriendlyName").value == "Sandbox Cinema"
    assert [hub.title for hub in plex_server.library.hubs()]
    assert plex_server.playlists() == []
    assert plex_server.clients() == []
    assert {account.name for account in plex_server.systemAccounts()} >= {"Olive", "Frida"}
    queue = plex_server.createPlayQueue(plex_server.library.section("Movies").get("Test Film"))
    assert [item.title for item in queue.items] == ["Test Film"]
