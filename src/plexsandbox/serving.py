"""The sandbox under uvicorn: one server, or two that begin and end together."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from plexsandbox.box import Sandbox
from plexsandbox.gate import Lines

ENDING = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """`beside` is started before this one says that it is `ready`, and ended with it."""

    def __init__(
        self,
        app: Starlette,
        listener: socket.socket,
        *,
        beside: Beside | None = None,
        ready: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                Lines(app, app.state.box.gate),
                loop="asyncio",
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=2,
                server_header=False,
            )
        )
        self._box: Sandbox = app.state.box
        self._listener = listener
        self._beside = beside
        self._ready = ready

    async def run_here(self) -> None:
        """Until a signal asks to end."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            await self.serve(sockets=[self._listener])
            if self._beside is not None:
                self._beside.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, but the signal is not raised again at the end: the exit code is 0."""
        loop = asyncio.get_running_loop()
        for number in ENDING:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in ENDING:
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.started:
            return
        if self._beside is not None:
            self._tasks.create_task(self._beside.run_here())
            await self._beside.listening.wait()
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Those who listen would never leave by themselves."""
        self._box.notices.cut_all()
        await super().shutdown(sockets)


class Beside(Server):
    """A second server; signals are the first one's."""

    def __init__(self, app: Starlette, listener: socket.socket) -> None:
        self.listening = asyncio.Event()
        super().__init__(app, listener, ready=self.listening.set)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def url_of(listener: socket.socket, host: str) -> str:
    """Where to reach it from this machine."""
    port = int(listener.getsockname()[1])
    shown = "127.0.0.1" if host in {"", "0.0.0.0"} else host  # noqa: S104
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
