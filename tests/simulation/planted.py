"""Bugs planted into the production code, each to be found by some party.

A plant replaces one function by a subtly wrong one; nothing else is told about it.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from unittest import mock

from tests.simulation.party import Result, play
from tests.simulation.shelf import MemoryLog
from tests.simulation.store import Store
from watchtogether.kit.errors import StorageUnavailable
from watchtogether.rooms import announcer, live, registry, seating
from watchtogether.rooms.answers import Answers
from watchtogether.rooms.errors import EpochLost
from watchtogether.rooms.live import LiveRoom
from watchtogether.rooms.log import Record
from watchtogether.sync import commands as c
from watchtogether.sync import evolve as fold
from watchtogether.sync import membership, playback, queueing, reports, settle
from watchtogether.sync.draft import Draft, Reason
from watchtogether.sync.events import Event, HostChanged, PlaybackChanged, QueueChanged
from watchtogether.sync.room import Action, Room, may
from watchtogether.sync.timeline import Cause, State

Patch = tuple[object, str, object]
Any_ = Any  # planted functions take whatever the ones they replace do


@dataclass(frozen=True, slots=True)
class Plant:
    """One bug: what it is, and what it replaces."""

    what: str
    patches: Callable[[], Iterable[Patch]]
    soon: bool = True
    """Whether a hundred parties are enough to find it."""

    @contextlib.contextmanager
    def planted(self) -> Iterator[None]:
        """The production code with this bug in it."""
        with contextlib.ExitStack() as stack:
            for owner, name, wrong in self.patches():
                stack.enter_context(mock.patch.object(owner, name, wrong))
            yield


def find(plant: Plant, seeds: Iterable[int]) -> Result | None:
    """The first party that goes wrong with this bug."""
    with plant.planted():
        for seed in seeds:
            result = play(seed)
            if result.wrong:
                return result
    return None


def _lost_event() -> Iterator[Patch]:
    happened = announcer.RoomAnnouncer.happened

    async def forgetful(
        self: Any_, room: Room, records: Sequence[Record], *, durable: bool
    ) -> None:
        told = [r for r in records if not isinstance(r.event, QueueChanged)]
        await happened(self, room, told, durable=durable)

    yield announcer.RoomAnnouncer, "happened", forgetful


def _out_of_order() -> Iterator[Patch]:
    happened = announcer.RoomAnnouncer.happened

    async def backwards(
        self: Any_, room: Room, records: Sequence[Record], *, durable: bool
    ) -> None:
        await happened(self, room, tuple(reversed(records)), durable=durable)

    yield announcer.RoomAnnouncer, "happened", backwards


def _revision_falls() -> Iterator[Patch]:
    restore = playback.restore

    def falling(draft: Draft, command: c.Restore) -> Reason | None:
        before = draft.room.timeline
        draft.room = replace(draft.room, timeline=replace(before, revision=before.revision // 2))
        return restore(draft, command)

    yield playback, "restore", falling


def _wait_without_deadline() -> Iterator[Patch]:
    deadlines = settle._deadlines

    def careless(room: Room) -> Iterator[float]:
        if room.timeline.state is State.WAITING and room.ready_since_ms is None:
            room = replace(room, waiting_since_ms=None)
        yield from deadlines(room)

    yield settle, "_deadlines", careless


def _nobody_excused() -> Iterator[Patch]:
    yield Draft, "excuse", lambda self, members, excuse: None


def _two_hosts() -> Iterator[Patch]:
    def both(room: Room, member_id: Any_, action: Action) -> bool:
        member = room.members.get(member_id)
        owner = member is not None and member.account_id == room.owner
        return owner or may(room, member_id, action)

    yield playback, "may", both


def _hasty_succession() -> Iterator[Patch]:
    yield settle, "HOST_GRACE_MS", 2_000.0


def _repeat_executed() -> Iterator[Patch]:
    yield live, "Answers", lambda history: Answers(())


def _repeat_by_anybody_executed() -> Iterator[Patch]:
    execute = LiveRoom.execute

    async def forgetful(self: LiveRoom, command: Any_, command_id: str | None = None) -> Any_:
        if isinstance(command, c.Seek):
            self._answers._answers.pop((command.by, command_id or ""), None)
        return await execute(self, command, command_id)

    yield LiveRoom, "execute", forgetful


def _unfenced() -> Iterator[Patch]:
    """The `WHERE epoch = …` of the log's append is gone."""
    yield MemoryLog, "fenced", False


def _fence_ignored() -> Iterator[Patch]:
    commit = LiveRoom._commit

    async def stubborn(self: LiveRoom, command: Any_, records: Any_) -> None:
        with contextlib.suppress(EpochLost):
            await commit(self, command, records)

    yield LiveRoom, "_commit", stubborn


def _ack_before_commit() -> Iterator[Patch]:
    async def later(self: LiveRoom, command: Any_, records: tuple[Record, ...]) -> None:
        async def write() -> None:
            await asyncio.sleep(0.005)
            with contextlib.suppress(StorageUnavailable, EpochLost, TimeoutError):
                await self._log.append(self.room.id, records[-1].epoch, records)

        if records:
            self._writing = asyncio.ensure_future(write())  # type: ignore[attr-defined]

    yield LiveRoom, "_commit", later


def _called_durable() -> Iterator[Patch]:
    yield LiveRoom, "durable", property(lambda self: True)


def _stale_accepted() -> Iterator[Patch]:
    def lenient(room: Room, command: Any_, action: Action) -> Reason | None:
        return None if may(room, command.by, action) else Reason.NOT_PERMITTED

    yield playback, "_refused", lenient


def _permission_skipped() -> Iterator[Patch]:
    yield queueing, "may", lambda room, member_id, action: member_id in room.members


def _readiness_kept_on_seek() -> Iterator[Patch]:
    def lazy(self: Draft) -> None:
        self.room = replace(
            self.room, target_revision=self.room.timeline.revision, waiting_since_ms=None
        )

    yield Draft, "new_target", lazy


def _excused_for_ever() -> Iterator[Patch]:
    ready = reports.ready

    def grudging(draft: Draft, command: c.Ready) -> Reason | None:
        excuse = draft.room.presence_of(command.by).excuse
        answer = ready(draft, command)
        if answer is None and excuse is not None:
            draft.set_presence(command.by, excuse=excuse)
        return answer

    yield reports, "ready", grudging


def _queue_not_restored() -> Iterator[Patch]:
    kept = tuple(kind for kind in registry.STATE_KINDS if kind != "queue.changed")
    yield registry, "STATE_KINDS", kept


def _jump_on_restart() -> Iterator[Patch]:
    restore = registry.Registry._restore

    def jumping(self: Any_, room: Room, records: Any_, tenure: Any_) -> c.Restore:
        right = restore(self, room, records, tenure)
        return replace(right, position_s=room.timeline.position_s)

    yield registry.Registry, "_restore", jumping


def _resume_unasked() -> Iterator[Patch]:
    """With pages that resume from whatever they heard, as none of ours does (SPEC WIRE-8)."""

    def took(self: Store, told: dict[str, Any]) -> None:
        self.seq = told["seq"]
        self.resume = {"epoch": told["epoch"], "seq": told["seq"]}

    yield Store, "_took", took

    async def trusting(self: Any_, room: Room, resume: Any_) -> int | None:
        return None if resume is None else int(min(resume.seq, room.seq))

    yield seating.Seating, "_resumable", trusting


def _pause_slips() -> Iterator[Patch]:
    def early(draft: Draft, command: c.Pause) -> Reason | None:
        refused = playback._refused_toggle(draft.room, command)
        timeline = draft.room.timeline
        if refused or timeline.state in (State.PAUSED, State.IDLE):
            return refused
        draft.retime(State.PAUSED, timeline.position_at(draft.now_ms), Cause.PAUSE, command.by)
        return None

    yield playback, "pause", early


def _ghosts() -> Iterator[Patch]:
    disconnect = membership.disconnect

    def half(draft: Draft, command: c.Disconnect) -> Reason | None:
        if draft.room.presence_of(command.by).connections > 1:
            return None
        return disconnect(draft, command)

    yield membership, "disconnect", half


def _host_lives_on() -> Iterator[Patch]:
    """A host who left is not forgotten when the room is told again by its log."""
    evolve = fold.evolve

    def clinging(room: Room, event: Event) -> Room:
        after = evolve(room, event)
        left = room.host is not None and after.host is None and not isinstance(event, HostChanged)
        return replace(after, host=room.host) if left else after

    yield registry, "evolve", clinging


def _beacon_first() -> Iterator[Patch]:
    """A timeline is announced before what happened earlier in the same command."""
    happened = announcer.RoomAnnouncer.happened

    async def hasty(self: Any_, room: Room, records: Sequence[Record], *, durable: bool) -> None:
        first = sorted(records, key=lambda r: not isinstance(r.event, PlaybackChanged))
        await happened(self, room, first, durable=durable)

    yield announcer.RoomAnnouncer, "happened", hasty


PLANTED: Final = {
    "lost_event": Plant("changes of the queue are not announced", _lost_event),
    "out_of_order": Plant("events of one command are announced backwards", _out_of_order),
    "timeline_first": Plant("timelines overtake other events", _beacon_first),
    "revision_falls": Plant("a restart takes up an older revision", _revision_falls),
    "wait_without_deadline": Plant("a wait has no deadline", _wait_without_deadline),
    "nobody_excused": Plant("a wait's deadline excuses nobody", _nobody_excused, soon=False),
    "two_hosts": Plant("the owner still steers when another is host", _two_hosts),
    "hasty_succession": Plant("a host who is away for 2 s is replaced", _hasty_succession),
    "repeat_after_restart": Plant(
        "a restart forgets which commands it has had", _repeat_executed, soon=False
    ),
    "repeat_executed": Plant("a repeated seek takes effect again", _repeat_by_anybody_executed),
    "unfenced_log": Plant("the log takes what an old owner writes", _unfenced, soon=False),
    "fence_ignored": Plant("an old owner goes on when the log refuses it", _fence_ignored),
    "ack_before_commit": Plant("acknowledged first, written 5 ms later", _ack_before_commit),
    "called_durable": Plant("undurable changes are called durable", _called_durable),
    "stale_accepted": Plant("a stale seek is accepted", _stale_accepted),
    "permission_skipped": Plant("every member may edit the queue", _permission_skipped),
    "readiness_kept": Plant("a seek leaves everybody ready", _readiness_kept_on_seek),
    "excused_for_ever": Plant("who was excused never counts again", _excused_for_ever),
    "queue_not_restored": Plant("a restart forgets the queue", _queue_not_restored),
    "jump_on_restart": Plant("a restart plays on from where play began", _jump_on_restart),
    "resume_unasked": Plant(
        "a resume is believed without asking the log", _resume_unasked, soon=False
    ),
    "pause_slips": Plant("pause forgets the lead", _pause_slips),
    "ghosts": Plant("of two connections only one is ever closed", _ghosts, soon=False),
    "host_lives_on": Plant(
        "after a restart a host who left is host again", _host_lives_on, soon=False
    ),
}
