"""The rooms, as streaming sees them (implements `stream.ports.Audience`)."""

import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import RoomId, SessionId
from watchtogether.rooms.errors import RoomIsClosed, RoomNotFound
from watchtogether.rooms.registry import Registry
from watchtogether.stream.ports import Screening, TicketClaims
from watchtogether.sync.room import Room


class EndedSessions:
    """Sessions that ended while this process ran; their tickets are worth nothing any more."""

    LIMIT = 50_000

    def __init__(self) -> None:
        self._ended: OrderedDict[SessionId, None] = OrderedDict()

    async def add(self, session_id: SessionId) -> None:
        self._ended[session_id] = None
        while len(self._ended) > self.LIMIT:
            self._ended.popitem(last=False)

    def has(self, session_id: SessionId) -> bool:
        return session_id in self._ended


class RoomAudience:
    """Answers from memory, at each request for bytes (SPEC STR-1)."""

    def __init__(
        self,
        registry: Registry,
        clock: Clock,
        rendition: str,
        ended: EndedSessions,
        is_live: Callable[[SessionId], Awaitable[bool]],
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._rendition = rendition
        self._ended = ended
        self._is_live = is_live

    async def wake(self, claims: TicketClaims) -> None:
        """A room that has to be brought back says nothing of who signed out before: asked then."""
        if self._registry.loaded(claims.room_id) is not None:
            return
        if not await self._is_live(claims.session_id):
            await self._ended.add(claims.session_id)
            return
        with contextlib.suppress(RoomIsClosed, RoomNotFound):
            await self._registry.wake(claims.room_id)

    def watching(self, claims: TicketClaims) -> Screening | None:
        live = self._registry.loaded(claims.room_id)
        if live is None or live.room.closed or self._ended.has(claims.session_id):
            return None
        if claims.member_id not in live.room.members:
            return None
        shown = self._screening(live.room)
        same = shown is not None and (shown.server_id, shown.rating_key) == (
            claims.server_id,
            claims.rating_key,
        )
        return shown if same else None

    def screening(self, room_id: RoomId) -> Screening | None:
        live = self._registry.loaded(room_id)
        return None if live is None or live.room.closed else self._screening(live.room)

    def _screening(self, room: Room) -> Screening | None:
        timeline = room.timeline
        if timeline.item is None:
            return None
        return Screening(
            room_id=room.id,
            generation=timeline.generation,
            server_id=timeline.item.server,
            rating_key=timeline.item.rating_key,
            account_id=timeline.item.account_id,
            duration_s=timeline.duration_s,
            rendition=self._rendition,
            state=timeline.state.value,
            position_s=timeline.position_at(self._clock.monotonic_ms()),
            sound=timeline.sound,
        )
