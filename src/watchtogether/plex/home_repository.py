"""Which home user an account has chosen; the token is sealed on the way in."""

from dataclasses import dataclass

import structlog
from pydantic import SecretStr
from sqlalchemy import delete

from watchtogether.accounts.secrets import SealBroken, SecretBox
from watchtogether.db.engine import Database
from watchtogether.kit.ids import AccountId
from watchtogether.plex.tables import PlexHomeUserRow

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ChosenUser:
    """As whom an account sees Plex."""

    account_id: AccountId
    uuid: str
    title: str
    token: SecretStr


class HomeRepository:
    """SQL of `plex_home_users`."""

    def __init__(self, database: Database, secrets: SecretBox) -> None:
        self._database = database
        self._secrets = secrets

    async def find(self, account_id: AccountId) -> ChosenUser | None:
        """None also when the root key has changed since: then it has to be chosen again."""
        async with self._database.transaction() as session:
            row = await session.get(PlexHomeUserRow, account_id)
        if row is None:
            return None
        try:
            token = self._secrets.open(row.sealed_token, _place(account_id))
        except SealBroken:
            log.error("plex_token_unreadable", account_id=account_id)
            return None
        return ChosenUser(account_id, row.uuid, row.title, SecretStr(token))

    async def put(self, chosen: ChosenUser) -> None:
        token = chosen.token.get_secret_value()
        async with self._database.transaction() as session:
            await session.merge(
                PlexHomeUserRow(
                    account_id=chosen.account_id,
                    uuid=chosen.uuid,
                    title=chosen.title,
                    sealed_token=self._secrets.seal(token, _place(chosen.account_id)),
                )
            )

    async def forget(self, account_id: AccountId) -> None:
        async with self._database.transaction() as session:
            await session.execute(
                delete(PlexHomeUserRow).where(PlexHomeUserRow.account_id == account_id)
            )


def _place(account_id: str) -> str:
    return f"plex_home_users|{account_id}|{account_id}"
