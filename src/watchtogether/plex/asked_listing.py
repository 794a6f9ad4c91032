"""How a page of a library is asked for in an address: `sort`, `order`, and `filter=name:value`."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from fastapi import Query

from watchtogether.kit.errors import InvalidRequest
from watchtogether.plex.model import Listing

Order = Literal["asc", "desc"]

_SORTS: Final = {"title": ("titleSort", False), "added": ("addedAt", True), "year": ("year", True)}
"""Names of our own for what every library has."""
_FILTERS: Final = frozenset(
    {
        *("actor", "audioLanguage", "collection", "contentRating", "country", "decade"),
        *("director", "duplicate", "editionTitle", "genre", "hdr", "inProgress", "label"),
        *("network", "producer", "resolution", "studio", "subtitleLanguage", "title"),
        *("unmatched", "unwatched", "unwatchedLeaves", "writer", "year"),
    }
)
"""Nothing else reaches Plex, whatever a client sends."""
_MOST: Final = 12


async def asked_listing(
    sort: Annotated[
        str,
        Query(
            pattern=r"^[A-Za-z]{1,40}(\.[A-Za-z]{1,40})?$",
            description="`title`, `added`, `year`, or a name out of the library's menu.",
        ),
    ] = "title",
    order: Annotated[
        Order | None, Query(description="Without it, the usual direction of that sort.")
    ] = None,
    chosen: Annotated[
        tuple[str, ...],
        Query(alias="filter", description="`name:value`; several of one name mean “or”."),
    ] = (),
) -> Listing:
    """Raises `InvalidRequest` for a filter that no library has."""
    name, descending = _SORTS.get(sort, (sort, False))
    if order is not None:
        descending = order == "desc"
    return Listing(name, descending, _pairs(chosen))


def _pairs(chosen: Sequence[str]) -> tuple[tuple[str, str], ...]:
    if len(chosen) > _MOST:
        raise InvalidRequest(f"At most {_MOST} filters can be combined.")
    pairs = []
    for each in chosen:
        name, colon, value = each.partition(":")
        if (
            not colon
            or name not in _FILTERS
            or not 0 < len(value) <= 100
            or not value.isprintable()
        ):
            raise InvalidRequest("A filter is written name:value, as in genre:12 or unwatched:1.")
        pairs.append((name, value))
    return tuple(dict.fromkeys(pairs))
