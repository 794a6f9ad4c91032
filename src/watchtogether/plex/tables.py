"""Which Plex servers an account may use, and how they are reached."""

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from watchtogether.db.base import Base


class PlexServerRow(Base):
    """`base_url` is the address that answered last, empty when none ever did.

    `connections` are all that plex.tv listed, as `[{uri, local, relay}]`, for finding the server
    again when it has moved. `sealed_token` is this account's token for this server alone.
    """

    __tablename__ = "plex_servers"

    account_id: Mapped[str] = mapped_column(
        String(40), ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    server_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    owned: Mapped[bool]
    base_url: Mapped[str] = mapped_column(String(500))
    sealed_token: Mapped[str] = mapped_column(Text)
    connections: Mapped[list[dict[str, object]]] = mapped_column(JSON)
    updated_wall_ms: Mapped[int] = mapped_column(BigInteger)


class PlexHomeUserRow(Base):
    """The home user as whom an account sees Plex; no row means as itself."""

    __tablename__ = "plex_home_users"

    account_id: Mapped[str] = mapped_column(
        String(40), ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    uuid: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(100))
    sealed_token: Mapped[str] = mapped_column(Text)
