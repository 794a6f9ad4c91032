"""What has happened in a room: the durable facts of its log (SPEC LOG-1)."""

from dataclasses import dataclass

from watchtogether.kit.ids import AccountId, MemberId
from watchtogether.sync.room import Action, Member, QueueEntry, Rules
from watchtogether.sync.timeline import RoomItem, Timeline


@dataclass(frozen=True, slots=True)
class RoomCreated:
    rules: Rules
    owner: AccountId


@dataclass(frozen=True, slots=True)
class MemberJoined:
    member: Member


@dataclass(frozen=True, slots=True)
class MemberLeft:
    member_id: MemberId
    name: str
    reason: str
    """`left`, `away` or `kicked`."""
    banned: bool = False


@dataclass(frozen=True, slots=True)
class MemberPermitted:
    member_id: MemberId
    permits: frozenset[Action]


@dataclass(frozen=True, slots=True)
class HostChanged:
    member_id: MemberId
    reason: str
    """`joined`, `passed`, `succession` or `returned`."""


@dataclass(frozen=True, slots=True)
class RoomEdited:
    rules: Rules


@dataclass(frozen=True, slots=True)
class PlaybackChanged:
    timeline: Timeline


@dataclass(frozen=True, slots=True)
class CheckOpened:
    by: MemberId
    ends_ms: float
    clock_id: str


@dataclass(frozen=True, slots=True)
class CheckClosed:
    reason: str
    """`ready`, `unanswered` or `cancelled`."""
    missing: tuple[MemberId, ...] = ()
    """Who counted and had not answered, when it is `unanswered`."""


@dataclass(frozen=True, slots=True)
class NextOffered:
    """Takes the place of an offer that is open; every change of the timeline ends it."""

    item: RoomItem
    ends_ms: float | None
    """Server time at which the room goes on by itself; None: only when somebody says so."""
    clock_id: str
    queued: bool
    """Whether it is the head of the queue."""
    revision: int
    """Of the timeline at whose end it is offered."""


@dataclass(frozen=True, slots=True)
class NextWithdrawn:
    reason: str
    """`declined`, `gone` (from the queue) or `check` (the room is asked whether it is ready)."""


@dataclass(frozen=True, slots=True)
class QueueChanged:
    queue: tuple[QueueEntry, ...]


@dataclass(frozen=True, slots=True)
class MessageSent:
    message_id: str
    member_id: MemberId
    name: str
    colour: int
    text: str
    reply_to: str | None
    position_s: float | None


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    message_id: str


@dataclass(frozen=True, slots=True)
class RoomClosed:
    reason: str


Event = (
    RoomCreated
    | MemberJoined
    | MemberLeft
    | MemberPermitted
    | HostChanged
    | RoomEdited
    | PlaybackChanged
    | CheckOpened
    | CheckClosed
    | NextOffered
    | NextWithdrawn
    | QueueChanged
    | MessageSent
    | MessageDeleted
    | RoomClosed
)
