"""What can go wrong with rooms, and the words for it."""

from collections.abc import Mapping
from typing import Final

from watchtogether.kit.errors import AppError
from watchtogether.sync.draft import Reason


class RoomNotFound(AppError):
    code = "room_not_found"
    status = 404
    message = "There is no party with this code. Check the link."


class RoomIsClosed(AppError):
    code = "room_closed"
    status = 410
    message = "This party is over."


class InviteNeeded(AppError):
    code = "invite_needed"
    status = 403
    message = "This party is by invitation. Ask the host for a link."


class InviteUnknown(AppError):
    code = "invite_unknown"
    status = 404
    message = "This invitation is not known. Ask the host for a new link."


class InviteOver(AppError):
    code = "invite_over"
    status = 410
    message = "This invitation has expired or was used up. Ask the host for a new link."


class NotInRoom(AppError):
    code = "not_in_room"
    status = 403
    message = "Join the party first."


class EpochLost(AppError):
    """Another process owns the room now; this one must not write (SPEC LOG-3)."""

    code = "room_moved"
    status = 409
    message = "The party has moved to another server. Reconnecting…"


class CommandRefused(AppError):
    """The core said no; `reason` is the code (SPEC MEM-3, PB-6, PB-15)."""

    def __init__(self, reason: Reason, extra: Mapping[str, object] | None = None) -> None:
        status, text = _REFUSALS[reason]
        self.code = reason.value
        self.status = status
        self.reason = reason
        super().__init__(text, extra=extra)


_REFUSALS: Final[dict[Reason, tuple[int, str]]] = {
    Reason.NOT_PERMITTED: (403, "The host hasn't allowed you to do that."),
    Reason.NOT_A_MEMBER: (403, "Join the party first."),
    Reason.NO_SUCH_MEMBER: (404, "That person isn't in the party any more."),
    Reason.NO_SUCH_ENTRY: (404, "That is no longer in the queue."),
    Reason.STALE_REVISION: (409, "Somebody else was quicker. Here is where the film is now."),
    Reason.NO_ITEM: (409, "Choose a film first."),
    Reason.OUT_OF_RANGE: (422, "That is outside the film."),
    Reason.NOTHING_NEXT: (409, "Nothing comes next. Add something to the queue."),
    Reason.NAME_TAKEN: (409, "Somebody in the party already has this name."),
    Reason.BANNED: (403, "The host has closed this party to you."),
    Reason.ROOM_FULL: (409, "The party is full."),
    Reason.ALREADY_ON: (409, "The film is already on."),
    Reason.NO_CHECK: (409, "Nobody is being asked any more."),
    Reason.NO_OFFER: (409, "Nothing is being offered any more."),
    Reason.QUEUE_FULL: (409, "The queue is full."),
    Reason.ROOM_CLOSED: (410, "This party is over."),
    Reason.INVALID_TEXT: (422, "A message has between 1 and 2,000 characters."),
}


class NoSuchSound(AppError):
    """The item has no such sound track."""

    code = "no_such_sound"
    status = 404
    message = "This film has no such sound track."
