"""Rooms, their logs, and who may come in."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Float, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from watchtogether.db.base import Base


class RoomRow(Base):
    """What must be known of a room without replaying it."""

    __tablename__ = "rooms"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    owner_account_id: Mapped[str] = mapped_column(String(40), index=True)
    epoch: Mapped[int] = mapped_column(Integer, default=0)
    clock_id: Mapped[str] = mapped_column(String(40), default="")
    alive_wall_ms: Mapped[int] = mapped_column(BigInteger)
    """When the owning process last said that it was there."""
    created_wall_ms: Mapped[int] = mapped_column(BigInteger)
    closed: Mapped[bool] = mapped_column(Boolean, default=False)


class RoomEventRow(Base):
    """One event of a room's log (SPEC LOG-4)."""

    __tablename__ = "room_events"

    room_id: Mapped[str] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    epoch: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(40))
    by: Mapped[str | None] = mapped_column(String(40))
    command_id: Mapped[str | None] = mapped_column(String(64))
    at_ms: Mapped[float] = mapped_column(Float)
    clock_id: Mapped[str] = mapped_column(String(40))
    wall_ms: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)  # Any: JSON of one event

    __table_args__ = (Index("ix_room_events_kind", "room_id", "kind", "seq"),)


class RoomPersonRow(Base):
    """Who has ever been a member, to find one's own rooms without reading logs."""

    __tablename__ = "room_people"

    room_id: Mapped[str] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class InviteRow(Base):
    """A link that lets guests in, for a time or a number of uses."""

    __tablename__ = "room_invites"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    room_id: Mapped[str] = mapped_column(ForeignKey("rooms.id"), index=True)
    created_by: Mapped[str] = mapped_column(String(40))
    created_wall_ms: Mapped[int] = mapped_column(BigInteger)
    expires_wall_ms: Mapped[int | None] = mapped_column(BigInteger)
    max_uses: Mapped[int | None] = mapped_column(Integer)
    uses: Mapped[int] = mapped_column(Integer, default=0)
