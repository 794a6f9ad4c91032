"""Notifications over web sockets and server-sent events, in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.sandbox.conftest import started

Ready = dict[str, Any]


@pytest.fixture(scope="module")
def ready(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    folder = tmp_path_factory.mktemp("notices")
    (folder / "Movies").symlink_to(clips / "Movies")
    with started(folder, "--segment-s", "1", "--scan-every-s", "60") as (_, line):
        yield line


def listen(ready: Ready, token: str, query: str = "") -> ClientConnection:
    url = ready["url"].replace("http", "ws")
    return connect(f"{url}/:/websockets/notifications?X-Plex-Token={token}{query}")


def heard(socket: ClientConnection, type_: str) -> dict[str, Any]:
    """The next notice of this type."""
    while True:
        notice: dict[str, Any] = json.loads(socket.recv(timeout=10))["NotificationContainer"]
        if notice["type"] == type_:
            return notice


def control(ready: Ready, path: str, /, **body: Any) -> dict[str, Any]:
    answer = httpx2.post(f"{ready['url']}/sandbox/{path}", json=body)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def plex(ready: Ready, path: str, /, **params: Any) -> httpx2.Response:
    known = {"X-Plex-Token": ready["token"], "X-Plex-Client-Identifier": "tests"}
    headers = {"Accept": "application/json"}
    return httpx2.get(f"{ready['url']}{path}", params=known | params, headers=headers)


def first_film(ready: Ready) -> dict[str, Any]:
    films = plex(ready, "/library/sections/1/all").json()["MediaContainer"]["Metadata"]
    film: dict[str, Any] = films[0]
    return film


def test_a_token_is_needed(ready: Ready) -> None:
    with pytest.raises(InvalidStatus, match="401"):
        listen(ready, "wrong")


def test_a_new_title_and_a_deletion_are_told(ready: Ready) -> None:
    film = first_film(ready)
    key = film["ratingKey"]
    with listen(ready, ready["token"]) as socket:
        control(ready, f"items/{key}/rename", title="Another Name")
        entry = heard(socket, "timeline")["TimelineEntry"][0]
        assert (entry["itemID"], entry["title"], entry["state"]) == (key, "Another Name", 5)
        assert first_film(ready)["updatedAt"] >= film["updatedAt"]
        for step, states in (("delete", [9]), ("restore", [0, 5])):
            control(ready, f"items/{key}/{step}")
            for state in states:
                assert heard(socket, "timeline")["TimelineEntry"][0]["state"] == state
        control(ready, "scan")
        events = [heard(socket, "activity")["ActivityNotification"][0]["event"] for _ in range(2)]
        assert events == ["started", "ended"]
        assert heard(socket, "status")["StatusNotification"][0]["title"] == "Library scan"


def test_playing_and_transcodes_are_told(ready: Ready) -> None:
    path = first_film(ready)["key"]
    order = {
        "path": path,
        "protocol": "hls",
        "session": "heard",
        "videoResolution": "160x90",
        "X-Plex-Platform": "Chrome",
    }
    with listen(ready, ready["token"]) as socket:
        for step in ("decision", "start.m3u8"):
            assert plex(ready, f"/video/:/transcode/universal/{step}", **order).status_code == 200
        started_ = heard(socket, "transcodeSession.start")["TranscodeSession"][0]
        assert started_["key"] == "/transcode/sessions/heard"
        key = path.rsplit("/", 1)[-1]
        session = {"X-Plex-Session-Identifier": "heard"}
        plex(ready, "/:/timeline", ratingKey=key, state="paused", time=4000, **session)
        while True:
            playing = heard(socket, "playing")["PlaySessionStateNotification"][0]
            if playing["state"] == "paused":
                break
        assert (playing["ratingKey"], playing["viewOffset"]) == (key, 4000)
        assert heard(socket, "transcodeSession.update")
        plex(ready, "/video/:/transcode/universal/stop", session="heard")
        assert heard(socket, "transcodeSession.end")


def test_server_sent_events_say_the_same(ready: Ready) -> None:
    url = f"{ready['url']}/:/eventsource/notifications?X-Plex-Token={ready['token']}"
    key = first_film(ready)["ratingKey"]
    with httpx2.stream("GET", url, timeout=10) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "event: ping"
        while control(ready, "notices", type="x", **{"class": "X"})["listeners"] == 0:
            pass
        control(ready, f"items/{key}/rename", title="Once More")
        while next(lines) != "event: timeline":
            pass
        container = json.loads(next(lines).removeprefix("data: "))["NotificationContainer"]
        assert container["TimelineEntry"][0]["title"] == "Once More"


def test_listeners_choose_types_and_see_only_what_is_theirs(ready: Ready) -> None:
    pin = {"X-Plex-Client-Identifier": "t", "Accept": "application/json"}
    made = httpx2.post(f"{ready['url']}/api/v2/pins", headers=pin).json()
    control(ready, f"pins/{made['code']}/approve", user="frida")
    account = httpx2.get(f"{ready['url']}/api/v2/pins/{made['id']}", headers=pin).json()
    resources = httpx2.get(
        f"{ready['url']}/api/v2/resources", headers=pin | {"X-Plex-Token": account["authToken"]}
    ).json()
    with listen(ready, resources[0]["accessToken"], "&filters=-status") as socket:
        for user in ("olive", "frida"):
            control(ready, "notices", type="status", **{"class": "S"}, user=user, entries=[{}])
            control(ready, "notices", type="playing", **{"class": "P"}, user=user, entries=[user])
        notice = json.loads(socket.recv(timeout=10))["NotificationContainer"]
        assert notice == {"type": "playing", "size": 1, "P": ["frida"]}


def test_who_loses_access_hears_nothing_more(ready: Ready) -> None:
    with listen(ready, ready["token"]) as socket:
        control(ready, "tokens/revoke", token=ready["token"], where="server")
        control(ready, "notices", type="status", **{"class": "S"})
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=10)
    control(ready, "tokens/restore", token=ready["token"], where="server")


def test_a_listener_is_cut_when_the_server_ends(clips: Path, tmp_path: Path) -> None:
    with started(tmp_path) as (process, line), listen(line, line["token"]) as socket:
        process.terminate()
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=10)
        assert process.wait(timeout=10) == 0
