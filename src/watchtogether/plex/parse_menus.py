"""What a section can be narrowed and ordered by, read into the values of `model.py`."""

import re
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from watchtogether.plex.fields import Fields, count, flag, inner, rows, text
from watchtogether.plex.model import Choice, Filter, Letter, Menu, SortOrder

NAME: Final = re.compile(r"[A-Za-z]{1,40}(?:\.[A-Za-z]{1,40})?")
"""What a filter or a sort order may be called."""
_MANY = 5_000


def menu(document: Fields) -> Menu:
    """`…/all?includeMeta=1`: of the types that Plex lists, the one that is active, or the first."""
    meta = inner(inner(document, "MediaContainer"), "Meta")
    types = list(rows(meta, "Type")) or list(rows(inner(document, "MediaContainer"), "Type"))
    shown: Fields = next((row for row in types if flag(row, "active")), {})
    if not shown and types:
        shown = types[0]
    filters = (_filter(row) for row in rows(shown, "Filter"))
    sorts = (_sort(row) for row in rows(shown, "Sort"))
    return Menu(
        filters=tuple(each for each in filters if each is not None),
        sorts=tuple(each for each in sorts if each is not None),
    )


def choices(document: Fields) -> tuple[Choice, ...]:
    """`/library/sections/{key}/{filter}`."""
    listed = rows(inner(document, "MediaContainer"), "Directory")
    found = (_choice(row) for row, _ in zip(listed, range(_MANY), strict=False))
    return tuple(each for each in found if each is not None)


def letters(document: Fields) -> tuple[Letter, ...]:
    """`/library/sections/{key}/firstCharacter`, in the order of the section."""
    found = []
    for row in rows(inner(document, "MediaContainer"), "Directory"):
        letter, size = text(row, "title", "key", limit=8), count(row, "size")
        if letter and size:
            found.append(Letter(letter, size))
    return tuple(found)


def _filter(row: Fields) -> Filter | None:
    name = text(row, "filter", limit=80)
    if name is None or not NAME.fullmatch(name):
        return None
    return Filter(
        name=name,
        title=text(row, "title", limit=100) or name,
        switch=text(row, "filterType", limit=40) == "boolean",
    )


def _sort(row: Fields) -> SortOrder | None:
    name = text(row, "key", limit=80)
    if name is None or not NAME.fullmatch(name):
        return None
    direction = text(row, "defaultDirection", "default", limit=8)
    return SortOrder(name, text(row, "title", limit=100) or name, direction == "desc")


def _choice(row: Fields) -> Choice | None:
    """Its key is the value alone, or an address whose only query is the filter."""
    key = text(row, "key", "fastKey", limit=300)
    if key is None:
        return None
    if "?" in key:
        pairs = parse_qsl(urlsplit(key).query)
        value = pairs[-1][1] if pairs else ""
    else:
        value = unquote(key.rpartition("/")[2])
    title = text(row, "title", "tag", limit=100)
    return Choice(value, title or value) if value else None
