"""What each viewer of a room was last told to watch. Forgotten when they ask no more (STR-10)."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import MemberId, RoomId
from watchtogether.plex.facts import Version
from watchtogether.stream.errors import GenerationOver
from watchtogether.stream.planner import Way, Wish, conversions, ways_for
from watchtogether.stream.ports import Screening
from watchtogether.stream.renditions import Rendition

FORGOTTEN_S: Final = 150.0
"""A page asks every 20 s; browsers let one that nobody looks at do so once a minute."""
_ROOMS: Final = 10_000

MostOf = Callable[[Screening], int | None]
"""How many conversions there can be of what a room shows; None when nobody knows better."""


def _no_bound(_: Screening) -> None:
    """Nobody knows better."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A room's plan: how many watch the file itself, how many share each conversion, and what
    each member watches."""

    direct: int
    shared: Mapping[str, int]
    members: Mapping[MemberId, str]


@dataclass(slots=True)
class _Room:
    generation: int
    wishes: dict[MemberId, tuple[Wish, float]] = field(default_factory=dict)
    ways: dict[MemberId, Way] = field(default_factory=dict)


class Plans:
    """Of all rooms of this process; `limit` is the most conversions that a room may have, fewer
    where `most_of` says so, and `direct` whether files are given out as they are."""

    def __init__(
        self, clock: Clock, limit: int, *, direct: bool = True, most_of: MostOf = _no_bound
    ) -> None:
        self._clock = clock
        self._limit = limit
        self._most_of = most_of
        self.direct = direct
        self._rooms: OrderedDict[RoomId, _Room] = OrderedDict()

    def ask(
        self, screening: Screening, member_id: MemberId, wish: Wish, versions: Sequence[Version]
    ) -> tuple[Way, Plan]:
        """This viewer's way, with everybody else's wishes as they last were.

        Raises `GenerationOver` when the room has planned for what comes after this.
        """
        room = self._room(screening)
        now_ms = self._clock.monotonic_ms()
        way = room.ways.get(member_id)
        wish = replace(wish, now=way.name if way else wish.now)
        room.wishes[member_id] = (wish, now_ms)
        for gone in [m for m, (_, at) in room.wishes.items() if at < now_ms - FORGOTTEN_S * 1000]:
            del room.wishes[gone]
        wishes = {member: each for member, (each, _) in room.wishes.items()}
        most = self._most_of(screening)
        room.ways = ways_for(
            wishes,
            versions,
            best=screening.rendition,
            limit=self._limit if most is None else min(most, self._limit),
            direct=self.direct,
        )
        shared = conversions(room.ways)
        direct = len(room.ways) - sum(shared.values())
        names = {member: way.name for member, way in room.ways.items()}
        return room.ways[member_id], Plan(direct, shared, names)

    def allows(self, screening: Screening, rendition: Rendition) -> bool:
        """Whether somebody is to watch it. The room's usual one is for players that do not ask."""
        if rendition.name == screening.rendition:
            return True
        room = self._rooms.get(screening.room_id)
        if room is None or room.generation != screening.generation:
            return False
        return any(way.name == rendition.name for way in room.ways.values())

    def _room(self, screening: Screening) -> _Room:
        room = self._rooms.get(screening.room_id)
        if room is not None and room.generation > screening.generation:
            raise GenerationOver
        if room is None or room.generation != screening.generation:
            room = self._rooms[screening.room_id] = _Room(screening.generation)
        self._rooms.move_to_end(screening.room_id)
        while len(self._rooms) > _ROOMS:
            self._rooms.popitem(last=False)
        return room
