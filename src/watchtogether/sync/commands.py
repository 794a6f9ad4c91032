"""What may be asked of a room. `by` is the member who asks; ids and times come from outside.

Playback commands name the last `revision` seen, and may name its `epoch` (SPEC PB-6, PB-24).
"""

from dataclasses import dataclass

from watchtogether.kit.ids import AccountId, GuestId, MemberId
from watchtogether.sync.presence import Limit
from watchtogether.sync.room import Action, Rules
from watchtogether.sync.timeline import RoomItem


@dataclass(frozen=True, slots=True)
class Create:
    rules: Rules
    owner: AccountId


@dataclass(frozen=True, slots=True)
class Enter:
    """Become a member, or come back as the one you are."""

    member_id: MemberId
    name: str
    account_id: AccountId | None = None
    guest_id: GuestId | None = None


@dataclass(frozen=True, slots=True)
class Connect:
    by: MemberId


@dataclass(frozen=True, slots=True)
class Disconnect:
    by: MemberId


@dataclass(frozen=True, slots=True)
class Leave:
    by: MemberId


@dataclass(frozen=True, slots=True)
class Load:
    by: MemberId
    revision: int
    item: RoomItem
    position_s: float | None
    """None: where this room left it, or else the beginning (SPEC PB-30)."""
    play: bool
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Play:
    by: MemberId
    revision: int
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    by: MemberId
    revision: int
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Seek:
    by: MemberId
    revision: int
    position_s: float
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class SetRate:
    by: MemberId
    revision: int
    rate: float
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class SetSound:
    """`sound` is a track that the item has (SPEC PB-26)."""

    by: MemberId
    revision: int
    sound: str
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """Go on to the queue's head, or to `follow_up` when the queue is empty (SPEC PB-16)."""

    by: MemberId
    revision: int
    follow_up: RoomItem | None
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class OfferNext:
    """The library's answer to what follows the item that ended (SPEC PB-27).

    `epoch` and `revision` are those of the room when it was asked.
    """

    item: RoomItem
    revision: int
    epoch: int


@dataclass(frozen=True, slots=True)
class WithdrawNext:
    """Stay here, and offer nothing (SPEC PB-27)."""

    by: MemberId


@dataclass(frozen=True, slots=True)
class Ready:
    by: MemberId
    ready: bool
    revision: int


@dataclass(frozen=True, slots=True)
class Status:
    by: MemberId
    stalled: bool
    buffered_s: float
    drift_ms: float | None
    rtt_ms: float | None
    fill: float | None = None
    limit: Limit | None = None
    uncertainty_ms: float | None = None
    seeks: int = 0
    """Corrective ones since the last status; measured, and not part of the room."""
    revision: int | None = None
    """Of the timeline that `drift_ms` is measured against; None when the screen doesn't say."""
    start_ms: float | None = None
    """What a start costs on this device (SPEC PB-25)."""


@dataclass(frozen=True, slots=True)
class SkipWait:
    """Go on without those who are not ready."""

    by: MemberId


@dataclass(frozen=True, slots=True)
class Step:
    """Step out for a while, or in again (SPEC PB-22)."""

    by: MemberId
    out: bool


@dataclass(frozen=True, slots=True)
class OpenCheck:
    """Ask everybody whether they are ready (SPEC PB-21)."""

    by: MemberId


@dataclass(frozen=True, slots=True)
class AnswerCheck:
    by: MemberId
    ready: bool


@dataclass(frozen=True, slots=True)
class CancelCheck:
    by: MemberId


@dataclass(frozen=True, slots=True)
class QueueAdd:
    by: MemberId
    entry_id: str
    item: RoomItem


@dataclass(frozen=True, slots=True)
class QueueRemove:
    by: MemberId
    entry_id: str


@dataclass(frozen=True, slots=True)
class QueueMove:
    by: MemberId
    entry_id: str
    to: int


@dataclass(frozen=True, slots=True)
class Permit:
    by: MemberId
    member_id: MemberId
    actions: frozenset[Action]


@dataclass(frozen=True, slots=True)
class PassHost:
    by: MemberId
    member_id: MemberId


@dataclass(frozen=True, slots=True)
class Kick:
    by: MemberId
    member_id: MemberId
    ban: bool


@dataclass(frozen=True, slots=True)
class Edit:
    by: MemberId
    rules: Rules


@dataclass(frozen=True, slots=True)
class Say:
    by: MemberId
    message_id: str
    text: str
    reply_to: str | None


@dataclass(frozen=True, slots=True)
class DeleteMessage:
    """`author` is the member who wrote it, as the log has it."""

    by: MemberId
    message_id: str
    author: MemberId


@dataclass(frozen=True, slots=True)
class Close:
    by: MemberId


@dataclass(frozen=True, slots=True)
class Restore:
    """The first command of a new owner: take up the timeline on its own clock (SPEC LOG-8)."""

    epoch: int
    clock_id: str
    position_s: float
    keep_playing: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed; do what is due."""


Command = (
    Create
    | Enter
    | Connect
    | Disconnect
    | Leave
    | Load
    | Play
    | Pause
    | Seek
    | SetRate
    | SetSound
    | Next
    | OfferNext
    | WithdrawNext
    | Ready
    | Status
    | SkipWait
    | Step
    | OpenCheck
    | AnswerCheck
    | CancelCheck
    | QueueAdd
    | QueueRemove
    | QueueMove
    | Permit
    | PassHost
    | Kick
    | Edit
    | Say
    | DeleteMessage
    | Close
    | Restore
    | Tick
)
