"""What to watch later."""

from watchtogether.sync.commands import QueueAdd, QueueMove, QueueRemove
from watchtogether.sync.draft import Draft, Reason
from watchtogether.sync.events import QueueChanged
from watchtogether.sync.room import Action, QueueEntry, Room, may

QUEUE_MAX = 200


def add(draft: Draft, command: QueueAdd) -> Reason | None:
    """Append an item (SPEC MEM-7)."""
    if not may(draft.room, command.by, Action.QUEUE_EDIT):
        return Reason.NOT_PERMITTED
    if len(draft.room.queue) >= QUEUE_MAX:
        return Reason.QUEUE_FULL
    entry = QueueEntry(command.entry_id, command.item, command.by)
    draft.record(QueueChanged((*draft.room.queue, entry)))
    return None


def remove(draft: Draft, command: QueueRemove) -> Reason | None:
    """Take an entry out; one's own always."""
    entry = _find(draft.room, command.entry_id)
    own = entry is not None and entry.by == command.by
    if not own and not may(draft.room, command.by, Action.QUEUE_EDIT):
        return Reason.NOT_PERMITTED
    if entry is None:
        return Reason.NO_SUCH_ENTRY
    draft.record(QueueChanged(tuple(e for e in draft.room.queue if e.id != entry.id)))
    return None


def move(draft: Draft, command: QueueMove) -> Reason | None:
    """Put an entry at another place, counted from 0; beyond the end means last."""
    if not may(draft.room, command.by, Action.QUEUE_EDIT):
        return Reason.NOT_PERMITTED
    entry = _find(draft.room, command.entry_id)
    if entry is None:
        return Reason.NO_SUCH_ENTRY
    others = [e for e in draft.room.queue if e.id != entry.id]
    others.insert(max(0, command.to), entry)
    draft.record(QueueChanged(tuple(others)))
    return None


def _find(room: Room, entry_id: str) -> QueueEntry | None:
    return next((entry for entry in room.queue if entry.id == entry_id), None)
