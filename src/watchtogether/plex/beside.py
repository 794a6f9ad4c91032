"""What there is beside a film: subtitles that are text, chapters, markers and previews."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.plex.client import PlexHttp
from watchtogether.plex.errors import PlexItemGone
from watchtogether.plex.facts import TEXT_CODECS, version_for, versions_of
from watchtogether.plex.keys import checked_key
from watchtogether.plex.model import Chapter, Item, Marker, Part, StreamTrack
from watchtogether.plex.previews import NO_PREVIEWS, Strip, fetch_strip, joined
from watchtogether.plex.service import PlexService
from watchtogether.plex.wire import MIB, Bounds

_BOUNDS: Final = Bounds(max_bytes=MIB, deadline_s=20.0, read_s=15.0)
"""A film's lines are a tenth of that. Out of a film file they take Plex a while."""
_SAME_CUT_S: Final = 1.0
"""Versions whose lengths differ by less are taken for the same cut."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A title as a room shows it: with whose access, how many lines high the picture of its usual
    conversion is, and the sound that it has chosen."""

    account_id: AccountId
    server_id: ServerId
    rating_key: RatingKey
    height: int
    sound: str | None = None


@dataclass(frozen=True, slots=True)
class SubtitleTrack:
    """`language` is a code such as `en`; None when nobody has said. `pieces`, of a film in several
    parts: each one's track, and where in the film that begins, in ms."""

    id: str
    language: str | None
    title: str
    default: bool
    pieces: tuple[tuple[str, int], ...] = ()

    @property
    def files(self) -> tuple[tuple[str, int], ...]:
        return self.pieces or ((self.id, 0),)


@dataclass(frozen=True, slots=True)
class Marks:
    """Where a film's parts begin, and what people like to skip."""

    chapters: tuple[Chapter, ...]
    markers: tuple[Marker, ...]


class PlexBeside:
    """Of the version that is converted, or else of another one of the same cut."""

    def __init__(self, service: PlexService, http: PlexHttp) -> None:
        self._service = service
        self._http = http

    async def tracks(self, shown: Shown) -> tuple[SubtitleTrack, ...]:
        """The subtitles. Raises the errors of `errors.py`."""
        found = map(_text_tracks, _parts(await self._item(shown), shown))
        return next((tracks for tracks in found if tracks), ())

    async def marks(self, shown: Shown) -> Marks:
        """Raises the errors of `errors.py`."""
        item = await self._item(shown)
        return Marks(item.chapters, item.markers)

    async def previews(self, shown: Shown) -> Strip:
        """Raises the errors of `errors.py`; `PlexTooMuch` beyond 48 MiB."""
        found = _parts(await self._item(shown), shown)
        parts = next((each for each in found if all(part.has_previews for part in each)), ())
        placed = list(_placed(parts))
        if not placed or len(placed) < len(parts):
            return NO_PREVIEWS
        access = await self._service.access(shown.account_id, shown.server_id)
        strips = [
            (await fetch_strip(self._http, access, part), from_ms) for part, from_ms in placed
        ]
        return joined(strips)

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

    async def _item(self, shown: Shown) -> Item:
        return (
            await self._service.item(
                shown.account_id, shown.server_id, shown.rating_key, current=True
            )
        ).value


def _parts(item: Item, shown: Shown) -> Iterator[tuple[Part, ...]]:
    """Of the version that is converted, then of those of the same cut."""
    versions = versions_of(item)
    converted = version_for(versions, shown.height, sound=shown.sound, burned=None)
    if converted is None:
        return
    yield item.media[converted.index].parts
    for each in versions:
        away_s = abs(each.duration_s - converted.duration_s)
        if each is not converted and away_s < _SAME_CUT_S:
            yield item.media[each.index].parts


def _placed(parts: Sequence[Part]) -> Iterator[tuple[Part, int]]:
    """Each with where in the film it begins, in ms; what follows one of unknown length is left
    out."""
    from_ms = 0
    for part in parts:
        yield part, from_ms
        if part.duration_ms is None:
            return
        from_ms += part.duration_ms


def _text_tracks(parts: Sequence[Part]) -> tuple[SubtitleTrack, ...]:
    """Those of one language and title go on from part to part; others are silent elsewhere."""
    found: dict[tuple[str | None, str, int], list[tuple[StreamTrack, int]]] = {}
    for part, from_ms in _placed(parts):
        seen: Counter[tuple[str | None, str]] = Counter()
        for each in part.streams:
            if each.kind == "subtitle" and each.codec.lower() in TEXT_CODECS and each.id:
                name = (each.language, each.title)
                found.setdefault((*name, seen[name]), []).append((each, from_ms))
                seen[name] += 1
    return tuple(map(_track, found.values()))


def _track(pieces: Sequence[tuple[StreamTrack, int]]) -> SubtitleTrack:
    first, _ = pieces[0]
    files = tuple((each.id, from_ms) for each, from_ms in pieces)
    return SubtitleTrack(first.id, first.language, first.title, first.default, files)
