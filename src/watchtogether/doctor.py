"""`watchtogether doctor`: what is well, what is not, and what to do about it."""

import tempfile
from collections.abc import Awaitable, Callable

import typer

from watchtogether.db.engine import Database
from watchtogether.kit.errors import StorageUnavailable
from watchtogether.settings import Settings
from watchtogether.webpage import PAGE_DIR

Finding = tuple[bool, str]


async def examine(settings: Settings) -> int:
    """Print one line per check; 0 when all are well, 1 otherwise."""
    checks: dict[str, Callable[[Settings], Awaitable[Finding]]] = {
        "data folder": _data_folder,
        "database": _database,
        "page": _page,
        "addresses": _addresses,
    }
    well = True
    for name, check in checks.items():
        fine, words = await check(settings)
        well = well and fine
        typer.echo(f"{'ok  ' if fine else 'FAIL'}  {name}: {words}")
    return 0 if well else 1


async def _data_folder(settings: Settings) -> Finding:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data_dir):
            return True, f"{settings.data_dir} can be written"
    except OSError as error:
        return False, f"{error.strerror}: set WATCHTOGETHER_DATA_DIR to a folder you own"


async def _database(settings: Settings) -> Finding:
    database = Database(settings.sqlalchemy_url)
    try:
        return True, f"answers in {await database.ping_ms():.1f} ms"
    except (StorageUnavailable, OSError) as error:
        return False, f"{error}: check WATCHTOGETHER_DATABASE_URL"
    finally:
        await database.close()


async def _page(_: Settings) -> Finding:
    if (PAGE_DIR / "index.html").exists():
        return True, "is built"
    return False, "is not built: run `make page`"


async def _addresses(settings: Settings) -> Finding:
    if settings.public_url and not settings.public_url.startswith("https://"):
        return True, "the public address is plain http: cookies travel unencrypted"
    return True, settings.public_url or "no public address set: friends join through the LAN"
