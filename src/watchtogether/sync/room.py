"""What a room is: its durable part (replayed from the log) and the presence of its members."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType

from watchtogether.kit.ids import AccountId, GuestId, MemberId, RoomCode, RoomId
from watchtogether.sync.places import NOWHERE, Places
from watchtogether.sync.presence import Presence
from watchtogether.sync.timeline import RoomItem, Timeline, idle


class Action(StrEnum):
    """Everything that `may` decides about (SPEC MEM-2)."""

    PLAY_PAUSE = "playback.play_pause"
    SEEK = "playback.seek"
    LOAD = "playback.load"
    RATE = "playback.rate"
    QUEUE_EDIT = "queue.edit"
    CHAT_SEND = "chat.send"
    CHAT_MODERATE = "chat.moderate"
    MEMBER_PERMIT = "member.permit"
    MEMBER_KICK = "member.kick"
    HOST_PASS = "host.pass"  # noqa: S105 not a password
    ROOM_EDIT = "room.edit"
    INVITE_CREATE = "invite.create"
    WAIT_SKIP = "wait.skip"


class Control(StrEnum):
    """Who steers besides the host."""

    HOST = "host"
    EVERYONE = "everyone"


class WaitPolicy(StrEnum):
    """For whom the room waits (SPEC PB-12, PB-23)."""

    EVERYONE = "everyone"
    HOST = "host"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the host has settled for the room."""

    name: str
    control: Control = Control.HOST
    wait_policy: WaitPolicy = WaitPolicy.EVERYONE
    invite_only: bool = False
    autoplay: bool = True
    """Whether what comes next begins by itself (SPEC PB-28)."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person in this room: an account or a guest (SPEC MEM-1)."""

    id: MemberId
    name: str
    colour: int
    joined_seq: int
    account_id: AccountId | None = None
    guest_id: GuestId | None = None
    permits: frozenset[Action] = frozenset()


_ABSENT = Presence()


@dataclass(frozen=True, slots=True)
class Check:
    """A ready check that is on (SPEC PB-21)."""

    by: MemberId
    ends_ms: float
    """Server time, on the clock `clock_id`, at which it is over unanswered."""
    clock_id: str
    revision: int
    """Of the timeline it was opened on; any other one ends it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What comes next, as the room is offered it (SPEC PB-27)."""

    item: RoomItem
    ends_ms: float | None
    """Server time, on the clock `clock_id`, at which it begins by itself; None for never."""
    clock_id: str
    queued: bool
    """Whether it is the head of the queue."""
    revision: int
    """Of the timeline at whose end it is offered; any other one ends it."""


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One thing to watch later, and who asked for it."""

    id: str
    item: RoomItem
    by: MemberId


@dataclass(frozen=True, slots=True)
class Room:
    """One room at one moment."""

    id: RoomId
    code: RoomCode
    rules: Rules
    owner: AccountId
    timeline: Timeline
    epoch: int
    seq: int = 0
    host: MemberId | None = None
    host_by_succession: bool = False
    members: Mapping[MemberId, Member] = field(default_factory=lambda: MappingProxyType({}))
    banned: frozenset[AccountId | GuestId] = frozenset()
    shown_out: frozenset[AccountId | GuestId | None] = frozenset()
    """Who was kicked and has not come in again: what let them in before does so no more."""
    queue: tuple[QueueEntry, ...] = ()
    check: Check | None = None
    offer: Offer | None = None
    stays: bool = False
    """Whether nothing is to be offered any more at the present end of the film."""
    places: Places = field(default_factory=lambda: NOWHERE)
    """Where the room left what it has watched (SPEC PB-30)."""
    closed: bool = False
    item_revision: int = 0
    """Revision that brought the current item."""
    steered_revision: int = 0
    """Revision of the last change that a person made, and who that was."""
    steered_by: MemberId | None = None
    countered_revision: int = 0
    """Revision of the last change by anybody but `steered_by`."""
    # Volatile, from here on: never logged, rebuilt by whoever is connected.
    presence: Mapping[MemberId, Presence] = field(default_factory=lambda: MappingProxyType({}))
    target_revision: int = 0
    """Revision that brought the position for which readiness is asked."""
    waiting_since_ms: float | None = None
    """Since when the room waits for the present target."""
    ready_since_ms: float | None = None
    """Since when nobody is awaited any more, while waiting after a stall."""
    roomy_since_ms: float | None = None
    """Since when every runway of an eased room is long again (SPEC PB-19)."""
    empty_since_ms: float | None = None

    def presence_of(self, member_id: MemberId) -> Presence:
        return self.presence.get(member_id, _ABSENT)

    def with_presence(self, member_id: MemberId, presence: Presence) -> "Room":
        return replace(self, presence=MappingProxyType({**self.presence, member_id: presence}))

    def online(self) -> tuple[Member, ...]:
        """Connected members, those who have been here longest first."""
        here = [m for m in self.members.values() if self.presence_of(m.id).online]
        return tuple(here if len(here) < 2 else sorted(here, key=attrgetter("joined_seq")))

    def awaited(self) -> tuple[MemberId, ...]:
        """Members the room would wait for: they count and are not ready."""
        return tuple(
            m.id
            for m in self.online()
            if self.presence_of(m.id).counts and not self.presence_of(m.id).ready
        )

    def heeds(self, member_id: MemberId) -> bool:
        """Whether the policy makes the room wait for this member (SPEC PB-12, PB-23)."""
        match self.rules.wait_policy:
            case WaitPolicy.EVERYONE:
                return True
            case WaitPolicy.HOST:
                return member_id == self.host
            case WaitPolicy.NEVER:
                return False

    def member_of(self, person: AccountId | GuestId) -> Member | None:
        """The member that this account or guest is, if any."""
        for member in self.members.values():
            if person in (member.account_id, member.guest_id):
                return member
        return None


def may(room: Room, member_id: MemberId, action: Action) -> bool:
    """Whether this member may do this now: the only place that decides it (SPEC MEM-2, MEM-3)."""
    member = room.members.get(member_id)
    if member is None:
        return False
    if member_id == room.host:
        return not (room.host_by_succession and action in _THE_OWNERS)
    if action is Action.CHAT_SEND or action in member.permits:
        return True
    return room.rules.control is Control.EVERYONE and action in _SHARED


def actions_of(room: Room, member_id: MemberId) -> tuple[Action, ...]:
    """All that this member may do, for the page to show what works."""
    return tuple(action for action in Action if may(room, member_id, action))


PERMITTABLE = frozenset(
    {Action.PLAY_PAUSE, Action.SEEK, Action.LOAD, Action.RATE, Action.QUEUE_EDIT, Action.WAIT_SKIP}
)
"""What the host may hand to a single member."""
_SHARED = PERMITTABLE
_THE_OWNERS = frozenset({Action.ROOM_EDIT, Action.INVITE_CREATE, Action.MEMBER_PERMIT})
"""What somebody who only stands in for an absent host may not do (SPEC MEM-5)."""


def blank(room_id: RoomId, code: RoomCode, epoch: int, clock_id: str) -> Room:
    """The room before its first event: what a replay starts from."""
    return Room(
        id=room_id,
        code=code,
        rules=Rules(name=""),
        owner=AccountId(""),
        timeline=idle(epoch, clock_id),
        epoch=epoch,
    )
