"""Where connections sit: joining a room, leaving it, and which screen of a member speaks."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import StorageUnavailable
from watchtogether.kit.ids import ConnectionId, MemberId, RoomCode, RoomId
from watchtogether.realtime.gateway import Connection, Gateway, Payload
from watchtogether.rooms import schemas as s
from watchtogether.rooms.announcer import channel_of
from watchtogether.rooms.errors import EpochLost, NotInRoom
from watchtogether.rooms.live import LiveRoom
from watchtogether.rooms.ports import History
from watchtogether.rooms.service import RoomService, Seat
from watchtogether.rooms.wire import (
    check_wire,
    member_wire,
    members_wire,
    offer_wire,
    queue_wire,
    rules_wire,
    timeline_wire,
)
from watchtogether.sync import commands as c
from watchtogether.sync.room import Room, actions_of

log = structlog.get_logger(__name__)

RESUME_EVENTS_MAX = 1_000
_READS_MAX = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a connection sits."""

    room_id: RoomId
    member_id: MemberId
    live: LiveRoom

    @property
    def epoch(self) -> int:
        return self.live.room.epoch


class Seating:
    """Takes connections into rooms and out of them."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        rooms: RoomService,
        history: History,
        clock: Clock,
        link: Callable[[Room], str],
        rendition: str,
    ) -> None:
        self._gateway = gateway
        self._rooms = rooms
        self._history = history
        self._clock = clock
        self._link = link
        self._rendition = rendition
        self._screens: dict[MemberId, list[ConnectionId]] = {}
        self._members: dict[ConnectionId, MemberId] = {}
        gateway.on("room:join", s.Join, self._join, cost=5)
        gateway.on("room:leave", s.Nothing, self._leave)
        gateway.on_departure(self._departed)

    def speaks(self, connection: Connection) -> bool:
        """Of several screens of one member, the one that came last speaks (SPEC MEM-9)."""
        screens = self._screens.get(place_of(connection).member_id, [connection.id])
        return screens[-1] == connection.id

    async def _join(self, connection: Connection, message: s.Join) -> Payload:
        """Everything a member needs, after which only changes are sent (SPEC PB-4, CHAT-3).

        Whoever joins the room they sit in already only gets the answer anew.
        """
        code = RoomCode(message.code.lower())
        seat = await self._rooms.enter(code, connection.principal, message.invite)
        await self._let_go_if_past(seat.live, message.resume)
        if connection.place != Place(seat.room.id, seat.member.id, seat.live):
            await self._departed(connection)
            await self._sit_down(connection, seat)
        return await self._answer_to_join(seat, message.resume)

    async def _let_go_if_past(self, live: LiveRoom, resume: s.Resume | None) -> None:
        """Who comes from where another process has the room already must not be shown the past
        (SPEC WIRE-6). Raises `EpochLost`; the next to come loads the room anew."""
        room = live.room
        if resume is None or resume.epoch <= room.epoch:
            return
        if await self._rooms.log.holds(room.id, resume.seq, resume.epoch):
            live.retire()
            raise EpochLost

    async def _sit_down(self, connection: Connection, seat: Seat) -> None:
        if connection.gone:
            raise NotInRoom
        place = Place(seat.room.id, seat.member.id, seat.live)
        connection.place = place
        await self._gateway.enter(connection, channel_of(place.room_id))
        if connection.place is not place:  # gone, or shown out, at this very moment
            await self._gateway.exit(connection, channel_of(place.room_id))
            raise NotInRoom
        try:
            await seat.live.execute(c.Connect(place.member_id))
        except BaseException:
            connection.place = None
            await self._gateway.exit(connection, channel_of(place.room_id))
            raise
        if connection.place is place:
            self._note_screen(connection, place.member_id)
        log.info("member_connected", room_id=place.room_id, member_id=place.member_id)

    async def _answer_to_join(self, seat: Seat, resume: s.Resume | None) -> Payload:
        """Chat is read again while something happens meanwhile, so that nothing falls between."""
        live, room_id = seat.live, seat.room.id
        since = await self._resumable(live.room, resume)
        for _ in range(_READS_MAX):
            seq = live.room.seq
            chat = await self._history(room_id, since)
            if live.room.seq == seq:
                break
        return self._snapshot(live.room, seat.member.id) | chat | {"durable": live.durable}

    async def _resumable(self, room: Room, resume: s.Resume | None) -> int | None:
        """The seq to replay from; None when a snapshot is needed.

        Only an event that the log really has at that place can be gone on from: one that was
        lost with its process never was.
        """
        if resume is None or not room.seq - RESUME_EVENTS_MAX <= resume.seq <= room.seq:
            return None
        if await self._rooms.log.holds(room.id, resume.seq, resume.epoch):
            return resume.seq
        return None

    def _snapshot(self, room: Room, member_id: MemberId) -> Payload:
        member = room.members[member_id]
        return {
            "room": rules_wire(room, self._link(room)),
            "you": member_wire(room, member) | {"actions": list(actions_of(room, member_id))},
            "members": members_wire(room),
            "timeline": timeline_wire(room, self._rendition),
            "check": check_wire(room, room.check) if room.check else None,
            "offer": offer_wire(room.offer) if room.offer else None,
            "queue": queue_wire(room),
            "epoch": room.epoch,
            "seq": room.seq,
            "clock_id": self._clock.clock_id,
        }

    async def _leave(self, connection: Connection, _: s.Nothing) -> Payload:
        """Leave the room; with another screen of the same person there, only this screen goes."""
        place = place_of(connection)
        if len(self._screens.get(place.member_id, ())) > 1:
            await self._departed(connection)
            return {}
        connection.place = None
        self._forget_screen(connection)
        await self._gateway.exit(connection, channel_of(place.room_id))
        try:
            await place.live.execute(c.Leave(place.member_id))
        except StorageUnavailable:  # still a member, but not one who is here
            await place.live.execute(c.Disconnect(place.member_id))
            raise
        return {}

    async def _departed(self, connection: Connection) -> None:
        place = connection.place
        self._forget_screen(connection)
        if not isinstance(place, Place):
            return
        connection.place = None
        await self._gateway.exit(connection, channel_of(place.room_id))
        if not (place.live.room.closed or place.live.over):
            with contextlib.suppress(EpochLost):  # whoever has the room now knows of nobody here
                await place.live.execute(c.Disconnect(place.member_id))

    def _note_screen(self, connection: Connection, member_id: MemberId) -> None:
        self._forget_screen(connection)
        self._members[connection.id] = member_id
        self._screens.setdefault(member_id, []).append(connection.id)

    def _forget_screen(self, connection: Connection) -> None:
        """Also of who was shown out meanwhile, and sits nowhere."""
        member_id = self._members.pop(connection.id, None)
        if member_id is None:
            return
        self._screens[member_id].remove(connection.id)
        if not self._screens[member_id]:
            del self._screens[member_id]


def place_of(connection: Connection) -> Place:
    """The seat a connection has taken. Raises `NotInRoom`."""
    if not isinstance(connection.place, Place):
        raise NotInRoom
    return connection.place
