"""Documents of a media server, read into the values of `model.py`.

Documents come from `reader.py`. A missing, null or odd field never raises: the field is dropped,
and an entry without what makes it that entry (an item without rating key) is left out.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from watchtogether.kit.ids import RatingKey, ServerId
from watchtogether.plex.fields import Fields, count, decimal, flag, inner, integer, rows, text
from watchtogether.plex.model import (
    Ancestor,
    CastMember,
    Chapter,
    Hub,
    Item,
    ItemKind,
    ItemPage,
    Marker,
    MarkerKind,
    Media,
    Part,
    Section,
    SectionKind,
    ServerIdentity,
    StreamKind,
    StreamTrack,
)

_LONG = 5_000
_PATH = 500
_MANY = 400
_CAST = 30
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SECTION_KINDS: Final[dict[str, SectionKind]] = {"movie": "movie", "show": "show"}
_ITEM_KINDS: Final[dict[str, ItemKind]] = {
    "movie": "movie",
    "show": "show",
    "season": "season",
    "episode": "episode",
    "clip": "movie",  # a trailer, a music video, a home video among photos
    "collection": "collection",
    "playlist": "playlist",
}
_STREAM_KINDS: Final[dict[int, StreamKind]] = {1: "video", 2: "audio", 3: "subtitle"}
_MARKER_KINDS: Final[dict[str, MarkerKind]] = {"intro": "intro", "credits": "credits"}


def identity(document: Fields) -> ServerIdentity | None:
    """`/identity` or `/`; None when it names no machine."""
    container = inner(document, "MediaContainer")
    machine = text(container, "machineIdentifier", limit=100)
    if machine is None:
        return None
    return ServerIdentity(ServerId(machine), text(container, "version", limit=60))


def sections(document: Fields) -> tuple[Section, ...]:
    """`/library/sections`."""
    container = inner(document, "MediaContainer")
    found = (_section(row) for row in rows(container, "Directory"))
    return tuple(section for section in found if section is not None)


def page(document: Fields, start: int = 0) -> ItemPage:
    """Any list of items. Without `totalSize` the list counts as complete."""
    container = inner(document, "MediaContainer")
    listed = tuple(_items(container))
    total = count(container, "totalSize")
    return ItemPage(listed, start + len(listed) if total is None else total, start)


def first_item(document: Fields) -> Item | None:
    """`/library/metadata/{key}`."""
    return next(_items(inner(document, "MediaContainer")), None)


def hubs(document: Fields, limit: int = 1_000) -> tuple[Hub, ...]:
    """`/hubs/search` and other shelves. Rows that are no items (people, tags) are left out."""
    container = inner(document, "MediaContainer")
    return tuple(
        Hub(
            identifier=text(row, "hubIdentifier", "type") or "",
            kind=text(row, "type") or "",
            title=text(row, "title") or "",
            items=tuple(islice(_items(row), limit)),
        )
        for row in rows(container, "Hub")
    )


def _items(container: Fields) -> Iterator[Item]:
    for row in rows(container, "Metadata", "Directory"):
        found = item(row)
        if found is not None:
            yield found


def item(row: Fields) -> Item | None:
    """One item; None without rating key."""
    key = text(row, "ratingKey", limit=100)
    if key is None:
        return None
    plex_type = text(row, "type", limit=40) or ""
    return Item(
        rating_key=RatingKey(key),
        kind=_ITEM_KINDS.get(plex_type, "other"),
        plex_type=plex_type,
        title=text(row, "title") or "",
        original_title=text(row, "originalTitle"),
        year=integer(row, "year"),
        released_on=_date(row),
        rating=decimal(row, "audienceRating", 10) or decimal(row, "rating", 10),
        duration_ms=count(row, "duration") or None,
        index=integer(row, "index"),
        thumb=text(row, "thumb", "composite", limit=_PATH),
        art=text(row, "art", limit=_PATH),
        summary=text(row, "summary", limit=_LONG) or "",
        tagline=text(row, "tagline", limit=500),
        genres=_tags(row, "Genre"),
        directors=_tags(row, "Director"),
        cast=_cast(row),
        content_rating=text(row, "contentRating", limit=40),
        studio=text(row, "studio", limit=200),
        section_key=text(row, "librarySectionID", limit=40),
        view_offset_ms=count(row, "viewOffset") or 0,
        view_count=count(row, "viewCount") or 0,
        leaf_count=count(row, "leafCount"),
        viewed_leaf_count=count(row, "viewedLeafCount"),
        child_count=count(row, "childCount"),
        parent=_ancestor(row, "parent"),
        grandparent=_ancestor(row, "grandparent"),
        media=tuple(_media(entry) for entry in _few(row, "Media")),
        markers=_markers(row),
        chapters=_chapters(row),
    )


def _section(row: Fields) -> Section | None:
    key = text(row, "key", limit=100)
    if key is None or "/" in key:  # old servers list sub-folders beside the sections
        return None
    return Section(
        key=key,
        title=text(row, "title") or "",
        kind=_SECTION_KINDS.get(text(row, "type", limit=40) or "", "other"),
        uuid=text(row, "uuid", limit=100),
    )


def _ancestor(row: Fields, prefix: str) -> Ancestor | None:
    key = text(row, f"{prefix}RatingKey", limit=100)
    title = text(row, f"{prefix}Title")
    if key is None and title is None:
        return None
    return Ancestor(
        rating_key=RatingKey(key) if key else None,
        title=title or "",
        index=integer(row, f"{prefix}Index"),
        thumb=text(row, f"{prefix}Thumb", limit=_PATH),
    )


def _media(row: Fields) -> Media:
    return Media(
        id=text(row, "id", limit=40) or "",
        container=text(row, "container", limit=40) or "",
        resolution=text(row, "videoResolution", limit=40) or "",
        video_codec=text(row, "videoCodec", limit=40) or "",
        audio_codec=text(row, "audioCodec", limit=40) or "",
        bitrate_kbps=count(row, "bitrate"),
        width=count(row, "width"),
        height=count(row, "height"),
        duration_ms=count(row, "duration") or None,
        parts=tuple(_part(entry) for entry in _few(row, "Part")),
    )


def _part(row: Fields) -> Part:
    found = (_stream(entry) for entry in _few(row, "Stream"))
    return Part(
        id=text(row, "id", limit=40) or "",
        key=text(row, "key", limit=_PATH) or "",
        container=text(row, "container", limit=40) or "",
        duration_ms=count(row, "duration") or None,
        size_bytes=count(row, "size"),
        has_previews="sd" in (text(row, "indexes") or "").split(","),
        streams=tuple(stream for stream in found if stream is not None),
    )


def _stream(row: Fields) -> StreamTrack | None:
    kind = _STREAM_KINDS.get(integer(row, "streamType") or 0)
    if kind is None:
        return None
    return StreamTrack(
        id=text(row, "id", limit=40) or "",
        kind=kind,
        codec=text(row, "codec", limit=40) or "",
        language=text(row, "languageTag", "languageCode", limit=40),
        title=text(row, "extendedDisplayTitle", "displayTitle", "title", "language") or "",
        default=flag(row, "default"),
        selected=flag(row, "selected"),
        index=count(row, "index"),
        channels=count(row, "channels"),
        key=text(row, "key", limit=_PATH),
        profile=text(row, "profile", limit=40) or "",
        level=count(row, "level"),
        bit_depth=count(row, "bitDepth"),
        transfer=text(row, "colorTrc", limit=40) or "",
        width=count(row, "width"),
        height=count(row, "height"),
        frame_rate=decimal(row, "frameRate", 1_000),
        bitrate_kbps=count(row, "bitrate"),
    )


def _markers(row: Fields) -> tuple[Marker, ...]:
    """Sorted, and each once: Plex repeats ids and sorts nothing."""
    found = set()
    for entry in _few(row, "Marker"):
        kind = _MARKER_KINDS.get(text(entry, "type", limit=40) or "")
        span = _span(entry)
        if kind is not None and span is not None:
            found.add(Marker(kind, *span))
    return tuple(sorted(found, key=lambda marker: (marker.start_ms, marker.end_ms, marker.kind)))


def _chapters(row: Fields) -> tuple[Chapter, ...]:
    found = []
    for entry in _few(row, "Chapter"):
        span = _span(entry)
        if span is not None:
            found.append(Chapter(text(entry, "tag", "title") or "", *span))
    return tuple(sorted(found, key=lambda chapter: (chapter.start_ms, chapter.end_ms)))


def _span(row: Fields) -> tuple[int, int] | None:
    start, end = count(row, "startTimeOffset"), count(row, "endTimeOffset")
    if start is None or end is None or end <= start:
        return None
    return start, end


def _cast(row: Fields) -> tuple[CastMember, ...]:
    named = ((text(entry, "tag", limit=100), entry) for entry in _few(row, "Role"))
    listed = (CastMember(name, text(e, "role", limit=100) or "") for name, e in named if name)
    return tuple(islice(listed, _CAST))


def _date(row: Fields) -> str | None:
    found = text(row, "originallyAvailableAt", limit=10)
    return found if found is not None and _DATE.fullmatch(found) else None


def _tags(row: Fields, name: str) -> tuple[str, ...]:
    found = (text(entry, "tag", limit=100) for entry in _few(row, name))
    return tuple(dict.fromkeys(tag for tag in found if tag))


def _few(row: Fields, name: str) -> Iterator[Fields]:
    """Not more entries of a kind than any real item has."""
    for number, entry in enumerate(rows(row, name)):
        if number >= _MANY:
            return
        yield entry
