"""One item, or a few by a comma list; what is below it and what is like it."""

from __future__ import annotations

from collections import Counter

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.answers import Node, container, not_found
from plexsandbox.ask import Ask, pms
from plexsandbox.describe import Describer, art_key, library_head, section_head, thumb_key
from plexsandbox.model import Item, ItemType
from plexsandbox.pms import collections
from plexsandbox.pms.query import by_title, matching, page
from plexsandbox.pms.sections import describer_of
from plexsandbox.pms.shelf import shelf_of

_ALIKE = 100
_RELATED = 20


async def metadata(ask: Ask) -> Response:
    """Of several ids, those that exist; 404 when none does."""
    describer = describer_of(ask)
    keys = ask.path("keys").split(",")
    collection = describer.catalogue.collection(keys[0])
    if collection is not None:
        return collections.one(ask, describer, collection)
    items = [describer.catalogue.items[key] for key in keys if key in describer.catalogue.items]
    if not items:
        raise not_found()
    full = [
        describer.full(
            item, markers=ask.flag("includeMarkers"), chapters=ask.flag("includeChapters")
        )
        for item in items
    ]
    section = describer.section_of(items[0])
    head = {"allowSync": True, **library_head(), **section_head(section)}
    return ask.plex(container(size=len(full), **head, Metadata=full))


async def children(ask: Ask) -> Response:
    describer = describer_of(ask)
    collection = describer.catalogue.collection(ask.path("keys"))
    if collection is not None:
        return collections.below(ask, describer, collection)
    item = ask.item(ask.path("keys"))
    below = matching(describer.catalogue.children_of(item), ask.request.query_params, describer)
    shown, counts = page(ask, below)
    nodes = [describer.summary(child) for child in shown]
    content: Node = {**counts, **_below_head(describer, item)}
    if item.type is ItemType.SHOW and not ask.flag("excludeAllLeaves"):
        content["Directory"] = [_all_episodes(describer, item)]
    return ask.plex(container(size=len(nodes), **content, Metadata=nodes))


async def all_leaves(ask: Ask) -> Response:
    describer = describer_of(ask)
    item = ask.item(ask.path("keys"))
    leaves = matching(describer.catalogue.leaves_of(item), ask.request.query_params, describer)
    shown, counts = page(ask, leaves)
    nodes = [describer.summary(leaf) for leaf in shown]
    head = _below_head(describer, item) | {"viewGroup": "episode", "mixedParents": True}
    return ask.plex(container(size=len(nodes), **counts, **head, Metadata=nodes))


def _below_head(describer: Describer, item: Item) -> Node:
    section = describer.section_of(item)
    below = "season" if item.type is ItemType.SHOW else "episode"
    return {
        "allowSync": True,
        "art": art_key(item),
        **library_head(),
        "key": item.rating_key,
        **section_head(section),
        "nocache": True,
        "parentIndex": item.index,
        "parentTitle": item.title,
        "parentYear": item.year,
        "summary": item.details.summary,
        "thumb": thumb_key(item),
        "title1": section.title,
        "title2": item.title,
        "viewGroup": below,
    }


def _all_episodes(describer: Describer, item: Item) -> Node:
    return {
        "leafCount": len(describer.catalogue.leaves_of(item)),
        "thumb": thumb_key(item),
        "viewedLeafCount": describer.watched_leaves(item),
        "key": f"/library/metadata/{item.rating_key}/allLeaves",
        "title": "All episodes",
    }


def alike(describer: Describer, item: Item, count: int) -> list[Item]:
    """Others of its kind that share a genre; most shared first."""
    shelf = shelf_of(describer, item.section_id, item.type)
    genres = shelf.values("genre", describer)
    names = (genre.casefold() for genre in item.details.genres)
    shared = Counter(position for name in names for position in genres.get(name, ()))
    found = (shelf.items[position] for position, _ in shared.most_common(count + 1))
    return [other for other in found if other.rating_key != item.rating_key][:count]


async def similar(ask: Ask) -> Response:
    describer = describer_of(ask)
    found = by_title(alike(describer, ask.item(ask.path("keys")), _ALIKE))
    shown, counts = page(ask, found)
    nodes = [describer.summary(item) for item in shown]
    return ask.plex(container(size=len(nodes), **counts, **library_head(), Metadata=nodes))


async def related(ask: Ask) -> Response:
    describer = describer_of(ask)
    item = ask.item(ask.path("keys"))
    nodes = [describer.summary(other) for other in alike(describer, item, _RELATED)]
    hub = {
        "hubKey": f"/library/metadata/{item.rating_key}/similar",
        "key": f"/library/metadata/{item.rating_key}/similar",
        "title": "More Like This",
        "type": item.type.value,
        "hubIdentifier": f"{item.type.value}.similar",
        "context": "hub.similar",
        "size": len(nodes),
        "more": False,
        "style": "shelf",
        "Metadata": nodes,
    }
    return ask.plex(container(size=1 if nodes else 0, Hub=[hub] if nodes else []))


async def extras(ask: Ask) -> Response:
    """There are none."""
    ask.item(ask.path("keys"))
    return ask.plex(container(size=0, **library_head()))


def routes() -> list[Route]:
    base = "/library/metadata/{keys}"
    return [
        pms(base, metadata),
        pms(f"{base}/children", children),
        pms(f"{base}/allLeaves", all_leaves),
        pms(f"{base}/grandchildren", all_leaves),
        pms(f"{base}/similar", similar),
        pms(f"{base}/related", related),
        pms(f"{base}/extras", extras),
        pms(f"{base}/onDeck", extras),
    ]
