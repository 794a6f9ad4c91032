"""One party from one seed: who comes when, what goes wrong, and whether everything held."""

import asyncio
import contextlib
import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, Final

import structlog

from tests.simulation import habits
from tests.simulation.line import Road
from tests.simulation.loop import ProcessClock, VirtualLoop, run
from tests.simulation.mishaps import Mishaps
from tests.simulation.overseer import Overseer
from tests.simulation.ownclock import OwnClock
from tests.simulation.process import Process
from tests.simulation.profile import Profile, draw
from tests.simulation.shelf import Book, MemoryLog, Shelf, Trouble
from tests.simulation.viewer import Viewer
from watchtogether.accounts.model import Principal
from watchtogether.chat import sockets as chat_sockets
from watchtogether.kit import tasks
from watchtogether.kit.ids import AccountId, RoomCode, RoomId, SessionId
from watchtogether.realtime import gateway
from watchtogether.rooms import checker, live, registry, seating, sockets
from watchtogether.rooms.live import LiveRoom
from watchtogether.rooms.log import Record, RoomLog
from watchtogether.sync.room import Control, Rules

Json = dict[str, Any]
CODE: Final = RoomCode("abc-def-ghj")
ROOM_ID: Final = RoomId("room_1")
NAMES: Final = ("Olive", "Ann", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Zoe")
LOOK_EVERY_S: Final = 2.0
PEACE_S: Final = 60.0
"""After the last trouble: longer than every grace of the rules."""
SEEKS: Final = 3
MakeLog = Callable[[Shelf, Trouble], RoomLog]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a party."""

    seed: int
    profile: Profile
    wrong: tuple[str, ...]
    log: tuple[Record, ...]
    told: tuple[tuple[float, str], ...]
    """Virtual seconds and what happened, beside the log: the troubles."""
    notes: tuple[Json, ...]
    waits: int


@dataclass
class World:
    """Everything that one party consists of."""

    seed: int
    profile: Profile
    rng: Random
    loop: VirtualLoop
    make_log: MakeLog = MemoryLog
    shelf: Shelf = field(default_factory=Shelf)
    trouble: Trouble = field(init=False)
    people: dict[str, Principal] = field(default_factory=dict)
    viewers: list[Viewer] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    notes: list[Json] = field(default_factory=list)
    told: list[tuple[float, str]] = field(default_factory=list)
    healed: bool = False
    code: RoomCode = CODE
    room_id: RoomId = ROOM_ID

    def __post_init__(self) -> None:
        self.overseer = Overseer(self)
        self.trouble = Trouble(self.rng, slow_s=self.profile.slow_commit_s)
        self._ids = itertools.count(1)
        self.mishaps = Mishaps(self)

    # what its parts ask

    @property
    def book(self) -> Book:
        return self.shelf.books[self.room_id]

    @property
    def current(self) -> Process:
        """The process to which new connections go."""
        return self.processes[-1]

    def authority(self) -> LiveRoom | None:
        """The room as its owner by the database has it; None while nobody does."""
        for process in self.processes:
            room = process.live(self.room_id)
            if room is not None and not room.over and room.room.epoch == self.book.epoch:
                return room
        return None

    def on_clock(self, clock_id: str) -> float:
        """Now, on a process's clock."""
        return next(
            p.clock.monotonic_ms() for p in reversed(self.processes) if p.clock.clock_id == clock_id
        )

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._ids)}"

    def note(self, viewer: Viewer, **what: Any) -> None:
        """One line of a client's record, for the checker."""
        what["client"] = viewer.name
        self.notes.append(what)

    def tell(self, what: str) -> None:
        self.told.append((self.loop.now_s, what))

    def loading_s(self) -> float:
        """How long a player needs to get ready at another place."""
        rng = self.rng
        if self.healed:
            return 0.3
        if rng.random() < self.profile.stuck:
            return rng.uniform(12.0, 60.0)
        return 0.1 + rng.expovariate(1.5)

    def until_stall_s(self) -> float | None:
        rate = self.profile.stalls_per_min
        return None if self.healed or not rate else self.rng.expovariate(rate / 60)

    def stall_s(self) -> float:
        return self.rng.choice((0.1, 0.3, 0.6, 2.0, 5.0, 25.0)) * self.rng.uniform(0.5, 1.5)

    # the party

    async def play(self) -> None:
        """From the first process to the last word."""
        self.start_process()
        await self._open()
        self._invite()
        self.mishaps.expect()
        self._look()
        await asyncio.sleep(self.profile.lasts_s)
        self._heal()
        await asyncio.sleep(PEACE_S)
        if not self.book.closed:
            await self._finale()
        self._conclude()

    async def _open(self) -> None:
        rules = Rules(
            name="Friday",
            control=Control.EVERYONE if self.profile.everyone_steers else Control.HOST,
        )
        owner = AccountId("acc_Olive")
        await self.current.registry.create(self.room_id, self.code, owner, rules)

    def _invite(self) -> None:
        accounts = self.profile.viewers - self.profile.guests
        for number, name in enumerate(NAMES[: self.profile.viewers]):
            viewer = self._person(name, guest=number >= accounts)
            wait_s = 0.0 if number == 0 else self.rng.random() ** 2 * self.profile.lasts_s / 2
            self.loop.call_later(wait_s, viewer.come)
            self.every(self.profile.acts_per_min, partial(self._act, viewer))
        self.loop.call_later(2.0 + self.rng.random(), habits.begin, self.viewers[0])

    def _person(self, name: str, *, guest: bool) -> Viewer:
        self.people[name] = Principal(
            kind="guest" if guest else "account",
            id=f"{'gst' if guest else 'acc'}_{name}",
            session_id=SessionId(f"ses_{name}"),
            name=name,
            role="guest" if guest else "user",
            room_id=self.room_id if guest else None,
        )
        rng, profile = self.rng, self.profile
        up_s, down_s = profile.delay_s * rng.uniform(0.5, 1.5), profile.delay_s * rng.random()
        road = Road(rng, up_s, down_s, profile.jitter_s, profile.loss)
        clock = OwnClock(self.loop, rng.uniform(0, 1e7), rng.uniform(-40e-6, 40e-6))
        viewer = Viewer(self, name, self.people[name], road, clock)
        self.viewers.append(viewer)
        return viewer

    def _act(self, viewer: Viewer) -> None:
        if viewer.phase != "joined":
            return
        steers = self.profile.everyone_steers or viewer.store.host == viewer.store.you
        if steers or self.rng.random() < 0.4:
            habits.act(viewer)

    def _look(self) -> None:
        self.overseer.look()
        self.loop.call_later(LOOK_EVERY_S, self._look)

    def every(self, per_min: float, what: Callable[[], None]) -> None:
        """Let it happen at random times until peace comes."""
        if per_min <= 0:
            return

        def again() -> None:
            if not self.healed:
                what()
                self.loop.call_later(self.rng.expovariate(per_min / 60), again)

        self.loop.call_later(self.rng.expovariate(per_min / 60), again)

    def start_process(self) -> None:
        number = len(self.processes) + 1
        clock = ProcessClock(
            self.loop, f"clk_{number}", self.rng.uniform(0, 1e6), self.rng.randint(-50, 50)
        )
        log = self.make_log(self.shelf, self.trouble)
        self.processes.append(Process(self, clock, log))

    # the end

    def _heal(self) -> None:
        self.tell("peace: the network, the database and everybody’s player are well")
        self.healed = True
        self.mishaps.database_is_well()
        self.trouble.slow_s = 0.0
        for process in self.processes[:-1]:
            if process.alive:
                process.kill()
        if not self.current.alive:
            self.start_process()
        for viewer in self.viewers:
            viewer.road.heal()
            viewer.player.relieve()
            viewer.come()

    async def _finale(self) -> None:
        """Somebody plays the film for all, and a newcomer joins."""
        live_room = self.authority()
        host = live_room.room.host if live_room else None
        chosen = next(
            (v for v in self.viewers if v.phase == "joined" and v.store.you == host), None
        )
        played = live_room is not None and live_room.room.timeline.item is not None
        if chosen is not None and played:
            await self._seek_to_the_start(chosen)
            chosen.command("playback:play", revision=chosen.revision)
        self._person("Zoe", guest=True)
        self.viewers[-1].road.heal()
        self.viewers[-1].come()
        await asyncio.sleep(4.0)
        self.overseer.look()
        self.overseer.settled(played=chosen is not None and played)

    async def _seek_to_the_start(self, who: Viewer) -> None:
        """Once more when told that the room has moved: at its end a film would not play on."""
        for _ in range(SEEKS):
            who.command("playback:seek", revision=who.revision, position_s=0.0)
            await asyncio.sleep(0.5)
            head = who.store.timeline
            if head and head["position_s"] == 0.0:
                return

    def _conclude(self) -> None:
        for viewer in self.viewers:
            if viewer.phase == "joined":
                self.note(viewer, what="final", **viewer.store.final())
        for flaw in checker.check(self.book.records, self.notes):
            self.overseer.say(flaw)


def play(seed: int, make_log: MakeLog = MemoryLog) -> Result:
    """The party of this seed, from its beginning to its end."""
    rng = Random(seed)
    loop = VirtualLoop()
    world = World(seed, draw(rng), rng, loop, make_log)
    with _watched(world):
        run(loop, world.play())
    return Result(
        seed=seed,
        profile=world.profile,
        wrong=tuple(world.overseer.wrong),
        log=tuple(world.book.records),
        told=tuple(world.told),
        notes=tuple(world.notes),
        waits=world.overseer.waits,
    )


class _Ear:
    """Stands where the modules' loggers do: what they log as a bug is one."""

    def __init__(self, world: World) -> None:
        self._world = world

    def info(self, *_: object, **__: object) -> None:
        """Nothing of interest."""

    warning = error = info

    def exception(self, event: str, **_: object) -> None:
        error = sys.exc_info()[1]
        self._world.overseer.say(f"{event}: {error!r}")


def _unbound(**_: object) -> contextlib.nullcontext[None]:
    """Nobody reads these log lines."""
    return contextlib.nullcontext()


@contextlib.contextmanager
def _watched(world: World) -> Iterator[None]:
    """Ids by the seed, and logged bugs heard, while the party lasts."""
    replaced: list[tuple[Any, str, object]] = [
        (m, "log", _Ear(world)) for m in (live, registry, seating, gateway, tasks)
    ]
    replaced += [(structlog.contextvars, "bound_contextvars", _unbound)]
    replaced += [(m, "new_id", world.new_id) for m in (sockets, chat_sockets)]
    before = [(module, name, getattr(module, name)) for module, name, _ in replaced]
    for module, name, instead in replaced:
        setattr(module, name, instead)
    try:
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)
