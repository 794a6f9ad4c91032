"""All streams of this process: finds or begins the session of a room, and ends them together."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import asdict
from pathlib import Path

import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import NotFound
from watchtogether.kit.ids import RoomId
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.facts import Version, with_sound
from watchtogether.stream.cache import MIB, SegmentCache
from watchtogether.stream.content import Memory, StreamKey
from watchtogether.stream.errors import GenerationOver, NotPlanned, StreamStopped
from watchtogether.stream.film_file import FileKey, FileSession
from watchtogether.stream.playlist import ladder_playlist, master_playlist
from watchtogether.stream.ports import (
    Audience,
    Doubt,
    FileSource,
    FindAccess,
    Screening,
    Titles,
    Transcoder,
)
from watchtogether.stream.renditions import Rendition, boxes_from, read_rendition
from watchtogether.stream.session import StreamSession
from watchtogether.stream.surroundings import Progress, StartPace, StreamStats, Surroundings

log = structlog.get_logger(__name__)

_STOP_S = 5.0


IsPlanned = Callable[[Screening, Rendition], bool]
"""Whether somebody in the room is meant to watch this rendition."""


def _no_doubt(_: ServerAccess) -> None:
    """Nobody wants to know."""


def _all_planned(_: Screening, __: Rendition) -> bool:
    return True


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
        titles: Titles,
        files: FileSource,
        clock: Clock,
        data_dir: Path,
        cache_mb: int,
        shared_cache: bool = False,
        doubt: Doubt = _no_doubt,
        is_planned: IsPlanned = _all_planned,
    ) -> None:
        self._cache = SegmentCache(
            data_dir / "cache" / "segments", cache_mb * MIB, shared=shared_cache
        )
        self._counts = StreamStats()
        self._around = Surroundings(
            audience,
            find_access,
            transcoder,
            titles,
            self._cache,
            Memory(),
            clock,
            self._counts,
            doubt,
            StartPace(),
        )
        self._titles = titles
        self._files = files
        self._is_planned = is_planned
        self._sessions: dict[StreamKey, StreamSession] = {}
        self._readings: dict[FileKey, FileSession] = {}
        self._running: dict[StreamKey | FileKey, asyncio.Task[None]] = {}
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
        for session in self._all():
            session.close()
        running = list(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=_STOP_S)
            for task in late:
                log.warning("transcode_stop_late")
                task.cancel()

    async def master(self, screening: Screening, name: str, uri: str) -> bytes:
        """A master playlist with this rendition alone, whose own is at `uri`."""
        content = await (await self._session(screening, name)).content()
        return master_playlist(content.layout, uri)

    def ladder(self, screening: Screening, name: str) -> bytes:
        """A master playlist with this rendition in all sizes."""
        return ladder_playlist(_rendition(screening, name), boxes_from(screening.rendition))

    async def playlist(self, screening: Screening, name: str, *, named: bool = False) -> bytes:
        """The media playlist, the whole title. `named`, each segment's address says whose bytes
        these are (`of`), so that a cache in front can tell rooms apart."""
        content = await (await self._session(screening, name)).content()
        if not named:
            return content.playlist
        return content.playlist.replace(b".ts\n", f".ts?of={content.name}\n".encode())

    async def segment(self, screening: Screening, name: str, number: int) -> bytes:
        """One segment; everybody who asks for the same one shares one fetch."""
        return await (await self._session(screening, name)).segment(number)

    def progress(self, screening: Screening, name: str) -> Progress | None:
        """What is done for those who wait; None when nothing is, as nobody has asked yet."""
        session = self._known(screening, name)
        return session.progress() if session is not None else None

    async def version(self, screening: Screening, index: int) -> Version:
        """A version that browsers may play as it is; raises `NotFound` when there is none."""
        versions = await self._titles.versions(
            screening.account_id, screening.server_id, screening.rating_key
        )
        known = {each.index: each for each in with_sound(versions, screening.sound)}
        if index not in known or not known[index].playable:
            raise NotFound
        return known[index]

    async def block(self, screening: Screening, version: Version, number: int) -> bytes:
        """One block of a file; everybody who reads it shares one fetch."""
        key = FileKey(
            screening.room_id,
            screening.generation,
            screening.server_id,
            screening.rating_key,
            screening.account_id,
            version,
        )
        while (session := self._readings.get(key)) is not None and session.closing:
            await session.ended.wait()
        if session is None:
            tasks = self._open_tasks(screening)
            session = self._readings[key] = FileSession(key, screening, self._around, self._files)
            self._running[key] = tasks.create_task(self._keep(key, session))
        return await session.block(number)

    def keeps(self, screening: Screening, name: str, number: int) -> bool:
        """Whether a segment can be given without waiting for Plex."""
        session = self._known(screening, name)
        return session is not None and session.keeps(number)

    def name_of(self, screening: Screening, name: str, number: int) -> str | None:
        """Names the bytes of a segment for ever; None while they are not known."""
        session = self._known(screening, name)
        return session.name_of(number) if session is not None else None

    def file_of(self, screening: Screening, name: str, number: int) -> str | None:
        """A segment's file below the cache's folder, for who can send it better than we can."""
        session = self._known(screening, name)
        return session.file_of(number) if session is not None else None

    def retire(self, room_id: RoomId, before: int | None = None) -> None:
        """The room has gone on to this generation (or closed): end its earlier sessions soon."""
        for session in self._all():
            key = session.key
            if key.room_id == room_id and (before is None or key.generation < before):
                session.close()

    def keep_to(self, screening: Screening, planned: Collection[str]) -> None:
        """What the room is to watch from here on, by name. Its other conversions end soon: the one
        asked for last when its viewers have changed, the others now (SPEC STR-10)."""
        here = (screening.room_id, screening.generation)
        left: list[StreamSession] = []
        for key, session in self._sessions.items():
            if (key.room_id, key.generation) == here and not session.closing:
                session.planned = key.rendition.name in planned
                left += [] if session.planned else [session]
        for session in sorted(left, key=lambda each: each.asked_ms)[:-1]:
            session.close()

    def stats(self) -> dict[str, int]:
        """Counters since the start, and what there is now."""
        return {
            "sessions": len(self._sessions),
            "files": len(self._readings),
            "cache_bytes": self._cache.disk_bytes,
            **asdict(self._counts),
            **{f"cache_{name}": value for name, value in asdict(self._cache.stats).items()},
        }

    def _known(self, screening: Screening, name: str) -> StreamSession | None:
        return self._sessions.get(_key(screening, _rendition(screening, name)))

    async def _session(self, screening: Screening, name: str) -> StreamSession:
        rendition = _rendition(screening, name)
        key = _key(screening, rendition)
        while (session := self._sessions.get(key)) is not None and session.closing:
            await session.ended.wait()
        return session or self._begin(key, screening)

    def _begin(self, key: StreamKey, screening: Screening) -> StreamSession:
        tasks = self._open_tasks(screening)
        if not self._is_planned(screening, key.rendition):
            raise NotPlanned
        session = self._sessions[key] = StreamSession(key, screening, self._around)
        self._running[key] = tasks.create_task(self._keep(key, session))
        return session

    def _open_tasks(self, screening: Screening) -> asyncio.TaskGroup:
        """For a new session, which ends those of what the room showed before.

        Raises `GenerationOver` when the room has gone on since the asker was let in.
        """
        if self._tasks is None:
            raise StreamStopped(retry_after_s=5)
        shown = self._around.audience.screening(screening.room_id)
        if shown is None or shown.generation != screening.generation:
            raise GenerationOver
        self.retire(screening.room_id, screening.generation)
        return self._tasks

    async def _keep(self, key: StreamKey | FileKey, session: StreamSession | FileSession) -> None:
        try:
            await session.run()
        finally:
            if isinstance(key, FileKey):
                self._readings.pop(key, None)
            else:
                self._sessions.pop(key, None)
            self._running.pop(key, None)

    def _all(self) -> list[StreamSession | FileSession]:
        return [*self._sessions.values(), *self._readings.values()]


def _key(screening: Screening, rendition: Rendition) -> StreamKey:
    return StreamKey(
        screening.room_id,
        screening.generation,
        screening.server_id,
        screening.rating_key,
        screening.account_id,
        rendition,
        screening.sound,
    )


def _rendition(screening: Screening, name: str) -> Rendition:
    """Raises `NotFound` for what there is not, or what is larger than the owner allows."""
    rendition = read_rendition(name)
    if rendition is None or rendition.box not in boxes_from(screening.rendition):
        raise NotFound
    return rendition
