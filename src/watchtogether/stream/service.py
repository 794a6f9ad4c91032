"""All streams of this process: finds or begins the session of a room, and ends them together."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import NotFound
from watchtogether.kit.ids import RoomId
from watchtogether.plex.client import ServerAccess
from watchtogether.stream.cache import MIB, SegmentCache
from watchtogether.stream.content import Memory, StreamKey
from watchtogether.stream.errors import StreamStopped
from watchtogether.stream.playlist import master_playlist
from watchtogether.stream.ports import Audience, Doubt, FindAccess, Screening, Transcoder
from watchtogether.stream.reader import StreamStats, Surroundings
from watchtogether.stream.renditions import RENDITIONS
from watchtogether.stream.session import StreamSession

log = structlog.get_logger(__name__)

_STOP_S = 5.0


def _no_doubt(_: ServerAccess) -> None:
    """Nobody wants to know."""


class StreamService:
    """Give segments and playlists to viewers whose ticket was checked; see `endpoints.py`.

    Works inside `async with service.run():` only, which owns every task.
    """

    def __init__(
        self,
        *,
        audience: Audience,
        find_access: FindAccess,
        transcoder: Transcoder,
        clock: Clock,
        data_dir: Path,
        cache_mb: int,
        doubt: Doubt = _no_doubt,
    ) -> None:
        self._cache = SegmentCache(data_dir / "cache" / "segments", cache_mb * MIB)
        self._counts = StreamStats()
        self._around = Surroundings(
            audience, find_access, transcoder, self._cache, Memory(), clock, self._counts, doubt
        )
        self._sessions: dict[StreamKey, StreamSession] = {}
        self._running: dict[StreamKey, asyncio.Task[None]] = {}
        self._tasks: asyncio.TaskGroup | None = None

    @contextlib.asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Open the cache and serve; at the end stop every transcode, within a deadline."""
        await self._cache.open()
        async with asyncio.TaskGroup() as self._tasks:
            try:
                yield
            finally:
                await self.aclose()

    async def aclose(self) -> None:
        """Stop every transcode; those that do not stop in time are given up."""
        self._tasks = None
        for session in self._sessions.values():
            session.close()
        running = list(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=_STOP_S)
            for task in late:
                log.warning("transcode_stop_late")
                task.cancel()

    async def master(self, screening: Screening) -> bytes:
        """The master playlist of what the room shows."""
        content = await (await self._session(screening)).content()
        return master_playlist(content.layout, screening.generation, screening.rendition)

    async def playlist(self, screening: Screening) -> bytes:
        """The media playlist, the whole title."""
        return (await (await self._session(screening)).content()).playlist

    async def segment(self, screening: Screening, number: int) -> bytes:
        """One segment; everybody who asks for the same one shares one fetch."""
        return await (await self._session(screening)).segment(number)

    def retire(self, room_id: RoomId, except_generation: int | None = None) -> None:
        """The room has gone on (or closed): end its other sessions soon."""
        for key, session in self._sessions.items():
            if key.room_id == room_id and key.generation != except_generation:
                session.close()

    def stats(self) -> dict[str, int]:
        """Counters since the start, and what there is now."""
        return {
            "sessions": len(self._sessions),
            "cache_bytes": self._cache.disk_bytes,
            **asdict(self._counts),
            **{f"cache_{name}": value for name, value in asdict(self._cache.stats).items()},
        }

    async def _session(self, screening: Screening) -> StreamSession:
        if screening.rendition not in RENDITIONS:
            raise NotFound
        key = StreamKey(
            screening.room_id,
            screening.generation,
            screening.server_id,
            screening.rating_key,
            screening.account_id,
            screening.rendition,
        )
        while (session := self._sessions.get(key)) is not None and session.closing:
            await session.ended.wait()
        return session or self._begin(key, screening)

    def _begin(self, key: StreamKey, screening: Screening) -> StreamSession:
        if self._tasks is None:
            raise StreamStopped(retry_after_s=5)
        self.retire(key.room_id, key.generation)
        session = self._sessions[key] = StreamSession(key, screening, self._around)
        self._running[key] = self._tasks.create_task(self._keep(key, session))
        return session

    async def _keep(self, key: StreamKey, session: StreamSession) -> None:
        try:
            await session.run()
        finally:
            self._sessions.pop(key, None)
            self._running.pop(key, None)
