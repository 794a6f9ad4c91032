"""Collections: in a section, by themselves, and what is in them."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.answers import Node, container, not_found
from plexsandbox.ask import Ask, pms
from plexsandbox.describe import Describer, library_head, section_head
from plexsandbox.model import Catalogue, Collection, Item
from plexsandbox.pms import sections
from plexsandbox.pms.query import page
from plexsandbox.pms.sections import describer_of, list_head, section_of
from plexsandbox.pms.shelf import Shelf

_TYPE = "18"


async def of_section(ask: Ask) -> Response:
    """Clients read an empty menu of filters from here as well."""
    chosen, describer = section_of(ask), describer_of(ask)
    wanted = ask.query("title").casefold()
    found = [
        collection
        for collection in describer.catalogue.collections
        if collection.section_id == chosen.id and wanted in collection.title.casefold()
    ]
    shown, counts = page(ask, found)
    content: Node = {"totalSize": len(found), "offset": 0, **counts}
    content |= list_head(chosen, "collection") | {"Meta": {"Type": []}}
    if shown:
        content["Metadata"] = [collection_node(describer, each) for each in shown]
    return ask.plex(container(size=len(shown), **content))


async def all_items(ask: Ask) -> Response:
    """What a section lists under the number of collections."""
    if ask.query("type") == _TYPE:
        return await of_section(ask)
    return await sections.all_items(ask)


def collection_node(describer: Describer, collection: Collection) -> Node:
    key = collection.rating_key
    items = items_of(describer.catalogue, collection)
    years = [item.year for item in items if item.year]
    newest = max((item.added_at for item in items), default=0)
    return {
        "ratingKey": key,
        "key": f"/library/collections/{key}/children",
        "guid": f"collection://sandbox-{key}",
        "type": "collection",
        "title": collection.title,
        "subtype": items[0].type.value if items else None,
        "summary": "",
        "smart": False,
        "index": int(key),
        "ratingCount": len(items),
        "thumb": f"/library/collections/{key}/composite/{newest}",
        "addedAt": newest,
        "updatedAt": newest,
        "childCount": len(items),
        "minYear": min(years, default=None),
        "maxYear": max(years, default=None),
    }


def items_of(catalogue: Catalogue, collection: Collection) -> list[Item]:
    return [catalogue.items[key] for key in collection.rating_keys if key in catalogue.items]


def _asked(ask: Ask) -> Collection:
    found = ask.catalogue.collection(ask.path("key"))
    if found is None:
        raise not_found()
    return found


async def show(ask: Ask) -> Response:
    return one(ask, describer_of(ask), _asked(ask))


def one(ask: Ask, describer: Describer, collection: Collection) -> Response:
    section = describer.catalogue.section(collection.section_id)
    node = collection_node(describer, collection)
    head = {"allowSync": True, **library_head()}
    if section is not None:
        head |= section_head(section)
        node |= {
            "librarySectionID": section.id,
            "librarySectionTitle": section.title,
            "librarySectionKey": f"/library/sections/{section.id}",
        }
    return ask.plex(container(size=1, **head, Metadata=[node]))


async def children(ask: Ask) -> Response:
    return below(ask, describer_of(ask), _asked(ask))


def below(ask: Ask, describer: Describer, collection: Collection) -> Response:
    shelf = Shelf(items_of(describer.catalogue, collection))
    items = shelf.chosen(ask.request.query_params, ask.query("sort"), describer)
    shown, counts = page(ask, items)
    nodes = [describer.summary(item) for item in shown]
    head = {"allowSync": True, **library_head(), "title1": collection.title, "nocache": True}
    return ask.plex(container(size=len(nodes), **counts, **head, Metadata=nodes))


def routes() -> list[Route]:
    base = "/library/collections/{key}"
    return [
        pms("/library/sections/{section}/all", all_items),
        pms("/library/sections/{section}/collections", of_section),
        pms(base, show),
        pms(f"{base}/children", children),
        pms(f"{base}/items", children),
    ]
