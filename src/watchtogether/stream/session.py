"""One room's stream of one item: what viewers ask of it, its keep-alive, and its end.

Viewers' questions are answered from what is known and cached, or wait for the reader. Beside it a
keeper tells Plex every 10 s that somebody is watching, and ends the session 60 s after the last
request (SPEC STR-5).
"""

import asyncio
import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import structlog

from watchtogether.kit.errors import NotFound
from watchtogether.plex.transcode import Moment
from watchtogether.stream.content import Content, StreamKey
from watchtogether.stream.errors import StreamStopped
from watchtogether.stream.ports import PlaybackState, Screening
from watchtogether.stream.reader import Reader, Surroundings
from watchtogether.stream.waker import or_error

log = structlog.get_logger(__name__)

IDLE_S = 60.0
KEEP_ALIVE_S = 10.0
_PLEX_STATES: Mapping[PlaybackState, Literal["playing", "paused", "buffering", "stopped"]] = (
    MappingProxyType(
        {"playing": "playing", "paused": "paused", "waiting": "buffering", "idle": "paused"}
    )
)


class StreamSession:
    """Lives from the first request until nobody has asked for 60 s; then a new one is made."""

    def __init__(self, key: StreamKey, screening: Screening, around: Surroundings) -> None:
        self.key = key
        self.ended = asyncio.Event()
        self._around = around
        self._clock = around.clock
        self._reader = Reader(
            key, around, position_s=screening.position_s, duration_s=screening.duration_s
        )
        self._asked_ms = self._clock.monotonic_ms()
        self._moment = _moment(screening)

    @property
    def closing(self) -> bool:
        """No longer to be asked: wait for `ended` and make a new one."""
        return self._reader.closing

    async def content(self) -> Content:
        """The title's layout and playlist; waits for Plex when it is not known yet."""
        self._asked_ms = self._clock.monotonic_ms()
        if self._reader.content is not None:
            return self._reader.content
        self._check_open()
        return await asyncio.shield(self._reader.listing())

    async def segment(self, number: int) -> bytes:
        """The segment's bytes. Raises `NotFound` beyond the title's end, the errors of
        `stream.errors`, and Plex's."""
        self._asked_ms = self._clock.monotonic_ms()
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
                stopped = dataclasses.replace(self._current_moment(), state="stopped")
                await self._reader.upstream.end(stopped)
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
        beat_ms = self._clock.monotonic_ms() + KEEP_ALIVE_S * 1000
        while not self.closing:
            due_ms = min(beat_ms, self._asked_ms + IDLE_S * 1000)
            await self._clock.sleep((due_ms - self._clock.monotonic_ms()) / 1000)
            now_ms = self._clock.monotonic_ms()
            if now_ms >= self._asked_ms + IDLE_S * 1000 or not self._is_on():
                self.close()
            elif now_ms >= beat_ms:
                beat_ms = now_ms + KEEP_ALIVE_S * 1000
                await self._beat()

    async def _beat(self) -> None:
        if not self._reader.upstream.running:
            return
        alive = await or_error(self._reader.upstream.keep_alive(self._current_moment()))
        if alive is False:
            log.info("transcode_ended_by_plex", room_id=self.key.room_id)
            self._reader.lost = True
            self._reader.waker.wake()

    def _is_on(self) -> bool:
        """Whether the room still shows this."""
        screening = self._around.audience.screening(self.key.room_id)
        return screening is not None and screening.generation == self.key.generation

    def _current_moment(self) -> Moment:
        """Where the room stands, or stood when it still showed this."""
        screening = self._around.audience.screening(self.key.room_id)
        if screening is not None and screening.generation == self.key.generation:
            self._moment = _moment(screening)
        return self._moment


def _moment(screening: Screening) -> Moment:
    return Moment(
        screening.rating_key,
        _PLEX_STATES[screening.state],
        screening.position_s,
        screening.duration_s,
    )
