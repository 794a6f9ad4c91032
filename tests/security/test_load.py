"""Attacks 59, 62 (in small), 63 and 64: floods, and callers who change their address."""

import asyncio
import ipaddress
import time
from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.accounts.conftest import PASSWORD, Build, Server, code_of, login, register
from watchtogether.accounts.passwords import Passwords

PROXY = "10.0.0.2"
TRUSTED = (ipaddress.ip_network("10.0.0.0/8"),)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/auth/login", "username"),
        ("/api/auth/login", "password"),
        ("/api/auth/register", "username"),
        ("/api/auth/register", "display_name"),
        ("/api/auth/register", "setup_code"),
        ("/api/auth/refresh", "refresh_token"),
    ],
)
@pytest.mark.parametrize("character", ["a", " ", "\u0301", "ﷺ", "\u202e"])
async def test_attack_59_fifty_kilobytes_in_one_field(
    server: Server, path: str, field: str, character: str
) -> None:
    value = (character * 50_000).encode()[:50_000].decode(errors="ignore")
    body = {"username": "ada", "password": PASSWORD} | {field: value}
    async with server.browser() as page:
        await page.get("/api/setup")
        started = time.process_time()
        answer = await page.post(path, json=body)
        took_s = time.process_time() - started
    assert answer.status_code in {413, 422}
    assert took_s < 0.05


async def test_attack_59_a_body_above_64_kib(server: Server) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(10_000):
            yield b"x" * 1024

    async with server.browser(**{"content-type": "application/json"}) as page:
        declared = await page.post("/api/auth/login", content=b"x" * 65_537)
        streamed = await page.post("/api/auth/login", content=endless())
    for answer in (declared, streamed):
        assert (answer.status_code, code_of(answer)) == (413, "too_large")


async def test_attack_62_many_sign_ins_at_once_do_not_hold_the_loop_up() -> None:
    """At the real cost. On the loop, each of them would hold it up for a tenth of a second."""
    passwords = Passwords()
    stored = await passwords.hash(PASSWORD)
    lags: list[float] = []
    done = asyncio.Event()

    async def watch() -> None:
        while not done.is_set():
            started = time.perf_counter()
            await asyncio.sleep(0.005)
            lags.append(time.perf_counter() - started - 0.005)

    async def sign_in() -> bool:
        async with passwords.turn() as turn:
            return (await turn.verify(PASSWORD, stored)).right

    async with asyncio.TaskGroup() as group:
        group.create_task(watch())
        answers = await asyncio.gather(*(sign_in() for _ in range(20)))
        done.set()
    assert all(answers)
    held_up = [lag for lag in lags if lag > 0.05]
    assert sum(held_up) < 0.5, held_up  # a busy machine may take a turn now and then


async def test_attack_63_a_rotating_forwarded_for_is_one_bucket(build: Build) -> None:
    server = build(peer="203.0.113.9")
    async with server.client() as program:
        await register(program)
        answers = [await _guess(program, f"198.51.100.{n}") for n in range(6)]
    assert [a.status_code for a in answers] == [401] * 5 + [429]


async def test_attack_63_behind_a_trusted_proxy_only_the_last_hop_counts(build: Build) -> None:
    server = build(peer=PROXY, trusted=TRUSTED)
    async with server.client() as program:
        await register(program)
        answers = [await _guess(program, f"198.51.100.{n}, 203.0.113.9") for n in range(6)]
        another = await _guess(program, "198.51.100.0, 203.0.113.10")
    assert [a.status_code for a in answers] == [401] * 5 + [429]
    assert another.status_code == 401


async def test_attack_64_all_addresses_of_one_64_are_one_bucket(build: Build) -> None:
    server = build(peer=PROXY, trusted=TRUSTED)
    async with server.client() as program:
        await register(program)
        answers = [await _guess(program, f"2001:db8:1:2::{n:x}") for n in range(6)]
        neighbour = await _guess(program, "2001:db8:1:3::1")
    assert [a.status_code for a in answers] == [401] * 5 + [429]
    assert neighbour.status_code == 401


async def _guess(program: httpx2.AsyncClient, forwarded_for: str) -> httpx2.Response:
    return await program.post(
        "/api/auth/login",
        json={"username": "ada", "password": "wrong guess"},
        headers={"x-forwarded-for": forwarded_for},
    )


@pytest.mark.parametrize("text", [r"\ud800", r"\u0000", r"\ud800\u0000ada", "\\u202e"])
@pytest.mark.parametrize("path", ["/api/auth/login", "/api/auth/register"])
async def test_attack_58_text_that_no_database_takes(server: Server, path: str, text: str) -> None:
    async with server.browser(**{"content-type": "application/json"}) as page:
        for username, password in ((text, PASSWORD), ("ada", text * 8)):
            body = f'{{"username": "{username}", "password": "{password}"}}'
            answer = await page.post(path, content=body.encode())
            assert answer.status_code in {201, 401, 422}


@pytest.mark.parametrize(
    "name", ["' OR 1=1 --", "ada'; DROP TABLE accounts;--", "%", "_", "a\\' OR ''='"]
)
async def test_attack_58_sql_is_a_name_like_any_other(server: Server, name: str) -> None:
    async with server.browser() as page:
        await register(page, "ada")
        assert (await login(page, name)).status_code == 401
        assert (await register(page, name)).json()["account"]["username"] == name
        assert (await login(page, name)).json()["account"]["username"] == name
