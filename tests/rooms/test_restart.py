"""A server that is killed in mid-party and started again: nothing acknowledged is lost."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support import people
from tests.support.people import films, guest, party, seat
from tests.support.processes import Sandbox, server


async def test_LOG8_a_killed_server_takes_the_party_up_where_it_should_be(
    tmp_path: Path, plex: Sandbox
) -> None:
    with server(tmp_path / "data", plex) as running:
        olive = people.owner(running, plex)
        code = party(olive, films(olive)[0])
        ann = guest(running, code, "Ann")
        async with seat(olive, code) as host, seat(ann, code) as friend:
            await host.ready()
            await friend.ready()
            await host.command("playback:play")
            await host.ask("chat:send", id="m1", text="said before the crash")
            before = dict(host.timeline)
            film = ann.post(f"api/rooms/{code}/ticket")["url"]
            position_s, began = await _position(host), time.monotonic()
            running.kill()
        running.start()
        assert ann.http.get(film).status_code == 200, "whoever plays on is not refused"
        async with seat(olive, code) as host, seat(ann, code) as friend:
            after = host.timeline
            passed_s = time.monotonic() - began
            assert after["state"] == "playing"
            assert (after["epoch"], after["revision"]) > (before["epoch"], before["revision"])
            assert after["clock_id"] != before["clock_id"]
            assert await _position(host) == pytest.approx(position_s + passed_s, abs=0.5)
            assert [m["text"] for m in friend.joined["messages"]] == ["said before the crash"]
            again = await host.ask("chat:send", id="m1", text="said before the crash")
            assert again["repeated"] is True


async def test_LOG2_seq_goes_on_after_a_clean_restart(tmp_path: Path, plex: Sandbox) -> None:
    with server(tmp_path / "data", plex) as running:
        olive = people.owner(running, plex)
        code = party(olive)
        async with seat(olive, code) as host:
            first = await host.ask("chat:send", id="m1", text="one")
        running.stop()
        running.start()
        async with seat(olive, code) as host:
            second = await host.ask("chat:send", id="m2", text="two")
        assert second["message"]["seq"] > first["message"]["seq"]
        kinds = [event["seq"] for event in olive.get(f"api/rooms/{code}/events")["events"]]
        assert kinds == list(range(1, len(kinds) + 1))


async def test_WIRE6_who_comes_back_to_the_server_before_is_not_shown_the_past(
    tmp_path: Path, plex: Sandbox
) -> None:
    """Two servers have one database; the first has not noticed yet that the second took over."""
    data = tmp_path / "data"
    with server(data, plex) as first, server(data, plex) as second:
        olive = people.owner(first, plex)
        code = party(olive)
        async with seat(olive, code) as host:
            began = host.joined
        async with seat(replace(olive, base_url=second.url), code) as host:
            said = await host.ask("chat:send", id="m1", text="at the second server")
            known = {"epoch": host.joined["epoch"], "seq": said["message"]["seq"]}
        assert known["epoch"] > began["epoch"]
        async with seat(olive, code, resume=known) as host:
            assert host.joined["error"]["code"] == "room_moved"
            joined = await host.ask("room:join", code=code, resume=known)
        assert (joined["epoch"], joined["seq"]) > (known["epoch"], known["seq"])
        assert joined["resumed"] == "replay"


async def _position(host: people.Seat) -> float:
    """Where the room is now, by the server's own clock."""
    answer = await host.ask("clock:ping", t0_ms=0)
    timeline = host.timeline
    ran_ms = max(0.0, answer["t1_ms"] - timeline["as_of_ms"])
    return float(timeline["position_s"] + timeline["rate"] * ran_ms / 1000)
