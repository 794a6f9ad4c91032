"""What a Plex server tells of its own accord, as far as it makes an answer old. No I/O."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from watchtogether.plex.fields import Fields, inner, integer, rows, text
from watchtogether.plex.questions import Kind, Question

_MAX_MESSAGE_BYTES: Final = 512 * 1024
_SETTLED: Final = frozenset({0, 5, 9})
"""Of a timeline entry: created, processed, deleted. The states between announce one of these."""
_OF_ITEM: Final = frozenset[Kind]({"item", "children", "leaves", "related"})
_OF_SECTION: Final = frozenset[Kind]({"items", "letters", "choices", "menu", "collections"})
_OF_ALL: Final = frozenset[Kind]({"hub", "promoted", "search", "playlists"})


@dataclass(slots=True)
class Changes:
    """What changed on one server: keys of items and of sections; `sections` is the list itself."""

    items: set[str] = field(default_factory=set)
    in_sections: set[str] = field(default_factory=set)
    sections: bool = False
    watched: set[str] = field(default_factory=set)
    """Items that somebody watched: their own place and the shelf to go on with are old."""

    def __bool__(self) -> bool:
        return bool(self.items or self.in_sections or self.sections or self.watched)

    def add(self, other: "Changes") -> None:
        self.items |= other.items
        self.in_sections |= other.in_sections
        self.watched |= other.watched
        self.sections = self.sections or other.sections

    def concern(self, question: Question) -> bool:
        """Whether the answer to that question may be another one now."""
        kind = question.kind
        if kind in _OF_ITEM:
            return question.about[0] in self.items or (
                kind == "item" and question.about[0] in self.watched
            )
        if kind in _OF_SECTION:
            return self.sections or question.about[0] in self.in_sections
        if kind == "sections":
            return self.sections
        changed = bool(self.items or self.in_sections or self.sections)
        return changed or (kind == "hub" and bool(self.watched))


class EventReader:
    """Server-sent events out of the pieces in which they arrive; a message is their `data`."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False

    def feed(self, piece: bytes) -> Iterator[str]:
        """The messages that this piece completes; one that is far too long is left out."""
        self._rest = (self._rest + piece).replace(b"\r\n", b"\n")
        *whole, self._rest = self._rest.split(b"\n\n")
        for message in whole:
            skipped, self._skipping = self._skipping, False
            if not skipped and len(message) <= _MAX_MESSAGE_BYTES:
                yield _data(message)
        if len(self._rest) > _MAX_MESSAGE_BYTES:
            self._rest, self._skipping = self._rest[-1:], True


def changes(message: str) -> Changes:
    """What one notification says; nothing for what we cannot read, or need not."""
    found = Changes()
    try:
        document = json.loads(message) if message else {}
    except (ValueError, RecursionError):
        return found
    if not isinstance(document, dict):
        return found
    container: Fields = inner(document, "NotificationContainer") or document
    for entry in rows(container, "TimelineEntry"):
        _note_timeline(entry, found)
    for entry in rows(container, "PlaySessionStateNotification"):
        key = text(entry, "ratingKey", limit=100)
        if key and text(entry, "state", limit=20) == "stopped":
            found.watched.add(key)
    for entry in rows(container, "ActivityNotification"):
        _note_activity(entry, found)
    return found


def _note_timeline(entry: Fields, found: Changes) -> None:
    if integer(entry, "state") not in _SETTLED:
        return
    for name in ("itemID", "parentItemID", "rootItemID"):
        key = text(entry, name, limit=100)
        if key and key != "-1":
            found.items.add(key)
    section = text(entry, "sectionID", limit=100)
    if section and section != "-1":
        found.in_sections.add(section)


def _note_activity(entry: Fields, found: Changes) -> None:
    """A scan that is over may have changed the list of sections too."""
    kind = text(inner(entry, "Activity"), "type", limit=100) or ""
    if text(entry, "event", limit=20) == "ended" and kind.startswith("library.update.section"):
        found.sections = True


def _data(message: bytes) -> str:
    lines = message.decode("utf-8", "replace").split("\n")
    return "\n".join(
        line.removeprefix("data:").removeprefix(" ") for line in lines if line.startswith("data:")
    )
