"""Writes back to Plex how far every linked account in a room got, each with its own access.

Accounts without Plex, or to whom that server is not shared, are passed over.
"""

from typing import Final

import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import AppError
from watchtogether.kit.tasks import Background
from watchtogether.plex.errors import PlexError, PlexServerUnknown
from watchtogether.plex.reports import Reports
from watchtogether.plex.servers import ServerDirectory
from watchtogether.rooms.registry import Registry
from watchtogether.watchbook import WatchBook, Watched

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 2.0
_PAUSES_S: Final = (0.0, 10.0, 60.0, 300.0)
"""Before each attempt: a Plex server that restarts misses nothing."""


class WatchState:
    """`run` looks at the live rooms until it is cancelled."""

    def __init__(
        self,
        *,
        registry: Registry,
        servers: ServerDirectory,
        reports: Reports,
        clock: Clock,
        background: Background,
    ) -> None:
        self._registry = registry
        self._servers = servers
        self._reports = reports
        self._clock = clock
        self._background = background
        self._book = WatchBook()

    async def run(self) -> None:
        while True:
            self.look()
            await self._clock.sleep(LOOK_EVERY_S)

    def look(self) -> None:
        """Once; what is over is written in the background."""
        rooms = [live.room for live in self._registry]
        for watched in self._book.look(rooms, self._clock.monotonic_ms()):
            self._background.start("watch state", self._write(watched))

    async def _write(self, watched: Watched) -> None:
        for pause_s in _PAUSES_S:
            await self._clock.sleep(pause_s)
            try:
                await self._report(watched)
            except PlexServerUnknown:
                return
            except AppError as error:
                log.info("watch_state_not_written", account_id=watched.account_id, why=error.code)
                if not isinstance(error, PlexError):
                    return
            else:
                log.info("watch_state_written", account_id=watched.account_id)
                return

    async def _report(self, watched: Watched) -> None:
        """As a player does: it was playing there, and stopped."""
        access = await self._servers.ready(watched.account_id, watched.server_id)
        for state in ("playing", "stopped"):
            await self._reports.timeline(
                access,
                watched.rating_key,
                state,
                time_ms=int(watched.reached_s * 1000),
                duration_ms=int(watched.duration_s * 1000),
                session=watched.session,
            )
