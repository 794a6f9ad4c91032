"""Tells a room's members what happened, over Socket.IO."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import MemberId, RoomId
from watchtogether.realtime.gateway import Connection, Gateway, Payload
from watchtogether.rooms.log import Record
from watchtogether.rooms.wire import Renderer, member_wire, timeline_wire, together_wire
from watchtogether.sync.events import MemberLeft, RoomClosed
from watchtogether.sync.room import Room
from watchtogether.sync.togetherness import Together

COALESCE_S: Final = 0.25


def channel_of(room_id: RoomId) -> str:
    """The broadcast group of a room."""
    return f"room:{room_id}"


def stamp(room: Room, payload: Payload) -> Payload:
    """A volatile payload with the room's last durable position (SPEC WIRE-6)."""
    return {**payload, "epoch": room.epoch, "seq": room.seq}


Listener = Callable[[Room, Sequence[Record]], None]
"""Another part of the server that wants to know, at once."""


class RoomAnnouncer:
    """Implements `rooms.live.Announcer`. `run` sends the coalesced presence changes."""

    def __init__(self, gateway: Gateway, render: Renderer, clock: Clock, rendition: str) -> None:
        self._gateway = gateway
        self._render = render
        self._clock = clock
        self._rendition = rendition
        self._changed: dict[RoomId, tuple[Room, frozenset[MemberId]]] = {}
        self._news = asyncio.Event()
        self.listeners: list[Listener] = []

    async def happened(self, room: Room, records: Sequence[Record], *, durable: bool) -> None:
        for listener in self.listeners:
            listener(room, records)
        if room.id in self._changed:  # what is told later must not be older than this
            self._changed[room.id] = (room, self._changed[room.id][1])
        channel = channel_of(room.id)
        for record in records:
            told = self._render(room, record)
            if told is not None:
                event, payload = told
                stamped = {**payload, "epoch": record.epoch, "seq": record.seq}
                if not durable:  # nobody may resume from here (SPEC WIRE-8)
                    stamped["durable"] = False
                await self._gateway.emit(channel, event, stamped)
            await self._show_out(room, record)

    async def presence_changed(self, room: Room, members: frozenset[MemberId]) -> None:
        _, waiting = self._changed.get(room.id, (room, frozenset()))
        self._changed[room.id] = (room, waiting | members)
        self._news.set()

    async def beacon(self, room: Room) -> None:
        payload = stamp(room, timeline_wire(room, self._rendition))
        await self._gateway.emit(channel_of(room.id), "playback:timeline", payload)

    async def together(self, room: Room, together: Together) -> None:
        payload = stamp(room, together_wire(together))
        await self._gateway.emit(channel_of(room.id), "room:sync", payload)

    async def lost(self, room: Room) -> None:
        """Who sits in the room already as it was loaded anew has nothing to do with it."""
        for connection in self._seated(room.id):
            if connection.place and connection.place.epoch == room.epoch:
                await self._gateway.send(connection, "room:resync", stamp(room, {}))
                await self._unseat(connection, room.id)

    async def run(self) -> None:
        """Send presence changes, at most four times a second, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            changed, self._changed = self._changed, {}
            for room, members in changed.values():
                await self._tell_presence(room, members)
            await self._clock.sleep(COALESCE_S)

    async def _tell_presence(self, room: Room, members: frozenset[MemberId]) -> None:
        shown = [member_wire(room, room.members[m]) for m in members if m in room.members]
        if shown:
            payload = stamp(room, {"members": shown})
            await self._gateway.emit(channel_of(room.id), "member:changed", payload)

    async def _show_out(self, room: Room, record: Record) -> None:
        """Connections of somebody who is no longer a member, or of a closed room, hear no more."""
        event = record.event
        if not isinstance(event, (MemberLeft, RoomClosed)):
            return
        for connection in self._seated(room.id):
            if isinstance(event, RoomClosed):
                await self._unseat(connection, room.id)
            elif connection.place and connection.place.member_id == event.member_id:
                if event.reason == "kicked":
                    await self._gateway.send(connection, "member:kicked", {"reason": "kicked"})
                await self._unseat(connection, room.id)

    def _seated(self, room_id: RoomId) -> list[Connection]:
        return [
            connection
            for connection in self._gateway.connections()
            if connection.place is not None and connection.place.room_id == room_id
        ]

    async def _unseat(self, connection: Connection, room_id: RoomId) -> None:
        connection.place = None
        await self._gateway.exit(connection, channel_of(room_id))
