"""Plex's transcoder first, and our own where Plex refuses (SPEC STR-14)."""

from collections import OrderedDict
from typing import Final

import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import RatingKey, ServerId
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.transcode import Missing, Order, Transcode, TranscodeRefused
from watchtogether.stream.ports import Screening, Transcoder
from watchtogether.stream.waker import or_error

log = structlog.get_logger(__name__)

_REMEMBERED_S: Final = 600.0
"""For so long after a refusal Plex is not asked for that version of the title: before it has said
no by 400s, ten seconds are over, and each far seek would wait for them."""
_REMEMBERED: Final = 200

_Title = tuple[ServerId, RatingKey, int]


class FallbackTranscoder:
    """Fills the port `Transcoder` with two others; each session stays with who began it.

    At most `most` films are converted here at a time.
    """

    def __init__(self, plex: Transcoder, own: Transcoder, clock: Clock, most: int) -> None:
        self._plex = plex
        self._own = own
        self._clock = clock
        self._most = most
        self._ours: dict[str, _Title] = {}
        self._refused_ms: OrderedDict[_Title, float] = OrderedDict()

    async def start(self, access: ServerAccess, order: Order) -> Transcode:
        """As `PlexTranscoder.start` and, where that refuses, as `OwnTranscoder.start`."""
        title = (access.server_id, order.rating_key, order.media_index)
        if not self._refuses(title):
            try:
                return await self._plex.start(access, order)
            except TranscodeRefused:
                log.info("film_converted_here", rating_key=order.rating_key)
                self._remember(title)
                await or_error(self._plex.stop(access, order.session))
        self._ours[order.session] = title
        return await self._own.start(access, order)

    async def segment(self, access: ServerAccess, job: Transcode, index: int) -> bytes | Missing:
        return await self._of(job.session).segment(access, job, index)

    async def ping(self, access: ServerAccess, session: str) -> bool:
        return await self._of(session).ping(access, session)

    async def stop(self, access: ServerAccess, session: str) -> None:
        await self._of(session).stop(access, session)
        self._ours.pop(session, None)

    def most_of(self, screening: Screening) -> int | None:
        """How many conversions of what the room shows there can be at most; None when that is left
        to Plex."""
        shown = (screening.server_id, screening.rating_key)
        refused = [title for title in self._refused_ms if self._refuses(title)]
        ours = any(title[:2] == shown for title in (*refused, *self._ours.values()))
        return self._most if ours else None

    def _of(self, session: str) -> Transcoder:
        return self._own if session in self._ours else self._plex

    def _refuses(self, title: _Title) -> bool:
        return self._refused_ms.get(title, float("-inf")) > self._clock.monotonic_ms()

    def _remember(self, title: _Title) -> None:
        self._refused_ms[title] = self._clock.monotonic_ms() + _REMEMBERED_S * 1000
        self._refused_ms.move_to_end(title)
        if len(self._refused_ms) > _REMEMBERED:
            self._refused_ms.popitem(last=False)
