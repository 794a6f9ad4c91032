"""Who watched what, and how far they got: read off the live rooms, without I/O.

A member watches while they are connected and have not stepped out. What they watched is over when
they leave, are away for a minute, when something else is put on, or when the film has ended.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from watchtogether.kit.ids import AccountId, MemberId, RatingKey, RoomId, ServerId, new_id
from watchtogether.sync.room import Member, Room
from watchtogether.sync.timeline import RoomItem, State

AWAY_MS: Final = 60_000.0
WORTH_S: Final = 60.0
"""Who only looked in keeps the place that Plex has for them."""
SEEN: Final = 0.9
"""Part of a film after which Plex counts it as seen."""
_LONGEST_LOOK_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class Watched:
    """What one account watched, and where they got. `session` is one for each showing."""

    account_id: AccountId
    server_id: ServerId
    rating_key: RatingKey
    reached_s: float
    duration_s: float
    session: str


@dataclass(slots=True)
class _Watching:
    account_id: AccountId
    item: RoomItem
    item_revision: int
    last_ms: float
    session: str = field(default_factory=lambda: new_id("watch"))
    reached_s: float = 0.0
    watched_s: float = 0.0
    seen: bool = False
    """Told as seen already: one showing counts once."""

    def is_on(self, room: Room) -> bool:
        """Whether the room still shows this; another sound (SPEC PB-26) is no other showing."""
        item = room.timeline.item
        same = item is not None and (item.server, item.rating_key) == (
            self.item.server,
            self.item.rating_key,
        )
        return same and room.item_revision == self.item_revision

    def told(self) -> Watched:
        return Watched(
            self.account_id,
            self.item.server,
            self.item.rating_key,
            self.reached_s,
            self.item.duration_s,
            self.session,
        )


class WatchBook:
    """Asked every few seconds; gives what is over since, each thing once."""

    def __init__(self) -> None:
        self._watching: dict[tuple[RoomId, MemberId], _Watching] = {}

    def look(self, rooms: Iterable[Room], now_ms: float) -> Iterator[Watched]:
        """Rooms that are not among them any more are over too."""
        alive = {room.id: room for room in rooms}
        for place, watching in list(self._watching.items()):
            room = alive.get(place[0])
            if room is None or self._is_over(room, place[1], watching, now_ms):
                del self._watching[place]
                yield from _worth_telling(watching)
        for room in alive.values():
            if room.timeline.item is not None and not room.closed:
                yield from self._note(room, room.timeline.item, now_ms)

    def _is_over(self, room: Room, member_id: MemberId, watching: _Watching, now_ms: float) -> bool:
        """Presence is kept for a minute, so that a reload is no end."""
        gone = member_id not in room.members or now_ms - watching.last_ms >= AWAY_MS
        return gone or room.closed or not watching.is_on(room)

    def _note(self, room: Room, item: RoomItem, now_ms: float) -> Iterator[Watched]:
        position_s = room.timeline.position_at(now_ms)
        playing = room.timeline.state is State.PLAYING
        for member in room.online():
            if member.account_id is None or room.presence_of(member.id).stepped_out:
                continue
            watching = self._entry(room, member, member.account_id, item, now_ms)
            since_s = min(_LONGEST_LOOK_S, (now_ms - watching.last_ms) / 1000)
            watching.last_ms = now_ms
            watching.reached_s = position_s
            watching.watched_s += since_s if playing else 0.0
            if not playing and position_s >= item.duration_s - 1:
                yield from _worth_telling(watching)

    def _entry(
        self, room: Room, member: Member, account_id: AccountId, item: RoomItem, now_ms: float
    ) -> _Watching:
        place = (room.id, member.id)
        watching = self._watching.get(place)
        if watching is None:
            watching = _Watching(account_id, item, room.item_revision, now_ms)
            self._watching[place] = watching
        return watching


def _worth_telling(watching: _Watching) -> Iterator[Watched]:
    if watching.seen or watching.watched_s < min(WORTH_S, watching.item.duration_s / 2):
        return
    watching.seen = watching.reached_s >= SEEN * watching.item.duration_s
    yield watching.told()
