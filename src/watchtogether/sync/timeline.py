"""The shared vector that every screen follows (SPEC PB-1 to PB-8)."""

from dataclasses import dataclass
from enum import StrEnum

from watchtogether.kit.ids import AccountId, MemberId, RatingKey, ServerId


class State(StrEnum):
    """What the room's film is doing (SPEC PB-2)."""

    IDLE = "idle"
    PAUSED = "paused"
    WAITING = "waiting"
    PLAYING = "playing"


class Cause(StrEnum):
    """Why a timeline came to be."""

    LOAD = "load"
    PLAY = "play"
    PAUSE = "pause"
    SEEK = "seek"
    RATE = "rate"
    NEXT = "next"
    SOUND = "sound"
    READY = "ready"
    STALL = "stall"
    SKIP = "skip"
    ENDED = "ended"
    EMPTY = "empty"
    RESTART = "restart"
    EASE = "ease"
    CHECK = "check"


STEERING = frozenset(
    {
        Cause.LOAD,
        Cause.PLAY,
        Cause.PAUSE,
        Cause.SEEK,
        Cause.RATE,
        Cause.NEXT,
        Cause.SOUND,
    }
)
"""Causes that are a person's own act."""


@dataclass(frozen=True, slots=True)
class RoomItem:
    """A film or an episode as a room shows it."""

    server: ServerId
    rating_key: RatingKey
    kind: str
    title: str
    subtitle: str | None
    duration_s: float
    poster: str | None
    backdrop: str | None
    account_id: AccountId
    """Whose Plex access the room watches through; never leaves the server."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where the film is, and since when."""

    epoch: int
    revision: int
    state: State
    item: RoomItem | None
    position_s: float
    speed: float
    """What a person chose (SPEC PB-18)."""
    rate: float
    """With which the position moves: `speed`, or a little less while the room is eased."""
    as_of_ms: float
    """Server time, on the clock `clock_id`, at which `position_s` holds; may lie ahead."""
    clock_id: str
    generation: int
    """Rises by one with each new item or other sound, so that no stream outlives it."""
    by: MemberId | None
    cause: Cause
    sound: str | None = None
    """The sound track chosen for everybody (SPEC PB-26); None: the one that Plex gives."""
    resumed: bool = False
    """Whether the item began where this room had left it (SPEC PB-30)."""

    @property
    def duration_s(self) -> float:
        """Length of the item in seconds; 0 without one."""
        return self.item.duration_s if self.item else 0.0

    @property
    def eased(self) -> bool:
        """Whether the room runs a little slower than asked, so that nobody stalls (SPEC PB-19)."""
        return self.rate != self.speed

    def position_at(self, now_ms: float) -> float:
        """Seconds into the item at server time `now_ms` (SPEC PB-3)."""
        if self.state is not State.PLAYING:
            return self.position_s
        played_s = self.rate * max(0.0, now_ms - self.as_of_ms) / 1000
        return min(max(0.0, self.position_s + played_s), self.duration_s)

    def end_ms(self) -> float | None:
        """Server time at which a playing item is over; None when it isn't playing."""
        if self.state is not State.PLAYING:
            return None
        return self.as_of_ms + (self.duration_s - self.position_s) / self.rate * 1000

    def is_newer_than(self, other: "Timeline") -> bool:
        """Whether this one replaces `other` (SPEC PB-5)."""
        return (self.epoch, self.revision) > (other.epoch, other.revision)


def idle(epoch: int, clock_id: str) -> Timeline:
    """The timeline of a room where nothing was ever loaded."""
    return Timeline(
        epoch=epoch,
        revision=0,
        state=State.IDLE,
        item=None,
        position_s=0.0,
        speed=1.0,
        rate=1.0,
        as_of_ms=0.0,
        clock_id=clock_id,
        generation=0,
        by=None,
        cause=Cause.LOAD,
    )
