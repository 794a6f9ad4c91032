"""The rooms' door on Socket.IO: joining, steering, reporting (names of `contract`)."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import Forbidden
from watchtogether.kit.ids import AccountId, ConnectionId, MemberId, RoomCode, RoomId, new_id
from watchtogether.realtime.gateway import Connection, Gateway, Payload
from watchtogether.rooms import schemas as s
from watchtogether.rooms.announcer import channel_of
from watchtogether.rooms.errors import CommandRefused, NotInRoom
from watchtogether.rooms.live import LiveRoom, Outcome
from watchtogether.rooms.ports import History
from watchtogether.rooms.service import RoomService, Seat
from watchtogether.rooms.wire import (
    member_wire,
    members_wire,
    queue_wire,
    rules_wire,
    timeline_wire,
)
from watchtogether.sync import commands as c
from watchtogether.sync.draft import Reason
from watchtogether.sync.room import Room, actions_of
from watchtogether.sync.timeline import RoomItem

log = structlog.get_logger(__name__)

RESUME_EVENTS_MAX = 1_000
_READS_MAX = 3
_SHOWS_TRUTH = frozenset({Reason.STALE_REVISION, Reason.NOT_PERMITTED, Reason.NO_ITEM})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a connection sits."""

    room_id: RoomId
    member_id: MemberId
    live: LiveRoom


class RoomSockets:
    """Registers the rooms' events with the gateway."""

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
        self._register()

    def _register(self) -> None:
        on = self._gateway.on
        on("room:join", s.Join, self._join, cost=5)
        on("room:leave", s.Nothing, self._leave)
        on("member:ready", s.ReadyReport, self._ready)
        on("member:status", s.StatusReport, self._status)
        on("playback:play", s.Steer, self._play)
        on("playback:pause", s.Steer, self._pause)
        on("playback:seek", s.SeekTo, self._seek)
        on("playback:rate", s.RateTo, self._rate)
        on("playback:load", s.LoadItem, self._load)
        on("playback:next", s.Steer, self._next)
        on("wait:skip", s.Skip, self._skip)
        on("queue:add", s.QueueItem, self._queue_add)
        on("queue:remove", s.QueueRef, self._queue_remove)
        on("queue:move", s.QueueTo, self._queue_move)
        on("host:pass", s.MemberRef, self._pass_host)
        on("member:permit", s.PermitMember, self._permit)
        on("member:kick", s.KickMember, self._kick)
        self._gateway.on_departure(self._departed)

    async def _join(self, connection: Connection, message: s.Join) -> Payload:
        """Everything a member needs, after which only changes are sent (SPEC PB-4, CHAT-3).

        Whoever joins the room they sit in already only gets the answer anew.
        """
        code = RoomCode(message.code.lower())
        seat = await self._rooms.enter(code, connection.principal, message.invite)
        if connection.place != Place(seat.room.id, seat.member.id, seat.live):
            await self._departed(connection)
            await self._sit_down(connection, seat)
        return await self._answer_to_join(seat, message.resume)

    async def _sit_down(self, connection: Connection, seat: Seat) -> None:
        place = Place(seat.room.id, seat.member.id, seat.live)
        connection.place = place
        await self._gateway.enter(connection, channel_of(place.room_id))
        try:
            await seat.live.execute(c.Connect(place.member_id))
        except BaseException:
            connection.place = None
            await self._gateway.exit(connection, channel_of(place.room_id))
            raise
        self._screens.setdefault(place.member_id, []).append(connection.id)
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
        return self._snapshot(live.room, seat.member.id) | chat

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
        self._forget_screen(place, connection)
        await self._gateway.exit(connection, channel_of(place.room_id))
        await place.live.execute(c.Leave(place.member_id))
        return {}

    async def _departed(self, connection: Connection) -> None:
        place = connection.place
        if not isinstance(place, Place):
            return
        connection.place = None
        self._forget_screen(place, connection)
        await self._gateway.exit(connection, channel_of(place.room_id))
        if not (place.live.room.closed or place.live.over):
            await place.live.execute(c.Disconnect(place.member_id))

    def _forget_screen(self, place: Place, connection: Connection) -> None:
        screens = self._screens.get(place.member_id, [])
        if connection.id in screens:
            screens.remove(connection.id)
        if not screens:
            self._screens.pop(place.member_id, None)

    def _speaks(self, connection: Connection, place: Place) -> bool:
        """Of several screens of one member, the one that came last speaks (SPEC MEM-9)."""
        return self._screens.get(place.member_id, [connection.id])[-1] == connection.id

    async def _ready(self, connection: Connection, message: s.ReadyReport) -> Payload:
        place = place_of(connection)
        if self._speaks(connection, place):
            await place.live.execute(c.Ready(place.member_id, message.ready, message.revision))
        return {}

    async def _status(self, connection: Connection, message: s.StatusReport) -> Payload:
        place = place_of(connection)
        report = c.Status(
            place.member_id,
            message.stalled,
            message.buffered_s,
            message.drift_ms,
            message.rtt_ms,
        )
        if self._speaks(connection, place):
            await place.live.execute(report)
        return {}

    async def _play(self, connection: Connection, message: s.Steer) -> Payload:
        by = place_of(connection).member_id
        return await self._steer(connection, c.Play(by, message.revision), message.id)

    async def _pause(self, connection: Connection, message: s.Steer) -> Payload:
        by = place_of(connection).member_id
        return await self._steer(connection, c.Pause(by, message.revision), message.id)

    async def _seek(self, connection: Connection, message: s.SeekTo) -> Payload:
        by = place_of(connection).member_id
        command = c.Seek(by, message.revision, message.position_s)
        return await self._steer(connection, command, message.id)

    async def _rate(self, connection: Connection, message: s.RateTo) -> Payload:
        by = place_of(connection).member_id
        command = c.SetRate(by, message.revision, message.rate)
        return await self._steer(connection, command, message.id)

    async def _load(self, connection: Connection, message: s.LoadItem) -> Payload:
        by = place_of(connection).member_id
        repeated = self._repeated(connection, message.id)
        if repeated is not None:
            return repeated
        item = await self._own_item(connection, message.server, message.rating_key)
        command = c.Load(by, message.revision, item, message.position_s, message.play)
        return await self._steer(connection, command, message.id)

    async def _next(self, connection: Connection, message: s.Steer) -> Payload:
        place = place_of(connection)
        repeated = self._repeated(connection, message.id)
        if repeated is not None:
            return repeated
        follow_up = await self._rooms.follow_up(place.live.room)
        command = c.Next(place.member_id, message.revision, follow_up)
        return await self._steer(connection, command, message.id)

    async def _skip(self, connection: Connection, message: s.Skip) -> Payload:
        return await self._steer(connection, c.SkipWait(place_of(connection).member_id), message.id)

    async def _queue_add(self, connection: Connection, message: s.QueueItem) -> Payload:
        repeated = self._repeated(connection, message.id)
        if repeated is not None:
            return repeated
        item = await self._own_item(connection, message.server, message.rating_key)
        command = c.QueueAdd(place_of(connection).member_id, new_id("entry"), item)
        return await self._queue(connection, command, message.id)

    async def _queue_remove(self, connection: Connection, message: s.QueueRef) -> Payload:
        command = c.QueueRemove(place_of(connection).member_id, message.entry_id)
        return await self._queue(connection, command, message.id)

    async def _queue_move(self, connection: Connection, message: s.QueueTo) -> Payload:
        command = c.QueueMove(place_of(connection).member_id, message.entry_id, message.to)
        return await self._queue(connection, command, message.id)

    async def _pass_host(self, connection: Connection, message: s.MemberRef) -> Payload:
        place = place_of(connection)
        command = c.PassHost(place.member_id, MemberId(message.member_id))
        return _done(await place.live.execute(command, message.id))

    async def _permit(self, connection: Connection, message: s.PermitMember) -> Payload:
        place = place_of(connection)
        command = c.Permit(place.member_id, MemberId(message.member_id), message.actions)
        return _done(await place.live.execute(command, message.id))

    async def _kick(self, connection: Connection, message: s.KickMember) -> Payload:
        place = place_of(connection)
        command = c.Kick(place.member_id, MemberId(message.member_id), message.ban)
        return _done(await place.live.execute(command, message.id))

    async def _queue(self, connection: Connection, command: c.Command, command_id: str) -> Payload:
        outcome = await place_of(connection).live.execute(command, command_id)
        return _done(outcome) | {"queue": queue_wire(outcome.room)}

    async def _steer(self, connection: Connection, command: c.Command, command_id: str) -> Payload:
        """Run a playback command; a refusal carries the true timeline (SPEC MEM-3, PB-6)."""
        live = place_of(connection).live
        try:
            outcome = await live.execute(command, command_id)
        except CommandRefused as refusal:
            if refusal.reason in _SHOWS_TRUTH:
                refusal.extra["timeline"] = timeline_wire(live.room, self._rendition)
            raise
        timeline = timeline_wire(outcome.room, self._rendition)
        return _done(outcome) | {"revision": timeline["revision"], "timeline": timeline}

    def _repeated(self, connection: Connection, command_id: str) -> Payload | None:
        """The answer to a command given before, without asking Plex again (SPEC LOG-7)."""
        place = place_of(connection)
        outcome = place.live.answered(place.member_id, command_id)
        if outcome is None:
            return None
        timeline = timeline_wire(outcome.room, self._rendition)
        return _done(outcome) | {
            "revision": timeline["revision"],
            "timeline": timeline,
            "queue": queue_wire(outcome.room),
        }

    async def _own_item(self, connection: Connection, server: str, rating_key: str) -> RoomItem:
        principal = connection.principal
        if principal.kind != "account":
            raise Forbidden("Only somebody signed in with Plex can choose from a library.")
        return await self._rooms.item(AccountId(principal.id), server, rating_key)


def place_of(connection: Connection) -> Place:
    """The seat a connection has taken. Raises `NotInRoom`."""
    if not isinstance(connection.place, Place):
        raise NotInRoom
    return connection.place


def _done(outcome: Outcome) -> Payload:
    answer: Payload = {"durable": outcome.durable, "epoch": outcome.room.epoch}
    if outcome.repeated:
        answer["repeated"] = True
    return answer
