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


async def test_attack_65_no_token_ticket_password_or_chat_reaches_the_log(
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


async def test_metrics_say_how_rooms_do_and_name_nobody(running: Server, olive: Person) -> None:
    code = party(olive, films(olive)[0])
    async with seat(olive, code) as host:
        await host.ask("member:status", buffered_s=3, uncertainty_ms=2, seeks=1)
        answer = httpx2.get(f"{running.url}metrics").raise_for_status()
        assert host.joined["you"]["id"] not in answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    figures = dict(
        line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#")
    )
    assert float(figures["watchtogether_rooms_live"]) >= 1
    assert float(figures["watchtogether_members_connected"]) >= 1
    assert float(figures["watchtogether_corrective_seeks_total"]) >= 1
    assert code not in answer.text


def test_metrics_are_for_this_machine_and_for_the_owner(running: Server, olive: Person) -> None:
    from_afar = {"X-Forwarded-For": "203.0.113.7"}
    answer = httpx2.get(f"{running.url}metrics", headers=from_afar)
    assert (answer.status_code, answer.json()["code"]) == (403, "owner_needed")
    ann = guest(running, party(olive), "Ann")
    assert ann.http.get("metrics", headers=from_afar).status_code == 403
    assert olive.http.get("metrics", headers=from_afar).status_code == 200
