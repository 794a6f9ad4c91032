"""Collections, from the names that films and shows carry."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from plexsandbox.model import Catalogue, Collection, ItemType
from plexsandbox.state import State

_FIRST = 400_000
"""Rating keys of collections begin above those of films."""


def with_collections(catalogue: Catalogue, state: State) -> Catalogue:
    """The same one when nothing is in a collection."""
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for type_ in (ItemType.MOVIE, ItemType.SHOW):
        for item in catalogue.of_type(type_):
            for name in item.details.collections:
                found[item.section_id, name].append(item.rating_key)
    if not found:
        return catalogue
    collections = tuple(
        Collection(
            str(_FIRST + state.id_for("collection", f"{section}:{name}")),
            section,
            name,
            tuple(keys),
        )
        for (section, name), keys in sorted(found.items())
    )
    state.save_if_changed()
    return replace(catalogue, collections=collections, _known={})


def within(catalogue: Catalogue) -> tuple[Collection, ...]:
    """Of a catalogue that has lost items: what is left of its collections."""
    kept = (
        replace(each, rating_keys=tuple(k for k in each.rating_keys if k in catalogue.items))
        for each in catalogue.collections
    )
    return tuple(each for each in kept if each.rating_keys)
