"""`watchtogether doctor`: what is well, what is not, and what to do about it."""

import tempfile
import time
from collections.abc import Awaitable, Callable

import httpx2
import typer
from imageio_ffmpeg import get_ffmpeg_exe

from watchtogether.db.engine import Database
from watchtogether.db.redis import RedisLink
from watchtogether.kit.clock import SystemClock
from watchtogether.kit.errors import StorageUnavailable
from watchtogether.settings import Settings
from watchtogether.webpage import PAGE_DIR

Finding = tuple[bool, str]

_PLEX_TV_S = 5.0
_BUILT_WALL_S = 1_795_000_000  # November 2026, when this version was written


async def examine(settings: Settings) -> int:
    """Print one line per check; 0 when all are well, 1 otherwise."""
    checks: dict[str, Callable[[Settings], Awaitable[Finding]]] = {
        "data folder": _data_folder,
        "database": _database,
        "page": _page,
        "redis": _redis,
        "plex.tv": _plex_tv,
        "ffmpeg": _ffmpeg,
        "clock": _clock,
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


async def _redis(settings: Settings) -> Finding:
    if not settings.redis_url:
        return True, "not needed by one process"
    link = RedisLink(settings.redis_url, SystemClock())
    try:
        report = await link.report()
    finally:
        await link.close()
    if report["status"] == "healthy":
        return True, f"answers in {report['latency_ms']} ms; Plex answers are shared through it"
    return False, "does not answer: start it, or unset WATCHTOGETHER_REDIS_URL"


async def _plex_tv(settings: Settings) -> Finding:
    address = settings.plex_tv_url or "https://plex.tv"
    try:
        async with httpx2.AsyncClient(timeout=_PLEX_TV_S, trust_env=False) as http:
            await http.get(f"{address.rstrip('/')}/api/v2/ping")
    except httpx2.HTTPError as error:
        return False, f"{address} does not answer ({type(error).__name__}): check the network"
    return True, f"{address} answers"


async def _ffmpeg(_: Settings) -> Finding:
    try:
        found = get_ffmpeg_exe()
    except RuntimeError:
        return False, "is missing: no film can be converted here, nor made for the demonstration"
    return True, f"{found} (for what Plex does not convert, and the demonstration)"


async def _clock(_: Settings) -> Finding:
    """A wall clock that is far off ends sign-ins early and fails https."""
    if time.time() < _BUILT_WALL_S:
        return False, "is behind: set this machine's date and time"
    return True, time.strftime("%Y-%m-%d %H:%M:%S %Z")


async def _addresses(settings: Settings) -> Finding:
    if settings.public_url and not settings.public_url.startswith("https://"):
        return True, "the public address is plain http: cookies travel unencrypted"
    return True, settings.public_url or "no public address set: friends join through the LAN"
