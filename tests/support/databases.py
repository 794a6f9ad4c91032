"""Real databases for tests: SQLite in a file, PostgreSQL where one listens on this machine."""

import contextlib
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from watchtogether.db.engine import Database
from watchtogether.migrations import upgrade

POSTGRES = os.environ.get("TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
KINDS = ("sqlite", "postgresql")


@contextlib.asynccontextmanager
async def opened(kind: str, folder: Path) -> AsyncIterator[Database]:
    """An empty database of this kind, brought up to date."""
    if kind == "sqlite":
        async with _migrated(f"sqlite+aiosqlite:///{folder / 'test.db'}") as database:
            yield database
        return
    name = f"watchtogether_{secrets.token_hex(6)}"
    try:
        admin = await asyncpg.connect(POSTGRES, timeout=3)
    except OSError as error:
        pytest.skip(f"NO POSTGRESQL at {POSTGRES}: {error}")
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        url = POSTGRES.rsplit("/", 1)[0] + f"/{name}"
        async with _migrated(url.replace("postgresql://", "postgresql+asyncpg://")) as database:
            yield database
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


@contextlib.asynccontextmanager
async def _migrated(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        await upgrade(database)
        yield database
    finally:
        await database.close()
