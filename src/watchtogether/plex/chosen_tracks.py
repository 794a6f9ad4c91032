"""The tracks that Plex has chosen for a title, and others while a conversion begins.

Plex keeps the choice with the title, for each account, and looks it up when a conversion begins
("PUT /library/parts/{id}"). It is the account's own: what a room hears is chosen for the beginning
alone and taken back, so that Plex goes on to give everywhere what it gave before.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Final
from weakref import WeakValueDictionary

import structlog

from watchtogether.kit.ids import RatingKey
from watchtogether.plex.client import PlexHttp, ServerAccess, raise_for_status
from watchtogether.plex.errors import PlexError
from watchtogether.plex.keys import checked_key
from watchtogether.plex.library import Library
from watchtogether.plex.model import Item
from watchtogether.plex.wire import MIB, Bounds

log = structlog.get_logger(__name__)

_BOUNDS: Final = Bounds(read_s=4.0, deadline_s=5.0, max_bytes=1 * MIB)
_SOUND, _SUBTITLE = "audioStreamID", "subtitleStreamID"
_NONE: Final = "0"


class ChosenTracks:
    """Holds each title for one beginning at a time."""

    def __init__(self, http: PlexHttp) -> None:
        self._http = http
        self._library = Library(http)
        self._locks: WeakValueDictionary[tuple[str, RatingKey], asyncio.Lock]
        self._locks = WeakValueDictionary()

    @contextlib.asynccontextmanager
    async def choose(
        self,
        access: ServerAccess,
        rating_key: RatingKey,
        part_id: str,
        *,
        sound: str | None,
        subtitle: str | None,
        needed: bool,
    ) -> AsyncIterator[None]:
        """Inside, these tracks of the file are the chosen ones; None leaves what Plex has.

        Raises Plex's errors where the choice is `needed`; otherwise they are logged, and what Plex
        has stands.
        """
        wanted = {name: track for name, track in ((_SOUND, sound), (_SUBTITLE, subtitle)) if track}
        async with self._locks.setdefault((access.permission_hash, rating_key), asyncio.Lock()):
            before: dict[str, str] = {}
            try:
                try:
                    had = _chosen(await self._library.item(access, rating_key), part_id)
                    before = {name: had[name] for name in wanted if had[name] != wanted[name]}
                    if before:
                        await self._put(access, part_id, {each: wanted[each] for each in before})
                except PlexError as error:
                    if needed:
                        raise
                    log.info("tracks_not_chosen", code=error.code)
                yield
            finally:
                if before:
                    await self._take_back(access, part_id, before)

    async def _take_back(
        self, access: ServerAccess, part_id: str, before: Mapping[str, str]
    ) -> None:
        try:
            await self._put(access, part_id, before)
        except PlexError as error:
            log.info("tracks_not_taken_back", code=error.code)

    async def _put(self, access: ServerAccess, part_id: str, choice: Mapping[str, str]) -> None:
        answer = await self._http.fetch(
            access,
            f"/library/parts/{checked_key(part_id)}",
            {"allParts": 1, **choice},
            method="PUT",
            bounds=_BOUNDS,
            lane="stream",
        )
        raise_for_status(answer)


def _chosen(item: Item, part_id: str) -> dict[str, str]:
    """What Plex gives of this file unless told otherwise."""
    parts = [part for media in item.media for part in media.parts if part.id == part_id]
    chosen = {
        each.kind: each.id for part in parts for each in part.streams if each.selected and each.id
    }
    return {_SOUND: chosen.get("audio", _NONE), _SUBTITLE: chosen.get("subtitle", _NONE)}
