"""What the rooms' doors accept and answer."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from watchtogether.sync.presence import Limit
from watchtogether.sync.room import Action, Control, WaitPolicy

CommandId = Annotated[str, Field(min_length=1, max_length=64)]
Identifier = Annotated[str, Field(min_length=1, max_length=64)]
Code = Annotated[str, Field(min_length=1, max_length=20)]
Revision = Annotated[int, Field(ge=0, le=2**53)]
Position = Annotated[FiniteFloat, Field(ge=0, le=10_000_000)]
Name = Annotated[str, Field(max_length=200)]


class Message(BaseModel):
    """Base of everything a client sends over the socket; unknown fields are ignored (WIRE-7)."""

    model_config = ConfigDict(frozen=True)


class Resume(Message):
    """The last durable event the client has seen."""

    epoch: int
    seq: int = Field(ge=0)


class Join(Message):
    """`invite` is for accounts in a room by invitation; guests have shown theirs at the door."""

    code: Code
    resume: Resume | None = None
    invite: Annotated[str, Field(max_length=200)] | None = None


class Nothing(Message):
    """A message without fields."""


class ReadyReport(Message):
    ready: bool
    revision: Revision


class StatusReport(Message):
    buffered_s: FiniteFloat = Field(0.0, ge=0, le=1e6)
    stalled: bool = False
    drift_ms: FiniteFloat | None = Field(None, ge=-1e9, le=1e9)
    rtt_ms: FiniteFloat | None = Field(None, ge=0, le=60_000)
    revision: Revision | None = None
    position_s: Position | None = None
    fill: FiniteFloat | None = Field(None, ge=0, le=1e6)
    limit: Limit | None = None
    uncertainty_ms: FiniteFloat | None = Field(None, ge=0, le=60_000)
    seeks: int = Field(0, ge=0, le=1_000)
    start_ms: FiniteFloat | None = Field(None, ge=0, le=10_000)


class StepOut(Message):
    out: bool


class CheckAnswer(Message):
    ready: bool


class Command(Message):
    """What is done once, however often it arrives (SPEC LOG-7)."""

    id: CommandId


class Steer(Command):
    """The last revision seen goes with it, and its epoch may (SPEC PB-6, PB-24)."""

    revision: Revision
    epoch: int | None = Field(None, ge=0, le=2**53)


class SeekTo(Steer):
    position_s: FiniteFloat


class RateTo(Steer):
    rate: FiniteFloat


class SoundTo(Steer):
    sound: Identifier


class LoadItem(Steer):
    """Without a position it begins where the room left it (SPEC PB-30)."""

    server: Identifier
    rating_key: Identifier
    position_s: FiniteFloat | None = None
    play: bool = False


class QueueItem(Command):
    server: Identifier
    rating_key: Identifier


class QueueRef(Command):
    entry_id: Identifier


class QueueTo(QueueRef):
    to: int = Field(ge=0, le=1_000)


class MemberRef(Command):
    member_id: Identifier


class KickMember(MemberRef):
    ban: bool = False


class PermitMember(MemberRef):
    actions: frozenset[Action]


class NewRoom(BaseModel):
    """A room to open; with `server` and `rating_key` something is on from the start."""

    name: Name | None = None
    server: Identifier | None = None
    rating_key: Identifier | None = None


class RoomPatch(BaseModel):
    """What to change; what is absent stays."""

    name: Name | None = None
    control: Control | None = None
    wait_policy: WaitPolicy | None = None
    invite_only: bool | None = None
    autoplay: bool | None = None


class NewGuest(BaseModel):
    """Somebody at the door."""

    name: Annotated[str, Field(max_length=20_000)]
    invite: Annotated[str, Field(max_length=200)] | None = None


class NewInvite(BaseModel):
    """Limits of an invitation; none of them means for as long as the party lasts."""

    expires_in_s: int | None = Field(None, ge=60, le=366 * 86_400)
    max_uses: int | None = Field(None, ge=1, le=1_000)
