"""The database's history of forms, and how to bring one up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from watchtogether.db.engine import Database
from watchtogether.kit.errors import StorageUnavailable


class DatabaseTooNew(StorageUnavailable):
    """The data was written by a later version of the server."""

    code = "database_too_new"
    message = "The database was written by a newer version. Install that version, or restore."


async def upgrade(database: Database) -> None:
    """Bring the database to the newest form; does nothing when it is there already."""
    async with database.engine.begin() as connection:
        await connection.run_sync(_upgrade)


def config() -> Config:
    """Alembic's configuration, without a file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    return made


def _upgrade(connection: Connection) -> None:
    made = config()
    known = {script.revision for script in ScriptDirectory.from_config(made).walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        raise DatabaseTooNew
    made.attributes["connection"] = connection
    command.upgrade(made, "head")
