"""What one transcode's single reader does next. Pure: the clock's time is an argument.

The encoder stands at one place and works forwards. A segment near its head is waited for; one
far away needs a new transcode there: at once for a single seek, but soon after one of these only
when the viewers have made up their minds (of ten seeks in a row the first and the last do it).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from watchtogether.stream.layout import Layout

PREFETCH = 3
"""Segments fetched beyond the one asked for last."""
FAR_AHEAD_S = 60.0
"""Further ahead of the head than this is far: Plex pauses its encoder so far ahead of what was
asked for last, and asked for more, moves it without waiting whether viewers have decided."""
HISTORY_S = 240.0
"""Further behind the head than this is far; Plex deletes what is 300 s behind."""
STUCK_S, STUCK_AHEAD_S = 5.0, 30.0
"""A segment that is refused for this long is far when it is this far ahead, or behind the head."""
QUIET_MS, QUIET_AGAIN_MS, QUIET_MOST_MS = 50.0, 1_000.0, 6_000.0
"""Pause without a new far wish before a restart, in which players that ask together are taken
together; the same soon after a restart; and the longest."""
_SOON_MS = 5_000.0
_SAME_PLACE = 4
"""Wishes at most this many segments apart are one place."""


@dataclass(slots=True)
class WantedSegment:
    """One segment that is wanted: by `waiters` viewers, or by nobody yet (prefetch)."""

    number: int
    asked_ms: float
    deadline_ms: float
    waiters: int = 0
    not_before_ms: float = 0.0
    refused_since_ms: float | None = None
    moved: bool = False
    """A transcode was begun anew because this one did not come; that is done once."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a running transcode can give: it began at `first`, `head` is the furthest fetched."""

    layout: Layout
    first: int
    head: int

    def covers(self, wish: WantedSegment, now_ms: float) -> bool:
        starts = self.layout.starts_s
        start_s, head_s = starts[wish.number], starts[self.head]
        if wish.number < self.first:
            return False
        if _is_stuck(wish, now_ms):
            return head_s <= start_s <= head_s + STUCK_AHEAD_S
        return head_s - HISTORY_S <= start_s <= head_s + FAR_AHEAD_S


@dataclass(slots=True)
class Debounce:
    """The place that viewers want to go to, and since when."""

    place: int | None = None
    since_ms: float = 0.0
    moved_ms: float = 0.0
    restarted_ms: float = float("-inf")

    def due_ms(self, place: int, now_ms: float) -> float:
        """When to restart at this place, as far as is known now."""
        if self.place is None:
            self.since_ms = self.moved_ms = now_ms
        elif abs(place - self.place) > _SAME_PLACE:
            self.moved_ms = now_ms
        self.place = place
        pending_ms = self.pending_ms
        return now_ms if pending_ms is None else pending_ms

    @property
    def pending_ms(self) -> float | None:
        """When the pending restart is due; None when there is none."""
        if self.place is None:
            return None
        soon = self.since_ms - self.restarted_ms < _SOON_MS
        quiet_ms = QUIET_AGAIN_MS if soon else QUIET_MS
        return min(self.moved_ms + quiet_ms, self.since_ms + QUIET_MOST_MS)

    def pending_after(self, now_ms: float) -> list[float]:
        """When the pending restart will be due, if that is still to come."""
        pending_ms = self.pending_ms
        return [pending_ms] if pending_ms is not None and pending_ms > now_ms else []

    def settle(self) -> None:
        self.place = None

    def restarted(self, now_ms: float) -> None:
        self.place = None
        self.restarted_ms = now_ms


@dataclass(frozen=True, slots=True)
class Fetch:
    number: int


@dataclass(frozen=True, slots=True)
class Restart:
    """Begin a transcode that has `number` soon."""

    number: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Until something changes, or until this time."""

    until_ms: float | None = None


Step = Fetch | Restart | Wait


def next_step(
    wishes: Collection[WantedSegment], reach: Reach | None, debounce: Debounce, now_ms: float
) -> Step:
    """Viewers before prefetch, the newest place before older ones, ascending within a place."""
    waiting = [wish for wish in wishes if wish.waiters]
    if reach is None:
        debounce.settle()
        return _begin(waiting or list(wishes))
    near = [wish for wish in wishes if reach.covers(wish, now_ms)]
    far = [wish for wish in waiting if not reach.covers(wish, now_ms)]
    restart = _restart(far, near, debounce, now_ms)
    if isinstance(restart, Restart):
        return restart
    due = [wish for wish in near if wish.not_before_ms <= now_ms]
    chosen = _first_of([w for w in due if w.waiters], reach) or _first_of(due, reach)
    if chosen is not None:
        return Fetch(chosen.number)
    return Wait(_earliest([restart.until_ms, *(wish.not_before_ms for wish in near)]))


def prefetch_numbers(asked: int, count: int) -> range:
    """What is fetched ahead once `asked` was asked for, of a title with `count` segments."""
    return range(asked + 1, min(asked + 1 + PREFETCH, count))


def _begin(wishes: list[WantedSegment]) -> Step:
    if not wishes:
        return Wait()
    return Restart(_lowest_near(max(wishes, key=lambda wish: wish.asked_ms), wishes))


def _restart(
    far: list[WantedSegment], near: list[WantedSegment], debounce: Debounce, now_ms: float
) -> Restart | Wait:
    if not far:
        debounce.settle()
        return Wait()
    newest = max(far, key=lambda wish: wish.asked_ms)
    due_ms = debounce.due_ms(newest.number, now_ms)
    here_ms = max((w.asked_ms for w in near if w.waiters), default=float("-inf"))
    if here_ms > newest.asked_ms:  # the viewers are here: those far away have to wait
        return Wait()
    return Restart(_lowest_near(newest, far)) if due_ms <= now_ms else Wait(due_ms)


def _lowest_near(wish: WantedSegment, wishes: Iterable[WantedSegment]) -> int:
    return min(w.number for w in wishes if abs(w.number - wish.number) <= _SAME_PLACE)


def _first_of(wishes: list[WantedSegment], reach: Reach) -> WantedSegment | None:
    """The next one forwards from the head, else the lowest behind it."""
    ahead = [wish for wish in wishes if wish.number >= reach.head]
    return min(ahead or wishes, key=lambda wish: wish.number, default=None)


def _is_stuck(wish: WantedSegment, now_ms: float) -> bool:
    since_ms = wish.refused_since_ms
    return since_ms is not None and not wish.moved and now_ms - since_ms > STUCK_S * 1000


def _earliest(times_ms: Iterable[float | None]) -> float | None:
    return min((time_ms for time_ms in times_ms if time_ms is not None), default=None)
