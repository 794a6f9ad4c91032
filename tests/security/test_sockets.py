"""Attacks 8, 14 and 15: no socket outlives its session, on a real server."""

import time

import pytest

from tests.support.people import Person, Seat, guest, party, register, seat, sign_in
from tests.support.processes import Server, server

CLOSED_S = 2.0


async def _closed_within(taken: Seat, started: float) -> None:
    while taken.socket.connected:
        assert time.monotonic() - started < CLOSED_S
        taken.news.clear()
        await taken.socket.sleep(0.02)


@pytest.fixture
def other_device(running: Server, olive: Person) -> Person:
    """The owner, signed in once more."""
    return sign_in(running)


async def test_attack_8_signing_out_closes_the_socket(
    running: Server, olive: Person, other_device: Person
) -> None:
    code = party(olive)
    async with seat(other_device, code) as taken, seat(olive, code) as stays:
        started = time.monotonic()
        other_device.http.post("api/auth/logout").raise_for_status()
        await _closed_within(taken, started)
        assert stays.socket.connected


async def test_attack_8_ending_another_session_closes_its_party_at_once(
    running: Server, olive: Person, other_device: Person
) -> None:
    code = party(olive)
    async with seat(other_device, code) as taken:
        sessions = other_device.get("api/auth/sessions")
        (own,) = [each["id"] for each in sessions if each["current"]]
        started = time.monotonic()
        olive.http.delete(f"api/auth/sessions/{own}").raise_for_status()
        await _closed_within(taken, started)


async def test_attack_8_a_guests_socket_too(running: Server, olive: Person) -> None:
    code = party(olive)
    ann = guest(running, code, "Ann")
    async with seat(ann, code) as taken:
        started = time.monotonic()
        ann.http.post("api/auth/logout").raise_for_status()
        await _closed_within(taken, started)


async def test_attack_15_a_changed_password_closes_the_sockets_of_other_devices(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with server(tmp_path_factory.mktemp("password") / "data") as running:
        here = register(running, "olive")
        there = sign_in(running)
        code = party(here)
        async with seat(there, code) as taken, seat(here, code) as stays:
            started = time.monotonic()
            change = {
                "current_password": "a long enough password",
                "new_password": "another long password",
            }
            here.http.post("api/auth/password", json=change).raise_for_status()
            await _closed_within(taken, started)
            assert stays.socket.connected
