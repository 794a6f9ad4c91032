"""A viewer's page: connects, joins, delivers once, as `web/src/room/connection.ts` does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.simulation.line import Line, Road
from tests.simulation.ownclock import OwnClock
from tests.simulation.player import Player
from tests.simulation.store import Store
from watchtogether.accounts.model import Principal
from watchtogether.sync.clock import Exchange

if TYPE_CHECKING:
    from tests.simulation.party import World

Json = dict[str, Any]
Answered = Callable[[Json | None], None]
"""Called with the answer, or with None when there was none in time."""
ANSWER_WITHIN_S = 8.0
REJOIN_AFTER_S, REJOIN_EVERY_S = 0.25, 3.0
CLOCK_EVERY_S = 20.0
BURST = 3
"""Less than the page asks for (SPEC CLK-5): what is tested is the arithmetic, not the habit."""
SWEEP_S = 2.0
FINAL = frozenset({"room_not_found", "room_closed", "banned", "not_in_room", "invite_needed"})


@dataclass(slots=True)
class Pending:
    event: str
    payload: Json
    asked_s: float

    @property
    def lifetime_s(self) -> float:
        return 6.0 if self.event.startswith(("playback:", "wait:")) else 60.0


class Viewer:
    """One screen. `phase` is as on the page; `away` when nobody sits there."""

    def __init__(
        self, world: "World", name: str, person: Principal, road: Road, clock: OwnClock
    ) -> None:
        self.world = world
        self.name = name
        self.person = person
        self.road = road
        self.clock = clock
        self.player = Player(self)
        self.away = True
        self.over = False
        """Kicked, banned, gone for good, or the party is over."""
        self._visits = 0
        self._clear()

    def _clear(self) -> None:
        """What a reload of the page forgets."""
        self.store = Store(self.rejoin_soon)
        self.phase = "connecting"
        self.line: Line | None = None
        self.outbox: dict[str, Pending] = {}
        self._under_way: set[str] = set()
        self._asked: dict[int, tuple[float, Answered]] = {}
        self._sweeping = False
        self._numbers = 0
        self._joining = False
        self._joined_s = float("-inf")
        self._rejoining = False
        self.round_trip_ms: float | None = None
        self._bursting: Line | None = None
        """The connection on which the next exchange is planned already."""
        self.player.clear()

    @property
    def revision(self) -> int:
        """The last one seen."""
        return int(self.store.timeline["revision"]) if self.store.timeline else 0

    # coming and going

    def come(self) -> None:
        """Open the page."""
        if self.away and not self.over:
            self.away = False
            self._clear()
            self._connect()

    def go(self) -> None:
        """Close the page without a word."""
        if not self.away:
            self.away = True
            self.player.clear()
            if self.line is not None:
                self.line.open_here = False
                self.line.sever(0.0, self.world.rng.random() * 5)

    def reload(self) -> None:
        self.go()
        self.come()

    def leave(self) -> None:
        """Say goodbye for good."""
        if self.line is not None and self.phase == "joined":
            self._numbers += 1
            self.line.up("room:leave", {}, self._numbers)
            self._end("left")

    def _end(self, phase: str) -> None:
        self.phase, self.over = phase, True
        self.world.note(self, what="ended", phase=phase)
        self.away = True
        self.player.clear()
        if self.line is not None:
            line, self.line = self.line, None
            line.open_here = False
            self.world.loop.call_later(1.0, line.close_there)

    def break_line(self, here_s: float, there_s: float) -> None:
        if self.line is not None:
            self.line.sever(here_s, there_s)

    def _connect(self) -> None:
        if self.away or self.line is not None:
            return
        process = self.world.current
        self._visits += 1
        sid = f"{self.name}#{self._visits}"
        line = Line(self.world.loop, self.road, self, process, sid)
        self.line = line
        arrives_s = self.road.up_s + self.road.down_s
        if not process.alive:
            self.world.loop.call_later(arrives_s, line.close_here)
            return
        self.world.loop.call_later(arrives_s, process.switch.accept, line, self.name)

    def opened(self, line: Line, refused: str | None) -> None:
        if line is self.line:
            if refused is not None:
                line.close_here()
            else:
                self._join()

    def lost(self, line: Line) -> None:
        """The connection is gone, and this page knows it."""
        if line is not self.line:
            return
        self.line = None
        self._joining = False
        self._under_way.clear()
        self._asked.clear()
        if self.phase == "joined":
            self.phase = "reconnecting"
        self.world.loop.call_later(0.3 + self.world.rng.random() * 1.2, self._connect)

    # joining

    def _join(self) -> None:
        if self._joining or self.away or self.line is None:
            return
        self._joining = True
        message: Json = {"code": self.world.code}
        if self.store.resume:
            message["resume"] = self.store.resume
        self._ask("room:join", message, self._join_answered)

    def _join_answered(self, answer: Json | None) -> None:
        self._joining = False
        if answer is None:
            self._again()
        elif not answer["ok"]:
            code = answer["error"]["code"]
            if code in FINAL:
                self._end(code)
            else:
                self._again()
        else:
            self._take_seat(answer)

    def _take_seat(self, answer: Json) -> None:
        self.world.overseer.joined(self, answer)
        self.world.note(
            self, what="joined", epoch=answer["epoch"], seq=answer["seq"], by=answer["you"]["id"]
        )
        self.phase = "joined"
        self._joined_s = self.world.loop.now_s
        self.store.joined(answer)
        self.player.forget()
        self.player.apply(self.store.timeline)
        self._burst([], 1 if self._bursting is self.line else BURST)
        self._resend()

    def _again(self) -> None:
        self.world.loop.call_later(2.0, self._join)

    def rejoin_soon(self) -> None:
        """Join anew, but never in a storm."""
        if self.phase != "joined" or self._rejoining:
            return
        self._rejoining = True
        now_s = self.world.loop.now_s
        wait_s = max(REJOIN_AFTER_S, self._joined_s + REJOIN_EVERY_S - now_s)
        self.world.loop.call_later(wait_s, self._rejoin)

    def _rejoin(self) -> None:
        self._rejoining = False
        self._join()

    # messages

    def heard(self, line: Line, event: str, payload: Json) -> None:
        if line is not self.line or self.over:
            return
        self.world.note(self, what="heard", event=event, payload=payload)
        if event == "room:resync":
            self.rejoin_soon()
        elif event == "room:closed":
            self._end("closed")
        elif event == "member:kicked":
            self._end("kicked")
        else:
            self.store.hear(event, payload)
            if event == "playback:timeline":
                self.player.apply(self.store.timeline)

    def answered(self, line: Line, number: int, answer: Json) -> None:
        if line is self.line:
            asked = self._asked.pop(number, None)
            if asked is not None:
                asked[1](answer)

    def tell(self, event: str, payload: Json) -> None:
        """Send and expect nothing."""
        if self.line is not None and self.phase == "joined":
            self._numbers += 1
            self.line.up(event, payload, self._numbers)

    def _ask(
        self, event: str, payload: Json, call: Answered, within_s: float = ANSWER_WITHIN_S
    ) -> None:
        if self.line is None:
            return
        self._numbers += 1
        self._asked[self._numbers] = (self.world.loop.now_s + within_s, call)
        self.line.up(event, payload, self._numbers)
        if not self._sweeping:
            self._sweeping = True
            self.world.loop.call_later(SWEEP_S, self._sweep)

    def _sweep(self) -> None:
        """Give up what has not been answered in time; one timer for all of it."""
        now_s = self.world.loop.now_s
        late = [(n, call) for n, (due_s, call) in self._asked.items() if due_s <= now_s]
        for number, call in late:
            if self._asked.pop(number, None) is not None:
                call(None)
        self._sweeping = bool(self._asked)
        if self._sweeping:
            self.world.loop.call_later(SWEEP_S, self._sweep)

    # commands

    def command(self, event: str, /, **payload: Any) -> None:
        """Give a command; it is repeated by its id until it is answered or too old."""
        command_id = self.world.new_id("cmd")
        self.outbox[command_id] = Pending(
            event, {"id": command_id, **payload}, self.world.loop.now_s
        )
        if self.phase == "joined":
            self._deliver(command_id)
            if self.world.rng.random() < self.world.profile.doubles:
                self._send(command_id, self.outbox[command_id])

    def _deliver(self, command_id: str) -> None:
        pending = self.outbox.get(command_id)
        if pending is None or command_id in self._under_way or self.line is None:
            return
        self._under_way.add(command_id)
        self._send(command_id, pending)

    def _send(self, command_id: str, pending: Pending) -> None:
        self.world.note(
            self,
            what="sent",
            id=command_id,
            event=pending.event,
            by=self.store.you,
            payload=pending.payload,
        )
        self._ask(pending.event, pending.payload, lambda answer: self._settled(command_id, answer))

    def _settled(self, command_id: str, answer: Json | None) -> None:
        self._under_way.discard(command_id)
        pending = self.outbox.get(command_id)
        if answer is None:
            if pending is not None and self.world.loop.now_s - pending.asked_s < pending.lifetime_s:
                self._deliver(command_id)
            return
        self.outbox.pop(command_id, None)
        self.world.note(self, what="answered", id=command_id, by=self.store.you, answer=answer)
        timeline = answer.get("timeline") or answer.get("error", {}).get("timeline")
        if timeline and self.store.put_timeline(timeline):
            self.player.apply(self.store.timeline)

    def _resend(self) -> None:
        now_s = self.world.loop.now_s
        for command_id, pending in tuple(self.outbox.items()):
            if now_s - pending.asked_s < pending.lifetime_s:
                self._deliver(command_id)
            else:
                del self.outbox[command_id]

    # the server's clock

    def _burst(self, exchanges: list[Exchange], size: int) -> None:
        """Several exchanges one after another; then one every while."""
        t0_ms = self.clock.now_ms()
        line = self.line

        def ponged(answer: Json | None) -> None:
            if answer is None:
                self._next_burst(line)
                return
            t3_ms = self.clock.now_ms()
            exchanges.append(Exchange(t0_ms, answer["t1_ms"], answer["t2_ms"], t3_ms))
            self.round_trip_ms = exchanges[-1].sample.round_trip_ms
            if len(exchanges) < size:
                self._burst(exchanges, size)
            else:
                self.clock.burst_over(answer["clock_id"], exchanges)
                if size == BURST or self._bursting is not line:
                    self._bursting = line
                    self._next_burst(line)

        self._ask("clock:ping", {"t0_ms": t0_ms}, ponged, 2.0)

    def _next_burst(self, line: Line | None) -> None:
        self.world.loop.call_later(CLOCK_EVERY_S, self._exchange, line)

    def _exchange(self, line: Line | None) -> None:
        if line is not None and line is self.line and self.phase == "joined":
            self._bursting = None
            self._burst([], 1)
