"""Attack 61, Slowloris: a request that never ends is cut, at uvicorn's own socket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from tests.support.processes import Server, free_port, server
from watchtogether.kit.web.heads import BoundedHeadProtocol

HEAD_S = 0.5
START = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


class Quick(BoundedHeadProtocol):
    HEAD_S = HEAD_S


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    names = b",".join(name for name, _ in scope["headers"])
    headers = [(b"x-names", names)]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A uvicorn as ours, in a hurry."""
    port = free_port()
    config = uvicorn.Config(_app, port=port, http=Quick, lifespan="off", log_config=None)
    served = uvicorn.Server(config)
    running = asyncio.create_task(served.serve())
    async with asyncio.timeout(5):
        while not served.started:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
    yield port
    served.should_exit = True
    await running


async def _read(reader: asyncio.StreamReader) -> bytes:
    """Until the server closes."""
    with contextlib.suppress(ConnectionResetError):
        return await reader.read()
    return b""


@pytest.mark.parametrize("sent", [b"", b"G", START, START + b"X-Slow: "])
async def test_attack_61_a_head_that_never_ends_is_cut(port: int, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(HEAD_S + 2):
        answer = await _read(reader)
    assert answer.startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_attack_61_a_drop_now_and_then_wins_no_time(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = asyncio.create_task(_read(reader))
    writer.write(START)
    async with asyncio.timeout(HEAD_S + 2):
        while not answered.done():
            with contextlib.suppress(ConnectionError):
                writer.write(b"X-Drop: 1\r\n")
                await writer.drain()
            await asyncio.wait([answered], timeout=0.05)
    assert answered.result().startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_attack_61_the_second_request_of_a_connection_has_no_more_time(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(START + b"\r\n")
    assert b" 204 " in await reader.readuntil(b"\r\n\r\n")
    writer.write(START)
    async with asyncio.timeout(HEAD_S + 2):
        assert (await _read(reader)).startswith(b"HTTP/1.1 408 ")
    writer.close()


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (START + b"\r\n", b"\r\n"),
        (START + b"Content-Length: 2\r\n\r\n", b"x"),
        (START + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: 1\r\n"),
    ],
    ids=["an empty line", "half a body", "a trailer"],
)
async def test_attack_61_a_byte_after_the_answer_wins_no_time(
    port: int, first: bytes, then: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(first)
    assert b" 204 " in await reader.readuntil(b"\r\n\r\n")
    writer.write(then)
    async with asyncio.timeout(HEAD_S + 2):
        await _read(reader)
    writer.close()


async def test_attack_63_a_trailer_is_no_header(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    chunked = b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n"
    writer.write(START + chunked)
    answer = await reader.readuntil(b"\r\n\r\n")
    assert b"x-names: host,transfer-encoding\r\n" in answer
    writer.close()


async def test_a_connection_that_asks_in_time_goes_on(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(4):
        writer.write(START)
        await asyncio.sleep(HEAD_S / 3)  # slow, but within the time of each
        writer.write(b"\r\n")
        assert b" 204 " in await reader.readuntil(b"\r\n\r\n")
    writer.close()


@pytest.mark.parametrize("filler", [b"X: " + b"a" * 200_000, b"X-Many: 1\r\n" * 20_000])
async def test_attack_61_a_head_without_end_takes_no_memory(
    filler: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with server(tmp_path_factory.mktemp("heads") / "data") as running:
        await _too_long(running, filler)


async def _too_long(running: Server, filler: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    with contextlib.suppress(ConnectionError):
        writer.write(START + filler)
        await writer.drain()
    async with asyncio.timeout(5):
        assert (await _read(reader))[:13] in (b"HTTP/1.1 431 ", b"")
    writer.close()
