"""Bad input at the rooms' doors: a clear code each, and nobody else is harmed."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import httpx2
import pytest
import socketio

from tests.support.clock import FakeClock
from tests.support.people import Person, films, guest, party, seat
from tests.support.processes import Server, server
from tests.support.rooms import OWNER
from watchtogether.db.engine import Database
from watchtogether.kit.ids import RoomCode, RoomId
from watchtogether.migrations import upgrade
from watchtogether.rooms.errors import InviteOver
from watchtogether.rooms.invites import Invites
from watchtogether.rooms.log import RoomLog


def refused(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["message"]
    return answer.status_code, body["code"]


def join(running: Server, code: str, **body: object) -> httpx2.Response:
    return httpx2.post(f"{running.url}api/rooms/{code}/guests", json=body)


def test_an_unknown_code(running: Server, olive: Person) -> None:
    assert refused(httpx2.get(f"{running.url}api/rooms/zzz-zzz-zzz")) == (404, "room_not_found")
    assert refused(join(running, "zzz-zzz-zzz", name="Ann")) == (404, "room_not_found")


def test_a_closed_party(running: Server, olive: Person) -> None:
    code = party(olive)
    assert olive.http.delete(f"api/rooms/{code}").status_code == 204
    assert refused(join(running, code, name="Ann")) == (410, "room_closed")


def test_attack_36_an_invitation_that_is_used_up(running: Server, olive: Person) -> None:
    code = party(olive)
    invite = olive.post(f"api/rooms/{code}/invites", {"max_uses": 1})["token"]
    assert join(running, code, name="Ann", invite=invite).status_code == 201
    assert refused(join(running, code, name="Ben", invite=invite)) == (410, "invite_over")
    assert refused(join(running, code, name="Ben", invite="nonsense")) == (404, "invite_unknown")


def test_a_party_by_invitation_only(running: Server, olive: Person) -> None:
    code = party(olive)
    olive.http.patch(f"api/rooms/{code}", json={"invite_only": True}).raise_for_status()
    assert refused(join(running, code, name="Ann")) == (403, "invite_needed")


@pytest.mark.parametrize("name", ["", "   ", "x" * 10_000, "a\u202eb", "\x00", "\u200b"])
def test_MEM4_names_that_are_none(running: Server, olive: Person, name: str) -> None:
    assert refused(join(running, party(olive), name=name))[1] in {"invalid_name", "invalid_request"}


def test_MEM4_a_name_that_is_taken(running: Server, olive: Person) -> None:
    code = party(olive)
    assert join(running, code, name="Ann").status_code == 201
    assert refused(join(running, code, name="ANN")) == (409, "name_taken")


async def test_attack_57_markup_in_names_and_chat_stays_text(
    running: Server, olive: Person
) -> None:
    code = party(olive)
    nasty = "<img src=x onerror=alert(1)>"
    ann = guest(running, code, nasty)
    async with seat(ann, code) as friend:
        assert friend.joined["you"]["name"] == nasty
        sent = await friend.ask("chat:send", id="m1", text=nasty)
        assert sent["message"]["text"] == nasty


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ("playback:play", None),
        ("playback:play", []),
        ("playback:play", "play"),
        ("playback:play", {"id": "x" * 65, "revision": 1}),
        ("playback:seek", {"id": "a", "revision": -1, "position_s": 1}),
        ("playback:rate", {"id": "a", "revision": 1, "rate": "fast"}),
        ("playback:pause", {"id": "a", "revision": 1, "epoch": -1}),
        ("playback:pause", {"id": "a", "revision": 1, "epoch": "first"}),
        ("member:status", {"fill": -0.1}),
        ("member:status", {"fill": "NaN"}),
        ("member:status", {"limit": "lazy"}),
        ("member:status", {"uncertainty_ms": -1}),
        ("member:status", {"uncertainty_ms": 1e12}),
        ("member:status", {"seeks": -1}),
        ("member:status", {"seeks": 0.5}),
        ("member:status", {"seeks": 10**9}),
        ("member:status", {"revision": -1}),
        ("member:status", {"revision": "newest"}),
        ("member:status", {"position_s": -5}),
        ("member:status", {"position_s": "Infinity"}),
        ("member:step", None),
        ("member:step", {}),
        ("member:step", {"out": "for a while"}),
        ("check:open", {}),
        ("check:open", {"id": ""}),
        ("check:open", {"id": {"a": 1}}),
        ("check:answer", {}),
        ("check:answer", {"ready": None}),
        ("check:answer", {"ready": [True]}),
        ("check:cancel", {"id": "x" * 65}),
        ("chat:send", {"id": "a", "text": {"$gt": ""}}),
        ("member:permit", {"id": "a", "member_id": "m", "actions": ["be.admin"]}),
        ("room:join", {"code": ["a"]}),
        ("clock:ping", {"t0_ms": "soon"}),
    ],
)
async def test_WIRE3_what_cannot_be_read_is_refused_and_harms_nothing(
    running: Server, olive: Person, event: str, message: Any
) -> None:
    code = party(olive)
    async with seat(guest(running, code, "Ann"), code) as friend:  # a session and budget of its own
        answer = await friend.socket.call(event, message, timeout=10)
        assert answer["error"]["code"] == "invalid_request"
        assert (await friend.ask("chat:send", id="after", text="still here"))["ok"]


async def test_WIRE4_an_oversized_frame_closes_its_own_connection_only(
    running: Server, olive: Person
) -> None:
    code = party(olive)
    ann = guest(running, code, "Ann")
    async with seat(olive, code) as host, seat(ann, code) as friend:
        await friend.socket.emit("chat:send", {"id": "big", "text": "x" * 200_000})
        await friend.until(lambda: not friend.socket.connected)
        assert (await host.ask("chat:send", id="m", text="unharmed"))["ok"]


async def test_attack_60_a_flood_is_slowed_down_and_then_cut(
    running: Server, olive: Person
) -> None:
    code = party(olive)
    ann = guest(running, code, "Ann")
    async with seat(olive, code) as host, seat(ann, code) as friend:
        for _ in range(900):
            await friend.socket.emit("chat:typing", {"typing": True})
        await friend.until(lambda: not friend.socket.connected, 20)
        assert (await host.ask("chat:send", id="m", text="unharmed"))["ok"]


async def test_attack_60_the_budget_belongs_to_the_session_not_to_the_socket(
    running: Server, olive: Person
) -> None:
    code = party(olive)
    ann = guest(running, code, "Ann")
    accepted = 0
    for _ in range(8):
        async with seat(ann, code) as friend:
            for number in range(60):
                answer = await friend.socket.call("chat:typing", {"typing": bool(number % 2)})
                accepted += answer["ok"]
    assert accepted < 420


async def test_attack_60_more_sockets_than_anybody_needs_are_refused(
    running: Server, olive: Person
) -> None:
    code = party(olive)
    ann = guest(running, code, "Ann")
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(8):
            await stack.enter_async_context(seat(ann, code))
        with pytest.raises(socketio.exceptions.ConnectionError):
            await stack.enter_async_context(seat(ann, code))


async def test_an_event_that_nobody_understands(running: Server, olive: Person) -> None:
    code = party(olive)
    async with seat(olive, code) as host:
        answer = await host.socket.call("make:coffee", {"sugar": 2})
        assert answer["error"]["code"] == "invalid_request"


def test_attack_35_guessing_codes_is_slowed_down(tmp_path: Path) -> None:
    with server(tmp_path / "data") as lonely:
        answers = [
            httpx2.get(f"{lonely.url}api/rooms/zzz-zzz-{number:03}").status_code
            for number in range(120)
        ]
    assert answers[0] == 404
    assert answers[-1] == 429


def test_MEM6_who_was_shown_out_needs_a_new_invitation(running: Server, olive: Person) -> None:
    code = party(olive)
    ann = guest(running, code, "Ann")
    olive.http.patch(f"api/rooms/{code}", json={"invite_only": True}).raise_for_status()

    async def kick_and_try_again() -> str:
        async with seat(olive, code) as host, seat(ann, code) as friend:
            member_id = friend.joined["you"]["id"]
            await host.ask("member:kick", id="k1", member_id=member_id)
            await friend.until(lambda: friend.events("member:kicked"))
            return str((await friend.ask("room:join", code=code))["error"]["code"])

    assert asyncio.run(kick_and_try_again()) == "invite_needed"


@pytest.mark.parametrize("number", [10**23, -1, "x"])
def test_numbers_that_are_none(olive: Person, number: object) -> None:
    code = party(olive)
    for path in (f"messages?before={number}", f"events?after={number}"):
        answer = olive.http.get(f"api/rooms/{code}/{path}")
        assert refused(answer) == (422, "invalid_request")


async def test_attack_31_a_command_without_a_seat(running: Server, olive: Person) -> None:
    code = party(olive)
    async with seat(olive, code) as host:
        await host.ask("room:leave")
        answer = await host.command("playback:play")
        assert answer["error"]["code"] == "not_in_room"


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ("member:step", {"out": True}),
        ("check:open", {"id": "c"}),
        ("check:answer", {"ready": True}),
        ("check:cancel", {"id": "c"}),
    ],
)
async def test_attack_31_a_message_of_the_group_without_a_seat(
    running: Server, olive: Person, event: str, message: dict[str, Any]
) -> None:
    code = party(olive)
    async with seat(guest(running, code, "Ann"), code) as friend:
        await friend.ask("room:leave")
        assert (await friend.ask(event, **message))["error"]["code"] == "not_in_room"


async def test_PB21_a_check_that_is_not_on_or_not_allowed(running: Server, olive: Person) -> None:
    code = party(olive)
    ann = guest(running, code, "Ann")
    async with seat(olive, code) as host, seat(ann, code) as friend:
        answers = [
            await friend.ask("check:open", id="c1"),
            await friend.ask("check:cancel", id="c2"),
            await friend.ask("check:answer", ready=True),
            await host.ask("check:open", id="c3"),
            await host.ask("check:cancel", id="c4"),
        ]
    assert [answer["error"]["code"] for answer in answers] == [
        "not_permitted",
        "not_permitted",
        "no_check",
        "no_item",
        "no_check",
    ]


async def test_attack_30_a_guest_of_one_room_is_nobody_in_another(
    running: Server, olive: Person
) -> None:
    ann = guest(running, party(olive), "Ann")
    other = party(olive, films(olive)[0])
    assert refused(ann.http.post(f"api/rooms/{other}/ticket", json={})) == (403, "not_in_room")
    async with seat(ann, other) as friend:
        assert friend.joined["error"]["code"] == "not_in_room"


def test_attack_53_a_ticket_of_somebody_who_left(running: Server, olive: Person) -> None:
    code = party(olive, films(olive)[0])
    ann = guest(running, code, "Ann")
    ticket = ann.post(f"api/rooms/{code}/ticket")
    assert ann.http.get(ticket["url"]).status_code == 200
    ann.http.post("api/auth/logout").raise_for_status()
    assert refused(httpx2.get(running.url + ticket["url"])) == (403, "ticket_refused")


def test_attack_53_a_ticket_of_somebody_else(running: Server, olive: Person) -> None:
    code = party(olive, films(olive)[0])
    ann, ben = guest(running, code, "Ann"), guest(running, code, "Ben")
    ticket = ann.post(f"api/rooms/{code}/ticket")
    assert refused(ben.http.get(ticket["url"])) == (403, "ticket_refused")


async def test_attack_36_an_invitation_that_has_expired(tmp_path: Path) -> None:
    clock = FakeClock()
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'rooms.db'}")
    await upgrade(database)
    room = await RoomLog(database).create(
        RoomId("room_1"), RoomCode("abc-def-ghj"), OWNER, clock.clock_id, clock.wall_ms()
    )
    invites = Invites(database, clock)
    token, _ = await invites.create(room.room_id, "mem_host", 60, None)
    await clock.advance(59)
    await invites.redeem(room.room_id, token)
    await clock.advance(2)
    with pytest.raises(InviteOver):
        await invites.redeem(room.room_id, token)
    await database.close()


def test_attack_52_a_tampered_ticket(running: Server, olive: Person) -> None:
    code = party(olive, films(olive)[0])
    url = olive.post(f"api/rooms/{code}/ticket")["url"]
    head, _, tail = url.rpartition("/")
    assert refused(httpx2.get(f"{running.url}{head}x/{tail}")) == (403, "ticket_refused")


def test_attack_20_a_foreign_page_cannot_open_a_socket(running: Server) -> None:
    answer = httpx2.get(
        f"{running.url}socket.io/?EIO=4&transport=websocket",
        headers={
            "Origin": "https://evil.example",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        },
    )
    assert answer.status_code in {400, 403}
