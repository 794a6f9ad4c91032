"""A film's own file, shared by all who watch it so: each block is fetched from Plex once, is kept
like a segment, and is read ahead of whoever reads (SPEC STR-11)."""

import asyncio
import hashlib
import uuid
from dataclasses import dataclass
from typing import Final

import structlog

from watchtogether.kit.errors import AppError
from watchtogether.kit.ids import AccountId, RatingKey, RoomId, ServerId
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.errors import PlexSlow, PlexUnreachable
from watchtogether.plex.facts import Version
from watchtogether.plex.transcode import Moment
from watchtogether.stream.blocks import Blocks, Deliver, whole
from watchtogether.stream.cache import MIB, OF_FILE
from watchtogether.stream.errors import StreamStopped
from watchtogether.stream.flights import again
from watchtogether.stream.keeper import Keeper
from watchtogether.stream.patience import patiently
from watchtogether.stream.ports import FileSource, Screening
from watchtogether.stream.surroundings import Surroundings
from watchtogether.stream.waker import or_error

log = structlog.get_logger(__name__)

BLOCK_BYTES: Final = MIB
_AHEAD: Final = 4
"""Blocks fetched beyond the one that was read last."""
_REFUSE_S: Final = 2.0
"""For so long after a look-up that failed the same answer is given without another."""


@dataclass(frozen=True, slots=True)
class FileKey:
    """One room's reading of one version of an item."""

    room_id: RoomId
    generation: int
    server_id: ServerId
    rating_key: RatingKey
    account_id: AccountId
    version: Version


class FileSession:
    """Lives from the first read until nobody has read for 60 s; then a new one is made."""

    def __init__(
        self, key: FileKey, screening: Screening, around: Surroundings, files: FileSource
    ) -> None:
        self.key = key
        self.ended = asyncio.Event()
        self.closing = False
        self._around = around
        self._files = files
        self._keeper = Keeper(around.audience, around.clock, screening)
        self._session = str(uuid.uuid4())
        self._access: asyncio.Task[ServerAccess | AppError] | None = None
        self._refusal: AppError | None = None
        self._refuse_until_ms = 0.0
        self._blocks = Blocks(self._fetch)
        self._tasks: asyncio.TaskGroup | None = None
        self._begun = asyncio.Event()
        self._over = asyncio.Event()

    async def block(self, number: int) -> bytes:
        """The file's bytes from `number * BLOCK_BYTES` on. Raises `StreamStopped` and what Plex
        raises."""
        self._keeper.asked()
        await self._begun.wait()
        content = _content_of(self.key, await self._admitted())
        found = await self._around.cache.get(content, number)
        self._check_open()
        last = (self.key.version.size_bytes - 1) // BLOCK_BYTES
        ahead = range(number + 1, min(number + _AHEAD, last) + 1)
        missing = [each for each in ahead if (content, each) not in self._around.cache]
        if found is None or len(found) != self._length(number):
            return await self._blocks.wait_for(number, missing)
        if any(each not in self._blocks for each in missing):
            self._blocks.look_ahead(missing)
        return found

    def close(self) -> None:
        """End soon; `ended` tells when. Whoever waits is told `StreamStopped`."""
        self.closing = True
        self._over.set()

    async def run(self) -> None:
        """Until closed; a failure of this session ends this session only."""
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._blocks.use(self._tasks)
                self._begun.set()
                keeper = self._tasks.create_task(self._keeper.keep(self._beat))
                over = self._tasks.create_task(self._over.wait())
                try:
                    await asyncio.wait([keeper, over], return_when=asyncio.FIRST_COMPLETED)
                finally:
                    self.closing = True
                    self._blocks.close()
                raise _Over
        except* _Over:
            pass
        except* Exception as group:  # the session's boundary: nothing may reach the others
            log.error("file_session_crashed", room_id=self.key.room_id, exc_info=group)
        finally:
            self.closing = True
            self._begun.set()
            await self._report(self._keeper.last_moment())
            self.ended.set()

    async def _admitted(self) -> ServerAccess:
        """Whose access this is, looked up when it is not known."""
        tasks = self._check_open()
        if self._access is None:
            refusing = self._around.clock.monotonic_ms() < self._refuse_until_ms
            if self._refusal is not None and refusing:
                raise again(self._refusal)
            self._access = tasks.create_task(self._look_up())
        return await whole(self._access)

    async def _look_up(self) -> ServerAccess | AppError:
        """Plex is told that the file will be played; its answer does not matter here."""
        key = self.key
        found = await or_error(self._around.find_access(key.account_id, key.server_id))
        if isinstance(found, AppError):
            self._access, self._refusal = None, found
            self._refuse_until_ms = self._around.clock.monotonic_ms() + _REFUSE_S * 1000
            return found
        await or_error(self._files.announce(found, key.rating_key, key.version, self._session))
        return found

    async def _fetch(self, number: int, deliver: Deliver) -> None:
        access = await self._admitted()
        start, length = number * BLOCK_BYTES, self._length(number)
        stats = self._around.stats

        async def read() -> bytes:
            stats.upstream_fetches += 1
            return await self._files.read(access, self.key.version, self._session, start, length)

        outcome = await patiently(read, self._around.clock)
        deliver(outcome)
        if isinstance(outcome, AppError):
            self._failed(access, outcome)
            return
        stats.upstream_bytes += len(outcome)
        await self._around.cache.put(_content_of(self.key, access), number, outcome)

    def _failed(self, access: ServerAccess, error: AppError) -> None:
        """The next read asks anew whose access this is, and where the server lives."""
        log.info("file_read_failed", room_id=self.key.room_id, code=error.code)
        if self._known_access() is access:
            self._access = None
        if isinstance(error, PlexUnreachable | PlexSlow):
            self._around.doubt(access)

    def _length(self, number: int) -> int:
        return min(BLOCK_BYTES, self.key.version.size_bytes - number * BLOCK_BYTES)

    async def _beat(self) -> None:
        await self._report(self._keeper.moment())

    async def _report(self, moment: Moment) -> None:
        access = self._known_access()
        if access is not None:
            await or_error(self._files.report(access, self._session, moment))

    def _known_access(self) -> ServerAccess | None:
        asked = self._access
        if asked is None or not asked.done() or asked.cancelled():
            return None
        found = asked.result()
        return found if isinstance(found, ServerAccess) else None

    def _check_open(self) -> asyncio.TaskGroup:
        if self.closing or self._tasks is None:
            raise StreamStopped(retry_after_s=1)
        return self._tasks


class _Over(Exception):
    """Ends the task group and whatever still runs in it."""


def _content_of(key: FileKey, access: ServerAccess) -> str:
    """Names the bytes and whoever may have them."""
    version = key.version
    parts = (key.server_id, version.part_key, str(version.size_bytes), access.permission_hash)
    return OF_FILE + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]
