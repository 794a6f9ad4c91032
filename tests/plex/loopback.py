"""A server on a loopback port that answers whatever bytes a test wants."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Respond = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Loopback:
    """`heads` are the request heads it got; each connection answers one request."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self.heads: list[bytes] = []
        self.port = 0
        self._more = asyncio.Condition()

    async def got(self, count: int) -> None:
        """Wait until that many requests have come."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.heads) >= count)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            async with self._more:
                self.heads.append(head)
                self._more.notify_all()
            await self._respond(head, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def loopback(respond: Respond) -> AsyncIterator[Loopback]:
    """Listens until the block ends; handlers still running are cancelled."""
    handler = Loopback(respond)
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        await handler.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def answer(
    body: bytes,
    *,
    status: str = "200 OK",
    content_type: str = "application/json",
    length: int | None = None,
    extra: str = "",
) -> Respond:
    """Always the same answer."""

    async def respond(_: bytes, writer: asyncio.StreamWriter) -> None:
        size = len(body) if length is None else length
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {size}\r\n"
            f"Connection: close\r\n{extra}\r\n".encode()
            + body
        )

    return respond


async def silence(_: bytes, writer: asyncio.StreamWriter) -> None:
    """Never answers."""
    await asyncio.Event().wait()


async def endless(_: bytes, writer: asyncio.StreamWriter) -> None:
    """A body without an end."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        writer.write(b" " * 65536)
        await writer.drain()


async def dripping(_: bytes, writer: asyncio.StreamWriter) -> None:
    """A byte now and then, so that no single read is slow."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)
