"""Says whether the promise held: what clients were told against what the log keeps.

Pure, and after the fact: a party's whole log, and for each client a record of what it sent, was
answered, heard, and knew at the end. A record is one JSON object a line, `client` and `what` in
each:

- `sent` `{id, event, by, payload}`: a command, once for each time it was sent
- `answered` `{id, by, answer}`: the acknowledgement as it came
- `joined` `{by, epoch, seq}`: a join was answered
- `heard` `{event, payload}`: an event from the server
- `final` `{epoch, seq, timeline, host, members, queue, messages}`: what it knew at the end;
  ids in order, `messages` id → text, null when deleted
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from watchtogether.rooms import codec
from watchtogether.rooms.log import Record
from watchtogether.rooms.log_rules import Folded, flaws, fold
from watchtogether.sync import events as e
from watchtogether.sync.timeline import STEERING, Timeline

Note = Mapping[str, Any]  # Any: JSON

MARKING: Final = frozenset(
    {
        "chat:send",
        "chat:delete",
        "queue:add",
        "queue:remove",
        "queue:move",
        "playback:seek",
        "playback:rate",
        "playback:load",
        "playback:next",
        "next:withdraw",
    }
)
"""Commands that always leave an event of their own when they are accepted."""
_REFUSABLE_AS_STALE: Final = frozenset(
    {"playback:seek", "playback:rate", "playback:load", "playback:next"}
)
_UNSURE: Final = frozenset({"storage_unavailable", "room_moved", "internal_error", "not_in_room"})
"""Refusals after which nobody can say whether it was written."""
_KINDS: Final = {
    "member:joined": "member.joined",
    "member:left": "member.left",
    "member:permitted": "member.permitted",
    "host:changed": "host.changed",
    "queue:changed": "queue.changed",
    "room:changed": "room.edited",
    "room:closed": "room.closed",
    "chat:message": "message.sent",
    "chat:deleted": "message.deleted",
    "check:opened": "check.opened",
    "check:closed": "check.closed",
    "next:offered": "next.offered",
    "next:withdrawn": "next.withdrawn",
}
_MAY_BE_LOST: Final = frozenset(
    {
        "host:changed",
        "member:left",
        "check:opened",
        "check:closed",
        "next:offered",
        "next:withdrawn",
    }
)
"""Told although not durable yet, as playback is (SPEC LOG-6)."""


def read_notes(lines: Iterable[str]) -> list[Note]:
    """Records as they were written, one JSON object a line. Raises `ValueError`."""
    return [json.loads(line) for line in lines if line.strip()]


def check(log: Sequence[Record], notes: Sequence[Note] = ()) -> list[str]:
    """Everything that breaks the promise; empty when it held."""
    return [*flaws(log), *_Party(log, notes).flaws()]


class _Party:
    def __init__(self, log: Sequence[Record], notes: Sequence[Note]) -> None:
        self._log = log
        self._notes = notes
        self._room = fold(log)
        self._keys = {(r.by, r.command_id): r for r in log if r.command_id is not None}
        self._timelines = {
            (r.epoch, r.event.timeline.revision): r.event.timeline
            for r in log
            if isinstance(r.event, e.PlaybackChanged)
        }
        self._last_epoch = log[-1].epoch if log else 0

    def flaws(self) -> Iterator[str]:
        yield from self._answers()
        yield from self._stale()
        by_client: dict[str, list[Note]] = defaultdict(list)
        for note in self._notes:
            by_client[note["client"]].append(note)
        for client, notes in by_client.items():
            for flaw in self._heard(notes):
                yield f"{client}: {flaw}"
        yield from self._finals()

    def _answers(self) -> Iterator[str]:
        """What was acknowledged is there, what was refused is not (SPEC LOG-5, LOG-7)."""
        sent: Counter[tuple[str | None, str]] = Counter()
        refused: Counter[tuple[str | None, str]] = Counter()
        events: dict[tuple[str | None, str], str] = {}
        accepted: set[tuple[str | None, str]] = set()
        for note in self._notes:
            if note["what"] == "sent":
                key = (note["by"], note["id"])
                sent[key] += 1
                events[key] = note["event"]
            elif note["what"] == "answered":
                key, answer = (note["by"], note["id"]), note["answer"]
                if answer["ok"]:
                    accepted.add(key)
                    yield from self._not_kept(key, events.get(key, ""), answer)
                elif answer["error"]["code"] not in _UNSURE:
                    refused[key] += 1
        for key, times in refused.items():
            if times == sent[key] and key not in accepted and key in self._keys:
                yield f"{events[key]} {key[1]} was refused and happened"

    def _not_kept(self, key: tuple[str | None, str], event: str, answer: Note) -> Iterator[str]:
        if not answer.get("durable", True):
            return
        if event in MARKING and key not in self._keys:
            yield f"{event} {key[1]} was acknowledged and is not in the log (LOG-5)"
        timeline = answer.get("timeline")
        if timeline is not None and timeline["revision"] > 0:
            place = (timeline["epoch"], timeline["revision"])
            if place not in self._timelines:
                yield f"{event} {key[1]} was acknowledged with timeline {place}, which never was"

    def _stale(self) -> Iterator[str]:
        """Who was overtaken by somebody else's act was refused (SPEC PB-6)."""
        steered = [
            (r.event.timeline.revision, r.event.timeline.by)
            for r in self._log
            if isinstance(r.event, e.PlaybackChanged) and r.event.timeline.cause in STEERING
        ]
        for note in self._notes:
            if note["what"] != "sent" or note["event"] not in _REFUSABLE_AS_STALE:
                continue
            record = self._done(note)
            if record is None:
                continue
            seen, done = note["payload"]["revision"], record.revision
            if any(seen < at < done and who != note["by"] for at, who in reversed(steered)):
                yield f"{note['event']} {note['id']} took effect although overtaken (PB-6)"

    def _done(self, note: Note) -> Timeline | None:
        """The timeline that a command made."""
        found = self._keys.get((note["by"], note["id"]))
        if found is None or not isinstance(found.event, e.PlaybackChanged):
            return None
        return found.event.timeline

    def _heard(self, notes: Sequence[Note]) -> Iterator[str]:
        joined = told = (0, 0)
        for note in notes:
            if note["what"] == "joined":
                place = (note["epoch"], note["seq"])
                if place < joined:
                    yield f"joined at {place} after {joined} (WIRE-6)"
                joined, told = place, (0, 0)
            elif note["what"] == "heard":
                event, payload = note["event"], note["payload"]
                if event in _KINDS:
                    place = (payload["epoch"], payload["seq"])
                    if place <= told:
                        yield f"{event} {place} came after {told} (WIRE-6)"
                    told = place
                    yield from self._unlike_the_log(event, payload)
                elif event == "playback:timeline":
                    yield from self._unlike_the_timeline(payload)

    def _unlike_the_log(self, event: str, payload: Note) -> Iterator[str]:
        epoch, seq = payload["epoch"], payload["seq"]
        record = self._log[seq - 1] if 1 <= seq <= len(self._log) else None
        if record is None or record.epoch != epoch:
            by_itself = event == "queue:changed" and not payload.get("durable", True)  # SPEC PB-28
            if not (event in _MAY_BE_LOST or by_itself) or epoch >= self._last_epoch:
                yield f"heard {event} {epoch}/{seq}, which is not in the log"
        elif codec.kind_of(record.event) != _KINDS[event]:
            if payload.get("durable", True):  # others may have something else in their place
                kind = codec.kind_of(record.event)
                yield f"heard {event} {epoch}/{seq}, where the log has {kind}"
        elif isinstance(record.event, e.MessageSent) and (
            record.event.text != payload["message"]["text"]
        ):
            yield f"heard other words than the log has at {seq}"

    def _unlike_the_timeline(self, payload: Note) -> Iterator[str]:
        place = (payload["epoch"], payload["revision"])
        timeline = self._timelines.get(place)
        if timeline is None:
            if payload["revision"] > 0 and payload["epoch"] >= self._last_epoch:
                yield f"heard timeline {place}, which is not in the log"
        elif _shown(timeline) != _told(payload) and payload["epoch"] >= self._last_epoch:
            # Of an earlier epoch it may be one that was told without being durable (LOG-6), in the
            # place of one that was written although the database had not said so.
            yield f"heard timeline {place} unlike the log's"

    def _finals(self) -> Iterator[str]:
        """All clients end in the state that the log tells."""
        for note in self._notes:
            if note["what"] == "final":
                for name, (theirs, ours) in _compared(note, self._room).items():
                    if theirs != ours:
                        yield f"{note['client']} ends with {name} {theirs!r}, the log with {ours!r}"


def _compared(note: Note, room: Folded) -> dict[str, tuple[object, object]]:
    """What a client knew at the end beside what it should know."""
    timeline, known = note["timeline"], room.timeline
    in_log = list(room.messages)
    theirs = note["messages"]
    first = min((in_log.index(i) for i in theirs if i in room.messages), default=len(in_log))
    expected = {i: i in room.deleted for i in in_log[first:]}
    return {
        "timeline": (
            (timeline["epoch"], timeline["revision"], *_told(timeline))
            if timeline and timeline["revision"] > 0
            else None,
            (known.epoch, known.revision, *_shown(known)) if known else None,
        ),
        "host": (note["host"], room.host),
        "members": (sorted(note["members"]), sorted(room.members)),
        "queue": (list(note["queue"]), list(room.queue)),
        "messages": ({i: text is None for i, text in theirs.items()}, expected),
    }


def _told(timeline: Note) -> tuple[object, ...]:
    return (
        str(timeline["state"]),
        timeline["position_s"],
        timeline["rate"],
        timeline["as_of_ms"],
        timeline["clock_id"],
    )


def _shown(timeline: Timeline) -> tuple[object, ...]:
    return (
        timeline.state.value,
        timeline.position_s,
        timeline.rate,
        timeline.as_of_ms,
        timeline.clock_id,
    )
