"""Chat's door on HTTP: older messages."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from watchtogether.accounts.guard import Guard
from watchtogether.accounts.model import Principal
from watchtogether.chat.history import PAGE, History
from watchtogether.kit.ids import RoomCode
from watchtogether.rooms.service import RoomService
from watchtogether.rooms.wire import Wire


def build_router(history: History, rooms: RoomService, guard: Guard) -> APIRouter:
    """`GET /api/rooms/{code}/messages` (SPEC CHAT-3)."""
    router = APIRouter(prefix="/api/rooms", tags=["chat"])
    person = Annotated[Principal, Depends(guard.principal)]

    @router.get("/{code}/messages")
    async def messages(
        code: str,
        who: person,
        before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
    ) -> Wire:
        seat = await rooms.seat(RoomCode(code.lower()[:20]), who)
        page, more = await history.page(seat.room.id, before, limit)
        return {"messages": page, "more": more}

    return router
