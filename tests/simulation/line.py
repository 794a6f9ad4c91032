"""The network: one viewer's road, the connections over it, and Socket.IO as the server sees it."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from tests.simulation.loop import VirtualLoop

if TYPE_CHECKING:
    from tests.simulation.process import Process

Json = dict[str, Any]
RETRANSMIT_S = 0.2
LATER_S = 1e-6


@dataclass
class Road:
    """How long a packet takes: as over TCP, a lost one is sent again and holds up the rest."""

    rng: Random
    up_s: float
    down_s: float
    jitter_s: float
    loss: float

    def heal(self) -> None:
        self.up_s, self.down_s, self.jitter_s, self.loss = 0.02, 0.02, 0.0, 0.0

    def arrival_s(self, now_s: float, way_s: float, last_s: float) -> float:
        """When something sent now is there; never before what was sent earlier."""
        rng = self.rng
        took_s = way_s + rng.random() * self.jitter_s
        if self.loss:
            again_s = RETRANSMIT_S
            while rng.random() < self.loss and again_s < 2:
                took_s += again_s
                again_s *= 2
        return max(now_s + took_s, last_s + LATER_S)


class End(Protocol):
    """The viewer's side of a line."""

    def heard(self, line: "Line", event: str, payload: Json) -> None: ...
    def answered(self, line: "Line", number: int, answer: Json) -> None: ...
    def opened(self, line: "Line", refused: str | None) -> None: ...
    def lost(self, line: "Line") -> None: ...


class Line:
    """One connection. It can break so that each side learns of it at another time."""

    def __init__(
        self, loop: VirtualLoop, road: Road, end: End, process: "Process", sid: str
    ) -> None:
        self.sid = sid
        self.end = end
        self.process = process
        self._loop = loop
        self._road = road
        self._up_s = self._down_s = 0.0
        self.open_here = True
        """Whether the viewer believes in it."""
        self.open_there = True
        """Whether the process does."""
        self.severed = False
        """Whether what is sent from now on is lost."""
        self.inbox: deque[tuple[str, Json, int]] = deque()
        self.busy = False

    def up(self, event: str, payload: Json, number: int) -> None:
        """Send from the viewer."""
        if not self.severed:
            at_s = self._road.arrival_s(self._loop.now_s, self._road.up_s, self._up_s)
            self._up_s = at_s
            self._loop.call_at(at_s, self._arrived_up, event, payload, number)

    def down(self, call: Callable[..., None], *what: object) -> None:
        """Send from the process: `call(line, *what)` happens at the viewer."""
        if not self.severed:
            at_s = self._road.arrival_s(self._loop.now_s, self._road.down_s, self._down_s)
            self._down_s = at_s
            self._loop.call_at(at_s, self._arrived_down, call, what)

    def _arrived_up(self, event: str, payload: Json, number: int) -> None:
        if self.open_there and self.process.alive:
            self.process.switch.receive(self, event, payload, number)

    def _arrived_down(self, call: Callable[..., None], what: tuple[object, ...]) -> None:
        if self.open_here:
            call(self, *what)

    def sever(self, here_s: float, there_s: float) -> None:
        """Break: the viewer notices after `here_s`, the process after `there_s`."""
        self.severed = True
        self._loop.call_later(here_s, self.close_here)
        self._loop.call_later(there_s, self.close_there)

    def close_here(self) -> None:
        if self.open_here:
            self.open_here = False
            self.end.lost(self)

    def close_there(self) -> None:
        if self.open_there:
            self.open_there = False
            if self.process.alive:
                self.process.switch.dropped(self)


Handler = Callable[..., Coroutine[Any, Any, Any]]


class Switch:
    """Stands where `socketio.AsyncServer` does, for one process."""

    def __init__(self, **_: object) -> None:
        self.process: Process
        self.handlers: dict[str, Handler] = {}
        self.lines: dict[str, Line] = {}
        self.channels: dict[str, dict[str, Line]] = {}

    def on(self, event: str, handler: Handler) -> None:
        self.handlers[event] = handler

    async def enter_room(self, sid: str, channel: str) -> None:
        if sid in self.lines:
            self.channels.setdefault(channel, {})[sid] = self.lines[sid]

    async def leave_room(self, sid: str, channel: str) -> None:
        self.channels.get(channel, {}).pop(sid, None)

    async def emit(
        self,
        event: str,
        payload: Json,
        room: str | None = None,
        to: str | None = None,
        skip_sid: str | None = None,
    ) -> None:
        world = self.process.world
        if to is not None:
            lines = [self.lines[to]] if to in self.lines else []
        else:
            world.overseer.emitted(self.process, event, payload)
            lines = [line for sid, line in self.channels.get(room or "", {}).items()]
        for line in lines:
            if line.sid != skip_sid:
                line.down(line.end.heard, event, payload)
        if world.rng.random() < 0.03:
            await asyncio.sleep(0)

    def accept(self, line: Line, token: str) -> None:
        """A viewer's connection has arrived."""
        if not self.process.alive:
            line.close_here()
            return
        self.process.spawn(self._accept(line, token))

    async def _accept(self, line: Line, token: str) -> None:
        self.lines[line.sid] = line
        try:
            await self.handlers["connect"](line.sid, {}, {"token": token})
        except ConnectionRefusedError as error:
            del self.lines[line.sid]
            line.down(line.end.opened, str(error))
        else:
            line.down(line.end.opened, None)

    def receive(self, line: Line, event: str, payload: Json, number: int) -> None:
        """Messages of one connection are handled one after another."""
        if self.process.leaving and event == "room:join":
            line.sever(0.1, 0.1)
            return
        line.inbox.append((event, payload, number))
        if not line.busy:
            line.busy = True
            self.process.spawn(self._work_off(line))

    async def _work_off(self, line: Line) -> None:
        while line.inbox:
            event, payload, number = line.inbox.popleft()
            handler = self.handlers.get(event) or self.handlers["*"]
            asker = self.process.member_at(line.sid)  # who may have gone when it is answered
            answer = await handler(line.sid, payload)
            self.process.world.overseer.answering(asker, event, payload, answer)
            line.down(line.end.answered, number, answer)
        line.busy = False

    def dropped(self, line: Line) -> None:
        self.lines.pop(line.sid, None)
        for channel in self.channels.values():
            channel.pop(line.sid, None)
        self.process.spawn(self.handlers["disconnect"](line.sid, "transport close"))
