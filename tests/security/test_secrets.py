"""Attacks 65-68: secrets at rest and in logs."""

import io
import json
import logging

import pytest
import structlog
from sqlalchemy import select, update

from tests.accounts.conftest import PASSWORD, Server, login, register
from watchtogether.accounts.door import Door
from watchtogether.accounts.model import Account, ProvenIdentity
from watchtogether.accounts.secrets import SealBroken, SecretBox
from watchtogether.accounts.tables import AccountRow, IdentityRow, SessionRow
from watchtogether.kit.logging import configure

DOOR = Door("127.0.0.1", loopback=True)


def _proven(subject: str, token: str) -> ProvenIdentity:
    return ProvenIdentity("plex", subject, f"name {subject}", f"Name {subject}", token)


async def _linked(server: Server, subject: str, token: str) -> Account:
    return await server.accounts.find_or_create_for_identity(
        _proven(subject, token), vouched=True, door=DOOR
    )


async def test_attack_65_no_secret_is_stored_or_logged_in_the_clear(server: Server) -> None:
    lines = io.StringIO()
    configure("json", "debug", lines)
    try:
        async with server.client() as program:
            tokens = (await register(program)).json()
            await login(program, password="a-canary-password")
            await program.post("/api/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
        await _linked(server, "7", "a-canary-plex-token")
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers.clear()
    async with server.database.transaction() as unit:
        stored = repr(
            [
                [vars(row) for row in await unit.scalars(select(table))]
                for table in (AccountRow, IdentityRow, SessionRow)
            ]
        )
    logged = lines.getvalue()
    assert "request_finished" in logged
    for canary in (
        PASSWORD,
        "a-canary-password",
        "a-canary-plex-token",
        tokens["access_token"],
        tokens["refresh_token"],
    ):
        assert canary not in logged
        assert canary not in stored


async def test_attack_66_a_token_opens_only_in_its_own_row(server: Server) -> None:
    ada = await _linked(server, "1", "token of ada")
    bob = await _linked(server, "2", "token of bob")
    assert await server.accounts.token_for(ada.id, "plex") == "token of ada"
    async with server.database.transaction() as unit:
        bobs = await unit.scalar(
            select(IdentityRow.sealed_token).where(IdentityRow.account_id == bob.id)
        )
        await unit.execute(
            update(IdentityRow).where(IdentityRow.account_id == ada.id).values(sealed_token=bobs)
        )
    with pytest.raises(SealBroken):
        await server.accounts.token_for(ada.id, "plex")
    assert await server.accounts.token_for(bob.id, "plex") == "token of bob"


@pytest.mark.parametrize("where", [0, 3, 12, 20, -1])
def test_attack_66_an_altered_value_does_not_open(where: int) -> None:
    box = SecretBox(b"root")
    sealed = box.seal("secret", "table|row|owner")
    flipped = "A" if sealed[where] != "A" else "B"
    position = where % len(sealed)
    with pytest.raises(SealBroken):
        box.open(sealed[:position] + flipped + sealed[position + 1 :], "table|row|owner")


def test_attack_66_another_key_does_not_open_and_a_previous_one_does() -> None:
    sealed = SecretBox(b"old root").seal("secret", "place")
    with pytest.raises(SealBroken):
        SecretBox(b"new root").open(sealed, "place")
    rotated = SecretBox(b"new root", previous=[b"old root"])
    assert rotated.open(sealed, "place") == "secret"
    assert rotated.is_outdated(sealed)
    assert not rotated.is_outdated(rotated.seal("secret", "place"))


def test_attack_66_each_purpose_has_its_own_key() -> None:
    box = SecretBox(b"root")
    keys = {box.derive(purpose) for purpose in ("access-token", "ticket", "image")}
    assert len(keys) == 3
    assert box.derive("ticket") == SecretBox(b"root").derive("ticket")


@pytest.mark.parametrize("count", [20_000, pytest.param(1_000_000, marks=pytest.mark.long)])
def test_attack_67_no_nonce_comes_twice(count: int) -> None:
    box = SecretBox(b"root")
    nonces = {box.seal("", "place").split(".")[2][:16] for _ in range(count)}
    assert len(nonces) == count


@pytest.mark.parametrize("form", ["json", "text"])
def test_attack_68_a_line_end_in_what_is_logged_makes_no_second_line(form: str) -> None:
    lines = io.StringIO()
    configure("json" if form == "json" else "text", "info", lines)
    forged = 'x\r\n2026-01-01 [info] user_signed_in {"admin": true}\u2028\x1b[31m'
    try:
        structlog.get_logger("ours").info("name_refused", name=forged, nested={forged: [forged]})
        structlog.get_logger("ours").info(forged)
        logging.getLogger("theirs").warning("bad header: %s", forged)
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers.clear()
    written = lines.getvalue()
    assert len(written.splitlines()) == 3
    assert "\x1b" not in written
    if form == "json":
        assert all(json.loads(line)["level"] for line in written.splitlines())
