"""A network in between: TCP relayed with the same delay in both directions.

Bytes leave as they came, `one_way_ms` later; nothing is lost and nothing is limited. A new
connection costs one round trip before its first byte passes.
"""

import asyncio
import contextlib
import threading
from collections.abc import Iterator


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float
) -> None:
    """Pieces are timed from their arrival, so that a stream is late by the delay only once."""
    loop = asyncio.get_running_loop()
    late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(256)

    async def write() -> None:
        while True:
            due_s, piece = await late.get()
            await asyncio.sleep(max(0.0, due_s - loop.time()))
            if not piece:
                break
            writer.write(piece)
            await writer.drain()

    writing = asyncio.ensure_future(write())
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65_536):
            await late.put((loop.time() + delay_s, piece))
    await late.put((loop.time() + delay_s, b""))
    with contextlib.suppress(ConnectionError):
        await writing
    writer.close()


async def _serve(port: int, delay_s: float, started: "asyncio.Queue[int]") -> None:
    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2 * delay_s)
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pass_on(reader, back, delay_s), _pass_on(there, writer, delay_s))

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    await started.put(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


@contextlib.contextmanager
def lag(port: int, one_way_ms: float) -> Iterator[int]:
    """A port on this machine that leads to that one, as late; in a thread of its own."""
    loop = asyncio.new_event_loop()
    started: asyncio.Queue[int] = asyncio.Queue()
    serving = loop.create_task(_serve(port, one_way_ms / 1000, started))

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(serving)

    thread = threading.Thread(target=run, name="lag")
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(started.get(), loop).result(5)
    finally:
        loop.call_soon_threadsafe(serving.cancel)
        thread.join()
