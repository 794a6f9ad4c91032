"""Invitations: links that let guests in for a time or a number of uses."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import select, update

from watchtogether.db.engine import Database
from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import RoomId, new_secret
from watchtogether.rooms.errors import InviteOver, InviteUnknown
from watchtogether.rooms.tables import InviteRow


@dataclass(frozen=True, slots=True)
class Invite:
    """An invitation as its maker sees it; the token itself is shown once, when it is made."""

    created_wall_ms: int
    expires_wall_ms: int | None
    max_uses: int | None
    uses: int


class Invites:
    """Makes, lists and redeems invitations. Tokens are stored hashed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def create(
        self, room_id: RoomId, created_by: str, expires_in_s: int | None, max_uses: int | None
    ) -> tuple[str, Invite]:
        """A new token and what it allows."""
        token, now_ms = new_secret(), self._clock.wall_ms()
        row = InviteRow(
            token_hash=_hashed(token),
            room_id=room_id,
            created_by=created_by,
            created_wall_ms=now_ms,
            expires_wall_ms=now_ms + expires_in_s * 1000 if expires_in_s else None,
            max_uses=max_uses,
            uses=0,
        )
        invite = _invite(row)
        async with self._database.transaction() as session:
            session.add(row)
        return token, invite

    async def of_room(self, room_id: RoomId) -> list[Invite]:
        """All invitations of a room, the newest first."""
        query = (
            select(InviteRow)
            .where(InviteRow.room_id == room_id)
            .order_by(InviteRow.created_wall_ms.desc())
            .limit(100)
        )
        async with self._database.transaction() as session:
            return [_invite(row) for row in (await session.scalars(query)).all()]

    async def redeem(self, room_id: RoomId, token: str) -> None:
        """Use a token once. Raises `InviteUnknown`, or `InviteOver` when it no longer lets in.

        Two guests with the last use of one link: exactly one gets in.
        """
        used = (
            update(InviteRow)
            .where(
                InviteRow.token_hash == _hashed(token),
                InviteRow.room_id == room_id,
                InviteRow.max_uses.is_(None) | (InviteRow.uses < InviteRow.max_uses),
                InviteRow.expires_wall_ms.is_(None)
                | (InviteRow.expires_wall_ms > self._clock.wall_ms()),
            )
            .values(uses=InviteRow.uses + 1)
        )
        known = select(InviteRow.room_id).where(
            InviteRow.token_hash == _hashed(token), InviteRow.room_id == room_id
        )
        async with self._database.transaction() as session:
            if (await session.execute(used)).rowcount == 1:  # type: ignore[attr-defined]
                return
            raise InviteOver if await session.scalar(known) else InviteUnknown


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _invite(row: InviteRow) -> Invite:
    return Invite(row.created_wall_ms, row.expires_wall_ms, row.max_uses, row.uses)
