"""One event makes one room out of another. Replaying a log is folding with this (SPEC LOG-1)."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import assert_never

from watchtogether.kit.ids import MemberId
from watchtogether.sync.events import (
    CheckClosed,
    CheckOpened,
    Event,
    HostChanged,
    MemberJoined,
    MemberLeft,
    MemberPermitted,
    MessageDeleted,
    MessageSent,
    NextOffered,
    NextWithdrawn,
    PlaybackChanged,
    QueueChanged,
    RoomClosed,
    RoomCreated,
    RoomEdited,
)
from watchtogether.sync.places import noted
from watchtogether.sync.room import Check, Member, Offer, Room
from watchtogether.sync.timeline import STEERING, Cause, Timeline


def evolve(room: Room, event: Event) -> Room:
    """The room after the event; `seq` rises by one (SPEC LOG-2)."""
    return replace(_apply(room, event), seq=room.seq + 1)


def _apply(room: Room, event: Event) -> Room:  # noqa: PLR0912
    match event:
        case RoomCreated(rules, owner):
            return replace(room, rules=rules, owner=owner)
        case RoomEdited(rules):
            return replace(room, rules=rules)
        case MemberJoined(member):
            person = member.account_id or member.guest_id
            return replace(
                room,
                members=_with(room.members, member),
                shown_out=room.shown_out - {person},
            )
        case MemberLeft():
            return _without(room, event)
        case MemberPermitted(member_id, permits):
            member = replace(room.members[member_id], permits=permits)
            return replace(room, members=_with(room.members, member))
        case HostChanged(member_id, reason):
            lent = reason == "succession" or (reason == "passed" and room.host_by_succession)
            return replace(room, host=member_id, host_by_succession=lent)
        case PlaybackChanged(timeline):
            return _retimed(room, timeline)
        case CheckOpened(by, ends_ms, clock_id):
            check = Check(by, ends_ms, clock_id, room.timeline.revision)
            return replace(room, check=check)
        case CheckClosed():
            return replace(room, check=None)
        case NextOffered(item, ends_ms, clock_id, queued, revision):
            return replace(room, offer=Offer(item, ends_ms, clock_id, queued, revision))
        case NextWithdrawn(reason):
            return replace(room, offer=None, stays=reason != "gone")
        case QueueChanged(queue):
            return replace(room, queue=queue)
        case MessageSent() | MessageDeleted():
            return room
        case RoomClosed():
            return replace(room, closed=True)
        case _:
            assert_never(event)


def _retimed(room: Room, timeline: Timeline) -> Room:
    """What comes next by itself is nobody's act, and yet what was meant before it is stale."""
    old = room.timeline
    steered = timeline.cause in STEERING
    other_item = timeline.generation != old.generation and timeline.cause is not Cause.SOUND
    return replace(
        room,
        timeline=timeline,
        offer=None,
        stays=room.stays and timeline.cause is Cause.RESTART,
        places=noted(room.places, old, timeline.as_of_ms) if other_item else room.places,
        item_revision=timeline.revision if other_item else room.item_revision,
        steered_revision=timeline.revision if steered else room.steered_revision,
        steered_by=timeline.by if steered else room.steered_by,
        countered_revision=(
            room.steered_revision
            if steered and timeline.by != room.steered_by
            else room.countered_revision
        ),
    )


def _with(members: Mapping[MemberId, Member], member: Member) -> Mapping[MemberId, Member]:
    return MappingProxyType({**members, member.id: member})


def _without(room: Room, event: MemberLeft) -> Room:
    gone = room.members[event.member_id]
    person = gone.account_id or gone.guest_id
    return replace(
        room,
        members=MappingProxyType({k: m for k, m in room.members.items() if k != gone.id}),
        presence=MappingProxyType({k: p for k, p in room.presence.items() if k != gone.id}),
        host=None if room.host == gone.id else room.host,
        banned=room.banned | {person} if event.banned and person else room.banned,
        shown_out=room.shown_out | {person} if event.reason == "kicked" else room.shown_out,
    )
