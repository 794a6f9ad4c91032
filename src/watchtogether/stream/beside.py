"""What goes beside the film: chapters, subtitles and previews, each fetched once for all."""

import asyncio
from typing import Final

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import NotFound
from watchtogether.kit.tasks import Background
from watchtogether.plex.attempts import PASSING
from watchtogether.plex.beside import Marks, Shown, SubtitleTrack
from watchtogether.plex.cache import Cache
from watchtogether.plex.errors import PlexBadAnswer, PlexItemGone, PlexSlow, PlexTooMuch
from watchtogether.plex.previews import NO_PREVIEWS, Strip
from watchtogether.stream.errors import SubtitleUnreadable
from watchtogether.stream.ports import BesideSource, Screening
from watchtogether.stream.renditions import boxes_from
from watchtogether.stream.vtt import joined_vtt

KEPT_S: Final = 600.0
KEPT_BYTES: Final = 32 * 1024 * 1024
STRIPS_KEPT_BYTES: Final = 48 * 1024 * 1024

_UNREADABLE: Final = b""
"""Kept as well, so that nobody makes us ask Plex for it again and again; so are no previews."""

_Track = tuple[Shown, str]


class Beside:
    """What a room shows has these (SPEC STR-6 to STR-8)."""

    def __init__(self, source: BesideSource, clock: Clock, background: Background) -> None:
        self._source = source
        self._texts: Cache[_Track, bytes] = Cache(
            clock, background, capacity=KEPT_BYTES, weigh=len, passing=PASSING
        )
        self._strips: Cache[Shown, Strip] = Cache(
            clock,
            background,
            capacity=STRIPS_KEPT_BYTES,
            weigh=lambda strip: strip.weight_bytes,
            passing=PASSING,
        )

    async def tracks(self, screening: Screening) -> tuple[SubtitleTrack, ...]:
        """Those that are text. Raises the errors of `plex.errors`."""
        return await self._source.tracks(_shown(screening))

    async def marks(self, screening: Screening) -> Marks:
        """Chapters and markers. Raises the errors of `plex.errors`."""
        return await self._source.marks(_shown(screening))

    async def previews(self, screening: Screening) -> Strip:
        """The pictures along the film; those that cannot be had are none. Raises what Plex raises
        while it is down."""
        shown = _shown(screening)

        async def load() -> Strip:
            try:
                return await self._source.previews(shown)
            except (PlexItemGone, PlexBadAnswer, PlexSlow):
                return NO_PREVIEWS

        return (await self._strips.get(shown, KEPT_S, load)).value

    async def picture(self, screening: Screening, number: int) -> bytes:
        """One of them, a JPEG. Raises `NotFound`, and what Plex raises."""
        pictures = (await self.previews(screening)).pictures
        if number >= len(pictures):
            raise NotFound
        return pictures[number]

    async def vtt(self, screening: Screening, track_id: str) -> bytes:
        """One of them as WebVTT. Raises `NotFound`, `SubtitleUnreadable`, and what Plex raises."""
        tracks = await self.tracks(screening)
        track = next((each for each in tracks if each.id == track_id), None)
        if track is None:
            raise NotFound

        async def load() -> bytes:
            try:
                texts = [(await self._text(screening, each), at_ms) for each, at_ms in track.files]
                return await asyncio.to_thread(joined_vtt, texts)
            except (PlexTooMuch, PlexItemGone, SubtitleUnreadable):
                return _UNREADABLE

        found = (await self._texts.get((_shown(screening), track_id), KEPT_S, load)).value
        if found == _UNREADABLE:
            raise SubtitleUnreadable
        return found

    async def _text(self, screening: Screening, file_id: str) -> bytes:
        return await self._source.text(screening.account_id, screening.server_id, file_id)


def _shown(screening: Screening) -> Shown:
    return Shown(
        screening.account_id,
        screening.server_id,
        screening.rating_key,
        boxes_from(screening.rendition)[0].height,
        screening.sound,
    )
