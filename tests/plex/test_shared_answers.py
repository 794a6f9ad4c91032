"""The second level over a real Redis, over one that went away, and over none."""

import asyncio
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from plexsandbox.box import Sandbox
from tests.plex.conftest import World, build_world
from tests.support.clock import FakeClock
from watchtogether.db.engine import Database
from watchtogether.db.redis import RedisLink
from watchtogether.kit.ids import AccountId, ServerId
from watchtogether.kit.tasks import Background
from watchtogether.plex.model import Choice, Section
from watchtogether.plex.questions import Question
from watchtogether.plex.shared_answers import SharedAnswers

REDIS = os.environ.get("TEST_REDIS", "redis://127.0.0.1:6379/15")


@pytest.fixture
async def link() -> AsyncIterator[RedisLink]:
    try:
        async with Redis.from_url(REDIS, socket_connect_timeout=3) as redis:
            await redis.ping()
    except RedisError as error:
        pytest.skip(f"NO REDIS at {REDIS}: {error}")
    link = RedisLink(REDIS, FakeClock())
    yield link
    await link.close()


@pytest.fixture
def server_id() -> ServerId:
    """A server that no other run knows."""
    return ServerId(f"machine-{secrets.token_hex(6)}")


SECTIONS = (Section("1", "Filme · 映画", "movie", None),)


async def test_what_is_kept_is_found_until_it_is_old(link: RedisLink, server_id: ServerId) -> None:
    clock = FakeClock()
    shelf = SharedAnswers(link, clock)
    question = Question(server_id, "p", "sections")
    assert await shelf.find(question) is None
    await shelf.keep(question, SECTIONS, 300)
    await clock.advance(100)
    found = await shelf.find(question)
    assert found is not None
    assert (found.value, found.fresh_s) == (SECTIONS, 200)
    await clock.advance(300)
    old = await shelf.find(question)
    assert old is not None
    assert (old.value, old.fresh_s) == (SECTIONS, -100)


async def test_attack_55_answers_are_apart_by_permissions_kind_and_subject(
    link: RedisLink, server_id: ServerId
) -> None:
    shelf = SharedAnswers(link, FakeClock())
    await shelf.keep(Question(server_id, "p", "choices", ("1", "genre")), (Choice("1", "A"),), 300)
    for other in (
        Question(server_id, "q", "choices", ("1", "genre")),
        Question(server_id, "p", "choices", ("2", "genre")),
        Question(server_id, "p", "choices", ("1", "year")),
        Question(server_id, "p", "letters", ("1", "genre")),
        Question(ServerId(f"{server_id}x"), "p", "choices", ("1", "genre")),
    ):
        assert await shelf.find(other) is None


async def test_a_change_makes_what_was_kept_before_it_old(
    link: RedisLink, server_id: ServerId
) -> None:
    clock = FakeClock()
    shelf = SharedAnswers(link, clock)
    question = Question(server_id, "p", "sections")
    await shelf.keep(question, SECTIONS, 300)
    await shelf.changed(server_id)
    found = await shelf.find(question)
    assert found is not None
    assert found.fresh_s == 0
    await clock.advance(1)
    await shelf.keep(question, SECTIONS, 300)
    found = await shelf.find(question)
    assert found is not None
    assert found.fresh_s == 300


@pytest.mark.parametrize(
    "entry", [b"", b"junk", b"1|2|", b"1|2|[{}]", b"x|y|[]", b"1|2|" + b"[" * 5000]
)
async def test_what_others_wrote_there_is_checked(
    link: RedisLink, server_id: ServerId, entry: bytes
) -> None:
    shelf = SharedAnswers(link, FakeClock())
    question = Question(server_id, "p", "sections")
    await shelf.keep(question, SECTIONS, 300)

    async def overwrite(redis: Redis) -> None:
        (name,) = [each async for each in redis.scan_iter(f"*{server_id}*")]
        await redis.set(name, entry, ex=60)

    await link.ask(overwrite)
    assert await shelf.find(question) is None


async def test_health_tells_its_latency_and_its_memory(link: RedisLink) -> None:
    report = await link.report()
    assert report["status"] == "healthy"
    assert report["latency_ms"] > 0
    assert report["memory_bytes"] > 100_000


async def test_a_redis_that_is_away_is_asked_seldom_and_missed_by_nobody() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    clock = FakeClock()
    link = RedisLink(f"redis://127.0.0.1:{port}", clock)
    shelf = SharedAnswers(link, clock)
    question = Question(ServerId("m"), "p", "sections")
    assert await shelf.find(question) is None
    await shelf.keep(question, SECTIONS, 300)
    asked: list[int] = []

    async def note(_: Redis) -> int:
        asked.append(1)
        return 1

    assert await link.ask(note) is None
    assert asked == []
    await clock.advance(2.1)
    assert await link.ask(note) == 1
    assert (await RedisLink("", clock).report())["status"] == "not_configured"
    await link.close()


async def test_a_redis_that_hangs_costs_a_quarter_of_a_second_once() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    link = RedisLink(f"redis://127.0.0.1:{port}", FakeClock())
    started_s = time.perf_counter()
    for _ in range(20):
        assert await link.ask(lambda redis: redis.ping()) is None
    assert time.perf_counter() - started_s < 1.0
    assert (await link.report())["status"] == "unreachable"
    await link.close()
    server.close()


async def test_two_processes_ask_plex_once_and_go_on_when_redis_is_gone(
    sandbox: Sandbox, database: Database, background: Background, link: RedisLink
) -> None:
    one = build_world(sandbox, database, background, redis=link)
    olive = await one.account("olive")
    two = build_world(sandbox, database, background, redis=link)
    key = one.key_of("Night Mail")
    await one.service.item(olive, one.server_id, key)
    await _until_kept()
    two.wire.requests.clear()
    assert (await two.service.item(olive, two.server_id, key)).value.title == "Night Mail"
    assert two.wire.paths() == []
    await _lose(link)
    other = one.key_of("The Long Way")
    assert (await two.service.item(olive, two.server_id, other)).value.title == "The Long Way"


async def test_attack_65_no_token_reaches_redis(
    sandbox: Sandbox, database: Database, background: Background, link: RedisLink
) -> None:
    world: World = build_world(sandbox, database, background, redis=link)
    olive: AccountId = await world.account("olive")
    await world.service.libraries(olive, world.server_id)
    await world.service.item(olive, world.server_id, world.key_of("Night Mail"))
    await _until_kept()

    async def dump(redis: Redis) -> bytes:
        names = [each async for each in redis.scan_iter("watchtogether:*")]
        values = await redis.mget(names)
        return repr([*names, *values]).encode()

    kept = await link.ask(dump)
    assert kept
    for token in (sandbox.state.server_token("olive"), sandbox.state.account_token("olive")):
        assert token.encode() not in kept


async def _until_kept() -> None:
    """Keeping happens behind the answer's back."""
    keeping = [t for t in asyncio.all_tasks() if t.get_name() == "cache second level"]
    if keeping:
        await asyncio.wait(keeping, timeout=5)


async def _lose(link: RedisLink) -> None:
    async def break_off(_: Redis) -> None:
        raise ConnectionError

    await link.ask(break_off)
