"""What members are shown of a room: the wire forms of SPEC PB-1 and of `docs/reference`."""

from collections.abc import Callable
from typing import Any

from watchtogether.kit.ids import MemberId
from watchtogether.rooms.log import Record
from watchtogether.sync import events as e
from watchtogether.sync.room import Check, Member, Offer, QueueEntry, Room
from watchtogether.sync.timeline import RoomItem, Timeline
from watchtogether.sync.togetherness import Together

Wire = dict[str, Any]  # Any: JSON
Renderer = Callable[[Room, Record], tuple[str, Wire] | None]
"""Event name and payload of a durable event; None for what is not told."""


def item_wire(item: RoomItem | None) -> Wire | None:
    """A film as members see it; whose access it is stays here."""
    if item is None:
        return None
    return {
        "server": item.server,
        "rating_key": item.rating_key,
        "kind": item.kind,
        "title": item.title,
        "subtitle": item.subtitle,
        "duration_s": item.duration_s,
        "poster": item.poster,
        "backdrop": item.backdrop,
    }


def person_wire(room: Room, member_id: MemberId | None) -> Wire | None:
    """Who did it; the name of somebody who has left is not kept."""
    if member_id is None:
        return None
    member = room.members.get(member_id)
    return {"member_id": member_id, "name": member.name if member else None}


def timeline_wire(room: Room, rendition: str, timeline: Timeline | None = None) -> Wire:
    """The whole shared vector (SPEC PB-1): the room's present one, or the one given."""
    timeline = timeline or room.timeline
    return {
        "epoch": timeline.epoch,
        "revision": timeline.revision,
        "item": item_wire(timeline.item),
        "duration_s": timeline.duration_s,
        "state": timeline.state,
        "position_s": timeline.position_s,
        "speed": timeline.speed,
        "rate": timeline.rate,
        "as_of_ms": timeline.as_of_ms,
        "clock_id": timeline.clock_id,
        "stream": (
            {"generation": timeline.generation, "rendition": rendition, "sound": timeline.sound}
            if timeline.item
            else None
        ),
        "by": person_wire(room, timeline.by),
        "cause": timeline.cause,
        "resumed": timeline.resumed,
    }


def member_wire(room: Room, member: Member) -> Wire:
    """A member with their present state."""
    presence = room.presence_of(member.id)
    return {
        "id": member.id,
        "name": member.name,
        "colour": member.colour,
        "kind": "account" if member.account_id else "guest",
        "host": member.id == room.host,
        "online": presence.online,
        "ready": presence.ready,
        "excused": presence.excused,
        "excuse": presence.excuse,
        "stepped_out": presence.stepped_out,
        "answered": presence.answered,
        "stalled": presence.stalled_since_ms is not None,
        "buffered_s": round(presence.buffered_s, 1),
        "drift_ms": presence.drift_ms,
        "rtt_ms": presence.rtt_ms,
        "limit": presence.limit,
        "permits": sorted(member.permits),
    }


def members_wire(room: Room) -> list[Wire]:
    """Everybody, those who have been here longest first."""
    by_age = sorted(room.members.values(), key=lambda m: m.joined_seq)
    return [member_wire(room, member) for member in by_age]


def check_wire(room: Room, check: Check | e.CheckOpened) -> Wire:
    """A ready check that is on (SPEC PB-21)."""
    return {
        "by": person_wire(room, check.by),
        "ends_ms": check.ends_ms,
        "clock_id": check.clock_id,
    }


def offer_wire(offer: Offer | e.NextOffered) -> Wire:
    """What comes next, as the room is offered it (SPEC PB-27)."""
    return {
        "item": item_wire(offer.item),
        "ends_ms": offer.ends_ms,
        "clock_id": offer.clock_id,
        "queued": offer.queued,
        "revision": offer.revision,
    }


def together_wire(together: Together) -> Wire:
    """How well the room is together (SPEC SYN-1, SYN-2)."""
    return {
        "spread_ms": _rounded(together.spread_ms),
        "p95_ms": _rounded(together.p95_ms),
        "members": together.members,
        "behind": [
            {"member_id": behind.member_id, "why": behind.why} for behind in together.behind
        ],
    }


def _rounded(value_ms: float | None) -> float | None:
    return None if value_ms is None else round(value_ms, 1)


def entry_wire(room: Room, entry: QueueEntry) -> Wire:
    return {"id": entry.id, "item": item_wire(entry.item), "by": person_wire(room, entry.by)}


def queue_wire(room: Room) -> list[Wire]:
    return [entry_wire(room, entry) for entry in room.queue]


def rules_wire(room: Room, link: str) -> Wire:
    """The room itself, without what is on."""
    owner = room.member_of(room.owner)
    return {
        "code": room.code,
        "name": room.rules.name,
        "link": link,
        "control": room.rules.control,
        "wait_policy": room.rules.wait_policy,
        "invite_only": room.rules.invite_only,
        "autoplay": room.rules.autoplay,
        "owner_member_id": owner.id if owner else None,
    }


def message_wire(record: Record) -> Wire:
    """A chat message; `text` is null once it was deleted."""
    event = record.event
    assert isinstance(event, e.MessageSent)
    return {
        "id": event.message_id,
        "seq": record.seq,
        "member_id": event.member_id,
        "name": event.name,
        "colour": event.colour,
        "text": event.text,
        "reply_to": event.reply_to,
        "position_s": event.position_s,
        "wall_ms": record.wall_ms,
    }


def renderer(link: Callable[[Room], str], rendition: str) -> Renderer:
    """How each durable event is told to members."""

    def render(room: Room, record: Record) -> tuple[str, Wire] | None:  # noqa: PLR0912
        match record.event:
            case e.PlaybackChanged(timeline):
                return "playback:timeline", timeline_wire(room, rendition, timeline)
            case e.MemberJoined(member):
                return "member:joined", {"member": member_wire(room, member)}
            case e.MemberLeft(member_id, name, reason):
                return "member:left", {"member_id": member_id, "name": name, "reason": reason}
            case e.MemberPermitted(member_id, permits):
                return "member:permitted", {"member_id": member_id, "permits": sorted(permits)}
            case e.HostChanged(member_id, reason):
                return "host:changed", {"member_id": member_id, "reason": reason}
            case e.CheckOpened() as opened:
                return "check:opened", check_wire(room, opened)
            case e.CheckClosed(reason, missing):
                return "check:closed", {"reason": reason, "missing": list(missing)}
            case e.NextOffered() as offered:
                return "next:offered", offer_wire(offered)
            case e.NextWithdrawn(reason):
                return "next:withdrawn", {"reason": reason}
            case e.QueueChanged():
                return "queue:changed", {
                    "queue": queue_wire(room),
                    "by": person_wire(room, record.by),
                }
            case e.MessageSent():
                return "chat:message", {"message": message_wire(record)}
            case e.MessageDeleted(message_id):
                return "chat:deleted", {"message_id": message_id}
            case e.RoomEdited():
                return "room:changed", {"room": rules_wire(room, link(room))}
            case e.RoomClosed(reason):
                return "room:closed", {"reason": reason}
            case e.RoomCreated():
                return None

    return render
