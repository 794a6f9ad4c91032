"""What the client does when a server behaves badly; over real loopback connections."""

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator

import httpx2
import pytest
import structlog
from pydantic import SecretStr

from tests.plex.loopback import Loopback, Respond, answer, dripping, endless, loopback, silence
from tests.support.clock import FakeClock
from watchtogether.kit.errors import AppError
from watchtogether.kit.ids import AccountId, ServerId
from watchtogether.plex.addresses import AddressPolicy, open_client
from watchtogether.plex.breaker import Breaker
from watchtogether.plex.calls import FinishedCall
from watchtogether.plex.client import PlexHttp, Product, ServerAccess
from watchtogether.plex.errors import (
    PlexAddressRefused,
    PlexBadAnswer,
    PlexBusy,
    PlexItemGone,
    PlexSlow,
    PlexUnauthorized,
    PlexUnreachable,
)
from watchtogether.plex.wire import Bounds, build_url

TOKEN = "canary-token"
QUICK = Bounds(connect_s=0.5, read_s=0.1, deadline_s=0.5, max_bytes=100_000)
EMPTY = b'{"MediaContainer": {"size": 0}}'


@pytest.fixture
async def raw() -> AsyncIterator[httpx2.AsyncClient]:
    client = open_client(AddressPolicy(allow_loopback=True))
    yield client
    await client.aclose()


@pytest.fixture
def http(raw: httpx2.AsyncClient) -> PlexHttp:
    return PlexHttp(raw, Product("id-1"), FakeClock())


def access(server: Loopback | str) -> ServerAccess:
    base_url = server if isinstance(server, str) else server.base_url
    return ServerAccess(ServerId("m1"), base_url, SecretStr(TOKEN), AccountId("acc_1"))


async def test_token_is_in_a_header_never_in_the_address(http: PlexHttp) -> None:
    async with loopback(answer(EMPTY)) as server:
        await http.get_json(access(server), "/library/sections", {"a": "x y&z=(1)*'!"})
    line, _, rest = server.heads[0].partition(b"\r\n")
    assert line == b"GET /library/sections?a=x%20y%26z%3D%281%29%2A%27%21 HTTP/1.1"
    assert TOKEN.encode() not in line
    assert f"X-Plex-Token: {TOKEN}".lower().encode() in rest.lower()
    assert b"x-plex-client-identifier: id-1" in rest.lower()
    assert b"accept-encoding: identity" in rest.lower()


async def test_caller_cannot_replace_the_token(http: PlexHttp) -> None:
    async with loopback(answer(EMPTY)) as server:
        await http.get_json(access(server), "/", headers={"X-Plex-Token": "other"})
    assert TOKEN.encode() in server.heads[0]
    assert b"other" not in server.heads[0]


def test_token_is_in_no_representation() -> None:
    assert TOKEN not in repr(access("http://127.0.0.1:1"))


@pytest.mark.parametrize("badly", [silence, dripping])
async def test_slow_answers_are_cut(http: PlexHttp, badly: Respond) -> None:
    async with loopback(badly) as server:
        with pytest.raises(PlexSlow):
            await http.get_json(access(server), "/x", bounds=QUICK)


async def test_endless_body_is_cut_at_the_cap(http: PlexHttp) -> None:
    async with loopback(endless) as server:
        with pytest.raises(PlexBadAnswer):
            await http.get_json(access(server), "/x", bounds=QUICK)
    assert len(server.heads) == 1


async def test_announced_size_beyond_the_cap_is_refused(http: PlexHttp) -> None:
    async with loopback(answer(b"{}", length=10**9)) as server:
        with pytest.raises(PlexBadAnswer):
            await http.get_json(access(server), "/x", bounds=QUICK)


async def test_compressed_answers_are_not_unpacked(http: PlexHttp) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    async with loopback(answer(bomb, extra="Content-Encoding: gzip\r\n")) as server:
        with pytest.raises(PlexBadAnswer):
            await http.get_json(access(server), "/x")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("401 Unauthorized", PlexUnauthorized),
        ("403 Forbidden", PlexItemGone),
        ("404 Not Found", PlexItemGone),
        ("429 Too Many Requests", PlexBusy),
        ("400 Bad Request", PlexBadAnswer),
        ("500 Internal Server Error", PlexBadAnswer),
        ("503 Service Unavailable", PlexUnreachable),
    ],
)
async def test_html_error_pages(http: PlexHttp, status: str, error: type[AppError]) -> None:
    body = b"<html><head><title>Oops</title></head><body>" + TOKEN.encode() + b"</body></html>"
    async with loopback(answer(body, status=status, content_type="text/html")) as server:
        with pytest.raises(error) as raised:
            await http.get_json(access(server), "/x")
    assert TOKEN not in str(raised.value.as_problem())


async def test_html_with_200_is_a_bad_answer(http: PlexHttp) -> None:
    async with loopback(answer(b"<html></html>", content_type="text/html; charset=x")) as server:
        with pytest.raises(PlexBadAnswer):
            await http.get_json(access(server), "/x")


async def test_truncated_answers(http: PlexHttp) -> None:
    async with loopback(answer(b'{"MediaContainer": {"si')) as server:
        with pytest.raises(PlexBadAnswer):
            await http.get_json(access(server), "/x")
    async with loopback(answer(b'{"MediaContainer"', length=5000)) as server:
        with pytest.raises(PlexUnreachable):
            await http.get_json(access(server), "/x")


async def test_attack_40_redirects_are_not_followed(http: PlexHttp) -> None:
    async with loopback(answer(EMPTY)) as target:
        location = f"Location: {target.base_url}/y\r\n"
        async with loopback(answer(b"", status="302 Found", extra=location)) as server:
            with pytest.raises(PlexBadAnswer):
                await http.get_json(access(server), "/x")
    assert target.heads == []


async def test_every_call_is_one_attempt(http: PlexHttp) -> None:
    async with loopback(answer(b"", status="503 Service Unavailable")) as server:
        with pytest.raises(PlexUnreachable):
            await http.get_json(access(server), "/x")
        with pytest.raises(PlexUnreachable):
            await http.put(access(server), "/x")
        assert len(server.heads) == 2
        assert (await http.fetch(access(server), "/x", lane="stream")).status == 503


async def test_calls_are_told_with_their_bytes_and_without_keys(raw: httpx2.AsyncClient) -> None:
    told: list[FinishedCall] = []
    http = PlexHttp(raw, Product("id-1"), FakeClock(), observer=told.append)
    async with loopback(answer(EMPTY)) as server:
        await http.get_json(access(server), "/library/metadata/4711")
    async with loopback(answer(b"", status="503 Service Unavailable")) as server:
        with pytest.raises(PlexUnreachable):
            await http.get_json(access(server), "/library/sections/1/all")
    assert [(c.lane, c.endpoint, c.outcome, c.received_bytes) for c in told] == [
        ("library", "item", "answered", len(EMPTY)),
        ("library", "section items", "gateway", 0),
    ]


@pytest.mark.parametrize(
    "path", ["x", "//evil/x", "/a/../b", "/a?b", "/a#b", "/a\\b", "/ä", "/a b"]
)
async def test_only_plain_paths_are_sent(http: PlexHttp, path: str) -> None:
    with pytest.raises(PlexAddressRefused):
        await http.fetch(access("http://127.0.0.1:1"), path)


async def test_breaker_opens_and_tries_once_again() -> None:
    clock = FakeClock()
    breaker = Breaker(clock, failures=3, open_s=10)
    for _ in range(3):
        breaker.admit()
        breaker.failed()
    with pytest.raises(PlexUnreachable) as refused:
        breaker.admit()
    assert refused.value.retry_after_s == 10
    await clock.advance(10)
    breaker.admit()
    with pytest.raises(PlexUnreachable):
        breaker.admit()
    breaker.succeeded()
    breaker.admit()
    assert not breaker.is_open


async def test_breaker_rests_twice_as_long_after_each_failed_trial() -> None:
    clock = FakeClock()
    breaker = Breaker(clock, failures=1, open_s=1, longest_s=5)
    breaker.failed()
    rests = []
    for _ in range(5):
        rests.append(breaker.left_s)
        await clock.advance(breaker.left_s)
        breaker.admit()
        breaker.failed()
    assert rests == [1, 2, 4, 5, 5]


async def test_a_trial_that_says_nothing_may_be_made_again() -> None:
    clock = FakeClock()
    breaker = Breaker(clock, failures=1, open_s=1)
    breaker.failed()
    await clock.advance(1)
    breaker.admit()
    breaker.released()
    breaker.admit()


async def test_open_breaker_asks_nobody(http: PlexHttp) -> None:
    async with loopback(answer(b"", status="503 Service Unavailable")) as server:
        for _ in range(4):
            with pytest.raises(PlexUnreachable):
                await http.get_json(access(server), "/x")
        asked = len(server.heads)
        with pytest.raises(PlexUnreachable) as refused:
            await http.get_json(access(server), "/x")
        assert len(server.heads) == asked == 4
        assert refused.value.retry_after_s is not None


async def test_missing_segments_do_not_open_the_breaker(http: PlexHttp) -> None:
    async with loopback(answer(b"", status="503 Service Unavailable")) as server:
        for _ in range(10):
            await http.fetch(access(server), "/x", lane="stream")
        assert not http.is_open(access(server))


async def test_calls_at_once_are_limited_and_the_queue_is_bounded(http: PlexHttp) -> None:
    async with loopback(silence) as server:
        bounds = Bounds(read_s=5, deadline_s=5)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(_quietly(http, access(server), bounds)) for _ in range(8 + 64)
            ]
            await server.got(8)
            with pytest.raises(PlexBusy):
                await http.fetch(access(server), "/x", bounds=bounds)
            assert len(server.heads) == 8
            for task in tasks:
                task.cancel()


async def test_identity_carries_no_token(http: PlexHttp) -> None:
    body = b'<MediaContainer size="0" machineIdentifier="m1" version="1.43"/>'
    async with loopback(answer(body, content_type="text/xml")) as server:
        found = await http.identity(server.base_url)
    assert (found.server_id, found.version) == ("m1", "1.43")
    assert b"token" not in server.heads[0].lower()


async def test_attack_65_neither_token_nor_address_is_logged(
    http: PlexHttp,
    caplog: pytest.LogCaptureFixture,
    logged: list[structlog.typing.EventDict],
) -> None:
    caplog.set_level(logging.DEBUG)
    async with loopback(answer(b"", status="503 Service Unavailable")) as server:
        with pytest.raises(PlexUnreachable):
            await http.get_json(access(server), "/library/secret-path")
    said = caplog.text + repr(logged)
    assert TOKEN not in said
    assert "secret-path" not in said


async def test_errors_of_the_readers_own_block_go_through(http: PlexHttp) -> None:
    async with loopback(answer(b"x" * 10)) as server:
        with pytest.raises(OSError, match="disk full"):
            await _write_to_full_disk(http, access(server))
        assert not http.is_open(access(server))


def test_urls_are_joined_without_surprises() -> None:
    assert build_url("http://a:1/", "/b", {"c": 1}) == "http://a:1/b?c=1"
    assert build_url("http://a/base", "/b") == "http://a/base/b"


async def _write_to_full_disk(http: PlexHttp, server: ServerAccess) -> None:
    async with http.stream(server, "/x") as stream:
        async for _ in stream.chunks:
            raise OSError("disk full")


async def _quietly(http: PlexHttp, server: ServerAccess, bounds: Bounds) -> None:
    with pytest.raises((PlexSlow, PlexUnreachable, PlexBusy)):
        await http.fetch(server, "/x", bounds=bounds)
