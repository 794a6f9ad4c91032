"""A party as a readable story, out of its log alone. Pure; the same log gives the same words.

Chat is told without its words: they belong to the people who wrote them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from watchtogether.kit.ids import MemberId
from watchtogether.rooms.log import Record
from watchtogether.sync import events as e
from watchtogether.sync.room import Action, Control, Rules, WaitPolicy
from watchtogether.sync.timeline import Cause, State, Timeline
from watchtogether.sync.waits import WAIT_LIMIT_MS

_ACTIONS: Final = {
    Action.PLAY_PAUSE: "play and pause",
    Action.SEEK: "skip",
    Action.LOAD: "choose films",
    Action.RATE: "change the speed",
    Action.QUEUE_EDIT: "edit the queue",
    Action.WAIT_SKIP: "skip waits",
}
_POLICIES: Final = {
    WaitPolicy.EVERYONE: "the room waits for everyone",
    WaitPolicy.HOST: "the room waits for the host only",
    WaitPolicy.NEVER: "the room waits for nobody",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that happened."""

    seq: int
    wall_ms: int
    text: str


def tell(log: Sequence[Record]) -> list[Sentence]:
    """The story, in the order of the log."""
    teller = _Teller()
    return [
        Sentence(record.seq, record.wall_ms, text)
        for record in log
        for text in teller.sentences(record)
    ]


def printed(log: Sequence[Record], zone: tzinfo | None = UTC) -> list[str]:
    """The story as lines: the date whenever it changes, then `21:04:10  Ann joined`."""
    lines, day = [], ""
    for sentence in tell(log):
        at = datetime.fromtimestamp(sentence.wall_ms / 1000, zone)
        if at.strftime("%Y-%m-%d") != day:
            day = at.strftime("%Y-%m-%d")
            lines.append(day)
        lines.append(f"{at:%H:%M:%S}  {sentence.text}")
    return lines


def film_time(position_s: float) -> str:
    """A place in the film as `0:42:10`, rounded down to the second."""
    whole = int(position_s)
    return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"


class _Teller:
    """Remembers as much of the room as its sentences need."""

    def __init__(self) -> None:
        self._names: dict[MemberId, str] = {}
        self._permits: dict[MemberId, frozenset[Action]] = {}
        self._rules: Rules | None = None
        self._queue: tuple[str, ...] = ()
        self._titles: dict[str, str] = {}
        self._timeline: Timeline | None = None
        self._offer: e.NextOffered | None = None
        self._wait: tuple[float, str, MemberId | None] | None = None
        """(since, on which clock, for whom) the room waits."""

    def sentences(self, record: Record) -> Iterator[str]:  # noqa: PLR0912 a case an event
        event, by = record.event, self._name(record.by)
        match event:
            case e.RoomCreated(rules):
                self._rules = rules
                yield f"“{rules.name}” was opened"
            case e.RoomEdited(rules):
                yield from self._edited(by, rules)
            case e.RoomClosed():
                yield f"{by} ended the party"
            case e.MemberJoined(member):
                self._names[member.id] = member.name
                yield f"{member.name} joined" + ("" if member.account_id else " as a guest")
            case e.MemberLeft():
                yield self._left(event, by)
            case e.MemberPermitted(member_id, permits):
                yield self._permitted(by, member_id, permits)
            case e.HostChanged(member_id, reason):
                yield self._host(by, self._name(member_id), reason)
            case e.QueueChanged():
                yield from self._queued("the room" if self._goes_on(record) else by, event)
            case e.MessageSent(name=name):
                yield f"{name} wrote a message"
            case e.MessageDeleted():
                yield f"{by} took a message back"
            case e.CheckOpened():
                yield f"{by} asked whether everyone is ready"
            case e.CheckClosed():
                yield self._checked(event)
            case e.NextOffered():
                self._offer = event
                yield self._offered(record, event)
            case e.NextWithdrawn(reason):
                self._offer = None
                yield f"{by} stays here" if reason == "declined" else "nothing is offered any more"
            case e.PlaybackChanged(timeline):
                yield self._played(record, timeline)
                self._timeline, self._offer = timeline, None

    def _name(self, member_id: MemberId | None) -> str:
        return self._names.get(member_id, "somebody") if member_id else "nobody"

    def _edited(self, by: str, rules: Rules) -> Iterator[str]:
        before, self._rules = self._rules, rules
        if before is None or before.name != rules.name:
            yield f"{by} named the party “{rules.name}”"
        if before is None or before.control != rules.control:
            whose = "everyone" if rules.control is Control.EVERYONE else "the host"
            yield f"{by} gave the controls to {whose}"
        if before is None or before.wait_policy != rules.wait_policy:
            yield f"{by} settled that {_POLICIES[rules.wait_policy]}"
        if before is None or before.invite_only != rules.invite_only:
            yield f"{by} {'closed' if rules.invite_only else 'opened'} the door to strangers"
        if before is None or before.autoplay != rules.autoplay:
            whether = "begins by itself" if rules.autoplay else "waits until somebody begins it"
            yield f"{by} settled that what comes next {whether}"

    def _left(self, event: e.MemberLeft, by: str) -> str:
        if event.reason == "kicked":
            for_good = ", for good" if event.banned else ""
            return f"{by} sent {event.name} out{for_good}"
        if event.reason == "away":
            return f"{event.name} has been away too long and is no longer a member"
        return f"{event.name} left"

    def _permitted(self, by: str, member_id: MemberId, permits: frozenset[Action]) -> str:
        before = self._permits.get(member_id, frozenset())
        self._permits[member_id] = permits
        name = self._name(member_id)
        given = [words for action, words in _ACTIONS.items() if action in permits - before]
        taken = [words for action, words in _ACTIONS.items() if action in before - permits]
        parts = [f"{by} lets {name} {_listed(given)}"] if given else []
        parts += [f"{by} no longer lets {name} {_listed(taken)}"] if taken else []
        return "; ".join(parts) or f"{by} changed nothing of what {name} may do"

    def _host(self, by: str, host: str, reason: str) -> str:
        match reason:
            case "passed":
                return f"{by} passed the remote to {host}"
            case "succession":
                return f"the host was away, and {host} took over the remote"
            case "returned":
                return f"{host} took the remote back"
            case _:
                return f"{host} has the remote"

    def _offered(self, record: Record, event: e.NextOffered) -> str:
        if event.ends_ms is None:
            return f"“{event.item.title}” comes next, when somebody says so"
        return f"“{event.item.title}” comes next, in {(event.ends_ms - record.at_ms) / 1000:.0f} s"

    def _goes_on(self, record: Record) -> bool:
        """Whether this comes of an offer whose time is up."""
        ends_ms = self._offer.ends_ms if self._offer else None
        return ends_ms is not None and record.at_ms >= ends_ms

    def _checked(self, event: e.CheckClosed) -> str:
        if event.reason == "ready":
            return "everyone is ready"
        if event.reason == "cancelled":
            return "nobody asks any more who is ready"
        names = _listed([self._name(member_id) for member_id in event.missing] or ["nobody"])
        return f"the minute is over; no answer from {names}"

    def _queued(self, by: str, event: e.QueueChanged) -> Iterator[str]:
        before, self._queue = self._queue, tuple(entry.id for entry in event.queue)
        self._titles |= {entry.id: entry.item.title for entry in event.queue}
        for entry_id in self._queue:
            if entry_id not in before:
                yield f"{by} added “{self._titles[entry_id]}” to the queue"
        for entry_id in before:
            if entry_id not in self._queue:
                yield f"{by} took “{self._titles[entry_id]}” from the queue"
        if set(before) == set(self._queue):
            yield f"{by} put the queue in another order"

    def _played(self, record: Record, timeline: Timeline) -> str:  # noqa: PLR0912 a case a cause
        waited = self._waited(record, timeline)
        who, at = self._name(timeline.by), film_time(timeline.position_s)
        match timeline.cause:
            case Cause.LOAD | Cause.NEXT:
                title = timeline.item.title if timeline.item else "nothing"
                start = f" at {at}" if timeline.position_s else ""
                start += ", where it had been left" if timeline.resumed else ""
                if timeline.by is None:
                    return f"“{title}” began by itself{start}{self._then(timeline)}"
                verb = "put on" if timeline.cause is Cause.LOAD else "went on to"
                return f"{who} {verb} “{title}”{start}{self._then(timeline)}"
            case Cause.PLAY:
                return f"{who} pressed play at {at}{self._then(timeline)}"
            case Cause.PAUSE:
                return f"{who} paused at {at}"
            case Cause.SEEK:
                return f"{who} skipped to {at}{self._then(timeline)}"
            case Cause.RATE:
                return f"{who} set the speed to {timeline.speed:g}×"
            case Cause.SOUND:
                return f"{who} chose another sound at {at}"
            case Cause.EASE:
                if timeline.by is None:
                    return f"the room goes on at its own speed from {at}"
                return f"slowed a little from {at}, so that {who} can keep up"
            case Cause.CHECK if timeline.state is State.PLAYING:
                return f"{waited}all together the film runs from {at}"
            case Cause.STALL:
                return f"{who} ran out of film, and the room waits at {at}"
            case Cause.READY:
                return f"{waited}the film runs from {at}"
            case Cause.SKIP:
                return f"{who} went on without those who were not ready, from {at}"
            case Cause.ENDED:
                return "the film ended"
            case Cause.EMPTY:
                return f"nobody is there any more: paused at {at}"
            case Cause.RESTART:
                return f"the server was started again{self._resumed(timeline)}"
            case other:
                return f"{other} by {who}: {timeline.state} at {at}"

    def _then(self, timeline: Timeline) -> str:
        return "; the room waits until all are ready" if timeline.state is State.WAITING else ""

    def _resumed(self, timeline: Timeline) -> str:
        before = self._timeline
        at = film_time(timeline.position_s)
        if timeline.state in (State.PLAYING, State.WAITING):
            return f", and the film goes on at {at}"
        if before is not None and before.state in (State.PLAYING, State.WAITING):
            return f" after a long absence: paused at {at}"
        return ""

    def _waited(self, record: Record, timeline: Timeline) -> str:
        """“the room waited 3.2 s for Cleo, and ”, when a wait ends here."""
        wait = self._wait
        waiting = timeline.state is State.WAITING
        if waiting:
            anew = timeline.cause in (Cause.SEEK, Cause.LOAD, Cause.NEXT, Cause.RESTART)
            if wait is None or anew:
                for_whom = timeline.by if timeline.cause is Cause.STALL else None
                self._wait = (record.at_ms, record.clock_id, for_whom)
            return ""
        self._wait = None
        if wait is None or wait[1] != record.clock_id or timeline.cause is not Cause.READY:
            return ""
        waited_ms = record.at_ms - wait[0]
        whom = f" for {self._name(wait[2])}" if wait[2] else ""
        if waited_ms >= WAIT_LIMIT_MS:
            missing = "who was then excused" if wait[2] else "and then excused who was not ready"
            return f"the room waited {waited_ms / 1000:.1f} s{whom}, {missing}; "
        return f"the room waited {waited_ms / 1000:.1f} s{whom}; "


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
