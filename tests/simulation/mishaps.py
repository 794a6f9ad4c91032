"""What goes wrong in a simulated party besides its people: lines, servers, the database."""

import asyncio
import contextlib
from typing import TYPE_CHECKING

from tests.simulation.process import Process

if TYPE_CHECKING:
    from tests.simulation.party import World


class Mishaps:
    """Drawn from the party's own seed; each of them ends."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._lasted_s: tuple[float, float | None] | None = None
        """Virtual seconds from and to which the database's last trouble was."""

    def troubled_s(self, within_s: float) -> float:
        """How long the database's last trouble lasted; 0 when it is over for `within_s`."""
        if self._lasted_s is None:
            return 0.0
        began_s, ended_s = self._lasted_s
        now_s = self._world.loop.now_s
        if ended_s is None:
            return now_s - began_s
        return ended_s - began_s if now_s - ended_s <= within_s else 0.0

    def expect(self) -> None:
        """From now on, until peace comes."""
        profile = self._world.profile
        self._world.every(profile.breaks_per_min * profile.viewers / 3, self._break)
        self._world.every(profile.comings_per_min, self._come_or_go)
        self._world.every(profile.crashes_per_min, self._crash)
        self._world.every(profile.takeovers_per_min, self._take_over)
        self._world.every(profile.database_per_min, self._database)
        if profile.closes:
            self._world.loop.call_later(profile.lasts_s * 0.9, self._close)

    def _break(self) -> None:
        viewer, rng = self._world.rng.choice(self._world.viewers), self._world.rng
        here_s, there_s = rng.random() ** 2 * 10, rng.random() ** 2 * 30
        if viewer.line is not None:
            self._world.tell(f"{viewer.name}’s connection breaks")
            viewer.break_line(here_s, there_s)

    def _come_or_go(self) -> None:
        viewer, rng = self._world.rng.choice(self._world.viewers), self._world.rng
        if viewer.away:
            viewer.come()
        elif rng.random() < 0.4:
            self._world.tell(f"{viewer.name} reloads the page")
            viewer.reload()
        elif rng.random() < 0.2 and viewer is not self._world.viewers[0]:
            self._world.tell(f"{viewer.name} leaves")
            viewer.leave()
        else:
            self._world.tell(f"{viewer.name} closes the page")
            viewer.go()
            if rng.random() < 0.7:
                self._world.loop.call_later(rng.random() ** 2 * 60, viewer.come)

    def _crash(self) -> None:
        process = self._world.current
        if not process.alive:
            return
        self._world.tell("the server is killed")
        process.kill()
        away_s = 70.0 if self._world.rng.random() < 0.05 else 0.3 + self._world.rng.random() * 6
        self._world.loop.call_later(away_s, self._restart, process)

    def _restart(self, dead: Process) -> None:
        if dead is self._world.current:
            self._world.tell("the server is started again")
            self._world.start_process()

    def _take_over(self) -> None:
        """Another process takes the room over while the one before still believes to have it."""
        old = self._world.current
        if not old.alive:
            return
        self._world.tell("a second server takes the room over")
        old.leaving = True
        self._world.start_process()
        self._world.current.spawn(self._claim(self._world.current))
        self._world.loop.call_later(self._world.rng.random() * 15, old.kill)

    async def _claim(self, process: Process) -> None:
        with contextlib.suppress(Exception):
            await process.load(self._world.code)

    def _database(self) -> None:
        trouble, rng = self._world.trouble, self._world.rng
        if trouble.away or trouble.hanging or trouble.denying:
            return
        kind = rng.choice(("away", "hanging", "denying"))
        self._world.tell(f"the database is {kind}")
        self._lasted_s = (self._world.loop.now_s, None)
        if kind == "away":
            trouble.away = True
        elif kind == "hanging":
            trouble.hanging = asyncio.Event()
        else:
            trouble.denying = 0.5
        self._world.loop.call_later(0.5 + rng.random() ** 2 * 20, self.database_is_well)

    def database_is_well(self) -> None:
        trouble = self._world.trouble
        if trouble.hanging is not None:
            trouble.hanging.set()
        if self._lasted_s is not None and self._lasted_s[1] is None:
            self._world.tell("the database is well")
            self._lasted_s = (self._lasted_s[0], self._world.loop.now_s)
        trouble.away, trouble.hanging, trouble.denying = False, None, 0.0

    def _close(self) -> None:
        if self._world.viewers[0].phase == "joined":
            self._world.viewers[0].tell("http:close", {})
