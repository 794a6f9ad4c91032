"""What the server tells its listeners of its own accord; how they listen is in `pms/listening`."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from plexsandbox.answers import Node, without_none
from plexsandbox.model import Catalogue, Item, ItemType

_WAITING = 1_000
"""A listener that is this many notices behind is cut off."""
_MOST_ENTRIES = 200
CREATED, PROCESSED, DELETED = 0, 5, 9
_LIBRARY = "com.plexapp.plugins.library"


@dataclass(frozen=True, slots=True)
class Notice:
    """`section_id` and `user` say whom it concerns besides the owner; without either, nobody."""

    type: str
    entries_name: str
    entries: tuple[Node, ...]
    section_id: int | None = None
    user: str | None = None

    @property
    def node(self) -> Node:
        return {
            "NotificationContainer": {
                "type": self.type,
                "size": len(self.entries),
                self.entries_name: [without_none(entry) for entry in self.entries],
            }
        }


class Notices:
    """Everybody who listens gets everything; what may be seen is decided at the door."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Notice | None]] = set()
        self.activities: dict[str, Node] = {}
        self.sent = 0

    @property
    def listeners(self) -> int:
        return len(self._queues)

    def send(self, notice: Notice) -> None:
        self.sent += 1
        for queue in list(self._queues):
            if queue.full():
                self._cut(queue)
            else:
                queue.put_nowait(notice)

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[Notice | None]]:
        """What is sent from now on; none at the end means that the listener is cut off."""
        queue: asyncio.Queue[Notice | None] = asyncio.Queue(_WAITING)
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    def cut_all(self) -> None:
        for queue in list(self._queues):
            self._cut(queue)

    def _cut(self, queue: asyncio.Queue[Notice | None]) -> None:
        self._queues.discard(queue)
        while queue.full():
            queue.get_nowait()
        queue.put_nowait(None)

    @contextmanager
    def activity(self, type_: str, title: str, subtitle: str) -> Iterator[None]:
        """Tells its beginning and its end; meanwhile it is among the activities."""
        node: Node = {
            "uuid": str(uuid.uuid4()),
            "type": type_,
            "cancellable": False,
            "userID": 1,
            "title": title,
            "subtitle": subtitle,
            "progress": 0,
        }
        self.activities[node["uuid"]] = node
        self._tell_activity("started", node)
        try:
            yield
        finally:
            del self.activities[node["uuid"]]
            self._tell_activity("ended", node | {"progress": 100})

    def _tell_activity(self, event: str, node: Node) -> None:
        entry: Node = {"event": event, "uuid": node["uuid"], "Activity": node}
        self.send(Notice("activity", "ActivityNotification", (entry,)))

    def status(self, title: str, description: str, name: str) -> None:
        entry: Node = {"title": title, "description": description, "notificationName": name}
        self.send(Notice("status", "StatusNotification", (entry,)))

    def timeline(self, item: Item, state: int) -> None:
        """`state` as above; from created to processed, a real server tells the steps between."""
        self.send(Notice("timeline", "TimelineEntry", (_entry(item, state),), item.section_id))

    def library_changed(self, before: Catalogue, after: Catalogue) -> None:
        """One notice per item, up to a limit beyond which clients have to look for themselves."""
        gone = [item for key, item in before.items.items() if key not in after.items]
        for item in gone[:_MOST_ENTRIES]:
            self.timeline(item, DELETED)
        new = [item for key, item in after.items.items() if key not in before.items]
        for item in new[:_MOST_ENTRIES]:
            self.timeline(item, CREATED)
            self.timeline(item, PROCESSED)
        changed = [
            item
            for key, item in after.items.items()
            if key in before.items and _differs(item, before.items[key])
        ]
        for item in changed[:_MOST_ENTRIES]:
            self.timeline(item, PROCESSED)


def _differs(one: Item, other: Item) -> bool:
    return (one.title, one.updated_at) != (other.title, other.updated_at)


def _entry(item: Item, state: int) -> Node:
    return {
        "identifier": _LIBRARY,
        "sectionID": str(item.section_id),
        "itemID": item.rating_key,
        "type": item.type.number,
        "title": item.title,
        "state": state,
        "metadataState": {CREATED: "created", DELETED: "deleted"}.get(state),
        "mediaState": "analyzing" if state == CREATED and item.type is ItemType.MOVIE else None,
        "updatedAt": item.updated_at,
    }
