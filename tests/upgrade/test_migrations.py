"""What the migrations make is what the tables say, on both kinds of database."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from tests.support.databases import KINDS, opened
from watchtogether.migrations import upgrade
from watchtogether.migrations.tables import METADATA


@pytest.mark.parametrize("kind", KINDS)
async def test_migrations_lead_to_the_tables(kind: str, tmp_path: Path) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))

    async with opened(kind, tmp_path) as database, database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_second_upgrade_changes_nothing(kind: str, tmp_path: Path) -> None:
    async with opened(kind, tmp_path) as database:
        await upgrade(database)
