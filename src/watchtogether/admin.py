"""`watchtogether admin`: for whoever runs the server. It may run beside it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import typer

from watchtogether.accounts.model import Identity
from watchtogether.db.engine import Database
from watchtogether.kit.clock import SystemClock
from watchtogether.kit.errors import StorageUnavailable
from watchtogether.kit.ids import RoomCode
from watchtogether.rooms import checker, story
from watchtogether.rooms.log import Record, RoomLog
from watchtogether.server import Server
from watchtogether.settings import Settings

admin = typer.Typer(
    help="Look at parties in the database; let people in again.", no_args_is_help=True
)


@admin.command("story")
def story_of(code: str) -> None:
    """Tell what happened in a room, a line for each thing, in this machine's time."""
    typer.echo("\n".join(story.printed(_log(code), datetime.now().astimezone().tzinfo)))


@admin.command("check")
def check(
    code: str,
    records: list[Path] = typer.Option(  # noqa: B008 Typer's own form
        [], exists=True, dir_okay=False, help="What clients sent, heard and knew; JSON lines."
    ),
) -> None:
    """Say whether a room's log, and the records of its clients, hold what the protocol promises."""
    log = _log(code)
    flaws = checker.check(log, [note for file in records for note in _notes(file)])
    for flaw in flaws:
        typer.echo(flaw)
    typer.echo(f"{len(log)} events, {len(records)} files of records: {len(flaws)} flaws")
    raise SystemExit(1 if flaws else 0)


@admin.command("password")
def password(username: str) -> None:
    """Give an account a new password, print it, and sign its devices out within a minute."""
    try:
        found = asyncio.run(_reset_password(username))
    except StorageUnavailable as error:
        typer.echo(f"watchtogether: the database does not answer: {error}", err=True)
        raise SystemExit(1) from None
    if found is None:
        typer.echo(f"watchtogether: there is no account {username}", err=True)
        raise SystemExit(1)
    chosen, linked = found
    for each in linked:
        typer.echo(f"{each.provider} still leads into it, as {each.username}")
    typer.echo(f"The new password of {username}, shown this once: {chosen}")


async def _reset_password(username: str) -> tuple[str, list[Identity]] | None:
    settings = Settings()
    if not settings.data_dir.is_dir():  # a key would be made in the wrong place
        raise StorageUnavailable(f"there is no folder {settings.data_dir}")
    server = Server(settings, SystemClock(), share_url="")
    try:
        return await server.accounts.reset_password(username)
    finally:
        await server.database.close()


def _notes(file: Path) -> list[checker.Note]:
    try:
        return checker.read_notes(file.read_text().splitlines())
    except ValueError as error:
        raise typer.BadParameter(f"{file}: {error}") from None


def _log(code: str) -> Sequence[Record]:
    """A room's whole log; without one, the command says why and exits with 1."""
    try:
        found = asyncio.run(_read(RoomCode(code)))
    except StorageUnavailable as error:
        typer.echo(f"watchtogether: the database does not answer: {error}", err=True)
        raise SystemExit(1) from None
    if found is None:
        typer.echo(f"watchtogether: there is no room {code}", err=True)
        raise SystemExit(1)
    return found


async def _read(code: RoomCode) -> Sequence[Record] | None:
    database = Database(Settings().sqlalchemy_url)
    try:
        log = RoomLog(database)
        room_id = await log.id_of(code)
        return None if room_id is None else await log.read(room_id)
    finally:
        await database.close()
