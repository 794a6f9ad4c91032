"""What goes beside the film: its chapters, and subtitles, each fetched once for all."""

import asyncio
from typing import Final

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import NotFound
from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.kit.tasks import Background
from watchtogether.plex.attempts import PASSING
from watchtogether.plex.beside import Marks, SubtitleTrack
from watchtogether.plex.cache import Cache
from watchtogether.plex.errors import PlexItemGone, PlexTooMuch
from watchtogether.stream.errors import SubtitleUnreadable
from watchtogether.stream.ports import BesideSource, Screening
from watchtogether.stream.vtt import vtt_of

KEPT_S: Final = 600.0
KEPT_BYTES: Final = 32 * 1024 * 1024

_UNREADABLE: Final = b""
"""Kept as well, so that nobody makes us ask Plex for it again and again."""

_Key = tuple[AccountId, ServerId, RatingKey, str]


class Beside:
    """What a room shows has these (SPEC STR-6, STR-7)."""

    def __init__(self, source: BesideSource, clock: Clock, background: Background) -> None:
        self._source = source
        self._texts: Cache[_Key, bytes] = Cache(
            clock, background, capacity=KEPT_BYTES, weigh=len, passing=PASSING
        )

    async def tracks(self, screening: Screening) -> tuple[SubtitleTrack, ...]:
        """Those that are text. Raises the errors of `plex.errors`."""
        return await self._source.tracks(
            screening.account_id, screening.server_id, screening.rating_key
        )

    async def marks(self, screening: Screening) -> Marks:
        """Chapters and markers. Raises the errors of `plex.errors`."""
        return await self._source.marks(
            screening.account_id, screening.server_id, screening.rating_key
        )

    async def vtt(self, screening: Screening, track_id: str) -> bytes:
        """One of them as WebVTT. Raises `NotFound`, `SubtitleUnreadable`, and what Plex raises."""
        if all(each.id != track_id for each in await self.tracks(screening)):
            raise NotFound

        async def load() -> bytes:
            try:
                text = await self._source.text(screening.account_id, screening.server_id, track_id)
                return await asyncio.to_thread(vtt_of, text)
            except (PlexTooMuch, PlexItemGone, SubtitleUnreadable):
                return _UNREADABLE

        key = (screening.account_id, screening.server_id, screening.rating_key, track_id)
        found = (await self._texts.get(key, KEPT_S, load)).value
        if found == _UNREADABLE:
            raise SubtitleUnreadable
        return found
