"""One server process, built of the production parts around a simulated network and database."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any
from unittest import mock

from tests.simulation.line import Line, Switch
from tests.simulation.loop import ProcessClock
from tests.simulation.shelf import MemoryLog
from watchtogether.accounts.model import Principal
from watchtogether.chat.history import History
from watchtogether.chat.sockets import ChatSockets
from watchtogether.kit.ids import AccountId, ConnectionId, RatingKey, RoomCode, RoomId, ServerId
from watchtogether.kit.names import clean_name
from watchtogether.realtime import clock_exchange
from watchtogether.realtime.gateway import Connection, Gateway, Payload
from watchtogether.rooms import schemas as s
from watchtogether.rooms.announcer import RoomAnnouncer
from watchtogether.rooms.invites import Invites
from watchtogether.rooms.live import LiveRoom
from watchtogether.rooms.log import RoomLog
from watchtogether.rooms.ports import Seen
from watchtogether.rooms.registry import Registry
from watchtogether.rooms.seating import Seating
from watchtogether.rooms.service import RoomService
from watchtogether.rooms.sockets import RoomSockets
from watchtogether.rooms.upnext import UpNext
from watchtogether.rooms.wire import renderer
from watchtogether.sync import commands as c
from watchtogether.sync.timeline import RoomItem

if TYPE_CHECKING:
    from tests.simulation.party import World

RENDITION = "720p"
FILMS_S = (45.0, 300.0, 1_500.0, 7_200.0)
"""Durations of the films that there are, by rating key."""


class Library:
    """Implements `rooms.ports.Catalogue`: a few films; odd ones are episodes of one show."""

    async def room_item(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> RoomItem:
        number = int(rating_key) % len(FILMS_S)
        return RoomItem(
            server=server_id,
            rating_key=rating_key,
            kind="episode" if number % 2 else "movie",
            title=f"Film {rating_key}",
            subtitle=None,
            duration_s=FILMS_S[number],
            poster=None,
            backdrop=None,
            account_id=account_id,
        )

    async def sounds(self, item: RoomItem) -> frozenset[str]:
        return frozenset({"1", "2"})

    async def seen(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey, asker: str
    ) -> Seen | None:
        return None

    async def next_episode(self, item: RoomItem) -> RoomItem | None:
        if item.kind != "episode" or int(item.rating_key) > 6:
            return None
        return await self.room_item(
            item.account_id, item.server, RatingKey(str(int(item.rating_key) + 2))
        )


class OpenDoor(Invites):
    """No room of the simulation asks for invitations."""

    def __init__(self) -> None:
        pass


class Process:
    """A server that can be killed. `log` is its own access to what all processes share."""

    def __init__(self, world: "World", clock: ProcessClock, log: RoomLog) -> None:
        self.world = world
        self.clock = clock
        self.log = log
        self.alive = True
        self.leaving = False
        """Whether it takes in nobody any more; those inside it does not send away."""
        self._tasks: dict[asyncio.Task[Any], None] = {}
        with mock.patch("watchtogether.realtime.gateway.socketio.AsyncServer", Switch):
            self.gateway = Gateway(self._who, clock)
        self.switch: Switch = self.gateway._server
        self.switch.process = self
        render = renderer(lambda room: f"link/{room.code}", RENDITION)
        self.announcer = RoomAnnouncer(self.gateway, render, clock, RENDITION)
        self.announcer.listeners.append(lambda r, rs: world.overseer.happened(self, r, rs))
        self.registry = Registry(log, clock, self.announcer)
        self.rooms = RoomService(
            registry=self.registry,
            room_log=log,
            invites=OpenDoor(),
            catalogue=Library(),
            clean_name=clean_name,
        )
        up_next = UpNext(self.registry, self.rooms.follow_up, lambda _, work: self.spawn(work))
        self.announcer.listeners.append(up_next.heard)
        self._doors()
        self.spawn(self.registry.run())
        self.spawn(self.announcer.run())

    def _doors(self) -> None:
        history = History(self.log)
        clock_exchange.install(self.gateway, self.clock)
        seating = Seating(
            gateway=self.gateway,
            rooms=self.rooms,
            history=history.on_joining,
            clock=self.clock,
            link=lambda room: f"link/{room.code}",
            rendition=RENDITION,
        )
        RoomSockets(gateway=self.gateway, rooms=self.rooms, seating=seating, rendition=RENDITION)
        ChatSockets(self.gateway, history)
        self.gateway.on("http:edit", s.RoomPatch, self._edit)
        self.gateway.on("http:close", s.Nothing, self._close)

    async def _who(self, _: Mapping[str, str], token: str | None) -> Principal:
        return self.world.people[token or ""]

    async def _edit(self, connection: Connection, patch: s.RoomPatch) -> Payload:
        """What `PATCH /api/rooms/{code}` does."""
        seat = await self.rooms.seat(self.world.code, connection.principal)
        await self.rooms.edit(seat, patch)
        return {}

    async def _close(self, connection: Connection, _: s.Nothing) -> Payload:
        """What `DELETE /api/rooms/{code}` does."""
        seat = await self.rooms.seat(self.world.code, connection.principal)
        await seat.live.execute(c.Close(seat.member.id))
        return {}

    def live(self, room_id: RoomId) -> LiveRoom | None:
        """The room as this process has it, if it has it."""
        return self.registry.loaded(room_id) if self.alive else None

    def member_at(self, sid: str) -> str | None:
        """Who sits at a connection."""
        connection = self.gateway._connections.get(ConnectionId(sid))
        return connection.place.member_id if connection and connection.place else None

    async def load(self, code: RoomCode) -> LiveRoom:
        return await self.registry.get(code)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run something that dies with the process."""
        task = self.world.loop.create_task(work)
        self._tasks[task] = None
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is not None and self.alive:
            self.world.overseer.crashed("a task of the server", error)

    def kill(self) -> None:
        """As by SIGKILL: nothing more is written, sent or said."""
        self.alive = False
        if isinstance(self.log, MemoryLog):
            self.log.alive = False
        for task in tuple(self._tasks):
            task.cancel()
        rng = self.world.rng
        for line in tuple(self.switch.lines.values()):
            self._hang_up(line, rng.random() * 1.5)

    def _hang_up(self, line: Line, after_s: float) -> None:
        line.open_there = False
        line.sever(after_s, after_s)
