"""Runs the server: prepares the data folder, migrates, listens, and stops cleanly."""

import asyncio
import contextlib
import errno
import os
import socket
import sys
from collections.abc import Awaitable, Callable

import uvicorn

from watchtogether.accounts.repository import AccountRepository
from watchtogether.app import create_app
from watchtogether.db.engine import Database
from watchtogether.kit.errors import AppError
from watchtogether.kit.web.heads import BoundedHeadProtocol
from watchtogether.migrations import upgrade
from watchtogether.realtime.gateway import FRAME_BYTES_MAX
from watchtogether.settings import Settings

GRACEFUL_S = 5
BACKLOG = 2_048

Started = Callable[[int, bool], Awaitable[None]]
"""Called once requests are answered, with the port, and whether nobody owns the server yet."""


class CannotStart(Exception):
    """Something outside must be put right first; the message says what."""


def prepare(settings: Settings) -> bool:
    """Make the data folder and bring the database up to date; whether nobody owns it yet.

    Raises `CannotStart`.
    """
    os.umask(0o077)  # what this server writes is for its own user alone
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"The data folder {folder} cannot be written ({error.strerror}). "
            "Choose another with WATCHTOGETHER_DATA_DIR."
        ) from error
    return asyncio.run(_migrate(settings))


async def _migrate(settings: Settings) -> bool:
    database = Database(settings.sqlalchemy_url)
    try:
        await upgrade(database)
        return await AccountRepository(database).count() == 0
    except AppError as error:
        raise CannotStart(error.text) from error
    except OSError as error:
        raise CannotStart(f"The database cannot be reached: {error}") from error
    finally:
        await database.close()


def listen(settings: Settings) -> socket.socket:
    """A socket on the address of the settings. Raises `CannotStart` when it is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise CannotStart(_why_not(settings, error)) from error
    listener.listen(BACKLOG)
    return listener


def _why_not(settings: Settings, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {settings.port} is taken by another program. "
            "Stop it, or choose another with WATCHTOGETHER_PORT."
        )
    return f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}."


def serve(settings: Settings, started: Started | None = None) -> None:
    """Serve until SIGINT or SIGTERM."""
    first_run = prepare(settings)
    with listen(settings) as listener:
        port = listener.getsockname()[1]
        config = uvicorn.Config(
            create_app(settings, port=port),
            http=BoundedHeadProtocol,
            loop="asyncio" if sys.platform == "win32" else "uvloop",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            ws_max_size=FRAME_BYTES_MAX,
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACEFUL_S,
        )
        server = _Server(config, lambda: started(port, first_run) if started else None)
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn has stopped cleanly by then
            server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """uvicorn's server, telling somebody when it answers."""

    def __init__(self, config: uvicorn.Config, tell: Callable[[], Awaitable[None] | None]) -> None:
        super().__init__(config)
        self._tell = tell

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        told = None if self.should_exit else self._tell()
        if told is not None:
            await told
