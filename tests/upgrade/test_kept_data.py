"""Data folders of released versions, each taken up by this one."""

import shutil
from pathlib import Path

import httpx2
import pytest

from tests.support.people import Person, seat
from tests.support.processes import server

KEPT = sorted((Path(__file__).parent / "data").iterdir())


@pytest.mark.parametrize("kept", KEPT, ids=lambda folder: folder.name)
async def test_a_party_of_an_older_version_goes_on(kept: Path, tmp_path: Path) -> None:
    shutil.copytree(kept, tmp_path / "data")
    with server(tmp_path / "data", plex_tv_url="http://127.0.0.1:9") as running:
        sign_in = {"username": "olive", "password": "a long enough password"}
        answer = httpx2.post(f"{running.url}api/auth/login", json=sign_in).raise_for_status()
        token = answer.json()["access_token"]
        http = httpx2.Client(base_url=running.url, headers={"Authorization": f"Bearer {token}"})
        olive = Person(http, running.url, token)
        assert olive.get("api/auth/me")["account"]["plex"]["linked"] is True
        room = olive.get("api/rooms")["rooms"][0]
        async with seat(olive, room["code"]) as host:
            assert host.timeline["state"] == "paused"
            assert host.timeline["position_s"] == pytest.approx(42.5, abs=1)
            assert host.timeline["item"]["title"] == "Alpha"
            assert host.timeline["speed"] == host.timeline["rate"] == 1  # SPEC PB-18
            assert host.joined["check"] is None
            assert host.joined["offer"] is None
            assert host.joined["room"]["autoplay"] is True  # SPEC PB-28
            assert [m["text"] for m in host.joined["messages"]] == ["kept for later versions"]
            assert [entry["item"]["title"] for entry in host.joined["queue"]] == ["Beta"]
            assert (await host.ask("chat:send", id="m2", text="and it goes on"))["ok"]
