"""A decision in the making: collects events and applies each at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from watchtogether.kit.ids import MemberId
from watchtogether.sync.events import Event, PlaybackChanged
from watchtogether.sync.evolve import evolve
from watchtogether.sync.places import noted, resumed_s
from watchtogether.sync.presence import Excuse
from watchtogether.sync.room import Room
from watchtogether.sync.timeline import Cause, RoomItem, State

LEAD_MIN_MS, LEAD_MAX_MS, LEAD_FACTOR = 50.0, 500.0, 1.5
START_MAX_MS = 300.0
EASE = 0.98
"""What an eased room plays at, of its speed (SPEC PB-18)."""


class Reason(StrEnum):
    """Why a command was refused; these are the error codes that outsiders see."""

    NOT_PERMITTED = "not_permitted"
    NOT_A_MEMBER = "not_a_member"
    NO_SUCH_MEMBER = "no_such_member"
    NO_SUCH_ENTRY = "no_such_entry"
    STALE_REVISION = "stale_revision"
    NO_ITEM = "no_item"
    OUT_OF_RANGE = "out_of_range"
    NOTHING_NEXT = "nothing_next"
    ALREADY_ON = "already_on"
    NO_CHECK = "no_check"
    NO_OFFER = "no_offer"
    NAME_TAKEN = "name_taken"
    BANNED = "banned"
    ROOM_FULL = "room_full"
    QUEUE_FULL = "queue_full"
    ROOM_CLOSED = "room_closed"
    INVALID_TEXT = "invalid_text"


@dataclass(frozen=True, slots=True)
class Rejected:
    """The command is refused and the room is as it was."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command does: the new room, the events to keep, and when to look again."""

    room: Room
    events: tuple[Event, ...]
    changed: frozenset[MemberId]
    """Members whose presence differs, for a coalesced notice."""
    next_deadline_ms: float | None


@dataclass(slots=True)
class Draft:
    """The room as far as it has been changed, and the events that did it."""

    room: Room
    now_ms: float
    events: list[Event] = field(default_factory=list)
    changed: set[MemberId] = field(default_factory=set)

    def record(self, event: Event) -> None:
        """Add a durable event and apply it."""
        self.events.append(event)
        self.room = evolve(self.room, event)

    def set_presence(self, member_id: MemberId, **changes: Any) -> None:  # Any: field values
        """Change volatile fields of a member's presence; what is compared is told to everybody."""
        before = self.room.presence_of(member_id)
        after = replace(before, **changes)
        self.room = self.room.with_presence(member_id, after)
        if after != before:
            self.changed.add(member_id)

    def retime(
        self,
        state: State,
        position_s: float,
        cause: Cause,
        by: MemberId | None,
        *,
        as_of_ms: float | None = None,
        speed: float | None = None,
        eased: bool = False,
    ) -> None:
        """Record a new timeline of the same item, one revision on (SPEC PB-5, PB-7).

        Easing ends with it unless `eased` says otherwise (SPEC PB-19).
        """
        old = self.room.timeline
        speed = old.speed if speed is None else speed
        self.record(
            PlaybackChanged(
                replace(
                    old,
                    epoch=self.room.epoch,
                    revision=old.revision + 1,
                    state=state,
                    position_s=min(max(0.0, position_s), old.duration_s),
                    speed=speed,
                    rate=speed * EASE if eased else speed,
                    as_of_ms=self._when(state) if as_of_ms is None else as_of_ms,
                    by=by,
                    cause=cause,
                )
            )
        )

    def load(
        self,
        item: RoomItem,
        position_s: float | None,
        cause: Cause,
        by: MemberId | None,
        *,
        play: bool,
    ) -> None:
        """Record a timeline of another item, paused or about to play (SPEC PB-9).

        Without a position it begins where this room left it (SPEC PB-30).
        """
        old = self.room.timeline
        resumes = position_s is None
        if position_s is None:
            position_s = resumed_s(noted(self.room.places, old, self.soon_ms()), item)
        self.record(
            PlaybackChanged(
                replace(
                    old,
                    epoch=self.room.epoch,
                    revision=old.revision + 1,
                    state=State.WAITING if play else State.PAUSED,
                    item=item,
                    position_s=position_s,
                    speed=1.0,
                    rate=1.0,
                    as_of_ms=self.soon_ms(),
                    generation=old.generation + 1,
                    by=by,
                    cause=cause,
                    sound=None,
                    resumed=resumes and position_s > 0,
                )
            )
        )

    def change_sound(self, sound: str, by: MemberId) -> None:
        """Record a timeline of the same item, from the same place, with another sound track: a
        playing room waits until all have it."""
        old = self.room.timeline
        is_playing = old.state in (State.PLAYING, State.WAITING)
        self.record(
            PlaybackChanged(
                replace(
                    old,
                    epoch=self.room.epoch,
                    revision=old.revision + 1,
                    state=State.WAITING if is_playing else old.state,
                    position_s=old.position_at(self.soon_ms()),
                    rate=old.speed,
                    as_of_ms=self.soon_ms(),
                    generation=old.generation + 1,
                    by=by,
                    cause=Cause.SOUND,
                    sound=sound,
                )
            )
        )

    def change_pace(
        self,
        cause: Cause,
        by: MemberId | None,
        *,
        speed: float | None = None,
        eased: bool = False,
    ) -> None:
        """Go on from where the room will be then, at another rate (SPEC PB-18).

        A start that still lies ahead stays where it is.
        """
        timeline = self.room.timeline
        then_ms = self.soon_ms()
        if timeline.state is State.PLAYING:
            then_ms = max(then_ms, timeline.as_of_ms)
        position_s = timeline.position_at(then_ms)
        self.retime(
            timeline.state, position_s, cause, by, as_of_ms=then_ms, speed=speed, eased=eased
        )

    def new_target(self) -> None:
        """Everybody has to get ready for the timeline's position anew (SPEC PB-10).

        Who can't keep up still can't (SPEC PB-20).
        """
        self.room = replace(
            self.room, target_revision=self.room.timeline.revision, waiting_since_ms=None
        )
        for member in self.room.online():
            excuse = self.room.presence_of(member.id).excuse
            kept = excuse if excuse is Excuse.STALLS else None
            self.set_presence(member.id, ready=False, excuse=kept, stalled_since_ms=None)

    def excuse(self, members: Iterable[MemberId], excuse: Excuse) -> None:
        """The room goes on without these."""
        for member_id in members:
            self.set_presence(member_id, excuse=excuse)

    def _when(self, state: State) -> float:
        """A start from standing waits for the slowest device as well (SPEC PB-25)."""
        starts = state is State.PLAYING and self.room.timeline.state is not State.PLAYING
        if not starts:
            return self.soon_ms()
        costs = (self.room.presence_of(m.id).start_cost_ms for m in self.room.online())
        return self.soon_ms() + min(max(costs, default=0.0), START_MAX_MS)

    def soon_ms(self) -> float:
        """When a change takes effect: now plus the lead (SPEC PB-7)."""
        worst_ms = max(
            (self.room.presence_of(m.id).one_way_ms for m in self.room.online()), default=0.0
        )
        return self.now_ms + min(max(LEAD_MIN_MS, LEAD_FACTOR * worst_ms), LEAD_MAX_MS)
