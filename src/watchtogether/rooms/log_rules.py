"""Whether a room's log can be true by itself: order, revisions, positions, who was allowed what.

Pure. Permissions are judged by a table of their own, not by `sync.room.may`, so that a flaw there
is seen here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Final

from watchtogether.kit.ids import AccountId, GuestId, MemberId, RatingKey, ServerId
from watchtogether.rooms.log import Record
from watchtogether.sync import events as e
from watchtogether.sync.places import BACK_S
from watchtogether.sync.room import Action, Control, Member, Rules
from watchtogether.sync.timeline import STEERING, Cause, State, Timeline

LEAD_MAX_MS: Final = 500.0
HOST_GRACE_MS: Final = 20_000.0
WALL_TOLERANCE_S: Final = 2.0
_EXACT_S: Final = 1e-6
_STEERING: Final = {
    Cause.LOAD: Action.LOAD,
    Cause.NEXT: Action.LOAD,
    Cause.PLAY: Action.PLAY_PAUSE,
    Cause.PAUSE: Action.PLAY_PAUSE,
    Cause.SEEK: Action.SEEK,
    Cause.RATE: Action.RATE,
    Cause.SOUND: Action.LOAD,
    Cause.SKIP: Action.WAIT_SKIP,
}
_SHARED: Final = frozenset(
    {Action.PLAY_PAUSE, Action.SEEK, Action.LOAD, Action.RATE, Action.QUEUE_EDIT, Action.WAIT_SKIP}
)
_OWNERS: Final = frozenset({Action.ROOM_EDIT, Action.INVITE_CREATE, Action.MEMBER_PERMIT})
_GOES_ON: Final = frozenset({Cause.PAUSE, Cause.STALL, Cause.RATE, Cause.READY, Cause.SKIP})
"""Causes that never move the position (SPEC PB-8)."""


@dataclass
class Folded:
    """What a log says about the room, read without the core's own `evolve`."""

    owner: AccountId | None = None
    rules: Rules | None = None
    host: MemberId | None = None
    lent: bool = False
    members: dict[MemberId, Member] = field(default_factory=dict)
    banned: set[AccountId | GuestId] = field(default_factory=set)
    timeline: Timeline | None = None
    queue: dict[str, MemberId] = field(default_factory=dict)
    offer: e.NextOffered | None = None
    left: dict[tuple[ServerId, RatingKey], float] = field(default_factory=dict)
    """Where each item was left the last time, in seconds."""
    messages: dict[str, MemberId] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    closed: bool = False
    timed: Record | None = None
    """The record of the present timeline."""
    succeeded: Record | None = None
    """The record of the last succession, while the successor is a member."""

    def allows(self, who: MemberId | None, action: Action) -> bool:
        """SPEC MEM-3, MEM-5."""
        if who is None or who not in self.members:
            return False
        if who == self.host:
            return not (self.lent and action in _OWNERS)
        if action is Action.CHAT_SEND or action in self.members[who].permits:
            return True
        everyone = self.rules is not None and self.rules.control is Control.EVERYONE
        return everyone and action in _SHARED


def fold(log: Sequence[Record]) -> Folded:
    """The room that the log tells."""
    room = Folded()
    for record in log:
        _take_in(room, record)
    return room


def flaws(log: Sequence[Record]) -> list[str]:
    """Everything in this log that the rules forbid; empty when it is sound."""
    return list(_flaws(log))


def _flaws(log: Sequence[Record]) -> Iterator[str]:
    room = Folded()
    given: dict[tuple[MemberId | None, str], float] = {}
    for _, group in groupby(log, key=lambda r: (r.epoch, r.by, r.command_id, r.at_ms)):
        records = list(group)
        first = records[0]
        if first.command_id is not None:
            key = (first.by, first.command_id)
            if key in given:
                yield f"{_at(first)}: command {first.command_id} took effect twice (LOG-7)"
            given[key] = first.at_ms
        if room.closed:
            yield f"{_at(first)}: happened after the party was over"
        for record in records:
            wrong = _not_allowed(room, record, records)
            if wrong:
                yield f"{_at(record)}: {record.by} {wrong} without permission (MEM-3)"
        for record in records:
            yield from (f"{_at(record)}: {flaw}" for flaw in _impossible(room, record))
            _take_in(room, record)
    yield from _order(log)


def _order(log: Sequence[Record]) -> Iterator[str]:
    for place, record in enumerate(log, start=1):
        if record.seq != place:
            yield f"{_at(record)}: seq should be {place} (LOG-2)"
            return
    for before, after in pairwise(log):
        if after.epoch < before.epoch:
            yield f"{_at(after)}: the epoch fell from {before.epoch} (LOG-3)"
        elif after.epoch == before.epoch and after.at_ms < before.at_ms:
            yield f"{_at(after)}: time went back"


def _not_allowed(room: Folded, record: Record, command: list[Record]) -> str | None:
    """What was done that `by` may not, judged by the room before the command."""
    event, by = record.event, record.by
    match event:
        case e.PlaybackChanged(timeline) if timeline.by is not None and timeline.by == by:
            needed = _STEERING.get(timeline.cause)
            if needed is not None and not room.allows(by, needed):
                return f"steered ({timeline.cause})"
        case e.QueueChanged(queue):
            taken = set(room.queue) - {entry.id for entry in queue}
            own = bool(taken) and all(room.queue[entry] == by for entry in taken)
            by_next = any(isinstance(r.event, e.PlaybackChanged) for r in command)
            needed = Action.LOAD if by_next else Action.QUEUE_EDIT
            if any(_went_on(r) for r in command):
                return None
            if not own and not room.allows(by, needed):
                return "changed the queue"
        case e.NextWithdrawn(reason="declined"):
            return None if room.allows(by, Action.LOAD) else "withdrew what came next"
        case e.MemberPermitted():
            return None if room.allows(by, Action.MEMBER_PERMIT) else "handed out permits"
        case e.RoomEdited() | e.RoomClosed():
            return None if room.allows(by, Action.ROOM_EDIT) else "edited or closed the room"
        case e.MemberLeft(reason="kicked", banned=banned):
            wanted = {Action.MEMBER_KICK} | ({Action.ROOM_EDIT} if banned else set())
            return None if all(room.allows(by, a) for a in wanted) else "sent somebody out"
        case e.HostChanged(reason="passed"):
            return None if room.allows(by, Action.HOST_PASS) else "passed the remote"
        case e.MessageDeleted(message_id):
            own = room.messages.get(message_id) == by
            return None if own or room.allows(by, Action.CHAT_MODERATE) else "deleted a message"
        case e.MessageSent(member_id=author):
            return None if author == by and by in room.members else "wrote as somebody else"
    return None


def _impossible(room: Folded, record: Record) -> Iterator[str]:
    """What cannot have happened in the room as it was."""
    event = record.event
    match event:
        case e.PlaybackChanged(timeline):
            yield from _bad_timeline(room, record, timeline)
            yield from _bad_beginning(room, record, timeline)
        case e.NextOffered():
            known = room.timeline
            if known is None or known.position_s < known.duration_s:
                yield "something was offered before the end (PB-27)"
        case e.HostChanged(member_id, reason):
            if member_id not in room.members:
                yield f"{member_id} became host and is no member (MEM-5)"
            yield from _bad_host_change(room, record, reason)
        case e.MemberJoined(member):
            if any(m.name.casefold() == member.name.casefold() for m in room.members.values()):
                yield f"a second {member.name} joined (MEM-4)"
            if (member.account_id or member.guest_id) in room.banned:
                yield f"{member.name} joined and is banned (MEM-6)"
        case e.MemberLeft(member_id) | e.MemberPermitted(member_id):
            if member_id not in room.members:
                yield f"{member_id} is no member"
        case _:
            return


def _bad_host_change(room: Folded, record: Record, reason: str) -> Iterator[str]:
    before = room.succeeded
    if reason == "returned":
        returned = record.event.member_id if isinstance(record.event, e.HostChanged) else None
        member = room.members.get(returned) if returned else None
        if member is None or member.account_id != room.owner:
            yield "somebody but the owner took the remote back (MEM-5)"
    again = reason == "succession" and before is not None and before.epoch == record.epoch
    if again and before and room.host and record.at_ms - before.at_ms < HOST_GRACE_MS:
        yield "two successors within the grace (MEM-5)"


def _bad_timeline(room: Folded, record: Record, timeline: Timeline) -> Iterator[str]:
    old = room.timeline
    revision = old.revision if old else 0
    if timeline.revision != revision + 1:
        yield f"revision {timeline.revision} after {revision} (PB-5)"
    if timeline.epoch != record.epoch:
        yield f"a timeline of epoch {timeline.epoch} (PB-5)"
    if not -_EXACT_S <= timeline.position_s <= timeline.duration_s + _EXACT_S:
        yield f"position {timeline.position_s} of {timeline.duration_s} s (PB-3)"
    if (timeline.state is State.IDLE) != (timeline.item is None):
        yield f"{timeline.state} with item {timeline.item is not None} (PB-2)"
    by_itself = timeline.cause is Cause.NEXT and timeline.by is None
    if timeline.cause in STEERING and not by_itself and timeline.by not in room.members:
        yield f"{timeline.by} steered and is no member (MEM-3)"
    if old is not None and timeline.cause in _GOES_ON:
        there_s = old.position_at(timeline.as_of_ms)
        if abs(timeline.position_s - there_s) > _EXACT_S:
            yield f"{timeline.cause} moved the film from {there_s} to {timeline.position_s} (PB-8)"
    if timeline.cause is Cause.RESTART and timeline.state is State.PLAYING:
        yield from _bad_restart(room, record, timeline)


def _bad_beginning(room: Folded, record: Record, timeline: Timeline) -> Iterator[str]:
    if _went_on(record):
        offer = room.offer
        if offer is None or offer.item != timeline.item:
            yield "went on by itself to what was not offered (PB-28)"
        elif offer.ends_ms is None or record.at_ms < offer.ends_ms:
            yield "went on by itself before the time was up (PB-28)"
    if timeline.resumed and _begins(room, timeline):
        left_s = _left(room, timeline).get(_key(timeline), 0.0)
        if abs(timeline.position_s - max(0.0, left_s - BACK_S)) > _EXACT_S:
            yield f"went on at {timeline.position_s}, having been left at {left_s} (PB-30)"


def _went_on(record: Record) -> bool:
    """Whether the room went on to what comes next by itself."""
    event = record.event
    return (
        isinstance(event, e.PlaybackChanged)
        and event.timeline.cause is Cause.NEXT
        and event.timeline.by is None
    )


def _begins(room: Folded, timeline: Timeline) -> bool:
    old = room.timeline
    anew = old is None or timeline.generation != old.generation
    return anew and timeline.cause is not Cause.SOUND


def _left(room: Folded, timeline: Timeline) -> dict[tuple[ServerId, RatingKey], float]:
    """Where each item was left, once `timeline` brings another one."""
    old = room.timeline
    if old is None or old.item is None:
        return room.left
    return room.left | {_key(old): old.position_at(timeline.as_of_ms)}


def _key(timeline: Timeline) -> tuple[ServerId, RatingKey]:
    assert timeline.item is not None
    return timeline.item.server, timeline.item.rating_key


def _bad_restart(room: Folded, record: Record, timeline: Timeline) -> Iterator[str]:
    old, timed = room.timeline, room.timed
    if old is None or timed is None or old.state is not State.PLAYING:
        return
    there_s = old.position_at(timed.at_ms + (record.wall_ms - timed.wall_ms))
    if abs(timeline.position_s - there_s) > WALL_TOLERANCE_S:
        yield f"the restart moved the film from {there_s} to {timeline.position_s} (LOG-8)"


def _take_in(room: Folded, record: Record) -> None:
    match record.event:
        case e.RoomCreated(rules, owner):
            room.rules, room.owner = rules, owner
        case e.RoomEdited(rules):
            room.rules = rules
        case e.MemberJoined(member):
            room.members[member.id] = member
        case e.MemberLeft(member_id):
            _went(room, record.event)
            room.members.pop(member_id, None)
        case e.MemberPermitted(member_id, permits):
            old = room.members[member_id]
            room.members[member_id] = Member(
                old.id, old.name, old.colour, old.joined_seq, old.account_id, old.guest_id, permits
            )
        case e.HostChanged(member_id, reason):
            room.lent = reason == "succession" or (reason == "passed" and room.lent)
            room.host = member_id
            room.succeeded = record if reason == "succession" else None
        case e.QueueChanged(queue):
            room.queue = {entry.id: entry.by for entry in queue}
        case e.MessageSent(message_id=message_id, member_id=author):
            room.messages[message_id] = author
        case e.MessageDeleted(message_id):
            room.deleted.add(message_id)
        case e.RoomClosed():
            room.closed = True
        case _:
            _take_in_what_is_on(room, record)


def _take_in_what_is_on(room: Folded, record: Record) -> None:
    match record.event:
        case e.PlaybackChanged(timeline):
            if _begins(room, timeline):
                room.left = _left(room, timeline)
            room.timeline, room.timed, room.offer = timeline, record, None
        case e.NextOffered() as offer:
            room.offer = offer
        case e.NextWithdrawn():
            room.offer = None
        case _:
            return


def _went(room: Folded, event: e.MemberLeft) -> None:
    member = room.members.get(event.member_id)
    if member is None:
        return
    person = member.account_id or member.guest_id
    if event.banned and person is not None:
        room.banned.add(person)
    if room.host == member.id:
        room.host, room.succeeded = None, None


def _at(record: Record) -> str:
    return f"seq {record.seq}"
