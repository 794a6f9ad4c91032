"""A viewer's player: needs time to load, stalls, and reports both as the page does."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.simulation.viewer import Viewer

Json = dict[str, Any]
MOVES = frozenset({"load", "next", "seek", "restart"})
"""Causes after which the film has to be loaded at another place."""


class Player:
    """Follows the timeline. What it has loaded is told by readiness, what it lacks by a stall."""

    def __init__(self, viewer: "Viewer") -> None:
        self._viewer = viewer
        self._turn = 0
        """Rises whenever what was planned is planned no more."""
        self.clear()

    def clear(self) -> None:
        self._head: Json | None = None
        self._loaded = False
        self._turn += 1
        self._told: tuple[int, int, bool] | None = None
        self._stalls_planned = False
        self.stalled = False
        self.out = False
        """Stepped out (SPEC PB-22); a new connection ends it."""
        self.fill: float | None = None
        self._status_due = False

    def forget(self) -> None:
        """After a rejoin readiness and status are told again; stepping out is over."""
        self._told = None
        self._status_due = True
        self.out = False

    def apply(self, timeline: Json | None) -> None:
        """A timeline from the store; the same one again changes nothing."""
        if timeline is None or timeline["item"] is None:
            return
        head, self._head = self._head, timeline
        new = head is None or (head["epoch"], head["revision"]) != (
            timeline["epoch"],
            timeline["revision"],
        )
        moved = head is None or _place(head) != _place(timeline)
        if new and (moved or timeline["cause"] in MOVES):
            self._reload()
        self._tell_ready()
        if timeline["state"] == "playing" and not self._stalls_planned:
            self._plan_stall()

    def _reload(self) -> None:
        self._loaded = False
        self._set_stalled(False)
        self._turn += 1
        world = self._viewer.world
        self._viewer.world.loop.call_later(world.loading_s(), self._ready_to_go, self._turn)

    def _ready_to_go(self, turn: int) -> None:
        if turn == self._turn:
            self._loaded = True
            self._set_stalled(False)
            self._tell_ready()

    def _tell_ready(self) -> None:
        head = self._head
        if head is None or self._viewer.phase != "joined":
            return
        told = (head["epoch"], head["revision"], self._loaded)
        if told == self._told or (not self._loaded and self._told is None):
            return
        self._told = told
        if self._status_due:
            self._status_due = False
            self.tell_status()
        self._viewer.tell("member:ready", {"ready": self._loaded, "revision": head["revision"]})

    def relieve(self) -> None:
        """The network is well again: what has not come yet comes now."""
        self.fill = None
        self.step(out=False)
        if self._head is not None and not self._loaded:
            self._turn += 1
            self._viewer.world.loop.call_later(0.5, self._ready_to_go, self._turn)

    def _plan_stall(self) -> None:
        """Some time ahead the film runs out."""
        self._stalls_planned = True
        wait_s = self._viewer.world.until_stall_s()
        if wait_s is None:
            self._stalls_planned = False
            return
        self._viewer.world.loop.call_later(wait_s, self._stall, self._turn)

    def _stall(self, turn: int) -> None:
        self._stalls_planned = False
        playing = self._head is not None and self._head["state"] == "playing"
        if turn != self._turn or not playing or not self._loaded:
            return
        if self._viewer.world.healed:
            return
        self._loaded = False
        self._set_stalled(True)
        self._turn += 1
        lasts_s = self._viewer.world.stall_s()
        self._viewer.world.loop.call_later(lasts_s, self._ready_to_go, self._turn)

    def _set_stalled(self, stalled: bool) -> None:
        if stalled != self.stalled:
            self.stalled = stalled
            self.tell_status()

    def tell_status(self) -> None:
        viewer = self._viewer
        viewer.tell(
            "member:status",
            {
                "buffered_s": 0.0 if not self._loaded else 30.0 if self.fill is None else 4.0,
                "stalled": self.stalled,
                "drift_ms": 0.0,
                "rtt_ms": viewer.round_trip_ms,
                "fill": self.fill,
                "revision": viewer.revision,
            },
        )

    def step(self, *, out: bool) -> None:
        """Follow nothing for a while, or again (SPEC PB-22)."""
        if self.out == out or self._viewer.phase != "joined":
            return
        self.out = out
        self._viewer.tell("member:step", {"out": out})
        self._told = None
        if not out:
            self._tell_ready()


def _place(timeline: Json) -> int:
    """What the player has to have loaded: the item; places within it by the cause."""
    return int(timeline["stream"]["generation"])
