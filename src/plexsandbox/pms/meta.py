"""What may be sorted and filtered in a section: the `Meta` that clients build their menus from."""

from __future__ import annotations

from plexsandbox.answers import Node
from plexsandbox.model import ItemType, Section

_SORTS = (
    ("titleSort", "Title", "asc"),
    ("year", "Year", "desc"),
    ("originallyAvailableAt", "Release Date", "desc"),
    ("rating", "Critic Rating", "desc"),
    ("audienceRating", "Audience Rating", "desc"),
    ("duration", "Duration", "desc"),
    ("viewOffset", "Progress", "desc"),
    ("viewCount", "Plays", "desc"),
    ("addedAt", "Date Added", "desc"),
    ("lastViewedAt", "Date Viewed", "desc"),
    ("mediaHeight", "Resolution", "asc"),
    ("random", "Randomly", "desc"),
)
_FILTERS = (
    ("genre", "Genre", "string"),
    ("year", "Year", "integer"),
    ("decade", "Decade", "integer"),
    ("contentRating", "Content Rating", "string"),
    ("director", "Director", "string"),
    ("actor", "Actor", "string"),
    ("writer", "Writer", "string"),
    ("country", "Country", "string"),
    ("studio", "Studio", "string"),
    ("collection", "Collection", "string"),
    ("resolution", "Resolution", "string"),
    ("unwatched", "Unwatched", "boolean"),
    ("inProgress", "In Progress", "boolean"),
    ("audioLanguage", "Audio Language", "string"),
    ("subtitleLanguage", "Subtitle Language", "string"),
)
_FIELDS = (
    ("title", "Title", "string"),
    ("studio", "Studio", "string"),
    ("contentRating", "Content Rating", "tag"),
    ("year", "Year", "integer"),
    ("decade", "Decade", "integer"),
    ("duration", "Duration", "integer"),
    ("genre", "Genre", "tag"),
    ("director", "Director", "tag"),
    ("writer", "Writer", "tag"),
    ("actor", "Actor", "tag"),
    ("country", "Country", "tag"),
    ("collection", "Collection", "tag"),
    ("addedAt", "Date Added", "date"),
    ("viewCount", "Plays", "integer"),
    ("lastViewedAt", "Last Watched", "date"),
    ("unwatched", "Unwatched", "boolean"),
    ("resolution", "Resolution", "resolution"),
    ("subtitleLanguage", "Subtitle Language", "subtitleLanguage"),
    ("audioLanguage", "Audio Language", "audioLanguage"),
    ("inProgress", "In Progress", "boolean"),
)
_OPERATORS = {
    "tag": (("=", "is"), ("!=", "is not")),
    "integer": (("=", "is"), ("!=", "is not"), (">>=", "is greater than"), ("<<=", "is less than")),
    "string": (
        ("=", "contains"),
        ("!=", "does not contain"),
        ("==", "is"),
        ("!==", "is not"),
        ("<=", "begins with"),
        (">=", "ends with"),
    ),
    "boolean": (("=", "is true"), ("!=", "is false")),
    "date": (("<<=", "is before"), (">>=", "is after")),
    "subtitleLanguage": (("=", "is"), ("!=", "is not")),
    "audioLanguage": (("=", "is"), ("!=", "is not")),
    "resolution": (("=", "is"),),
}
_TITLES = {"movie": "Movies", "show": "TV Shows", "season": "Seasons", "episode": "Episodes"}


def section_meta(section: Section, active: ItemType) -> Node:
    types = (
        (ItemType.MOVIE,)
        if section.type is ItemType.MOVIE
        else (ItemType.SHOW, ItemType.SEASON, ItemType.EPISODE)
    )
    return {
        "Type": [_type(section, type_, active=type_ is active) for type_ in types],
        "FieldType": [
            {"type": name, "Operator": [{"key": key, "title": title} for key, title in operators]}
            for name, operators in _OPERATORS.items()
        ],
    }


def _type(section: Section, type_: ItemType, *, active: bool) -> Node:
    return {
        "key": f"/library/sections/{section.id}/all?type={type_.number}",
        "type": type_.value,
        "title": _TITLES[type_.value],
        "active": active,
        "Filter": [
            {
                "filter": _named(name, type_),
                "filterType": kind,
                "key": f"/library/sections/{section.id}/{name}",
                "title": title,
                "type": "filter",
            }
            for name, title, kind in _FILTERS
        ],
        "Sort": [_sort(section, *sort) for sort in _SORTS],
        "Field": [
            {"key": _prefixed(_named(name, type_), type_), "title": title, "type": kind}
            for name, title, kind in _FIELDS
        ],
    }


def _named(name: str, type_: ItemType) -> str:
    return "unwatchedLeaves" if name == "unwatched" and type_ is ItemType.SHOW else name


def _prefixed(name: str, type_: ItemType) -> str:
    """In a section of shows, fields say of what level they speak."""
    return name if type_ is ItemType.MOVIE else f"{type_.value}.{name}"


def _sort(section: Section, key: str, title: str, direction: str) -> Node:
    node: Node = {
        "defaultDirection": direction,
        "descKey": f"{key}:desc",
        "key": key,
        "title": title,
    }
    if key == "titleSort":
        first = f"/library/sections/{section.id}/firstCharacter"
        node = {"active": True, "activeDirection": "asc", "default": "asc", **node}
        node["firstCharacterKey"] = first
    return node
