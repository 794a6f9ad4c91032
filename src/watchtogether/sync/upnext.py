"""What comes next: offered when the film is over, and gone on to (SPEC PB-27 to PB-29).

The room knows its queue. What follows in the library is looked up elsewhere, and comes in as a
command.
"""

from collections.abc import Iterator
from typing import Final

from watchtogether.kit.ids import MemberId
from watchtogether.sync.commands import OfferNext, WithdrawNext
from watchtogether.sync.draft import Draft, Reason
from watchtogether.sync.events import NextOffered, NextWithdrawn, QueueChanged
from watchtogether.sync.room import Action, Offer, Room, may
from watchtogether.sync.timeline import Cause, RoomItem, State

LASTS_MS: Final = 10_000.0


def lacks_offer(room: Room) -> bool:
    """Whether the library has to be asked what follows."""
    item = room.timeline.item
    return (
        _takes_offers(room)
        and room.offer is None
        and not room.queue
        and item is not None
        and item.kind == "episode"
    )


def offer_next(draft: Draft, command: OfferNext) -> Reason | None:
    """Offer what the library has; not when the room has moved on since it was asked."""
    room = draft.room
    asked_at = (command.epoch, command.revision)
    if asked_at != (room.epoch, room.timeline.revision) or not lacks_offer(room):
        return Reason.STALE_REVISION
    _offer(draft, command.item, queued=False)
    return None


def withdraw_next(draft: Draft, command: WithdrawNext) -> Reason | None:
    """Stay here: nothing is offered any more at this end."""
    if not may(draft.room, command.by, Action.LOAD):
        return Reason.NOT_PERMITTED
    if draft.room.offer is None:
        return Reason.NO_OFFER
    draft.record(NextWithdrawn("declined"))
    return None


def renew(draft: Draft) -> None:
    """Offer the same again, from now, as the rules are now (SPEC PB-28)."""
    offer = draft.room.offer
    if offer is not None:
        _offer(draft, offer.item, queued=offer.queued)


def take_up(draft: Draft, offer: Offer, *, keep_counting: bool) -> None:
    """Offer again what a process that is gone had offered; nobody is back yet (SPEC LOG-8)."""
    counts = keep_counting and offer.ends_ms is not None
    _record(draft, offer.item, queued=offer.queued, counts=counts)


def go_on(draft: Draft, item: RoomItem, by: MemberId | None) -> None:
    """Play the queue's head, which then is `item`, or what follows in the library (SPEC PB-16)."""
    queue = draft.room.queue
    if queue:
        draft.record(QueueChanged(queue[1:]))
    draft.load(item, None, Cause.NEXT, by, play=True)
    draft.new_target()


def deadlines(room: Room) -> Iterator[float]:
    """When the room goes on by itself."""
    if room.offer is not None and room.offer.ends_ms is not None:
        yield room.offer.ends_ms


def settle(draft: Draft) -> None:
    """Keep the offer in line with the queue, and go on when its time is up."""
    follow(draft)
    offer = draft.room.offer
    if offer is None or offer.ends_ms is None or draft.now_ms < offer.ends_ms:
        return
    if _is_watched(draft.room):
        go_on(draft, offer.item, None)
    else:
        _record(draft, offer.item, queued=offer.queued, counts=False)


def follow(draft: Draft) -> None:
    """At the end of the film: offer the queue's head, and nothing that is no longer next."""
    room = draft.room
    offer = room.offer
    if room.check is not None:
        if offer is not None:
            draft.record(NextWithdrawn("check"))
    elif not _takes_offers(room):
        return
    elif room.queue:
        head = room.queue[0].item
        if offer is None or offer.item != head:
            _offer(draft, head, queued=True)
    elif offer is not None and offer.queued:
        draft.record(NextWithdrawn("gone"))


def _offer(draft: Draft, item: RoomItem, *, queued: bool) -> None:
    """With a countdown where that is the rule, and somebody is there to say no."""
    counts = draft.room.rules.autoplay and _is_watched(draft.room)
    _record(draft, item, queued=queued, counts=counts)


def _record(draft: Draft, item: RoomItem, *, queued: bool, counts: bool) -> None:
    ends_ms = draft.now_ms + LASTS_MS if counts else None
    timeline = draft.room.timeline
    draft.record(NextOffered(item, ends_ms, timeline.clock_id, queued, timeline.revision))


def _takes_offers(room: Room) -> bool:
    """Whether what is on has ended, and nobody has chosen anything since."""
    timeline = room.timeline
    return (
        not room.stays
        and room.check is None
        and timeline.item is not None
        and timeline.state is State.PAUSED
        and timeline.cause in (Cause.ENDED, Cause.RESTART)
        and timeline.position_s >= timeline.duration_s
    )


def _is_watched(room: Room) -> bool:
    return any(not room.presence_of(member.id).stepped_out for member in room.online())
