"""A party through the real doors: HTTP and Socket.IO, a real database, the sandbox Plex."""

import asyncio

import pytest

from tests.support.people import Person, films, guest, party, seat
from tests.support.processes import Server


async def test_the_whole_road_from_a_film_to_two_who_watch(running: Server, olive: Person) -> None:
    code = party(olive, films(olive)[0])
    ann = guest(running, code, "Ann")
    async with seat(olive, code) as host, seat(ann, code) as friend:
        assert friend.joined["timeline"]["state"] == "paused"
        assert "playback.play_pause" not in friend.joined["you"]["actions"]
        await host.command("playback:play")
        await host.until_state("waiting")
        await host.ready()
        await friend.ready()
        for one in (host, friend):
            await one.until_state("playing")
        assert host.timeline == friend.timeline


async def test_CHAT3_history_is_given_on_joining_and_by_page(
    running: Server, olive: Person
) -> None:
    code = party(olive)
    async with seat(guest(running, code, "Ben"), code) as talker:
        for number in range(60):
            await talker.ask("chat:send", id=f"m{number}", text=f"message {number}")
    async with seat(guest(running, code, "Ann"), code) as friend:
        texts = [message["text"] for message in friend.joined["messages"]]
        assert texts == [f"message {number}" for number in range(10, 60)]
        first = friend.joined["messages"][0]["seq"]
    older = olive.get(f"api/rooms/{code}/messages", before=first, limit=20)
    assert [m["text"] for m in older["messages"]] == [f"message {n}" for n in range(10)]
    assert older["more"] is False


async def test_CHAT4_a_deleted_message_is_gone_everywhere(running: Server, olive: Person) -> None:
    code = party(olive)
    ann = guest(running, code, "Ann")
    async with seat(olive, code) as host, seat(ann, code) as friend:
        sent = await friend.ask("chat:send", id="m1", text="a secret")
        deleted = await host.ask("chat:delete", id="d1", message_id=sent["message"]["id"])
        assert deleted["ok"]
        await friend.until(lambda: friend.events("chat:deleted"))
    assert olive.get(f"api/rooms/{code}/messages")["messages"][0]["text"] is None


async def test_LOG7_a_repeated_command_changes_nothing(running: Server, olive: Person) -> None:
    code = party(olive)
    async with seat(olive, code) as host:
        first = await host.ask("chat:send", id="same", text="once")
        again = await host.ask("chat:send", id="same", text="twice")
    assert again["repeated"] is True
    assert again["message"] == first["message"]
    assert len(olive.get(f"api/rooms/{code}/messages")["messages"]) == 1


async def test_LOG7_a_repeated_choice_of_sound_asks_plex_no_more(
    running: Server, olive: Person
) -> None:
    first, second = films(olive)[:2]
    code = party(olive, first)
    async with seat(olive, code) as host:
        ticket = olive.post(f"api/rooms/{code}/ticket")["ticket"]
        (track,) = olive.get(f"api/stream/{ticket}/ways")["sounds"]
        chosen = await host.command("playback:sound", id="same", sound=track["id"])
        assert chosen["ok"]
        about = {"server": second["server"], "rating_key": second["rating_key"]}
        assert (await host.command("playback:load", **about))["ok"]
        again = await host.command("playback:sound", id="same", sound=track["id"])
        assert (again["ok"], again["repeated"]) == (True, True)
        assert again["timeline"]["stream"]["sound"] is None


async def test_MEM3_a_guest_who_steers_is_refused_and_shown_the_truth(
    running: Server, olive: Person
) -> None:
    code = party(olive, films(olive)[0])
    ann = guest(running, code, "Ann")
    async with seat(olive, code) as host, seat(ann, code) as friend:
        for event, more in (
            ("playback:play", {}),
            ("playback:seek", {"position_s": 5}),
            ("playback:next", {}),
        ):
            answer = await friend.command(event, **more)
            assert answer["error"]["code"] == "not_permitted"
            assert answer["error"]["timeline"]["state"] == "paused"
        assert host.timeline["revision"] == friend.timeline["revision"]


async def test_PB6_the_loser_of_a_race_is_told(running: Server, olive: Person) -> None:
    code = party(olive, films(olive)[0])
    ann = guest(running, code, "Ann")
    olive.http.patch(f"api/rooms/{code}", json={"control": "everyone"}).raise_for_status()
    async with seat(olive, code) as host, seat(ann, code) as friend:
        revision = host.revision
        answers = await asyncio.gather(
            host.command("playback:seek", position_s=10, revision=revision),
            friend.command("playback:seek", position_s=20, revision=revision),
        )
        refused = [a for a in answers if not a["ok"]]
        assert [a["error"]["code"] for a in refused] == ["stale_revision"]
        won = next(a for a in answers if a["ok"])
        for one in (host, friend):
            await one.until_revision(won["revision"])
        assert host.timeline == friend.timeline


@pytest.mark.parametrize("position_s", [-1, 1e9, "NaN"])
async def test_PB15_a_seek_outside_the_film_is_refused(
    olive: Person, running: Server, position_s: object
) -> None:
    code = party(olive, films(olive)[0])
    async with seat(olive, code) as host:
        answer = await host.command("playback:seek", position_s=position_s)
        assert answer["error"]["code"] in {"out_of_range", "invalid_request"}
        assert host.timeline["position_s"] == 0


async def test_PB16_next_goes_to_the_next_episode(running: Server, olive: Person) -> None:
    server_id = olive.get("api/plex/servers")[0]["id"]
    found = olive.get("api/plex/search", q="Gamma", server=server_id)["items"]
    show = next(item for item in found if item["kind"] == "show")
    seasons = olive.get(f"api/plex/items/{show['rating_key']}/children", server=server_id)["items"]
    last_of_first = olive.get(
        f"api/plex/items/{seasons[0]['rating_key']}/children", server=server_id
    )["items"][-1]
    code = party(olive, last_of_first)
    async with seat(olive, code) as host:
        answer = await host.command("playback:next")
        assert answer["timeline"]["item"]["subtitle"].startswith("S2 · E1")
        assert answer["timeline"]["stream"]["generation"] == 2


async def test_PB26_only_a_sound_track_that_the_film_has(running: Server, olive: Person) -> None:
    code = party(olive, films(olive)[0])
    async with seat(olive, code) as host:
        refused = await host.command("playback:sound", sound="999999")
        assert refused["error"]["code"] == "no_such_sound"
        ticket = olive.post(f"api/rooms/{code}/ticket")["ticket"]
        (track,) = olive.get(f"api/stream/{ticket}/ways")["sounds"]
        answer = await host.command("playback:sound", sound=track["id"])
        assert answer["timeline"]["stream"] == {
            "generation": 2, "rendition": "720p", "sound": track["id"],
        }  # fmt: skip
        again = olive.get(f"api/stream/{ticket}/ways")
        assert again["sounds"] == [{**track, "on": True}]
        guest_ = guest(running, code, "Ann")
        async with seat(guest_, code) as friend:
            denied = await friend.command("playback:sound", sound="999999")
            assert denied["error"]["code"] == "not_permitted"


async def test_MEM6_a_banned_guest_is_out_at_once_and_for_good(
    running: Server, olive: Person
) -> None:
    code = party(olive, films(olive)[0])
    ann = guest(running, code, "Ann")
    ticket = ann.post(f"api/rooms/{code}/ticket")
    async with seat(olive, code) as host, seat(ann, code) as friend:
        member_id = friend.joined["you"]["id"]
        await host.ask("member:kick", id="k1", member_id=member_id, ban=True)
        await friend.until(lambda: friend.events("member:kicked"))
        assert (await friend.ask("chat:send", id="x", text="hello?"))["error"]["code"] == (
            "not_in_room"
        )
        again = await friend.ask("room:join", code=code)
        assert again["error"]["code"] == "banned"
    refused = ann.http.get(ticket["url"])
    assert (refused.status_code, refused.json()["code"]) == (403, "ticket_refused")


async def test_WIRE6_a_client_that_missed_something_resumes(running: Server, olive: Person) -> None:
    code = party(olive)
    ann = guest(running, code, "Ann")
    async with seat(ann, code) as friend:
        known = {"epoch": friend.joined["epoch"], "seq": friend.joined["seq"]}
    async with seat(olive, code) as host:
        await host.ask("chat:send", id="m1", text="while you were away")
        async with seat(ann, code, resume=known) as friend:
            assert friend.joined["resumed"] == "replay"
            assert [m["text"] for m in friend.joined["messages"]] == ["while you were away"]
        async with seat(ann, code, resume={"epoch": 1, "seq": 10_000}) as friend:
            assert friend.joined["resumed"] == "snapshot"


async def test_CLK1_the_clock_is_answered_with_both_server_times(
    running: Server, olive: Person
) -> None:
    async with seat(olive, party(olive)) as host:
        answer = await host.ask("clock:ping", t0_ms=123.5)
        assert answer["t0_ms"] == 123.5
        assert answer["t1_ms"] <= answer["t2_ms"]
        assert answer["clock_id"] == host.joined["clock_id"]


async def test_the_queue_is_shared_and_next_takes_from_it(running: Server, olive: Person) -> None:
    alpha, beta = films(olive)[:2]
    code = party(olive, alpha)
    async with seat(olive, code) as host:
        await host.ask("queue:add", id="q1", server=beta["server"], rating_key=beta["rating_key"])
        assert [e["item"]["title"] for e in olive.get(f"api/rooms/{code}/queue")["queue"]] == [
            beta["title"]
        ]
        answer = await host.command("playback:next")
        assert answer["timeline"]["item"]["title"] == beta["title"]


async def test_the_link_as_a_picture(olive: Person) -> None:
    code = party(olive)
    picture = olive.http.get(f"api/rooms/{code}/qr.svg")
    assert picture.headers["content-type"].startswith("image/svg")
    assert picture.text.startswith("<svg")


async def test_MEM9_of_two_screens_the_last_one_speaks_and_leaving_one_keeps_the_other(
    running: Server, olive: Person
) -> None:
    code = party(olive, films(olive)[0])
    async with seat(olive, code) as first, seat(olive, code) as second:
        await second.ready()
        await first.ask("member:ready", ready=False, revision=first.revision)
        answer = await second.command("playback:play")
        assert answer["timeline"]["state"] == "playing"
        await first.ask("room:leave")
        assert (await second.ask("chat:send", id="m1", text="still here"))["ok"]
        assert len(olive.get(f"api/rooms/{code}/members")["members"]) == 1


async def test_joining_again_on_the_same_socket_keeps_readiness(
    running: Server, olive: Person
) -> None:
    code = party(olive, films(olive)[0])
    async with seat(olive, code) as host:
        await host.ready()
        again = await host.ask("room:join", code=code)
        assert again["you"]["ready"] is True
        assert again["you"]["online"] is True


async def test_CHAT3_a_replay_names_what_was_deleted(running: Server, olive: Person) -> None:
    code = party(olive)
    ann = guest(running, code, "Ann")
    async with seat(ann, code) as friend:
        sent = await friend.ask("chat:send", id="m1", text="oh no")
        known = {"epoch": friend.joined["epoch"], "seq": sent["message"]["seq"]}
    async with seat(olive, code) as host:
        await host.ask("chat:delete", id="d1", message_id=sent["message"]["id"])
        async with seat(ann, code, resume=known) as friend:
            assert friend.joined["resumed"] == "replay"
            assert friend.joined["deleted"] == [sent["message"]["id"]]


async def test_WIRE3_an_id_that_was_used_for_something_else(running: Server, olive: Person) -> None:
    code = party(olive, films(olive)[0])
    async with seat(olive, code) as host:
        await host.command("playback:seek", id="same", position_s=5)
        answer = await host.ask("chat:send", id="same", text="hello")
        assert answer["error"]["code"] == "invalid_request"


async def test_PB21_a_ready_check_through_the_doors(running: Server, olive: Person) -> None:
    code = party(olive, films(olive)[0])
    ann = guest(running, code, "Ann")
    async with seat(olive, code) as host, seat(ann, code) as friend:
        await host.ready()
        await friend.ready()
        opened = await host.ask("check:open", id="c1")
        assert opened["check"]["by"]["name"] == host.joined["you"]["name"]
        assert (await host.ask("check:open", id="c1"))["repeated"] is True
        told = await friend.until(lambda: friend.events("check:opened"))
        assert {k: told[0][k] for k in ("by", "ends_ms", "clock_id")} == opened["check"]
        async with seat(guest(running, code, "Ben"), code) as late:
            assert late.joined["check"] == opened["check"]
        assert (await friend.ask("check:answer", ready=True))["ok"]
        await host.until_state("playing")
        assert host.timeline["cause"] == "check"
        closed = await friend.until(lambda: friend.events("check:closed"))
        assert (closed[0]["reason"], closed[0]["missing"]) == ("ready", [])


async def test_PB22_stepping_out_is_shown_to_everybody(running: Server, olive: Person) -> None:
    code = party(olive, films(olive)[0])
    ann = guest(running, code, "Ann")

    async with seat(olive, code) as host, seat(ann, code) as friend:
        await host.ready()
        await friend.ask("member:step", out=True)
        answer = await host.command("playback:play")
        assert answer["timeline"]["state"] == "playing"
        await host.until(
            lambda: any(
                member["stepped_out"]
                for payload in host.events("member:changed")
                for member in payload["members"]
                if member["id"] == friend.joined["you"]["id"]
            )
        )


async def test_SYN1_a_playing_room_tells_how_well_it_is_together(
    running: Server, olive: Person
) -> None:
    """SYN-3: out of what the members' own screens report."""
    code = party(olive, films(olive)[0])
    ann = guest(running, code, "Ann")
    async with seat(olive, code) as host, seat(ann, code) as friend:
        await host.ready()
        await friend.ready()
        await host.command("playback:play")
        await host.ask("member:status", buffered_s=30, drift_ms=-1.5, rtt_ms=4, seeks=1)
        await friend.ask(
            "member:status",
            buffered_s=30,
            drift_ms=2.5,
            rtt_ms=4,
            fill=1.5,
            limit="fixed_rate",
            uncertainty_ms=1.2,
        )
        figures = await host.until(lambda: [e for e in host.events("room:sync") if e["members"]])
        assert (figures[0]["spread_ms"], figures[0]["p95_ms"], figures[0]["members"]) == (4, 2.5, 2)
        assert figures[0]["behind"] == [
            {"member_id": friend.joined["you"]["id"], "why": "fixed_rate"}
        ]
        assert figures[0].keys() >= {"epoch", "seq"}


async def test_PB24_a_command_from_another_epoch_is_refused(running: Server, olive: Person) -> None:
    code = party(olive, films(olive)[0])
    async with seat(olive, code) as host:
        epoch = host.joined["epoch"]
        answer = await host.command("playback:seek", position_s=5, epoch=epoch + 1)
        assert answer["error"]["code"] == "stale_revision"
        assert answer["error"]["timeline"]["position_s"] == 0
        assert (await host.command("playback:seek", position_s=5, epoch=epoch))["ok"]
