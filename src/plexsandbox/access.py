"""What each account may see of the library: some sections only, or some content ratings only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from plexsandbox.accounts import BO, LINA
from plexsandbox.gathering import within
from plexsandbox.model import Catalogue, Item


@dataclass(frozen=True, slots=True)
class Limits:
    """None means no limit. What has no content rating is not for those who are limited by it."""

    sections: frozenset[int] | None = None
    content_ratings: frozenset[str] | None = None


NO_LIMITS = Limits()
_FROM_THE_START = {
    LINA.user: Limits(sections=frozenset({1})),
    BO.user: Limits(content_ratings=frozenset({"G", "PG"})),
}


class BadLimits(ValueError):
    """The order was not understood."""


def parse_limits(raw: Mapping[str, Any]) -> Limits:
    """`{"sections": [1], "content_ratings": ["G"]}`; what is missing is not limited."""
    sections, ratings = raw.get("sections"), raw.get("content_ratings")
    if not all(each is None or isinstance(each, list) for each in (sections, ratings)):
        raise BadLimits("sections and content_ratings are lists")
    return Limits(
        None if sections is None else frozenset(int(each) for each in sections),
        None if ratings is None else frozenset(str(each) for each in ratings),
    )


class Access:
    def __init__(self) -> None:
        self._limits: dict[str, Limits] = dict(_FROM_THE_START)

    def of(self, user: str) -> Limits:
        return self._limits.get(user, NO_LIMITS)

    def limit(self, user: str, limits: Limits) -> None:
        self._limits[user] = limits

    def seen_by(self, user: str, catalogue: Catalogue) -> Catalogue:
        """The whole one, or a smaller one in which nothing refers to what is hidden."""
        limits = self.of(user)
        if limits == NO_LIMITS:
            return catalogue
        return catalogue.once(("seen", limits), lambda: _within(catalogue, limits))


def _within(catalogue: Catalogue, limits: Limits) -> Catalogue:
    def visible(item: Item) -> bool:
        if limits.sections is not None and item.section_id not in limits.sections:
            return False
        if limits.content_ratings is None:
            return True
        return catalogue.top_of(item).details.content_rating in limits.content_ratings

    items = {key: item for key, item in catalogue.items.items() if visible(item)}
    children = {key: below for key, below in catalogue.children.items() if key in items}
    sections = tuple(
        section
        for section in catalogue.sections
        if limits.sections is None or section.id in limits.sections
    )
    smaller = replace(catalogue, sections=sections, items=items, children=children, _known={})
    return replace(smaller, collections=within(smaller), _known={})
