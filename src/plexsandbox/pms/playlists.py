"""Playlists: each account its own, in memory only."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.answers import Node, bad_request, container, not_found
from plexsandbox.ask import Ask, pms
from plexsandbox.describe import Describer, library_head
from plexsandbox.model import Catalogue, ItemType
from plexsandbox.pms.query import page
from plexsandbox.pms.sections import describer_of

_FIRST = 500_001
_KEYS = re.compile(r"/library/(?:metadata|collections)/([\d,]+)")


@dataclass(slots=True)
class Playlist:
    """`entries` are pairs of an id of their own and a rating key: an item can be in it twice."""

    rating_key: str
    user: str
    title: str
    entries: list[tuple[int, str]] = field(default_factory=list)
    summary: str = ""
    changed_at: int = field(default_factory=lambda: int(time.time()))


class Playlists:
    def __init__(self) -> None:
        self._known: dict[str, Playlist] = {}
        self._numbers = itertools.count(_FIRST)
        self._entries = itertools.count(1)

    def create(self, user: str, title: str, rating_keys: Iterable[str]) -> Playlist:
        playlist = Playlist(str(next(self._numbers)), user, title)
        self._known[playlist.rating_key] = playlist
        self.add(playlist, rating_keys)
        return playlist

    def add(self, playlist: Playlist, rating_keys: Iterable[str]) -> None:
        playlist.entries += [(next(self._entries), key) for key in rating_keys]
        playlist.changed_at = int(time.time())

    def delete(self, playlist: Playlist) -> None:
        del self._known[playlist.rating_key]

    def of(self, user: str) -> list[Playlist]:
        return [playlist for playlist in self._known.values() if playlist.user == user]

    def find(self, user: str, rating_key: str) -> Playlist | None:
        playlist = self._known.get(rating_key)
        return playlist if playlist is not None and playlist.user == user else None

    def fill_from(self, catalogue: Catalogue) -> None:
        """Some to begin with, where there is an archive."""
        films = [i.rating_key for i in catalogue.of_type(ItemType.MOVIE) if i.invented is not None]
        if films and not self._known:
            self.create("olive", "Friday Night 🍿", films[:30])
            self.create("olive", "Everything at Length", films[:1_000])
            self.create("frida", "Fridas lista", films[5:17])


async def listed(ask: Ask) -> Response:
    describer, wanted = describer_of(ask), ask.query("title").casefold()
    found = [each for each in ask.box.playlists.of(ask.who.user) if wanted in each.title.casefold()]
    if ask.query("playlistType", "video") != "video":
        found = []
    shown, counts = page(ask, found)
    content: Node = {**counts, **library_head()}
    if shown:
        content["Metadata"] = [_node(describer, each) for each in shown]
    return ask.plex(container(size=len(shown), **content))


def _node(describer: Describer, playlist: Playlist) -> Node:
    items = describer.catalogue.items
    known = [items[key] for _, key in playlist.entries if key in items]
    key = playlist.rating_key
    return {
        "ratingKey": key,
        "key": f"/playlists/{key}/items",
        "guid": f"com.plexapp.agents.none://sandbox-{key}",
        "type": "playlist",
        "title": playlist.title,
        "summary": playlist.summary,
        "smart": False,
        "playlistType": "video",
        "composite": f"/playlists/{key}/composite/{playlist.changed_at}",
        "duration": sum(item.duration_ms for item in known),
        "leafCount": len(known),
        "addedAt": playlist.changed_at,
        "updatedAt": playlist.changed_at,
    }


def _asked(ask: Ask) -> Playlist:
    found = ask.box.playlists.find(ask.who.user, ask.path("key"))
    if found is None:
        raise not_found()
    return found


async def show(ask: Ask) -> Response:
    return ask.plex(container(size=1, Metadata=[_node(describer_of(ask), _asked(ask))]))


async def items(ask: Ask) -> Response:
    """Entries whose item is gone or hidden are left out."""
    playlist, describer = _asked(ask), describer_of(ask)
    known = describer.catalogue.items
    entries = [(number, known[key]) for number, key in playlist.entries if key in known]
    shown, counts = page(ask, entries)
    nodes = [describer.summary(item) | {"playlistItemID": number} for number, item in shown]
    node = _node(describer, playlist)
    named = ("ratingKey", "composite", "duration", "leafCount", "playlistType", "smart", "title")
    head = {name: node[name] for name in named}
    return ask.plex(container(size=len(nodes), **counts, **head, Metadata=nodes))


def _wanted(ask: Ask) -> list[str]:
    """The playable items that the query's `uri` names; 400 when it names none."""
    found = _KEYS.search(unquote(ask.query("uri")))
    catalogue = ask.catalogue
    keys = found[1].split(",") if found else []
    for key in list(keys):
        collection = catalogue.collection(key)
        if collection is not None:
            keys[keys.index(key) : keys.index(key) + 1] = collection.rating_keys
    leaves = [
        leaf.rating_key
        for key in keys
        if key in catalogue.items
        for leaf in catalogue.leaves_of(catalogue.items[key])
    ]
    if not leaves:
        raise bad_request()
    return leaves


async def create(ask: Ask) -> Response:
    title = ask.query("title")
    if not title or ask.query("type") != "video" or ask.flag("smart"):
        raise bad_request()
    playlist = ask.box.playlists.create(ask.who.user, title, _wanted(ask))
    return ask.plex(container(size=1, Metadata=[_node(describer_of(ask), playlist)]))


async def add(ask: Ask) -> Response:
    playlist = _asked(ask)
    ask.box.playlists.add(playlist, _wanted(ask))
    return ask.plex(container(size=1, Metadata=[_node(describer_of(ask), playlist)]))


async def edit(ask: Ask) -> Response:
    playlist = _asked(ask)
    playlist.title = ask.query("title", playlist.title)
    playlist.summary = ask.query("summary", playlist.summary)
    playlist.changed_at = int(time.time())
    return ask.plex(container(size=0))


async def delete(ask: Ask) -> Response:
    ask.box.playlists.delete(_asked(ask))
    return Response(status_code=204)


async def remove(ask: Ask) -> Response:
    playlist = _asked(ask)
    playlist.entries.remove(_entry(playlist, ask.path("entry")))
    return ask.plex(container(size=1, Metadata=[_node(describer_of(ask), playlist)]))


async def move(ask: Ask) -> Response:
    """To the front, or behind the entry `after`."""
    playlist = _asked(ask)
    entry = _entry(playlist, ask.path("entry"))
    after = _entry(playlist, ask.query("after")) if ask.query("after") else None
    playlist.entries.remove(entry)
    at = playlist.entries.index(after) + 1 if after in playlist.entries else 0
    playlist.entries.insert(at, entry)
    return ask.plex(container(size=1, Metadata=[_node(describer_of(ask), playlist)]))


def _entry(playlist: Playlist, number: str) -> tuple[int, str]:
    found = next((entry for entry in playlist.entries if str(entry[0]) == number), None)
    if found is None:
        raise not_found()
    return found


def routes() -> list[Route]:
    base = "/playlists/{key}"
    return [
        pms("/playlists", listed),
        pms("/playlists", create, methods=("POST",)),
        pms(base, show),
        pms(base, edit, methods=("PUT",)),
        pms(base, delete, methods=("DELETE",)),
        pms(f"{base}/items", items),
        pms(f"{base}/items", add, methods=("PUT",)),
        pms(f"{base}/items/{{entry}}", remove, methods=("DELETE",)),
        pms(f"{base}/items/{{entry}}/move", move, methods=("PUT",)),
    ]
