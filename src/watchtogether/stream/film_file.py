"""A film's own file, shared by all who watch it so: each block is fetched from Plex once, is kept
like a segment, and is read ahead of whoever reads (SPEC STR-11)."""

import asyncio
import hashlib
import uuid
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog

from watchtogether.kit.errors import AppError
from watchtogether.kit.ids import AccountId, RatingKey, RoomId, ServerId
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.errors import PlexItemGone, PlexSlow, PlexUnauthorized, PlexUnreachable
from watchtogether.plex.facts import Version
from watchtogether.plex.transcode import Moment
from watchtogether.stream.cache import MIB, OF_FILE
from watchtogether.stream.errors import StreamStopped
from watchtogether.stream.flights import again
from watchtogether.stream.keeper import Keeper
from watchtogether.stream.ports import FileSource, Screening
from watchtogether.stream.surroundings import Surroundings
from watchtogether.stream.waker import or_error

log = structlog.get_logger(__name__)

T = TypeVar("T")

BLOCK_BYTES: Final = MIB
_AHEAD: Final = 4
"""Blocks fetched beyond the one that was read last."""
_AT_ONCE: Final = 2
_TRIES: Final = 3
_PAUSE_S: Final = 0.5


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
        self._flights: dict[int, asyncio.Task[bytes | AppError]] = {}
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._tasks: asyncio.TaskGroup | None = None
        self._begun = asyncio.Event()
        self._over = asyncio.Event()

    async def block(self, number: int) -> bytes:
        """The file's bytes from `number * BLOCK_BYTES` on. Raises `StreamStopped` and what Plex
        raises."""
        self._keeper.asked()
        await self._begun.wait()
        tasks = self._check_open()
        if self._access is None:
            self._access = tasks.create_task(or_error(self._enter()))
        access = await _whole(self._access)
        content = _content_of(self.key, access)
        found = await self._around.cache.get(content, number)
        tasks = self._check_open()
        if found is not None and len(found) != self._length(number):
            found = None
        last = (self.key.version.size_bytes - 1) // BLOCK_BYTES
        wanted = range(number if found is None else number + 1, min(number + _AHEAD, last) + 1)
        for each in wanted:
            is_kept = each != number and (content, each) in self._around.cache
            if each not in self._flights and not is_kept:
                self._flights[each] = tasks.create_task(self._fetch(access, content, each))
        return found if found is not None else await _whole(self._flights[number])

    def close(self) -> None:
        """End soon; `ended` tells when. Whoever waits is told `StreamStopped`."""
        self.closing = True
        self._over.set()

    async def run(self) -> None:
        """Until closed; a failure of this session ends this session only."""
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._begun.set()
                keeper = self._tasks.create_task(self._keeper.keep(self._beat))
                over = self._tasks.create_task(self._over.wait())
                await asyncio.wait([keeper, over], return_when=asyncio.FIRST_COMPLETED)
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

    async def _enter(self) -> ServerAccess:
        """Whose access this is; Plex is told that the file will be played."""
        access = await self._around.find_access(self.key.account_id, self.key.server_id)
        told = self._files.announce(access, self.key.rating_key, self.key.version, self._session)
        refusal = await or_error(told)
        if isinstance(refusal, PlexUnauthorized | PlexItemGone):
            raise refusal
        return access

    async def _fetch(self, access: ServerAccess, content: str, number: int) -> bytes | AppError:
        try:
            async with self._turns:
                outcome = await self._try(access, number)
            if isinstance(outcome, AppError):
                self._failed(access, outcome)
            else:
                await self._around.cache.put(content, number, outcome)
            return outcome
        finally:
            self._flights.pop(number, None)

    async def _try(self, access: ServerAccess, number: int) -> bytes | AppError:
        start, length = number * BLOCK_BYTES, self._length(number)
        stats = self._around.stats
        outcome: bytes | AppError = PlexSlow()
        for attempt in range(1, _TRIES + 1):
            stats.upstream_fetches += 1
            work = self._files.read(access, self.key.version, self._session, start, length)
            outcome = await or_error(work)
            if isinstance(outcome, bytes):
                stats.upstream_bytes += len(outcome)
                return outcome
            if isinstance(outcome, PlexUnauthorized | PlexItemGone):
                return outcome
            if attempt < _TRIES:
                await self._around.clock.sleep(_PAUSE_S * attempt)
        return outcome

    def _failed(self, access: ServerAccess, error: AppError) -> None:
        """The next read asks anew whose access this is, and where the server lives."""
        log.info("file_read_failed", room_id=self.key.room_id, code=error.code)
        self._access = None
        if isinstance(error, PlexUnreachable | PlexSlow):
            self._around.doubt(access)

    def _length(self, number: int) -> int:
        return min(BLOCK_BYTES, self.key.version.size_bytes - number * BLOCK_BYTES)

    async def _beat(self) -> None:
        await self._report(self._keeper.moment())

    async def _report(self, moment: Moment) -> None:
        if self._access is None or not self._access.done() or self._access.cancelled():
            return
        access = self._access.result()
        if isinstance(access, ServerAccess):
            await or_error(self._files.report(access, self._session, moment))

    def _check_open(self) -> asyncio.TaskGroup:
        if self.closing or self._tasks is None:
            raise StreamStopped(retry_after_s=1)
        return self._tasks


class _Over(Exception):
    """Ends the task group and whatever still runs in it."""


async def _whole(work: asyncio.Task[T | AppError]) -> T:
    """The outcome of what others wait for too; leaving ends this wait alone."""
    await asyncio.wait([work])
    if work.cancelled():
        raise StreamStopped(retry_after_s=1)
    outcome = work.result()
    if isinstance(outcome, AppError):
        raise again(outcome)
    return outcome


def _content_of(key: FileKey, access: ServerAccess) -> str:
    """Names the bytes and whoever may have them."""
    version = key.version
    parts = (key.server_id, version.part_key, str(version.size_bytes), access.permission_hash)
    return OF_FILE + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]
