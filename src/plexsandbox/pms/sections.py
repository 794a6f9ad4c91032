"""Libraries: the sections and what is in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import quote

from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.answers import Node, container, not_found
from plexsandbox.ask import Ask, pms
from plexsandbox.describe import Describer, library_head, section_head
from plexsandbox.languages import language_of
from plexsandbox.mediainfo import resolution_label, resolution_name
from plexsandbox.model import Item, ItemType, Section, TrackKind
from plexsandbox.pms.meta import section_meta
from plexsandbox.pms.query import filters_of, page
from plexsandbox.pms.shelf import shelf_of

_ALL_TITLES = {"movie": "All Movies", "show": "All Shows", "season": "All Seasons"}
_CHOICES = [
    "genre",
    "year",
    "decade",
    "contentRating",
    "director",
    "actor",
    "writer",
    "country",
    "studio",
    "collection",
    "resolution",
    "audioLanguage",
    "subtitleLanguage",
]
_FOLDERS = (
    ("all", "All"),
    ("unwatched", "Unwatched"),
    ("newest", "Recently Released"),
    ("recentlyAdded", "Recently Added"),
    ("recentlyViewed", "Recently Viewed"),
    ("onDeck", "Continue Watching"),
)


def describer_of(ask: Ask) -> Describer:
    return Describer(ask.catalogue, ask.box.state, ask.who)


def section_of(ask: Ask) -> Section:
    raw = ask.path("section")
    section = ask.catalogue.section(int(raw)) if raw.isdigit() else None
    if section is None:
        raise not_found()
    return section


async def library(ask: Ask) -> Response:
    directories = [
        {"key": "sections", "title": "Library Sections"},
        {"key": "recentlyAdded", "title": "Recently Added Content"},
        {"key": "onDeck", "title": "On Deck Content"},
    ]
    head = {"allowSync": False, "art": "/:/resources/library-art.png", "content": ""}
    node = container(
        **head, **library_head(), title1="Plex Library", title2="", Directory=directories
    )
    return ask.plex(node)


async def sections(ask: Ask) -> Response:
    catalogue = ask.catalogue
    nodes = [_section_node(section, catalogue.scanned_at) for section in catalogue.sections]
    return ask.plex(
        container(allowSync=False, **library_head(), title1="Plex Library", Directory=nodes)
    )


def _section_node(section: Section, scanned_at: int) -> Node:
    kind = section.type.value
    return {
        "allowSync": True,
        "art": f"/:/resources/{kind}-fanart.jpg",
        "composite": f"/library/sections/{section.id}/composite/{scanned_at}",
        "filters": True,
        "refreshing": False,
        "thumb": f"/:/resources/{kind}.png",
        "key": str(section.id),
        "type": kind,
        "title": section.title,
        "agent": "tv.plex.agents.none",
        "scanner": "Plex Movie" if kind == "movie" else "Plex TV Series",
        "language": "en-US",
        "uuid": section.uuid,
        "updatedAt": scanned_at,
        "createdAt": scanned_at,
        "scannedAt": scanned_at,
        "content": True,
        "directory": True,
        "contentChangedAt": scanned_at,
        "hidden": 0,
        "Location": [{"id": section.id, "path": str(section.folder)}],
    }


async def section(ask: Ask) -> Response:
    chosen = section_of(ask)
    directories: list[Node] = [{"key": key, "title": title} for key, title in _FOLDERS]
    directories += [{"secondary": True, "key": name, "title": f"By {name}"} for name in _CHOICES]
    directories.append({"secondary": True, "key": "firstCharacter", "title": "By First Letter"})
    head = list_head(chosen, "secondary") | {"allowSync": False, "content": "secondary"}
    for name in ("title2", "librarySectionTitle", "librarySectionUUID"):
        head.pop(name)
    return ask.plex(container(**head, Directory=directories))


def list_head(section: Section, view_group: str) -> Node:
    kind = section.type.value
    return {
        "allowSync": True,
        "art": f"/:/resources/{kind}-fanart.jpg",
        "content": "secondary",
        **library_head(),
        **section_head(section),
        "thumb": f"/:/resources/{kind}.png",
        "title1": section.title,
        "title2": _ALL_TITLES.get(view_group, "All"),
        "viewGroup": view_group,
    }


async def all_items(ask: Ask) -> Response:
    chosen = section_of(ask)
    describer = describer_of(ask)
    type_ = _asked_type(ask, chosen)
    shelf = shelf_of(describer, chosen.id, type_)
    items = shelf.chosen(ask.request.query_params, ask.query("sort"), describer)
    return _listed(ask, chosen, items, type_, meta=ask.flag("includeMeta"))


def _asked_type(ask: Ask, section: Section) -> ItemType:
    number = ask.number("type", section.type.number)
    return next((type_ for type_ in ItemType if type_.number == number), section.type)


def _listed(
    ask: Ask, section: Section, items: Sequence[Item], type_: ItemType, *, meta: bool = False
) -> Response:
    describer = describer_of(ask)
    shown, counts = page(ask, items)
    content: Node = {**counts, **list_head(section, type_.value)}
    if meta:
        content["Meta"] = section_meta(section, type_)
    metadata = [describer.summary(item) for item in shown]
    return ask.plex(container(size=len(metadata), **content, Metadata=metadata))


async def recently_added(ask: Ask) -> Response:
    """Episodes for shows, films for films; newest first."""
    chosen = section_of(ask)
    return _listed(ask, chosen, newest(describer_of(ask), chosen), newest_type(chosen))


def newest_type(section: Section) -> ItemType:
    return ItemType.MOVIE if section.type is ItemType.MOVIE else ItemType.EPISODE


def newest(describer: Describer, section: Section) -> Sequence[Item]:
    shelf = shelf_of(describer, section.id, newest_type(section))
    return shelf.chosen(QueryParams(), "addedAt:desc", describer)


async def on_deck(ask: Ask) -> Response:
    chosen = section_of(ask)
    describer = describer_of(ask)
    items = [item for item in deck(describer) if item.section_id == chosen.id]
    return _listed(ask, chosen, items, chosen.type)


def deck(describer: Describer) -> list[Item]:
    """Begun films and episodes, and the episode after the last watched; latest first."""
    user, _ = stamp = describer.views_stamp
    decks: dict[str, tuple[tuple[str, int], list[Item]]] = describer.catalogue.once("decks", dict)
    if user not in decks or decks[user][0] != stamp:
        decks[user] = (stamp, _deck(describer))
    return decks[user][1]


def _deck(describer: Describer) -> list[Item]:
    catalogue, views = describer.catalogue, describer.views()
    known = [(catalogue.items[key], view) for key, view in views.items() if key in catalogue.items]
    begun = [(item, view) for item, view in known if item.playable and view.offset_ms]
    begun.sort(key=lambda pair: -pair[1].last_viewed_at)
    watched = [item for item, view in known if view.count and item.type is ItemType.EPISODE]
    shows = {top.rating_key: top for top in map(catalogue.top_of, watched)}
    following = [
        after
        for show in shows.values()
        for before, after in pairwise(catalogue.leaves_of(show))
        if describer.is_watched(before) and not describer.is_watched(after)
    ]
    started = {item.rating_key: item for item, _ in begun}
    return [*started.values(), *(item for item in following if item.rating_key not in started)]


async def first_character(ask: Ask) -> Response:
    chosen, type_ = section_of(ask), _asked_type(ask, section_of(ask))
    shelf = shelf_of(describer_of(ask), chosen.id, type_)
    query, describer = ask.request.query_params, describer_of(ask)

    def count() -> Counter[str]:
        return Counter(_letter(item) for item in shelf.chosen(query, "", describer))

    name = ("letters", chosen.id, type_)
    letters = count() if filters_of(query) else describer.catalogue.once(name, count)
    directories = [
        {
            "size": count,
            "key": f"/library/sections/{chosen.id}/firstCharacter/{quote(letter, safe='')}",
            "title": letter,
        }
        for letter, count in sorted(letters.items())
    ]
    return ask.plex(container(**list_head(chosen, "secondary"), Directory=directories))


def _letter(item: Item) -> str:
    """What is no letter and no digit stands under `#`."""
    first = item.sorted_as[:1].upper()
    return first if first.isalnum() else "#"


async def under_letter(ask: Ask) -> Response:
    chosen, type_ = section_of(ask), _asked_type(ask, section_of(ask))
    shelf = shelf_of(describer_of(ask), chosen.id, type_)
    items = [item for item in shelf.items if _letter(item) == ask.path("letter")]
    return _listed(ask, chosen, items, type_)


async def choices(ask: Ask) -> Response:
    """The values that a filter can take in this section."""
    chosen = section_of(ask)
    field = ask.path("field")
    if field not in _CHOICES:
        return ask.plex(container(size=0, **list_head(chosen, "secondary")))
    found = _choices(describer_of(ask), chosen, field)
    directories = [
        {
            "fastKey": f"/library/sections/{chosen.id}/all?{field}={key}",
            "key": key,
            "title": title,
            **({"type": "genre"} if field == "genre" else {}),
        }
        for title, key in found
    ]
    head = list_head(chosen, "secondary") | {"allowSync": False, "nocache": True}
    for name in section_head(chosen):
        head.pop(name)
    head["title2"] = f"By {field.title()}"
    return ask.plex(container(**head, Directory=directories))


async def sorts(ask: Ask) -> Response:
    """The menus of older clients; newer ones ask for `includeMeta`."""
    chosen = section_of(ask)
    menu = section_meta(chosen, chosen.type)["Type"][0]["Sort"]
    return ask.plex(container(**_menu_head(chosen), Directory=menu))


async def filters(ask: Ask) -> Response:
    chosen = section_of(ask)
    menu = section_meta(chosen, chosen.type)["Type"][0]["Filter"]
    return ask.plex(container(**_menu_head(chosen), Directory=menu))


def _menu_head(section: Section) -> Node:
    head = list_head(section, "secondary") | {"allowSync": False}
    for name in (*section_head(section), "title2"):
        head.pop(name)
    return head


def _choices(describer: Describer, section: Section, field: str) -> list[tuple[str, str]]:
    catalogue = describer.catalogue

    def gather() -> list[tuple[str, str]]:
        items = (item for item in catalogue.items.values() if item.section_id == section.id)
        return sorted({pair for item in items for pair in _choices_of(item, field, describer)})

    return catalogue.once(("choices", section.id, field), gather)


def _choices_of(item: Item, field: str, describer: Describer) -> list[tuple[str, str]]:
    """Pairs of title and key."""
    details = item.details
    tags = {
        "genre": details.genres,
        "country": details.countries,
        "director": details.directors,
        "writer": details.writers,
        "actor": tuple(role.name for role in details.roles),
        "collection": details.collections,
    }
    if field in tags:
        return [(name, str(describer.tag_id(field, name))) for name in tags[field]]
    match field:
        case "year":
            return [(str(item.year), str(item.year))] if item.year else []
        case "decade":
            return [(f"{item.year // 10 * 10}s", str(item.year // 10 * 10))] if item.year else []
        case "contentRating":
            return (
                [(details.content_rating, details.content_rating)] if details.content_rating else []
            )
        case "studio":
            return [(details.studio, details.studio)] if details.studio else []
        case "resolution":
            heights = [file.video.height for file in item.files]
            return [(resolution_label(height), resolution_name(height)) for height in heights]
        case _:
            kind = TrackKind.AUDIO if field == "audioLanguage" else TrackKind.SUBTITLE
            tracks = [track for file in item.files for track in file.of_kind(kind)]
            languages = [(language_of(t.language), t.language) for t in tracks if t.language]
            return [(known.name, code) for known, code in languages if known and code]


async def refresh(ask: Ask) -> Response:
    section_of(ask)
    await ask.box.library.rescan()
    return ask.plex(container(size=0))


def routes() -> list[Route]:
    base = "/library/sections/{section}"
    return [
        pms("/library", library),
        pms("/library/", library),
        pms("/library/sections", sections),
        pms("/library/sections/", sections),
        pms(base, section),
        pms(f"{base}/recentlyAdded", recently_added),
        pms(f"{base}/onDeck", on_deck),
        pms(f"{base}/firstCharacter", first_character),
        pms(f"{base}/firstCharacter/{{letter}}", under_letter),
        pms(f"{base}/refresh", refresh),
        pms(f"{base}/sorts", sorts),
        pms(f"{base}/filters", filters),
        pms(f"{base}/{{field}}", choices),
    ]
