"""Watches whether a session is still wanted: keep-alive every 10 s, over 60 s after the last
request, sooner when nobody is to watch it any more (SPEC STR-10), or when the room shows something
else (SPEC STR-5)."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Literal

from watchtogether.kit.clock import Clock
from watchtogether.plex.transcode import Moment
from watchtogether.stream.ports import Audience, PlaybackState, Screening

IDLE_S = 60.0
LEFT_S = 10.0
"""The same for what nobody is to watch any more: who changes to another size still fetches a few
pieces of this one."""
KEEP_ALIVE_S = 10.0
_PLEX_STATES: Mapping[PlaybackState, Literal["playing", "paused", "buffering", "stopped"]] = (
    MappingProxyType(
        {"playing": "playing", "paused": "paused", "waiting": "buffering", "idle": "paused"}
    )
)


class Keeper:
    """Of one session of a room's generation."""

    def __init__(self, audience: Audience, clock: Clock, screening: Screening) -> None:
        self._audience = audience
        self._clock = clock
        self._room_id = screening.room_id
        self._generation = screening.generation
        self.asked_ms = clock.monotonic_ms()
        """When somebody last asked for something."""
        self.planned = True
        """Whether somebody is to watch this."""
        self._moment = _moment(screening)

    def asked(self) -> None:
        """Somebody has just asked for something."""
        self.asked_ms = self._clock.monotonic_ms()

    async def keep(self, beat: Callable[[], Awaitable[None]]) -> None:
        """Call `beat` every 10 s; returns when the session is no longer wanted."""
        beat_ms = self._clock.monotonic_ms() + KEEP_ALIVE_S * 1000
        while True:
            due_ms = min(beat_ms, self._idle_ms())
            await self._clock.sleep((due_ms - self._clock.monotonic_ms()) / 1000)
            now_ms = self._clock.monotonic_ms()
            if now_ms >= self._idle_ms() or self._shown() is None:
                return
            if now_ms >= beat_ms:
                beat_ms = now_ms + KEEP_ALIVE_S * 1000
                await beat()

    def moment(self) -> Moment:
        """Where the room stands, or stood when it still showed this."""
        shown = self._shown()
        if shown is not None:
            self._moment = _moment(shown)
        return self._moment

    def last_moment(self) -> Moment:
        """The same, for a session that ends."""
        return dataclasses.replace(self.moment(), state="stopped")

    def _idle_ms(self) -> float:
        """When this is over, unless somebody asks."""
        return self.asked_ms + (IDLE_S if self.planned else LEFT_S) * 1000

    def _shown(self) -> Screening | None:
        """What the room shows, if it is still this."""
        screening = self._audience.screening(self._room_id)
        same = screening is not None and screening.generation == self._generation
        return screening if same else None


def _moment(screening: Screening) -> Moment:
    return Moment(
        screening.rating_key,
        _PLEX_STATES[screening.state],
        screening.position_s,
        screening.duration_s,
    )
