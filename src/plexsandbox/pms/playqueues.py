"""Play queues: an item, and with `continuous` the remaining episodes after it."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.answers import Node, bad_request, container, not_found
from plexsandbox.ask import Ask, pms
from plexsandbox.describe import library_head
from plexsandbox.model import Item, ItemType
from plexsandbox.pms.sections import describer_of

_ITEM = re.compile(r"/library/(?:metadata|collections)/(\d+)")


@dataclass(frozen=True, slots=True)
class PlayQueue:
    id: int
    source: str
    rating_keys: tuple[str, ...]
    selected: int
    """Position in `rating_keys`."""

    def item_id(self, position: int) -> int:
        return self.id * 1000 + position + 1


class PlayQueues:
    """In memory only."""

    def __init__(self) -> None:
        self._queues: dict[int, PlayQueue] = {}
        self._numbers = itertools.count(1)

    def create(self, source: str, rating_keys: tuple[str, ...], selected: int) -> PlayQueue:
        queue = PlayQueue(next(self._numbers), source, rating_keys, selected)
        self._queues[queue.id] = queue
        return queue

    def forget(self) -> None:
        self._queues.clear()

    def find(self, number: int) -> PlayQueue:
        if number not in self._queues:
            raise not_found()
        return self._queues[number]


async def create(ask: Ask) -> Response:
    """Needs a client identifier, as on the real server."""
    source = unquote(ask.query("uri"))
    if not ask.header_or_query("X-Plex-Client-Identifier"):
        raise bad_request()
    keys = _all_queued(ask, source)
    if not keys:
        raise bad_request()
    wanted = ask.query("key").rsplit("/", 1)[-1]
    selected = keys.index(wanted) if wanted in keys else 0
    return _answer(ask, ask.box.play_queues.create(source, keys, selected))


def _all_queued(ask: Ask, source: str) -> tuple[str, ...]:
    """Of a playlist, a collection or an item; empty when none is named."""
    playlist = ask.box.playlists.find(ask.who.user, ask.query("playlistID"))
    if playlist is not None:
        return tuple(key for _, key in playlist.entries if key in ask.catalogue.items)
    found = _ITEM.search(source)
    if found is None:
        return ()
    collection = ask.catalogue.collection(found[1])
    if collection is not None:
        return collection.rating_keys
    return _queued(ask, ask.item(found[1]))


def _queued(ask: Ask, item: Item) -> tuple[str, ...]:
    catalogue = ask.catalogue
    if item.type is ItemType.EPISODE and ask.flag("continuous"):
        season = catalogue.parent_of(item)
        show = catalogue.parent_of(season) if season else None
        keys = [leaf.rating_key for leaf in catalogue.leaves_of(show)] if show else []
        return tuple(keys[keys.index(item.rating_key) :])
    return tuple(leaf.rating_key for leaf in catalogue.leaves_of(item))


async def show(ask: Ask) -> Response:
    raw = ask.path("number")
    return _answer(ask, ask.box.play_queues.find(int(raw) if raw.isdigit() else 0))


def _answer(ask: Ask, queue: PlayQueue) -> Response:
    describer = describer_of(ask)
    known = describer.catalogue.items
    nodes: list[Node] = [
        describer.full(known[key], markers=False, chapters=False)
        | {"playQueueItemID": queue.item_id(position)}
        for position, key in enumerate(queue.rating_keys)
        if key in known
    ]
    head = {
        **library_head(),
        "playQueueID": queue.id,
        "playQueueSelectedItemID": queue.item_id(queue.selected),
        "playQueueSelectedItemOffset": queue.selected,
        "playQueueSelectedMetadataItemID": queue.rating_keys[queue.selected],
        "playQueueShuffled": False,
        "playQueueSourceURI": queue.source,
        "playQueueTotalCount": len(queue.rating_keys),
        "playQueueVersion": 1,
    }
    return ask.plex(container(size=len(nodes), allowSync=True, **head, Metadata=nodes))


def routes() -> list[Route]:
    return [
        pms("/playQueues", create, methods=("POST",)),
        pms("/playQueues/{number}", show),
    ]
