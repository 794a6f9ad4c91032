"""Who is in the room, who steers it, and what the host has settled."""

from watchtogether.kit.ids import MemberId
from watchtogether.sync import upnext
from watchtogether.sync.commands import (
    Close,
    Connect,
    Create,
    Disconnect,
    Edit,
    Enter,
    Kick,
    Leave,
    PassHost,
    Permit,
)
from watchtogether.sync.draft import Draft, Reason
from watchtogether.sync.events import (
    HostChanged,
    MemberJoined,
    MemberLeft,
    MemberPermitted,
    RoomClosed,
    RoomCreated,
    RoomEdited,
)
from watchtogether.sync.presence import Excuse
from watchtogether.sync.reports import step_in
from watchtogether.sync.room import PERMITTABLE, Action, Member, Room, may

MEMBERS_MAX = 200
COLOURS = 12


def create(draft: Draft, command: Create) -> Reason | None:
    """The first event of a room's log."""
    draft.record(RoomCreated(command.rules, command.owner))
    return None


def enter(draft: Draft, command: Enter) -> Reason | None:
    """Become a member; coming back is no event (SPEC MEM-1, MEM-4, MEM-7)."""
    room = draft.room
    person = command.account_id or command.guest_id
    if person in room.banned:
        return Reason.BANNED
    if command.member_id in room.members:
        return None
    if len(room.members) >= MEMBERS_MAX:
        return Reason.ROOM_FULL
    if _name_taken(room, command.name):
        return Reason.NAME_TAKEN
    member = Member(
        id=command.member_id,
        name=command.name,
        colour=_free_colour(room),
        joined_seq=room.seq + 1,
        account_id=command.account_id,
        guest_id=command.guest_id,
    )
    draft.record(MemberJoined(member))
    draft.set_presence(member.id, away_since_ms=draft.now_ms)
    if member.account_id == room.owner and (room.host is None or room.host_by_succession):
        draft.record(HostChanged(member.id, "joined" if room.host is None else "returned"))
    return None


def connect(draft: Draft, command: Connect) -> Reason | None:
    """One more connection of a member; the owner takes the remote back (SPEC MEM-5)."""
    room = draft.room
    member = room.members.get(command.by)
    if member is None:
        return Reason.NOT_A_MEMBER
    connections = room.presence_of(member.id).connections + 1
    draft.set_presence(member.id, connections=connections, away_since_ms=None)
    step_in(draft, member.id)
    owner_is_back = member.account_id == room.owner and room.host != member.id
    if owner_is_back and (room.host is None or room.host_by_succession):
        draft.record(HostChanged(member.id, "returned"))
    return None


def disconnect(draft: Draft, command: Disconnect) -> Reason | None:
    """One connection less; the last one makes the member away.

    Who can't keep up does not begin anew by reconnecting (SPEC PB-20).
    """
    if command.by not in draft.room.members:
        return None
    connections = max(0, draft.room.presence_of(command.by).connections - 1)
    if connections:
        draft.set_presence(command.by, connections=connections)
        return None
    excuse = draft.room.presence_of(command.by).excuse
    draft.set_presence(
        command.by,
        connections=0,
        away_since_ms=draft.now_ms,
        ready=False,
        excuse=excuse if excuse is Excuse.STALLS else None,
        stalled_since_ms=None,
        short_since_ms=None,
        steady_since_ms=None,
    )
    return None


def leave(draft: Draft, command: Leave) -> Reason | None:
    """Stop being a member (SPEC MEM-8)."""
    member = draft.room.members.get(command.by)
    if member is None:
        return Reason.NOT_A_MEMBER
    draft.record(MemberLeft(member.id, member.name, "left"))
    return None


def kick(draft: Draft, command: Kick) -> Reason | None:
    """Send a member out; with `ban` for good (SPEC MEM-6)."""
    if not may(draft.room, command.by, Action.MEMBER_KICK):
        return Reason.NOT_PERMITTED
    member = draft.room.members.get(command.member_id)
    if member is None:
        return Reason.NO_SUCH_MEMBER
    if member.id == command.by or member.account_id == draft.room.owner:
        return Reason.NOT_PERMITTED
    if command.ban and not may(draft.room, command.by, Action.ROOM_EDIT):
        return Reason.NOT_PERMITTED
    draft.record(MemberLeft(member.id, member.name, "kicked", banned=command.ban))
    return None


def permit(draft: Draft, command: Permit) -> Reason | None:
    """Hand single actions to a member, or take them back (SPEC MEM-3)."""
    if not may(draft.room, command.by, Action.MEMBER_PERMIT):
        return Reason.NOT_PERMITTED
    if command.member_id not in draft.room.members:
        return Reason.NO_SUCH_MEMBER
    if not command.actions <= PERMITTABLE:
        return Reason.NOT_PERMITTED
    if draft.room.members[command.member_id].permits != command.actions:
        draft.record(MemberPermitted(command.member_id, command.actions))
    return None


def pass_host(draft: Draft, command: PassHost) -> Reason | None:
    """Give the remote to somebody else; the room's owner may always take it back."""
    room = draft.room
    asker = room.members.get(command.by)
    reclaims = (
        asker is not None and asker.account_id == room.owner and command.member_id == asker.id
    )
    if not reclaims and not may(room, command.by, Action.HOST_PASS):
        return Reason.NOT_PERMITTED
    if command.member_id not in room.members:
        return Reason.NO_SUCH_MEMBER
    if room.host != command.member_id:
        draft.record(HostChanged(command.member_id, "returned" if reclaims else "passed"))
    return None


def edit(draft: Draft, command: Edit) -> Reason | None:
    """Change the room's name or rules."""
    if not may(draft.room, command.by, Action.ROOM_EDIT):
        return Reason.NOT_PERMITTED
    before = draft.room.rules
    if before != command.rules:
        draft.record(RoomEdited(command.rules))
    if before.autoplay != command.rules.autoplay:
        upnext.renew(draft)
    return None


def close(draft: Draft, command: Close) -> Reason | None:
    """End the party for everybody."""
    if not may(draft.room, command.by, Action.ROOM_EDIT):
        return Reason.NOT_PERMITTED
    draft.record(RoomClosed("closed"))
    return None


def _name_taken(room: Room, name: str) -> bool:
    return any(member.name.casefold() == name.casefold() for member in room.members.values())


def _free_colour(room: Room) -> int:
    """The colour that the fewest members wear, the lowest of them."""
    worn = [member.colour for member in room.members.values()]
    return min(range(COLOURS), key=lambda colour: (worn.count(colour), colour))


def successor(room: Room) -> MemberId | None:
    """Who steers next: accounts before guests, then whoever has been here longest (SPEC MEM-5)."""
    here = sorted(room.online(), key=lambda m: (m.account_id is None, m.joined_seq))
    return here[0].id if here else None
