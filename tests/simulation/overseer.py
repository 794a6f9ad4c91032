"""Watches a party from above and says what must never be. It trusts nothing that it judges."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.simulation.store import DURABLE
from tests.support.rooms import durable_part
from watchtogether.kit.ids import MemberId
from watchtogether.rooms.checker import MARKING
from watchtogether.rooms.live import LiveRoom
from watchtogether.rooms.log import Record
from watchtogether.rooms.registry import replay
from watchtogether.sync.events import HostChanged, PlaybackChanged
from watchtogether.sync.presence import Excuse
from watchtogether.sync.room import Room, blank
from watchtogether.sync.settle import HOST_GRACE_MS, next_deadline_ms
from watchtogether.sync.timeline import Cause, State

if TYPE_CHECKING:
    from tests.simulation.party import World
    from tests.simulation.process import Process
    from tests.simulation.viewer import Viewer

Json = dict[str, Any]
WAIT_MAX_S = 15.4
SLACK_S = 1.5
"""What a busy or slow database may add to a deadline."""
_TARGETS = frozenset({Cause.LOAD, Cause.SEEK, Cause.NEXT, Cause.EMPTY})
"""Causes that ask everybody for readiness anew (SPEC PB-10)."""
_STARTS = frozenset({Cause.READY, Cause.PLAY})


class Overseer:
    """Collects what is wrong; one wrong thing is enough."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.wrong: list[str] = []
        self._told: dict[tuple[str, int], int] = {}
        """(process, epoch) → seq of the last durable event that it announced."""
        self._ready: dict[str, int] = {}
        """Member → highest revision for which the server was told that they are ready."""
        self._waiting: tuple[tuple[int, int], float, float] | None = None
        """(epoch, target), how long the room has waited for it, and when it was last looked at."""
        self._highest = (0, 0)
        self.waits = 0

    def say(self, what: str) -> None:
        self.wrong.append(f"{self._world.loop.now_s:.3f} s: {what}")

    def crashed(self, where: str, error: BaseException) -> None:
        self.say(f"{where} crashed: {error!r}")

    # what the server says

    def emitted(self, process: "Process", event: str, payload: Json) -> None:
        """Durable events are announced in order, none left out, and only when they are kept."""
        if event not in DURABLE and event not in ("playback:timeline", "room:closed"):
            return
        place, seq = (process.clock.clock_id, payload["epoch"]), payload["seq"]
        last = self._told.get(place)
        beacon = event == "playback:timeline" and (last is None or seq != last + 1)
        if beacon:
            return
        if last is not None and seq != last + 1:
            self.say(f"{event} {seq} was announced after {last} (WIRE-6)")
        self._told[place] = seq

    def answering(self, member: str | None, event: str, payload: Json, answer: Json) -> None:
        """An acknowledgement is about to leave, to whoever sat there when they asked."""
        if not answer["ok"]:
            if answer["error"]["code"] == "internal_error":
                self.say(f"{event} was answered with an internal error")
            return
        if event == "member:ready":
            if payload["ready"] and member:
                self._ready[member] = max(self._ready.get(member, 0), payload["revision"])
        elif event in MARKING and answer.get("durable", True):
            key = (member, payload["id"])
            if member and key not in self._world.book.keys:
                self.say(f"{event} {payload['id']} is acknowledged and not in the log (LOG-5)")

    def joined(self, viewer: "Viewer", answer: Json) -> None:
        """What a viewer is given on joining is never older than what it knows."""
        store = viewer.store
        if (answer["epoch"], answer["seq"]) < (store.epoch, store.seq):
            self.say(
                f"{viewer.name} joins at {answer['epoch']}/{answer['seq']}"
                f" and knows {store.epoch}/{store.seq} (WIRE-6)"
            )

    def happened(self, process: "Process", room: Room, records: Sequence[Record]) -> None:
        """What a room announces, before anybody hears it."""
        for record in records:
            if isinstance(record.event, PlaybackChanged):
                self._timeline(process, room, record)
            elif isinstance(record.event, HostChanged) and record.event.reason == "succession":
                self._succession(process, room, record)

    def _timeline(self, process: "Process", room: Room, record: Record) -> None:
        assert isinstance(record.event, PlaybackChanged)
        timeline = record.event.timeline
        if timeline.state is not State.WAITING:
            self._waiting = None
        if timeline.state is State.PLAYING and timeline.cause in _STARTS:
            for member in room.online():
                known = self._ready.get(member.id, -1)
                if room.presence_of(member.id).counts and known < room.target_revision:
                    self.say(
                        f"the film starts ({timeline.cause}) and {member.name} was never ready"
                        f" for revision {room.target_revision} (PB-9)"
                    )

    def _succession(self, process: "Process", room: Room, record: Record) -> None:
        """A successor is somebody who is there; the host before was away for the grace."""
        assert isinstance(record.event, HostChanged)
        before = self._host_before(record)
        if before is None or before not in room.members:
            return
        away_ms = room.presence_of(before).away_since_ms
        if away_ms is None or record.at_ms < away_ms + HOST_GRACE_MS - 1:
            self.say(f"{before} is still host and {record.event.member_id} succeeds (MEM-5)")

    def _host_before(self, record: Record) -> MemberId | None:
        """Who was host just before, by the log; None when the log does not reach as far."""
        records = self._world.book.records
        if len(records) < record.seq - 1:
            return None
        for earlier in reversed(records[: record.seq - 1]):
            if isinstance(earlier.event, HostChanged):
                return earlier.event.member_id
        return None

    # what the room is

    def look(self) -> None:
        """From time to time: what must hold at every moment."""
        live = self._world.authority()
        if live is None:
            return
        room = live.room
        place = (room.timeline.epoch, room.timeline.revision)
        if place < self._highest:
            self.say(f"the timeline fell from {self._highest} to {place} (PB-5)")
        self._highest = place
        if room.host is not None and room.host not in room.members:
            self.say(f"the host is {room.host}, who is no member (MEM-5)")
        self._deadlines(live)
        self._overdue(room)
        self._counting(room)
        self._positions(room)

    def _counting(self, room: Room) -> None:
        """Who is ready counts again, unless they can't keep up (SPEC PB-11, PB-20)."""
        for member in room.online():
            presence = room.presence_of(member.id)
            if presence.ready and presence.excuse not in {None, Excuse.STALLS}:
                self.say(f"{member.name} is ready and excused: {presence.excuse} (PB-11)")

    def _deadlines(self, live: LiveRoom) -> None:
        room = live.room
        if room.closed:
            return
        due_ms, now_ms = next_deadline_ms(room), live._clock.monotonic_ms()
        if due_ms != live._deadline_ms:
            self.say(f"the room looks again at {live._deadline_ms}, and should at {due_ms}")
        if room.timeline.state is State.WAITING and due_ms is None:
            self.say("the room waits without a deadline (PB-11)")
        if room.timeline.state is State.PLAYING and due_ms is None:
            self.say("the room plays without a deadline (PB-13)")
        late_ms = 0 if due_ms is None else now_ms - due_ms
        if late_ms > SLACK_S * 1000 + self._world.mishaps.troubled_s(SLACK_S) * 1000:
            self.say(f"a deadline was missed by {late_ms:.0f} ms")

    def _overdue(self, room: Room) -> None:
        """The group never stays in waiting beyond its deadline (SPEC PB-11)."""
        now_s = self._world.loop.now_s
        if room.timeline.state is not State.WAITING or not room.online():
            if room.timeline.state is not State.WAITING:
                self._waiting = None
            elif self._waiting is not None:
                self._waiting = (self._waiting[0], self._waiting[1], now_s)
            return
        key = (room.epoch, room.target_revision)
        if self._waiting is None or self._waiting[0] != key:
            self.waits += self._waiting is None
            self._waiting = (key, 0.0, now_s)
            return
        _, waited_s, looked_s = self._waiting
        if self._world.mishaps.troubled_s(now_s - looked_s) == 0:
            waited_s += now_s - looked_s
        self._waiting = (key, waited_s, now_s)
        if waited_s > WAIT_MAX_S + SLACK_S:
            who = ", ".join(room.members[m].name for m in room.awaited())
            self.say(f"the room has waited {waited_s:.1f} s for {who or 'nobody'} (PB-11)")

    def _positions(self, room: Room) -> None:
        """Playing screens agree with the server within the uncertainty that they state (CLK-2)."""
        timeline = room.timeline
        if timeline.state is not State.PLAYING:
            return
        for viewer in self._world.viewers:
            head = viewer.store.timeline
            if viewer.phase != "joined" or head is None:
                continue
            if (head["epoch"], head["revision"]) != (timeline.epoch, timeline.revision):
                continue
            known = viewer.clock.server_ms(timeline.clock_id)
            if known is None:
                continue
            server_ms, doubt_ms = known
            ours_s = timeline.position_at(self._world.on_clock(timeline.clock_id))
            theirs_s = timeline.position_at(server_ms)
            if abs(ours_s - theirs_s) * 1000 > timeline.rate * (doubt_ms + 0.01):
                self.say(
                    f"{viewer.name} is at {theirs_s:.3f} s, the room at {ours_s:.3f} s,"
                    f" and {viewer.name} is sure to {doubt_ms:.1f} ms (CLK-2)"
                )

    # how it ends

    def settled(self, *, played: bool) -> None:
        """After peace: everybody is in, ready, and nobody is left out for ever."""
        live = self._world.authority()
        if live is None:
            self.say("nobody has the room in the end")
            return
        room = live.room
        if not live.durable:
            self.say("the room is not durable although the database is well (LOG-6)")
        here = {v.store.you for v in self._world.viewers if v.phase == "joined"}
        for viewer in self._world.viewers:
            if not (viewer.over or viewer.away) and viewer.phase != "joined":
                self.say(f"{viewer.name} is left out: {viewer.phase}")
        online = {str(member.id) for member in room.online()}
        if online != here:
            self.say(f"the server sees {sorted(online)}, and there are {sorted(map(str, here))}")
        if room.timeline.item is not None:
            for member in room.online():
                presence = room.presence_of(member.id)
                if presence.excused or not presence.ready:
                    self.say(f"{member.name} is left out: {presence}")
        if played and room.timeline.state is not State.PLAYING:
            self.say(f"the film was started and the room is {room.timeline.state}")
        if room.host is None and room.online():
            self.say("people are there and nobody is host (MEM-5)")
        self._replayed(live)

    def _replayed(self, live: LiveRoom) -> None:
        """The log tells the room (SPEC LOG-1)."""
        room = live.room
        told = replay(
            blank(room.id, room.code, room.epoch, room.timeline.clock_id), self._world.book.records
        )
        if durable_part(told) != durable_part(room):
            self.say("replaying the log gives another room (LOG-1)")
