"""Logs that a machine can read and that hold no secrets; health as the contract has it."""

import json
from pathlib import Path
from typing import Any

import httpx2

from tests.support.people import Person, films, guest, party, seat
from tests.support.processes import Sandbox, Server, eventually


def lines(log: Path) -> list[dict[str, Any]]:
    """Every log line; what the command prints for people is no JSON."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


async def test_log_lines_carry_the_ids_of_request_room_and_member(
    running: Server, olive: Person
) -> None:
    code = party(olive)
    async with seat(olive, code) as host:
        await host.socket.emit("chat:send", {"id": "big", "text": "x" * 100})
        await host.ask("chat:delete", id="d", message_id="nothing")
    found = eventually(lambda: [line for line in lines(running.log) if "request_id" in line])
    assert all(line["event"] and line["timestamp"] for line in found)
    rooms = [line for line in lines(running.log) if line.get("event") == "member_connected"]
    assert rooms[-1].keys() >= {"room_id", "member_id", "connection_id"}


async def test_65_no_token_ticket_password_or_chat_reaches_the_log(
    running: Server, olive: Person, plex: Sandbox
) -> None:
    code = party(olive, films(olive)[0])
    ann = guest(running, code, "Ann")
    ticket = ann.post(f"api/rooms/{code}/ticket")
    ann.http.get(ticket["url"]).raise_for_status()
    async with seat(ann, code) as friend:
        await friend.ask("chat:send", id="m1", text="a very private remark")
    log = running.log.read_text()
    for secret in (
        olive.token,
        ann.token,
        ticket["ticket"],
        plex.token,
        "a long enough password",
        "a very private remark",
    ):
        assert secret not in log


def test_health_says_how_the_parts_are(running: Server, olive: Person) -> None:
    health = httpx2.get(f"{running.url}api/health").raise_for_status().json()
    assert health["status"] == "ok"
    assert health["database"]["status"] == "healthy"
    assert health["database"]["latency_ms"] >= 0
    assert health.keys() >= {"version", "uptime_s", "redis", "plex", "stream", "rooms"}
    assert health["plex"].keys() >= {"cache_hit_rate", "avg_response_ms"}
    for path in ("live", "ready"):
        assert httpx2.get(f"{running.url}api/health/{path}").status_code == 200
