"""Tables of people and their sessions."""

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from watchtogether.db.base import Base

_ID = String(40)
_HASH = String(64)


class AccountRow(Base):
    """`username_key` is the name without regard to case; `founder` is true once, else null."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    username: Mapped[str] = mapped_column(String(40))
    username_key: Mapped[str] = mapped_column(String(160), unique=True)
    display_name: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(10))
    founder: Mapped[bool | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_wall_ms: Mapped[int] = mapped_column(BigInteger)
    disabled_wall_ms: Mapped[int | None] = mapped_column(BigInteger)


class IdentityRow(Base):
    """A provider's account, linked to one of ours; an account has one per provider at most."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("provider", "subject"),
        UniqueConstraint("account_id", "provider"),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    account_id: Mapped[str] = mapped_column(_ID, ForeignKey("accounts.id", ondelete="CASCADE"))
    provider: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(200))
    username: Mapped[str] = mapped_column(String(200))
    sealed_token: Mapped[str | None] = mapped_column(String(4000))
    created_wall_ms: Mapped[int] = mapped_column(BigInteger)


class GuestRow(Base):
    """Somebody without an account; `room_id` is no foreign key, for rooms are above accounts."""

    __tablename__ = "guests"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    room_id: Mapped[str] = mapped_column(_ID, index=True)
    name: Mapped[str] = mapped_column(String(40))
    created_wall_ms: Mapped[int] = mapped_column(BigInteger)


class SessionRow(Base):
    """One family of refresh tokens: the valid one, and its immediate predecessor."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    account_id: Mapped[str | None] = mapped_column(
        _ID, ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    guest_id: Mapped[str | None] = mapped_column(
        _ID, ForeignKey("guests.id", ondelete="CASCADE"), index=True
    )
    room_id: Mapped[str | None] = mapped_column(_ID)
    name: Mapped[str] = mapped_column(String(40))
    device: Mapped[str] = mapped_column(String(80))
    created_wall_ms: Mapped[int] = mapped_column(BigInteger)
    last_seen_wall_ms: Mapped[int] = mapped_column(BigInteger)
    expires_wall_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    refresh_hash: Mapped[str] = mapped_column(_HASH)
    previous_hash: Mapped[str | None] = mapped_column(_HASH)
    rotated_wall_ms: Mapped[int | None] = mapped_column(BigInteger)
    sealed_successor: Mapped[str | None] = mapped_column(String(400))
    ended_wall_ms: Mapped[int | None] = mapped_column(BigInteger)
