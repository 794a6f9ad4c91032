"""Shelves of the home screen, and search."""

from __future__ import annotations

from collections import Counter

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.answers import Node, PlexError, bad_request, container
from plexsandbox.ask import Ask, pms
from plexsandbox.describe import LIBRARY, Describer, library_head
from plexsandbox.model import Catalogue, Item, ItemType, Section
from plexsandbox.pms.query import page
from plexsandbox.pms.sections import deck, describer_of, newest, newest_type

_DEFAULT_LIMIT = 3
_TAG_TYPES = {"genre": 1, "collection": 2, "director": 4, "actor": 6}
_EMPTY_HUBS = ("playlist", "artist", "album", "track", "photo", "shared")


def _hub(identifier: str, title: str, type_: str, key: str, nodes: list[Node]) -> Node:
    return {
        "hubKey": key,
        "key": key,
        "title": title,
        "type": type_,
        "hubIdentifier": identifier,
        "context": f"hub.{identifier}",
        "size": len(nodes),
        "more": False,
        "style": "shelf",
        "promoted": True,
        "Metadata": nodes,
    }


def _continue_hub(describer: Describer, count: int) -> Node:
    nodes = [describer.summary(item) for item in deck(describer)[:count]]
    hub = _hub("home.continue", "Continue Watching", "mixed", "/hubs/continueWatching/items", nodes)
    return hub | {"style": "hero"}


def _recent_hub(describer: Describer, section: Section, count: int) -> Node:
    kind, title = ("movies", "Movies") if section.type is ItemType.MOVIE else ("television", "TV")
    if section.id > 2:
        kind, title = f"{kind}.{section.id}", section.title
    nodes = [describer.summary(item) for item in newest(describer, section)[:count]]
    key = f"/library/sections/{section.id}/recentlyAdded"
    type_ = newest_type(section).value
    return _hub(f"home.{kind}.recent", f"Recently Added {title}", type_, key, nodes)


async def home(ask: Ask) -> Response:
    describer = describer_of(ask)
    count = ask.number("count", 12)
    hubs = [_continue_hub(describer, count)]
    hubs += [_recent_hub(describer, section, count) for section in describer.catalogue.sections]
    filled = [hub for hub in hubs if hub["size"]]
    return ask.plex(container(size=len(filled), allowSync=True, **library_head(), Hub=filled))


async def section_hubs(ask: Ask) -> Response:
    describer = describer_of(ask)
    number = int(ask.path("section")) if ask.path("section").isdigit() else 0
    count = ask.number("count", 12)
    section = describer.catalogue.section(number)
    hubs = [_recent_hub(describer, section, count)] if section is not None else []
    return ask.plex(container(size=len(hubs), allowSync=True, **library_head(), Hub=hubs))


async def continue_watching(ask: Ask) -> Response:
    hub = _continue_hub(describer_of(ask), ask.number("count", 12))
    hubs = [hub] if hub["size"] else []
    return ask.plex(container(size=len(hubs), allowSync=True, **library_head(), Hub=hubs))


async def continue_items(ask: Ask) -> Response:
    describer = describer_of(ask)
    return _metadata(ask, describer, deck(describer))


async def recently_added(ask: Ask) -> Response:
    describer = describer_of(ask)
    items = _newest_of_all(describer)
    shown, counts = page(ask, items)
    nodes = [describer.full(item, markers=False, chapters=False) for item in shown]
    recent = {"key": "/hubs/home/recentlyAdded", "type": "mixed", "title": "Recently Added"}
    meta = {"Type": [recent | {"active": False}]}
    head = {"allowSync": True, "identifier": LIBRARY, "Meta": meta}
    return ask.plex(container(size=len(nodes), **counts, **head, Metadata=nodes))


def _newest_of_all(describer: Describer) -> list[Item]:
    catalogue = describer.catalogue

    def gather() -> list[Item]:
        items = [item for section in catalogue.sections for item in newest(describer, section)]
        return sorted(items, key=lambda item: -item.added_at)

    return catalogue.once("newest", gather)


def _metadata(ask: Ask, describer: Describer, items: list[Item]) -> Response:
    shown, counts = page(ask, items)
    nodes = [describer.summary(item) for item in shown]
    head = {"allowSync": True, **library_head()}
    return ask.plex(container(size=len(nodes), **counts, **head, Metadata=nodes))


async def search(ask: Ask) -> Response:
    """Empty hubs are listed too; `limit=0` is a server error and a blank query a bad request."""
    wanted, limit = _wanted(ask), ask.number("limit", _DEFAULT_LIMIT)
    if limit == 0:
        raise PlexError(500, "Internal Server Error")
    describer = describer_of(ask)
    hubs = [
        _search_hub(type_.value, _title_of(type_), "Metadata", nodes)
        for type_ in (ItemType.MOVIE, ItemType.SHOW, ItemType.EPISODE)
        for nodes in [_found_items(describer, type_, wanted, ask.number("sectionId", 0), limit)]
    ]
    hubs += [
        _search_hub(
            kind, f"{kind.title()}s", "Directory", _found_tags(describer, kind, wanted)[:limit]
        )
        for kind in _TAG_TYPES
    ]
    hubs += [_search_hub(kind, f"{kind.title()}s", "Metadata", []) for kind in _EMPTY_HUBS]
    return ask.plex(container(size=len(hubs), Hub=hubs))


def _wanted(ask: Ask) -> str:
    wanted = ask.query("query").strip().casefold()
    if not wanted:
        raise bad_request()
    return wanted


def _title_of(type_: ItemType) -> str:
    return f"{type_.value.title()}s"


def _search_hub(identifier: str, title: str, rows: str, nodes: list[Node]) -> Node:
    hub: Node = {
        "title": title,
        "type": identifier,
        "hubIdentifier": identifier,
        "context": f"hub.search.{identifier}" if nodes else "",
        "size": len(nodes),
        "more": False,
        "style": "shelf",
    }
    return hub | ({rows: nodes} if nodes else {})


def _score(title: str, wanted: str) -> float:
    lowered = title.casefold()
    if lowered == wanted:
        return 1.0
    if any(word.startswith(wanted) for word in lowered.split()) or lowered.startswith(wanted):
        return 0.9
    return 0.5 if wanted in lowered else 0.0


def warm(catalogue: Catalogue) -> None:
    """What the first search would wait for; blocking."""
    for type_ in (ItemType.MOVIE, ItemType.SHOW, ItemType.EPISODE):
        _titles(catalogue, type_)
    for kind in _TAG_TYPES:
        _tags(catalogue, kind)


def _titles(catalogue: Catalogue, type_: ItemType) -> list[tuple[str, Item]]:
    """In lower case, each with its item."""
    return catalogue.once(
        ("titles", type_), lambda: [(i.title.casefold(), i) for i in catalogue.of_type(type_)]
    )


def _tags(catalogue: Catalogue, kind: str) -> dict[tuple[str, int], int]:
    """How many items of a section have each."""

    def gather() -> dict[tuple[str, int], int]:
        items = catalogue.items.values()
        return Counter((name, i.section_id) for i in items for name in _names(i, kind))

    return catalogue.once(("tags", kind), gather)


def _found_items(
    describer: Describer, type_: ItemType, wanted: str, section_id: int = 0, limit: int = 200
) -> list[Node]:
    """`section_id` ranks and does not filter, as on the real server."""
    titled = _titles(describer.catalogue, type_)
    hits = [(_score(title, wanted), item) for title, item in titled if wanted in title]
    hits.sort(key=lambda hit: (hit[1].section_id != section_id, -hit[0], hit[1].title))
    shown = hits[: max(0, limit)]
    return [describer.summary(item) | _found_in(describer, item, score) for score, item in shown]


def _found_in(describer: Describer, item: Item, score: float) -> Node:
    section = describer.section_of(item)
    return {
        "librarySectionID": section.id,
        "librarySectionKey": f"/library/sections/{section.id}",
        "librarySectionTitle": section.title,
        "score": f"{score:.5f}",
    }


def _found_tags(describer: Describer, kind: str, wanted: str) -> list[Node]:
    counts = _tags(describer.catalogue, kind)
    return [
        _tag_row(
            describer, kind, name, section_id=section_id, count=count, score=_score(name, wanted)
        )
        for (name, section_id), count in sorted(counts.items())
        if _score(name, wanted)
    ]


def _names(item: Item, kind: str) -> tuple[str, ...]:
    details = item.details
    people = tuple(role.name for role in details.roles)
    names = {"genre": details.genres, "director": details.directors, "actor": people}
    return {**names, "collection": details.collections}[kind]


def _tag_row(
    describer: Describer, kind: str, name: str, *, section_id: int, count: int, score: float
) -> Node:
    section = describer.catalogue.section(section_id)
    number, title = describer.tag_id(kind, name), section.title if section else ""
    return {
        "key": f"/library/sections/{section_id}/all?{kind}={number}",
        "librarySectionID": section_id,
        "librarySectionKey": f"/library/sections/{section_id}",
        "librarySectionTitle": title,
        "librarySectionType": section.type.number if section else 0,
        "reason": "section",
        "reasonID": section_id,
        "reasonTitle": title,
        "score": f"{score:.5f}",
        "type": "tag",
        "id": number,
        "filter": f"{kind}={number}",
        "tag": name,
        "tagType": _TAG_TYPES[kind],
        "count": count,
    }


async def library_search(ask: Ask) -> Response:
    """Here the score is a number, and each hit is wrapped."""
    wanted, limit = _wanted(ask), max(1, ask.number("limit", 30))
    describer = describer_of(ask)
    nodes: list[Node] = [
        {"score": float(node["score"]), "Metadata": node}
        for type_ in (ItemType.MOVIE, ItemType.SHOW, ItemType.EPISODE)
        for node in _found_items(describer, type_, wanted)
    ]
    tags: list[Node] = [
        {"score": float(node["score"]), "Directory": _without_reason(node)}
        for kind in _TAG_TYPES
        for node in _found_tags(describer, kind, wanted)
    ]
    results = sorted(nodes + tags, key=_by_score)[:limit]
    return ask.plex(container(SearchResult=results))


def _without_reason(tag: Node) -> Node:
    hidden = {"score", "reason", "reasonID", "reasonTitle"}
    return {key: value for key, value in tag.items() if key not in hidden}


def _by_score(hit: Node) -> float:
    return -float(hit["score"])


async def old_search(ask: Ask) -> Response:
    wanted, describer = _wanted(ask), describer_of(ask)
    nodes = [
        node
        for type_ in (ItemType.MOVIE, ItemType.SHOW, ItemType.EPISODE)
        for node in _found_items(describer, type_, wanted)
    ]
    return ask.plex(container(**library_head(), Metadata=nodes))


def routes() -> list[Route]:
    return [
        pms("/hubs", home),
        pms("/hubs/promoted", home),
        pms("/hubs/home", home),
        pms("/hubs/home/recentlyAdded", recently_added),
        pms("/hubs/continueWatching", continue_watching),
        pms("/hubs/continueWatching/items", continue_items),
        pms("/hubs/sections/{section}", section_hubs),
        pms("/hubs/search", search),
        pms("/library/search", library_search),
        pms("/library/recentlyAdded", recently_added),
        pms("/library/onDeck", continue_items),
        pms("/search", old_search),
    ]
