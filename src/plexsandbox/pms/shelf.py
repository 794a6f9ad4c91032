"""All items of one type in a section, ready to be filtered and sorted without touching each.

A shelf belongs to one catalogue. What depends on the asker (what has been seen) is worked out at
each request; all else once, at first use.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Iterable, Sequence, Set
from math import gcd
from typing import TypeVar, cast, overload

from starlette.datastructures import QueryParams

from plexsandbox.describe import Describer
from plexsandbox.model import Item, ItemType
from plexsandbox.pms import query as reading
from plexsandbox.state import NOT_VIEWED

Positions = list[int]
T = TypeVar("T")

_OF_THE_ASKER = frozenset({"unwatched", "unwatchedLeaves", "inProgress"})
_SEEN_SORTS = {"lastViewedAt": "last_viewed_at", "viewCount": "count", "viewOffset": "offset_ms"}


class Picked(Sequence[Item]):
    """Items by their positions; taking a few out of many costs no more than those few."""

    def __init__(self, items: Sequence[Item], order: Sequence[int]) -> None:
        self._items = items
        self._order = order

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, at: int) -> Item: ...
    @overload
    def __getitem__(self, at: slice) -> Picked: ...
    def __getitem__(self, at: int | slice) -> Item | Picked:
        if isinstance(at, slice):
            return Picked(self._items, self._order[at])
        return self._items[self._order[at]]


class Shelf:
    """`items` are in the order of their titles; positions count in it."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.items: Sequence[Item] = sorted(items, key=lambda item: item.sorted_as)
        self._values: dict[str, dict[str, Positions]] = {}
        self._orders: dict[tuple[str, bool], Positions] = {}
        self._all = frozenset(range(len(self.items)))
        self._of_views: dict[Hashable, tuple[tuple[str, int], object]] = {}

    def chosen(self, query: QueryParams, sort: str, describer: Describer) -> Picked:
        """Those that pass every filter of the query, in the asked order."""
        order = self._ordered(sort, describer)
        kept = self._passing(query, describer)
        if kept is not None:
            order = [position for position in order if position in kept]
        return Picked(self.items, order)

    def values(self, field: str, describer: Describer) -> dict[str, Positions]:
        """Where each value of a field stands."""
        if field not in self._values:
            values_of = reading.VALUES_OF[field]
            found: dict[str, Positions] = {}
            for position, item in enumerate(self.items):
                for value in dict.fromkeys(values_of(item, describer)):
                    found.setdefault(value, []).append(position)
            self._values[field] = found
        return self._values[field]

    def _passing(self, query: QueryParams, describer: Describer) -> Set[int] | None:
        kept: Set[int] | None = None
        for wish in reading.filters_of(query):
            if wish.level is not None and wish.level != self._level:
                passing: Set[int] = self._one_by_one(wish, describer)
            elif wish.field in _OF_THE_ASKER:
                passing = self._of_the_asker(wish.field, "1" in wish.wanted, describer)
            elif wish.field in _SEEN_SORTS:
                passing = self._one_by_one(wish, describer)
            else:
                values = self.values(wish.field, describer)
                passing = {p for value in _meeting(wish, values) for p in values[value]}
            if wish.negative:
                passing = self._all - passing
            kept = passing if kept is None else kept & passing
        return kept

    @property
    def _level(self) -> str | None:
        return self.items[0].type.value if self.items else None

    def _of_the_asker(self, field: str, wanted: bool, describer: Describer) -> Set[int]:
        """Of a film itself; of a show, its episodes together."""
        if not wanted:
            return self._all - self._of_the_asker(field, True, describer)
        begun = field == "inProgress"

        def gather() -> Set[int]:
            found = self._viewed(describer, begun=begun)
            return found if begun else self._all - found

        return self._once_per_view((field, describer.views_stamp[0]), describer, gather)

    def _viewed(self, describer: Describer, *, begun: bool) -> Set[int]:
        views = describer.views()
        marked = {key for key, view in views.items() if (view.offset_ms if begun else view.count)}
        if self.items and self.items[0].playable:
            return {at for at, item in enumerate(self.items) if item.rating_key in marked}
        leaves, tell = describer.catalogue.leaves_of, any if begun else all
        return {
            at
            for at, item in enumerate(self.items)
            if tell(leaf.rating_key in marked for leaf in leaves(item))
        }

    def _once_per_view(self, name: Hashable, describer: Describer, make: Callable[[], T]) -> T:
        """What `make` gave since the last change of any view."""
        known = self._of_views.get(name)
        if known is None or known[0] != describer.views_stamp:
            known = (describer.views_stamp, make())
            self._of_views[name] = known
        return cast("T", known[1])

    def _one_by_one(self, wish: reading.Filter, describer: Describer) -> set[int]:
        return {
            position for position, item in enumerate(self.items) if wish.holds_for(item, describer)
        }

    def _ordered(self, sort: str, describer: Describer) -> Sequence[int]:
        parts = [part for part in sort.split(",") if part]
        fields = [(part.partition(":")[0].split(".")[-1], ":desc" in part) for part in parts]
        fields = [(field, down) for field, down in fields if field in reading.SORTABLE]
        if not fields:
            return range(len(self.items))
        first, *others = reversed(fields)
        order: Positions = self._order(*first, describer)
        for field, down in others:
            key = self._key(field, describer)
            order = sorted(order, key=key, reverse=down)
        return order

    def _order(self, field: str, down: bool, describer: Describer) -> Positions:
        def sort() -> Positions:
            return sorted(range(len(self.items)), key=self._key(field, describer), reverse=down)

        if field == "random":
            return self._shuffled()
        if field in _SEEN_SORTS:
            name = (field, down, describer.views_stamp[0])
            return self._once_per_view(name, describer, sort)
        if (field, down) not in self._orders:
            self._orders[field, down] = sort()
        return self._orders[field, down]

    def _shuffled(self) -> Positions:
        """Steps of a length that meets every position; quicker than drawing each of many."""
        count = len(self.items)
        step = random.randrange(count // 3, count) | 1 if count > 3 else 1  # noqa: S311
        while gcd(step, count) != 1:
            step += 2
        return [position * step % count for position in range(count)]

    def _key(self, field: str, describer: Describer) -> Callable[[int], str | float]:
        items = self.items
        if field == "random":
            return self._shuffled().__getitem__
        if field in _SEEN_SORTS:
            views, name = describer.views(), _SEEN_SORTS[field]
            return lambda position: getattr(views.get(items[position].rating_key, NOT_VIEWED), name)
        of_item = reading.SORTS[field]
        return lambda position: of_item(items[position], describer)


def _meeting(wish: reading.Filter, values: dict[str, Positions]) -> list[str]:
    """Those of the values that the filter accepts; equality needs no look at the others."""
    if wish.exact:
        return [want for want in wish.wanted if want in values]
    return wish.accepting(values)


def shelf_of(describer: Describer, section_id: int, type_: ItemType) -> Shelf:
    catalogue = describer.catalogue
    return catalogue.once(
        ("shelf", section_id, type_), lambda: Shelf(catalogue.in_section(section_id, type_))
    )


_WARM_FIELDS = (
    "genre",
    "year",
    "decade",
    "contentRating",
    "resolution",
    "director",
    "actor",
    "country",
    "studio",
    "collection",
    "title",
)
_WARM_SORTS = ("year", "originallyAvailableAt", "rating", "audienceRating", "duration", "addedAt")


def warm(describer: Describer, at_least: int = 1_000) -> None:
    """Works out what the first request would wait for, where a section is that big; blocking."""
    for section in describer.catalogue.sections:
        shelf = shelf_of(describer, section.id, section.type)
        if len(shelf.items) < at_least:
            continue
        for field in _WARM_FIELDS:
            shelf.values(field, describer)
        for sort in _WARM_SORTS:
            for direction in ("asc", "desc"):
                shelf.chosen(QueryParams(), f"{sort}:{direction}", describer)
