"""Tickets: who holds one may ask, for as long as it says; nobody can make or change one."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import FakeClock
from watchtogether.kit.ids import MemberId, RatingKey, RoomId, ServerId, SessionId
from watchtogether.stream.errors import TicketRefused
from watchtogether.stream.tickets import LIFETIME_S, Tickets

KEY = b"k" * 32
_id = st.text(max_size=15)


def _issue(tickets: Tickets) -> str:
    return tickets.issue(
        RoomId("room_1"), MemberId("mem_1"), SessionId("ses_1"), ServerId("srv"), RatingKey("7")
    )


@given(_id, _id, _id, _id, _id)
def test_STR1_a_ticket_reads_as_it_was_issued(a: str, b: str, c: str, d: str, e: str) -> None:
    tickets = Tickets(KEY, FakeClock())
    read = tickets.read(
        tickets.issue(RoomId(a), MemberId(b), SessionId(c), ServerId(d), RatingKey(e))
    )
    assert (read.room_id, read.member_id, read.session_id) == (a, b, c)
    assert (read.server_id, read.rating_key) == (d, e)


@given(st.integers(0, 400), st.integers(1, 127))
def test_attack_52_any_altered_character_is_refused(place: int, change: int) -> None:
    tickets = Tickets(KEY, FakeClock())
    ticket = _issue(tickets)
    place %= len(ticket)
    altered = ticket[:place] + chr(ord(ticket[place]) ^ change) + ticket[place + 1 :]
    with pytest.raises(TicketRefused):
        tickets.read(altered)


@given(st.text(max_size=2000))
def test_attack_52_what_is_no_ticket_is_refused(text: str) -> None:
    with pytest.raises(TicketRefused):
        Tickets(KEY, FakeClock()).read(text)


async def test_attack_52_a_ticket_ends_after_twelve_hours() -> None:
    clock = FakeClock()
    tickets = Tickets(KEY, clock)
    ticket = _issue(tickets)
    await clock.advance(LIFETIME_S - 1)
    assert tickets.read(ticket).rating_key == "7"
    await clock.advance(2)
    with pytest.raises(TicketRefused):
        tickets.read(ticket)


def test_attack_52_a_ticket_of_another_key_is_refused() -> None:
    ticket = _issue(Tickets(b"x" * 32, FakeClock()))
    with pytest.raises(TicketRefused):
        Tickets(KEY, FakeClock()).read(ticket)


def test_attack_52_a_payload_without_its_mac_is_refused() -> None:
    fields = [1, "room_1", "mem_1", "ses_1", "srv", "7", 9_999_999_999]
    payload = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")
    for mac in ("", ".", ".AAAA", "." + "A" * 43):
        with pytest.raises(TicketRefused):
            Tickets(KEY, FakeClock()).read(payload + mac)


def test_a_ticket_is_short_and_safe_in_a_path() -> None:
    ticket = _issue(Tickets(KEY, FakeClock()))
    assert len(ticket) < 300
    assert not set(ticket) - set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    )


def test_a_weak_key_is_not_taken() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Tickets(b"short", FakeClock())
