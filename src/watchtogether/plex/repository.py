"""Stores and finds the servers of accounts; tokens are sealed on the way in."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from pydantic import SecretStr
from sqlalchemy import delete, select, update

from watchtogether.accounts.secrets import SealBroken, SecretBox
from watchtogether.accounts.tables import AccountRow
from watchtogether.db.engine import Database
from watchtogether.kit.ids import AccountId, ServerId
from watchtogether.plex.fields import flag, text
from watchtogether.plex.model import Connection
from watchtogether.plex.tables import PlexServerRow

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KnownServer:
    """A server as stored for one account. `base_url` is empty when it was never reached."""

    account_id: AccountId
    server_id: ServerId
    name: str
    owned: bool
    base_url: str
    token: SecretStr
    connections: tuple[Connection, ...]
    updated_wall_ms: int


class ServerRepository:
    """SQL of `plex_servers`."""

    def __init__(self, database: Database, secrets: SecretBox) -> None:
        self._database = database
        self._secrets = secrets

    async def of_account(self, account_id: AccountId) -> tuple[KnownServer, ...]:
        """An account's servers, its own first, then by name."""
        query = (
            select(PlexServerRow)
            .where(PlexServerRow.account_id == account_id)
            .order_by(PlexServerRow.owned.desc(), PlexServerRow.name, PlexServerRow.server_id)
        )
        async with self._database.transaction() as session:
            found = (await session.scalars(query)).all()
        known = (self._known(row) for row in found)
        return tuple(server for server in known if server is not None)

    async def find(self, account_id: AccountId, server_id: ServerId) -> KnownServer | None:
        async with self._database.transaction() as session:
            row = await session.get(PlexServerRow, (account_id, server_id))
        return self._known(row) if row is not None else None

    async def owner_of(self, server_id: ServerId) -> AccountId | None:
        """This installation's owner, if this is a Plex server of theirs."""
        query = (
            select(PlexServerRow.account_id)
            .join(AccountRow, AccountRow.id == PlexServerRow.account_id)
            .where(
                AccountRow.role == "owner",
                PlexServerRow.owned.is_(True),
                PlexServerRow.server_id == server_id,
            )
        )
        async with self._database.transaction() as session:
            found = await session.scalar(query)
        return AccountId(found) if found else None

    async def replace(self, account_id: AccountId, servers: Sequence[KnownServer]) -> None:
        """Make these the account's servers; those it has lost are forgotten, token and all."""
        async with self._database.transaction() as session:
            kept = [server.server_id for server in servers]
            await session.execute(
                delete(PlexServerRow).where(
                    PlexServerRow.account_id == account_id, PlexServerRow.server_id.not_in(kept)
                )
            )
            for server in servers:
                await session.merge(self._row(server))

    async def move(self, account_id: AccountId, server_id: ServerId, base_url: str) -> None:
        """Remember the address that answers now."""
        async with self._database.transaction() as session:
            await session.execute(
                update(PlexServerRow)
                .where(PlexServerRow.account_id == account_id, PlexServerRow.server_id == server_id)
                .values(base_url=base_url)
            )

    def _row(self, server: KnownServer) -> PlexServerRow:
        place = _place(server.server_id, server.account_id)
        return PlexServerRow(
            account_id=server.account_id,
            server_id=server.server_id,
            name=server.name,
            owned=server.owned,
            base_url=server.base_url,
            sealed_token=self._secrets.seal(server.token.get_secret_value(), place),
            connections=[
                {"uri": c.uri, "local": c.local, "relay": c.relay} for c in server.connections
            ],
            updated_wall_ms=server.updated_wall_ms,
        )

    def _known(self, row: PlexServerRow) -> KnownServer | None:
        """None when the root key has changed since: signing in with Plex stores it anew."""
        try:
            token = self._secrets.open(row.sealed_token, _place(row.server_id, row.account_id))
        except SealBroken:
            log.error("plex_token_unreadable", account_id=row.account_id)
            return None
        return KnownServer(
            account_id=AccountId(row.account_id),
            server_id=ServerId(row.server_id),
            name=row.name,
            owned=row.owned,
            base_url=row.base_url,
            token=SecretStr(token),
            connections=tuple(
                Connection(text(c, "uri", limit=500) or "", flag(c, "local"), flag(c, "relay"))
                for c in row.connections
            ),
            updated_wall_ms=row.updated_wall_ms,
        )


def _place(server_id: str, account_id: str) -> str:
    return f"plex_servers|{server_id}|{account_id}"
