"""The session table's SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, or_, select, update

from watchtogether.accounts.model import Session
from watchtogether.accounts.tables import SessionRow
from watchtogether.db.engine import Database
from watchtogether.kit.ids import AccountId, GuestId, RoomId, SessionId


@dataclass(frozen=True, slots=True)
class RefreshState:
    """What the row says about a session's refresh tokens."""

    session: Session
    refresh_hash: str
    previous_hash: str | None
    rotated_wall_ms: int | None
    sealed_successor: str | None


class SessionRepository:
    """Reads and writes sessions; every call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, session: Session, refresh_hash: str) -> None:
        """Store a new session."""
        async with self._database.transaction() as unit:
            unit.add(
                SessionRow(
                    id=session.id,
                    account_id=session.account_id,
                    guest_id=session.guest_id,
                    room_id=session.room_id,
                    name=session.name,
                    device=session.device,
                    created_wall_ms=session.created_wall_ms,
                    last_seen_wall_ms=session.last_seen_wall_ms,
                    expires_wall_ms=session.expires_wall_ms,
                    refresh_hash=refresh_hash,
                )
            )

    async def find(self, session_id: SessionId) -> RefreshState | None:
        """The session with its refresh state."""
        async with self._database.transaction() as unit:
            row = await unit.get(SessionRow, session_id)
        if row is None:
            return None
        return RefreshState(
            _session(row),
            row.refresh_hash,
            row.previous_hash,
            row.rotated_wall_ms,
            row.sealed_successor,
        )

    async def rotate(
        self,
        session_id: SessionId,
        *,
        old_hash: str,
        new_hash: str,
        sealed_successor: str,
        name: str,
        now_wall_ms: int,
        expires_wall_ms: int,
    ) -> bool:
        """Replace the refresh token if it still is the old one; False when it no longer is."""
        statement = (
            update(SessionRow)
            .where(
                SessionRow.id == session_id,
                SessionRow.refresh_hash == old_hash,
                SessionRow.ended_wall_ms.is_(None),
            )
            .values(
                refresh_hash=new_hash,
                previous_hash=old_hash,
                rotated_wall_ms=now_wall_ms,
                sealed_successor=sealed_successor,
                name=name,
                last_seen_wall_ms=now_wall_ms,
                expires_wall_ms=expires_wall_ms,
            )
        )
        return await self._count(statement) == 1

    async def end(self, session_ids: Sequence[SessionId], now_wall_ms: int) -> None:
        """Mark sessions as ended and forget what was kept for their refresh tokens."""
        await self._count(
            update(SessionRow)
            .where(SessionRow.id.in_(session_ids), SessionRow.ended_wall_ms.is_(None))
            .values(ended_wall_ms=now_wall_ms, sealed_successor=None, previous_hash=None)
        )

    async def touch_live(self, session_ids: Sequence[SessionId], now_wall_ms: int) -> set[str]:
        """Which of these sessions live; those are noted as seen now."""
        mine = SessionRow.id.in_(session_ids)
        async with self._database.transaction() as unit:
            await unit.execute(
                update(SessionRow)
                .where(mine, _is_live(now_wall_ms))
                .values(last_seen_wall_ms=now_wall_ms)
            )
            found = await unit.scalars(select(SessionRow.id).where(mine, _is_live(now_wall_ms)))
            return set(found)

    async def live_of(
        self, *, account_id: str | None = None, guest_id: str | None = None, now_wall_ms: int
    ) -> list[Session]:
        """The live sessions of one account or one guest, the last seen first."""
        owner = (
            SessionRow.account_id == account_id
            if account_id is not None
            else SessionRow.guest_id == guest_id
        )
        async with self._database.transaction() as unit:
            rows = await unit.scalars(
                select(SessionRow)
                .where(owner, _is_live(now_wall_ms))
                .order_by(SessionRow.last_seen_wall_ms.desc(), SessionRow.id)
            )
            return [_session(row) for row in rows]

    async def prune(self, before_wall_ms: int) -> int:
        """Delete what ended or expired before that time; how many were deleted."""
        return await self._count(
            delete(SessionRow).where(
                or_(
                    SessionRow.expires_wall_ms < before_wall_ms,
                    SessionRow.ended_wall_ms < before_wall_ms,
                )
            )
        )

    async def _count(self, statement: Any) -> int:  # Any: update and delete share no typed base
        async with self._database.transaction() as unit:
            result = cast("CursorResult[Any]", await unit.execute(statement))
            return result.rowcount


def _is_live(now_wall_ms: int) -> ColumnElement[bool]:
    return SessionRow.ended_wall_ms.is_(None) & (SessionRow.expires_wall_ms > now_wall_ms)


def _session(row: SessionRow) -> Session:
    return Session(
        id=SessionId(row.id),
        account_id=AccountId(row.account_id) if row.account_id is not None else None,
        guest_id=GuestId(row.guest_id) if row.guest_id is not None else None,
        room_id=RoomId(row.room_id) if row.room_id is not None else None,
        name=row.name,
        device=row.device,
        created_wall_ms=row.created_wall_ms,
        last_seen_wall_ms=row.last_seen_wall_ms,
        expires_wall_ms=row.expires_wall_ms,
        ended_wall_ms=row.ended_wall_ms,
    )
