"""The rooms' door on Socket.IO: steering, reporting, the queue, the members."""

from collections.abc import Callable
from typing import TypeVar

from watchtogether.kit.errors import Forbidden
from watchtogether.kit.ids import AccountId, MemberId, new_id
from watchtogether.realtime.gateway import Connection, Gateway, Handler, Payload
from watchtogether.rooms import schemas as s
from watchtogether.rooms.errors import CommandRefused
from watchtogether.rooms.live import Outcome
from watchtogether.rooms.seating import Seating, place_of
from watchtogether.rooms.service import RoomService
from watchtogether.rooms.wire import check_wire, offer_wire, queue_wire, timeline_wire
from watchtogether.sync import commands as c
from watchtogether.sync.draft import Reason
from watchtogether.sync.room import Action, Room, may
from watchtogether.sync.timeline import RoomItem

_SHOWS_TRUTH = frozenset(
    {Reason.STALE_REVISION, Reason.NOT_PERMITTED, Reason.NO_ITEM, Reason.ALREADY_ON}
)
CommandT = TypeVar("CommandT", bound=s.Command)
ReportT = TypeVar("ReportT", bound=s.Message)


class RoomSockets:
    """Registers the rooms' events with the gateway."""

    def __init__(
        self, *, gateway: Gateway, rooms: RoomService, seating: Seating, rendition: str
    ) -> None:
        self._rooms = rooms
        self._seating = seating
        self._rendition = rendition
        self._hear_reports(gateway)
        self._hear_steering(gateway)
        self._hear_the_rest(gateway)

    def _hear_reports(self, gateway: Gateway) -> None:
        on, report = gateway.on, self._report
        on(
            "member:ready",
            s.ReadyReport,
            report(lambda by, m: c.Ready(by, m.ready, m.revision)),
        )
        on("member:status", s.StatusReport, report(_status))
        on("member:step", s.StepOut, self._step)
        on("check:answer", s.CheckAnswer, self._answer)

    def _hear_steering(self, gateway: Gateway) -> None:
        on, steer = gateway.on, self._steer
        on("playback:play", s.Steer, steer(lambda by, m: c.Play(by, m.revision, m.epoch)))
        on("playback:pause", s.Steer, steer(lambda by, m: c.Pause(by, m.revision, m.epoch)))
        on(
            "playback:seek",
            s.SeekTo,
            steer(lambda by, m: c.Seek(by, m.revision, m.position_s, m.epoch)),
        )
        on(
            "playback:rate",
            s.RateTo,
            steer(lambda by, m: c.SetRate(by, m.revision, m.rate, m.epoch)),
        )
        on("playback:sound", s.SoundTo, self._sound)
        on("playback:load", s.LoadItem, self._load)
        on("playback:next", s.Steer, self._next)
        on("next:withdraw", s.Command, steer(lambda by, m: c.WithdrawNext(by)))
        on("wait:skip", s.Command, steer(lambda by, m: c.SkipWait(by)))
        on("check:open", s.Command, steer(lambda by, m: c.OpenCheck(by)))
        on("check:cancel", s.Command, steer(lambda by, m: c.CancelCheck(by)))

    def _hear_the_rest(self, gateway: Gateway) -> None:
        on, run = gateway.on, self._run
        on("queue:add", s.QueueItem, self._queue_add)
        on(
            "queue:remove",
            s.QueueRef,
            run(lambda by, m: c.QueueRemove(by, m.entry_id), _queue),
        )
        on(
            "queue:move",
            s.QueueTo,
            run(lambda by, m: c.QueueMove(by, m.entry_id, m.to), _queue),
        )
        on("host:pass", s.MemberRef, run(lambda by, m: c.PassHost(by, MemberId(m.member_id))))
        on(
            "member:permit",
            s.PermitMember,
            run(lambda by, m: c.Permit(by, MemberId(m.member_id), m.actions)),
        )
        on(
            "member:kick",
            s.KickMember,
            run(lambda by, m: c.Kick(by, MemberId(m.member_id), m.ban)),
        )

    def _report(self, build: Callable[[MemberId, ReportT], c.Command]) -> Handler[ReportT]:
        """What a screen says of itself counts from the one that speaks (SPEC MEM-9)."""

        async def handle(connection: Connection, message: ReportT) -> Payload:
            place = place_of(connection)
            if self._seating.speaks(connection):
                await place.live.execute(build(place.member_id, message))
            return {}

        return handle

    def _run(
        self,
        build: Callable[[MemberId, CommandT], c.Command],
        show: Callable[[Room], Payload] = lambda room: {},
    ) -> Handler[CommandT]:
        """A command that is carried out once; `show` adds to its answer."""

        async def handle(connection: Connection, message: CommandT) -> Payload:
            place = place_of(connection)
            outcome = await place.live.execute(build(place.member_id, message), message.id)
            return _done(outcome) | show(outcome.room)

        return handle

    def _steer(self, build: Callable[[MemberId, CommandT], c.Command]) -> Handler[CommandT]:
        """As `_run`, for what moves the film."""

        async def handle(connection: Connection, message: CommandT) -> Payload:
            command = build(place_of(connection).member_id, message)
            return await self._move(connection, command, message.id)

        return handle

    async def _step(self, connection: Connection, message: s.StepOut) -> Payload:
        place = place_of(connection)
        await place.live.execute(c.Step(place.member_id, message.out))
        return {}

    async def _answer(self, connection: Connection, message: s.CheckAnswer) -> Payload:
        """A person's word, from whichever of their screens."""
        place = place_of(connection)
        await place.live.execute(c.AnswerCheck(place.member_id, message.ready))
        return {}

    async def _load(self, connection: Connection, message: s.LoadItem) -> Payload:
        repeated = self._repeated(connection, message.id)
        if repeated is not None:
            return repeated
        command = c.Load(
            place_of(connection).member_id,
            message.revision,
            await self._own_item(connection, message.server, message.rating_key),
            message.position_s,
            message.play,
            message.epoch,
        )
        return await self._move(connection, command, message.id)

    async def _sound(self, connection: Connection, message: s.SoundTo) -> Payload:
        repeated = self._repeated(connection, message.id)
        if repeated is not None:
            return repeated
        place = place_of(connection)
        item = place.live.room.timeline.item
        if item is not None and may(place.live.room, place.member_id, Action.LOAD):
            await self._rooms.check_sound(item, message.sound)
        command = c.SetSound(place.member_id, message.revision, message.sound, message.epoch)
        return await self._move(connection, command, message.id)

    async def _next(self, connection: Connection, message: s.Steer) -> Payload:
        place = place_of(connection)
        repeated = self._repeated(connection, message.id)
        if repeated is not None:
            return repeated
        follow_up = await self._rooms.follow_up(place.live.room)
        command = c.Next(place.member_id, message.revision, follow_up, message.epoch)
        return await self._move(connection, command, message.id)

    async def _queue_add(self, connection: Connection, message: s.QueueItem) -> Payload:
        repeated = self._repeated(connection, message.id)
        if repeated is not None:
            return repeated
        place = place_of(connection)
        item = await self._own_item(connection, message.server, message.rating_key)
        command = c.QueueAdd(place.member_id, new_id("entry"), item)
        outcome = await place.live.execute(command, message.id)
        return _done(outcome) | _queue(outcome.room)

    async def _move(self, connection: Connection, command: c.Command, command_id: str) -> Payload:
        """Run a playback command; a refusal carries the true timeline (SPEC MEM-3, PB-6)."""
        live = place_of(connection).live
        try:
            outcome = await live.execute(command, command_id)
        except CommandRefused as refusal:
            if refusal.reason in _SHOWS_TRUTH:
                refusal.extra["timeline"] = timeline_wire(live.room, self._rendition)
            raise
        return _done(outcome) | self._truth(outcome.room)

    def _truth(self, room: Room) -> Payload:
        timeline = timeline_wire(room, self._rendition)
        return {
            "revision": timeline["revision"],
            "timeline": timeline,
            "check": check_wire(room, room.check) if room.check else None,
            "offer": offer_wire(room.offer) if room.offer else None,
        }

    def _repeated(self, connection: Connection, command_id: str) -> Payload | None:
        """The answer to a command given before, without asking Plex again (SPEC LOG-7)."""
        place = place_of(connection)
        outcome = place.live.answered(place.member_id, command_id)
        if outcome is None:
            return None
        return _done(outcome) | self._truth(outcome.room) | _queue(outcome.room)

    async def _own_item(self, connection: Connection, server: str, rating_key: str) -> RoomItem:
        principal = connection.principal
        if principal.kind != "account":
            raise Forbidden("Only somebody signed in with Plex can choose from a library.")
        return await self._rooms.item(AccountId(principal.id), server, rating_key)


def _status(by: MemberId, message: s.StatusReport) -> c.Status:
    return c.Status(
        by,
        message.stalled,
        message.buffered_s,
        message.drift_ms,
        message.rtt_ms,
        message.fill,
        message.limit,
        message.uncertainty_ms,
        message.seeks,
        message.revision,
        message.start_ms,
    )


def _queue(room: Room) -> Payload:
    return {"queue": queue_wire(room)}


def _done(outcome: Outcome) -> Payload:
    answer: Payload = {"durable": outcome.durable, "epoch": outcome.room.epoch}
    if outcome.repeated:
        answer["repeated"] = True
    return answer
