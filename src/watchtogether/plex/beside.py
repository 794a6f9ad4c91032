"""What there is beside a film: subtitles that are text, chapters, markers and previews."""

from dataclasses import dataclass
from typing import Final

from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.plex.client import PlexHttp
from watchtogether.plex.errors import PlexItemGone
from watchtogether.plex.facts import TEXT_CODECS
from watchtogether.plex.keys import checked_key
from watchtogether.plex.model import Chapter, Item, Marker, Part
from watchtogether.plex.previews import NO_PREVIEWS, Strip, fetch_strip
from watchtogether.plex.service import PlexService
from watchtogether.plex.wire import MIB, Bounds

_BOUNDS: Final = Bounds(max_bytes=MIB, deadline_s=20.0, read_s=15.0)
"""A film's lines are a tenth of that. Out of a film file they take Plex a while."""


@dataclass(frozen=True, slots=True)
class SubtitleTrack:
    """`language` is a code such as `en`; None when nobody has said."""

    id: str
    language: str | None
    title: str
    default: bool


@dataclass(frozen=True, slots=True)
class Marks:
    """Where a film's parts begin, and what people like to skip."""

    chapters: tuple[Chapter, ...]
    markers: tuple[Marker, ...]


class PlexBeside:
    """Of the first file of a title's first version: what the transcoder plays."""

    def __init__(self, service: PlexService, http: PlexHttp) -> None:
        self._service = service
        self._http = http

    async def tracks(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> tuple[SubtitleTrack, ...]:
        """The subtitles. Raises the errors of `errors.py`."""
        item = (await self._service.item(account_id, server_id, rating_key, current=True)).value
        part = _first_part(item)
        return tuple(
            SubtitleTrack(each.id, each.language, each.title, each.default)
            for each in (part.streams if part is not None else ())
            if each.kind == "subtitle" and each.codec.lower() in TEXT_CODECS and each.id
        )

    async def marks(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> Marks:
        """Raises the errors of `errors.py`."""
        item = (await self._service.item(account_id, server_id, rating_key, current=True)).value
        return Marks(item.chapters, item.markers)

    async def previews(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> Strip:
        """Raises the errors of `errors.py`; `PlexTooMuch` beyond 24 MiB."""
        item = (await self._service.item(account_id, server_id, rating_key, current=True)).value
        part = _first_part(item)
        if part is None or not part.has_previews:
            return NO_PREVIEWS
        return await fetch_strip(
            self._http, await self._service.access(account_id, server_id), part
        )

    async def text(self, account_id: AccountId, server_id: ServerId, track_id: str) -> bytes:
        """As SubRip, however it is kept. Raises the errors of `errors.py`; `PlexTooMuch` beyond
        1 MiB."""
        if not track_id.isdecimal():
            raise PlexItemGone
        access = await self._service.access(account_id, server_id)
        path = f"/library/streams/{checked_key(track_id)}.srt"
        answer = await self._http.get_bytes(
            access, path, {"encoding": "utf-8"}, bounds=_BOUNDS, lane="stream"
        )
        return answer.body


def _first_part(item: Item) -> Part | None:
    return next((part for media in item.media for part in media.parts), None)
