"""The database: one engine, and the unit of work that every repository is given."""

import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from watchtogether.kit.errors import StorageUnavailable

_SQLITE_BUSY_MS = 5_000
_POOL_SIZE, _POOL_OVERFLOW, _POOL_WAIT_S = 5, 15, 5.0


class Database:
    """Opens sessions; every failure to reach the store becomes `StorageUnavailable`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _create_engine(url)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One unit of work: committed when the block ends, rolled back when it raises."""
        try:
            async with self._sessions.begin() as session:
                yield session
        except (OperationalError, InterfaceError, PoolTimeout, OSError) as error:
            raise StorageUnavailable(retry_after_s=5) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise StorageUnavailable(retry_after_s=5) from error
            raise

    async def ping_ms(self) -> float:
        """Round trip of the smallest query, in milliseconds."""
        started = time.monotonic()
        async with self.transaction() as session:
            await session.execute(text("SELECT 1"))
        return (time.monotonic() - started) * 1000

    async def close(self) -> None:
        """Close every connection; aiosqlite's threads would otherwise keep the process alive."""
        await self.engine.dispose()


def _create_engine(url: str) -> AsyncEngine:
    if url.startswith("sqlite"):
        engine = create_async_engine(url, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        return engine
    return create_async_engine(
        url,
        hide_parameters=True,  # bound values are people's and have no place in a log
        pool_size=_POOL_SIZE,
        max_overflow=_POOL_OVERFLOW,
        pool_timeout=_POOL_WAIT_S,
        pool_pre_ping=True,
        connect_args={"timeout": _POOL_WAIT_S, "command_timeout": 10},
    )


def _prepare_sqlite(connection: Any, _: object) -> None:  # Any: the driver's own connection type
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # what was acknowledged survives a power cut
        "foreign_keys=ON",
        f"busy_timeout={_SQLITE_BUSY_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
