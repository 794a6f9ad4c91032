"""python-plexapi, a client that we did not write, over real HTTP."""

from __future__ import annotations

import queue
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import requests
from plexapi.exceptions import NotFound, PlexApiException, Unauthorized
from plexapi.myplex import MyPlexAccount, MyPlexJWTLogin
from plexapi.server import PlexServer
from requests.adapters import HTTPAdapter

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


class Rewritten(HTTPAdapter):
    """What is meant for plex.tv goes to the sandbox."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: Any, *arguments: Any, **options: Any) -> Any:
        parts = urllib.parse.urlsplit(request.url)
        request.url = f"{self._url}{parts.path}?{parts.query}"
        return super().send(request, *arguments, **options)


@pytest.fixture
def session(address: dict[str, Any]) -> requests.Session:
    made = requests.Session()
    for name in ("https://plex.tv", "https://clients.plex.tv"):
        made.mount(name, Rewritten(address["url"]))
    return made


@pytest.fixture
def account(address: dict[str, Any], session: requests.Session) -> Any:
    return MyPlexAccount(  # type: ignore[no-untyped-call]
        token=address["account_token"], session=session
    )


def test_it_signs_in_and_finds_the_server(address: dict[str, Any], account: Any) -> None:
    assert (account.title, account.homeAdmin) == ("Olive", True)
    resource = account.resource("Sandbox Cinema")
    assert resource.clientIdentifier == address["machine_identifier"]
    server = resource.connect()
    assert server.friendlyName == "Sandbox Cinema"
    assert [user.title for user in account.users()] == ["Kit", "Frida"]
    assert account.user("Frida").servers[0].name == "Sandbox Cinema"


def test_it_switches_to_a_member_of_the_home(address: dict[str, Any], account: Any) -> None:
    """Who does not own a server is not taken to be near it, so there is a way from afar."""
    ways = {"ways": ["local", "remote"]}
    httpx2.post(f"{address['url']}/sandbox/servers/first", json=ways).raise_for_status()
    with pytest.raises(PlexApiException):
        account.switchHomeUser("Kit", pin="0000")
    kit = account.switchHomeUser("Kit", pin="1234")
    assert (kit.title, kit.restricted) == ("Kit", True)
    assert kit.resource("Sandbox Cinema").connect().library.section("Movies").totalSize == 3


def test_it_signs_in_with_a_key_of_its_own(address: dict[str, Any], session: Any) -> None:
    pytest.importorskip("jwt", reason="MyPlexJWTLogin needs the package PyJWT")
    login: Any = MyPlexJWTLogin(session=session, oauth=True)  # type: ignore[no-untyped-call]
    login.generateKeypair()
    login.run(timeout=20)
    approval = f"{address['url']}/sandbox/pins/{login._code}/approve"
    httpx2.post(approval, json={"user": "frida"}).raise_for_status()
    assert login.waitForLogin()
    assert login.verifyJWT()
    first = login.jwtToken
    assert login.refreshJWT() != first
    friend: Any = MyPlexAccount(  # type: ignore[no-untyped-call]
        token=login.jwtToken, session=session
    )
    assert friend.title == "Frida"


@pytest.fixture(scope="module")
def archive(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("plexapi-archive")
    (folder / "Movies").symlink_to(clips / "Movies")
    with started(folder, "--extra-films", "300", "--extra-shows", "3") as (_, ready):
        yield connect(ready["url"], ready["token"])


def test_it_filters_a_big_section(archive: Any) -> None:
    section = archive.library.section("Archive")
    assert section.totalSize == 300
    assert {sort.key for sort in section.listSorts()} >= {"titleSort", "addedAt", "year"}
    assert {f.filter for f in section.listFilters()} >= {"genre", "decade", "collection", "actor"}
    assert section.listFields()
    dramas = section.search(genre="Drama", unwatched=True, sort="year:desc")
    assert dramas
    assert all("Drama" in [genre.tag for genre in film.genres] for film in dramas)
    assert [film.year for film in dramas] == sorted((f.year for f in dramas), reverse=True)
    both = section.search(filters={"and": [{"year>>": 1990}, {"contentRating": "PG"}]})
    assert both
    assert all(film.year > 1990 and film.contentRating == "PG" for film in both)
    few = section.search(maxresults=7, container_size=3)
    assert len(few) == 7


def test_it_reads_collections_and_playlists(archive: Any) -> None:
    section = archive.library.section("Archive")
    collection = section.collections()[0]
    assert len(collection.items()) == collection.childCount
    assert section.collection(collection.title).title == collection.title
    collection.reload()
    friday = archive.playlist("Friday Night 🍿")
    assert len(friday.items()) == friday.leafCount == 30
    film = section.all(maxresults=1)[0]
    made = archive.createPlaylist("Made", items=[film])
    made.addItems(friday.items()[:2])
    made.removeItems([film])
    assert len(made.reload().items()) == 2
    made.delete()
    assert "Made" not in [playlist.title for playlist in archive.playlists()]


def test_it_searches_and_marks(archive: Any) -> None:
    found = archive.search("harbour")
    assert found
    film = next(item for item in found if item.type == "movie")
    before = film.viewCount
    film.markPlayed()
    assert film.reload().viewCount == before + 1
    film.updateTimeline(film.duration // 2, state="stopped", duration=film.duration)
    assert archive.library.onDeck()[0].title == film.title
    assert film.hubs() or film.genres == []
    show = archive.library.section("Serials").all()[0]
    assert len(show.episodes()) == show.leafCount


def test_it_hears_alerts(archive: Any) -> None:
    pytest.importorskip("websocket", reason="AlertListener needs the package websocket-client")
    heard: queue.Queue[dict[str, Any]] = queue.Queue()
    listener = archive.startAlertListener(heard.put)
    url, key = archive._baseurl, archive.library.section("Archive").all(maxresults=1)[0].ratingKey
    try:
        while not httpx2.get(f"{url}/sandbox/stats").json()["notices"]["listeners"]:
            pass
        httpx2.post(f"{url}/sandbox/items/{key}/rename", json={"title": "Heard"})
        alert = heard.get(timeout=10)
        assert alert["type"] == "timeline"
        assert alert["TimelineEntry"][0]["title"] == "Heard"
    finally:
        listener.stop()
