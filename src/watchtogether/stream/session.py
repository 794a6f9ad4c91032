"""One room's stream of one item: what viewers ask of it, its keep-alive, and its end.

Viewers' questions are answered from what is known and cached, or wait for the reader.
"""

import asyncio

import structlog

from watchtogether.kit.errors import NotFound
from watchtogether.stream.content import Content, StreamKey
from watchtogether.stream.errors import StreamStopped
from watchtogether.stream.keeper import Keeper
from watchtogether.stream.ports import Screening
from watchtogether.stream.reader import Reader
from watchtogether.stream.surroundings import Progress, Surroundings
from watchtogether.stream.waker import or_error

log = structlog.get_logger(__name__)


class StreamSession:
    """Lives from the first request until nobody has asked for 60 s, or for 10 s when nobody is to
    watch it any more; then a new one is made."""

    def __init__(self, key: StreamKey, screening: Screening, around: Surroundings) -> None:
        self.key = key
        self.ended = asyncio.Event()
        self._around = around
        self._reader = Reader(
            key, around, position_s=screening.position_s, duration_s=screening.duration_s
        )
        self._keeper = Keeper(around.audience, around.clock, screening)

    @property
    def closing(self) -> bool:
        """No longer to be asked: wait for `ended` and make a new one."""
        return self._reader.closing

    @property
    def asked_ms(self) -> float:
        """When somebody last asked for something of it."""
        return self._keeper.asked_ms

    @property
    def planned(self) -> bool:
        """Whether somebody is to watch it; so it is at first."""
        return self._keeper.planned

    @planned.setter
    def planned(self, planned: bool) -> None:
        self._keeper.planned = planned

    async def content(self) -> Content:
        """The title's layout and playlist; waits for Plex when it is not known yet."""
        self._keeper.asked()
        if self._reader.content is not None:
            return self._reader.content
        self._check_open()
        return await asyncio.shield(self._reader.listing())

    async def segment(self, number: int) -> bytes:
        """The segment's bytes. Raises `NotFound` beyond the title's end, the errors of
        `stream.errors`, and Plex's."""
        self._keeper.asked()
        content = self._reader.content
        if content is not None:
            if number >= len(content.layout):
                raise NotFound
            cached = await self._around.cache.get(content.name, number)
            if cached is not None:
                self._reader.look_ahead(number)
                return cached
        self._check_open()
        self._reader.look_ahead(number)
        return await self._reader.flights.wait_for(number)

    def keeps(self, number: int) -> bool:
        """Whether it is cached."""
        content = self._reader.content
        return content is not None and (content.name, number) in self._around.cache

    def name_of(self, number: int) -> str | None:
        """Names the bytes of this segment for ever; None while the title is not known."""
        content = self._reader.content
        return f"{content.name}-{number}" if content is not None else None

    def file_of(self, number: int) -> str | None:
        """Its file below the cache's folder, if it is there; otherwise as `segment`."""
        content = self._reader.content
        if content is None or number >= len(content.layout):
            return None
        self._keeper.asked()
        file = self._around.cache.file_of(content.name, number)
        if file is not None:
            self._reader.look_ahead(number)
        return file

    def progress(self) -> Progress:
        """What it is doing for those who wait."""
        return self._reader.progress()

    def close(self) -> None:
        """End soon; `ended` tells when. Whoever waits is told `StreamStopped`."""
        self._reader.closing = True
        self._reader.waker.wake()

    async def run(self) -> None:
        """Until closed; a failure of this session ends this session only."""
        try:
            async with asyncio.TaskGroup() as tasks:
                keeper = tasks.create_task(self._keep())
                await self._reader.run(tasks)
                keeper.cancel()
        except Exception as error:  # the session's boundary: nothing may reach the others
            log.error("stream_session_crashed", room_id=self.key.room_id, exc_info=error)
        finally:
            self._reader.closing = True
            self._reader.tell_all(StreamStopped(retry_after_s=1))
            try:
                await self._reader.upstream.end()
            except Exception as error:  # still the session's boundary
                log.error("transcode_end_failed", room_id=self.key.room_id, exc_info=error)
            finally:
                self.ended.set()

    def _check_open(self) -> None:
        if self.closing:
            raise StreamStopped(retry_after_s=1)
        refusal = self._reader.refusal
        if refusal is not None:
            raise refusal

    async def _keep(self) -> None:
        await self._keeper.keep(self._beat)
        self.close()

    async def _beat(self) -> None:
        if not self._reader.upstream.running:
            return
        alive = await or_error(self._reader.upstream.keep_alive())
        if alive is False:
            log.info("transcode_ended_by_plex", room_id=self.key.room_id)
            self._reader.lost = True
            self._reader.waker.wake()
