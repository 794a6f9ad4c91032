"""Filters, sorting and paging of lists, as Plex's query parameters express them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from starlette.datastructures import QueryParams

from plexsandbox.ask import Ask
from plexsandbox.describe import Describer
from plexsandbox.mediainfo import resolution_name
from plexsandbox.model import Item, TrackKind

T = TypeVar("T")
Value = str | int | float | None

_FIELD = re.compile(
    r"^(?:(?P<type>movie|show|season|episode)\.)?(?P<field>[A-Za-z]+)(?P<operator>[!<>=]*)$"
)
_TAG_KINDS = {
    "genre": "genres",
    "country": "countries",
    "director": "directors",
    "writer": "writers",
    "collection": "collections",
}
_TEXTS = frozenset({"title"})


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a query; `wanted` is in lower case, and any one of it is enough.

    `level` says of what the field is meant: `show.title` on a list of episodes is their show's.
    """

    field: str
    operator: str
    wanted: tuple[str, ...]
    level: str | None = None

    @property
    def negative(self) -> bool:
        """Whether it keeps those for which it does not hold."""
        return self.operator.startswith("!")

    @property
    def exact(self) -> bool:
        text, operator = self.field in _TEXTS, self.operator.removeprefix("!")
        return operator == "=" if text else operator not in {">>", ">", "<<", "<"}

    def accepting(self, values: Iterable[str]) -> list[str]:
        """Those of the values that meet it."""
        compare = _comparison(self.operator, text=self.field in _TEXTS)
        if len(self.wanted) == 1:
            want = self.wanted[0]
            return [value for value in values if compare(value, want)]
        return [value for value in values if any(compare(value, want) for want in self.wanted)]

    def holds_for(self, item: Item, describer: Describer) -> bool:
        values = VALUES_OF[self.field](_level(item, self.level, describer), describer)
        return bool(self.accepting(values))


def filters_of(query: QueryParams) -> list[Filter]:
    """Parameters that are no filter are passed over, as the real server does."""
    filters = []
    for name, raw in query.multi_items():
        found = _FIELD.match(name)
        if found is not None and found["field"] in VALUES_OF:
            wanted = tuple(value.casefold() for value in raw.split(",") if value)
            filters.append(Filter(found["field"], found["operator"], wanted, found["type"]))
    return filters


def matching(items: Iterable[Item], query: QueryParams, describer: Describer) -> list[Item]:
    kept = list(items)
    for wish in filters_of(query):
        kept = [item for item in kept if wish.holds_for(item, describer) != wish.negative]
    return kept


def by_title(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (item.section_id, item.sorted_as))


def page(ask: Ask, items: Sequence[T]) -> tuple[Sequence[T], dict[str, int]]:
    """The asked-for slice; `totalSize` and `offset` only when a size was given."""
    size = ask.header_or_query("X-Plex-Container-Size")
    if not size:
        return items, {}
    start = max(0, ask.number("X-Plex-Container-Start", 0))
    count = max(0, ask.number("X-Plex-Container-Size", 0))
    return items[start : start + count], {"totalSize": len(items), "offset": start}


def _level(item: Item, type_: str | None, describer: Describer) -> Item:
    """`show.title` on a list of episodes speaks of their show."""
    at: Item | None = item
    while at is not None and type_ is not None and at.type.value != type_:
        at = describer.catalogue.parent_of(at)
    return at or item


def _comparison(operator: str, *, text: bool) -> Callable[[str, str], bool]:
    """Of a value with what is wanted, both in lower case."""
    match operator.removeprefix("!"):
        case ">>" | ">" if not text:
            return lambda value, want: _number(value) > _number(want)
        case "<<" | "<" if not text:
            return lambda value, want: _number(value) < _number(want)
        case "" if text:
            return lambda value, want: want in value
        case "<":
            return lambda value, want: value.startswith(want)
        case ">":
            return lambda value, want: value.endswith(want)
        case _:
            return lambda value, want: value == want


def _number(raw: str) -> float:
    try:
        return float(raw)
    except ValueError:
        return 0.0


def _texts(*values: Value | bool) -> list[str]:
    return [
        ("1" if value else "0") if isinstance(value, bool) else str(value).casefold()
        for value in values
        if value is not None
    ]


def _tags(kind: str) -> Callable[[Item, Describer], list[str]]:
    def values(item: Item, describer: Describer) -> list[str]:
        names: tuple[str, ...] = getattr(item.details, _TAG_KINDS[kind])
        return [
            text for name in names for text in (str(describer.tag_id(kind, name)), name.casefold())
        ]

    return values


def _actors(item: Item, describer: Describer) -> list[str]:
    names = [role.name for role in item.details.roles]
    return [
        text for name in names for text in (str(describer.tag_id("actor", name)), name.casefold())
    ]


def _unwatched(item: Item, describer: Describer) -> list[str]:
    leaves = describer.catalogue.leaves_of(item)
    return _texts(not all(describer.is_watched(leaf) for leaf in leaves))


def _in_progress(item: Item, describer: Describer) -> list[str]:
    leaves = describer.catalogue.leaves_of(item)
    return _texts(any(describer.view(leaf).offset_ms for leaf in leaves))


def _languages(kind: TrackKind) -> Callable[[Item, Describer], list[str]]:
    return lambda item, _: [
        (track.language or "").casefold() for file in item.files for track in file.of_kind(kind)
    ]


def _heights(item: Item, _: Describer) -> list[str]:
    return [resolution_name(file.video.height) for file in item.files]


VALUES_OF: dict[str, Callable[[Item, Describer], list[str]]] = {
    "title": lambda item, _: _texts(item.title),
    "studio": lambda item, _: _texts(item.details.studio),
    "contentRating": lambda item, _: _texts(item.details.content_rating),
    "year": lambda item, _: _texts(item.year),
    "decade": lambda item, _: _texts(item.year // 10 * 10 if item.year else None),
    "duration": lambda item, _: _texts(item.duration_ms),
    "addedAt": lambda item, _: _texts(item.added_at),
    "viewCount": lambda item, describer: _texts(describer.view(item).count),
    "lastViewedAt": lambda item, describer: _texts(describer.view(item).last_viewed_at),
    "unwatched": _unwatched,
    "unwatchedLeaves": _unwatched,
    "inProgress": _in_progress,
    "genre": _tags("genre"),
    "country": _tags("country"),
    "director": _tags("director"),
    "writer": _tags("writer"),
    "actor": _actors,
    "collection": _tags("collection"),
    "resolution": _heights,
    "audioLanguage": _languages(TrackKind.AUDIO),
    "subtitleLanguage": _languages(TrackKind.SUBTITLE),
    "id": lambda item, _: [item.rating_key],
    "guid": lambda item, _: _texts(item.guid),
}

SORTS: dict[str, Callable[[Item, Describer], str | float]] = {
    "titleSort": lambda item, _: item.sorted_as,
    "year": lambda item, _: item.year or 0,
    "originallyAvailableAt": lambda item, _: item.details.originally_available_at or "",
    "rating": lambda item, _: item.details.rating or 0.0,
    "audienceRating": lambda item, _: item.details.audience_rating or 0.0,
    "duration": lambda item, _: item.duration_ms,
    "addedAt": lambda item, _: item.added_at,
    "lastViewedAt": lambda item, describer: describer.view(item).last_viewed_at,
    "viewCount": lambda item, describer: describer.view(item).count,
    "viewOffset": lambda item, describer: describer.view(item).offset_ms,
    "mediaHeight": lambda item, _: item.files[0].video.height if item.files else 0,
    "index": lambda item, _: item.index or 0,
}
SORTABLE = frozenset(SORTS) | {"random"}
