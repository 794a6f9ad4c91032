"""The SQL of accounts, their identities, and guests."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from watchtogether.accounts.errors import (
    AlreadyLinked,
    IdentityTaken,
    LastWayIn,
    UsernameTaken,
)
from watchtogether.accounts.model import Account, AccountRole, Guest, Identity, Provider
from watchtogether.accounts.tables import AccountRow, GuestRow, IdentityRow
from watchtogether.db.engine import Database
from watchtogether.kit.ids import AccountId, GuestId, RoomId, new_id


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to store, and what only the table knows of it."""

    account: Account
    username_key: str
    password_hash: str | None
    founder: bool


@dataclass(frozen=True, slots=True)
class SealedIdentity:
    """An account's link to a provider, with the provider's token as it is stored."""

    identity: Identity
    sealed_token: str | None


class AlreadyFounded(Exception):
    """Somebody else became the first account a moment ago."""


class AccountRepository:
    """Reads and writes people; every call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self) -> int:
        """How many accounts there are."""
        async with self._database.transaction() as unit:
            return await unit.scalar(select(func.count()).select_from(AccountRow)) or 0

    async def account(self, account_id: AccountId) -> Account | None:
        """An account by its id."""
        async with self._database.transaction() as unit:
            row = await unit.get(AccountRow, account_id)
        return _account(row) if row else None

    async def by_username(self, username_key: str) -> tuple[Account, str | None] | None:
        """An account and its password hash, by its name without regard to case."""
        async with self._database.transaction() as unit:
            row = await unit.scalar(
                select(AccountRow).where(AccountRow.username_key == username_key)
            )
        return (_account(row), row.password_hash) if row else None

    async def password_hash(self, account_id: AccountId) -> str | None:
        """The hash of an account's password; None when it signs in elsewhere."""
        async with self._database.transaction() as unit:
            row = await unit.get(AccountRow, account_id)
        return row.password_hash if row else None

    async def add(self, new: NewAccount, link: SealedIdentity | None = None) -> None:
        """Store a new account, with its link to a provider if it comes from one.

        Raises `AlreadyFounded` for a second founder, `IdentityTaken`, `UsernameTaken`.
        """
        account = new.account
        try:
            async with self._database.transaction() as unit:
                unit.add(
                    AccountRow(
                        id=account.id,
                        username=account.username,
                        username_key=new.username_key,
                        display_name=account.display_name,
                        role=account.role,
                        founder=True if new.founder else None,
                        password_hash=new.password_hash,
                        created_wall_ms=account.created_wall_ms,
                    )
                )
                await unit.flush()
                if link is not None:
                    unit.add(_identity_row(link, account.created_wall_ms))
        except IntegrityError as error:
            if new.founder and await self.count():
                raise AlreadyFounded from error
            if link is not None and await self.by_identity(
                link.identity.provider, link.identity.subject
            ):
                raise IdentityTaken from error
            raise UsernameTaken from error

    async def set_password_hash(
        self, account_id: AccountId, password_hash: str, instead_of: str | None = None
    ) -> bool:
        """Replace an account's password hash; with `instead_of` only while it is that one."""
        chosen = [AccountRow.id == account_id]
        if instead_of is not None:
            chosen.append(AccountRow.password_hash == instead_of)
        async with self._database.transaction() as unit:
            found = await unit.scalar(
                update(AccountRow)
                .where(*chosen)
                .values(password_hash=password_hash)
                .returning(AccountRow.id)
            )
        return found is not None

    async def set_disabled(self, account_id: AccountId, since_wall_ms: int | None) -> None:
        """Switch an account off, or on again with None."""
        async with self._database.transaction() as unit:
            await unit.execute(
                update(AccountRow)
                .where(AccountRow.id == account_id)
                .values(disabled_wall_ms=since_wall_ms)
            )

    async def by_identity(self, provider: Provider, subject: str) -> Account | None:
        """The account that a provider's account is linked to."""
        async with self._database.transaction() as unit:
            row = await unit.scalar(
                select(AccountRow)
                .join(IdentityRow, IdentityRow.account_id == AccountRow.id)
                .where(IdentityRow.provider == provider, IdentityRow.subject == subject)
            )
        return _account(row) if row else None

    async def identity(self, account_id: AccountId, provider: Provider) -> SealedIdentity | None:
        """An account's link to a provider."""
        async with self._database.transaction() as unit:
            row = await unit.scalar(_link_of(account_id, provider))
        return SealedIdentity(_identity(row), row.sealed_token) if row else None

    async def identities(self, account_id: AccountId) -> list[Identity]:
        """All that an account is linked to, by the provider's name."""
        async with self._database.transaction() as unit:
            rows = await unit.scalars(
                select(IdentityRow)
                .where(IdentityRow.account_id == account_id)
                .order_by(IdentityRow.provider)
            )
            return [_identity(row) for row in rows]

    async def remove_identity(
        self, account_id: AccountId, provider: Provider, working: Collection[Provider]
    ) -> bool:
        """Unlink. False, and nothing changed, when it was not linked.

        Raises `LastWayIn` when the account has neither a password nor another link that is
        `working`.
        """
        others = select(func.count()).where(
            IdentityRow.account_id == account_id,
            IdentityRow.provider != provider,
            IdentityRow.provider.in_(working),
        )
        has_password = select(AccountRow.id).where(
            AccountRow.id == account_id, AccountRow.password_hash.is_not(None)
        )
        async with self._database.transaction() as unit:
            # Two who unlink at once: PostgreSQL needs the lock, SQLite the single statement.
            await unit.get(AccountRow, account_id, with_for_update=True)
            gone = await unit.scalar(
                delete(IdentityRow)
                .where(
                    IdentityRow.account_id == account_id,
                    IdentityRow.provider == provider,
                    or_(has_password.exists(), others.scalar_subquery() > 0),
                )
                .returning(IdentityRow.id)
            )
            linked = gone or await unit.scalar(_link_of(account_id, provider))
        if gone is None and linked is not None:
            raise LastWayIn
        return gone is not None

    async def put_identity(self, link: SealedIdentity, now_wall_ms: int) -> None:
        """Link, or replace the link. Raises `IdentityTaken` when somebody else has it."""
        if not await self.renew_identity(link, replace=True):
            await self.add_identity(link, now_wall_ms)

    async def add_identity(self, link: SealedIdentity, now_wall_ms: int) -> None:
        """Link what is not linked. Raises `IdentityTaken`, `AlreadyLinked`."""
        identity = link.identity
        try:
            async with self._database.transaction() as unit:
                unit.add(_identity_row(link, now_wall_ms))
        except IntegrityError as error:
            found = await self.identity(identity.account_id, identity.provider)
            if found is None:
                raise IdentityTaken from error
            if found.identity.subject != identity.subject:
                raise AlreadyLinked from error

    async def renew_identity(self, link: SealedIdentity, *, replace: bool = False) -> bool:
        """Keep the newest name and token of a link; False when it is gone.

        With `replace` also for another account of this provider. Raises `IdentityTaken`.
        """
        identity = link.identity
        values = {"username": identity.username, "sealed_token": link.sealed_token}
        of_it = [
            IdentityRow.account_id == identity.account_id,
            IdentityRow.provider == identity.provider,
        ]
        if replace:
            values["subject"] = identity.subject
        else:
            of_it.append(IdentityRow.subject == identity.subject)
        try:
            async with self._database.transaction() as unit:
                found = await unit.scalar(
                    update(IdentityRow).where(*of_it).values(**values).returning(IdentityRow.id)
                )
        except IntegrityError as error:
            raise IdentityTaken from error
        return found is not None

    async def set_identity_token(
        self, account_id: AccountId, provider: Provider, sealed_token: str
    ) -> None:
        """Replace the token alone."""
        async with self._database.transaction() as unit:
            row = await unit.scalar(_link_of(account_id, provider))
            if row is not None:
                row.sealed_token = sealed_token

    async def add_guest(self, guest: Guest) -> None:
        """Store a new guest."""
        async with self._database.transaction() as unit:
            unit.add(
                GuestRow(
                    id=guest.id,
                    room_id=guest.room_id,
                    name=guest.name,
                    created_wall_ms=guest.created_wall_ms,
                )
            )

    async def guest(self, guest_id: GuestId) -> Guest | None:
        """A guest by their id."""
        async with self._database.transaction() as unit:
            row = await unit.get(GuestRow, guest_id)
        if row is None:
            return None
        return Guest(GuestId(row.id), RoomId(row.room_id), row.name, row.created_wall_ms)


def _account(row: AccountRow) -> Account:
    role: AccountRole = "owner" if row.role == "owner" else "user"
    return Account(
        id=AccountId(row.id),
        username=row.username,
        display_name=row.display_name,
        role=role,
        disabled=row.disabled_wall_ms is not None,
        created_wall_ms=row.created_wall_ms,
    )


def _link_of(account_id: AccountId, provider: Provider) -> Select[IdentityRow]:
    return select(IdentityRow).where(
        IdentityRow.account_id == account_id, IdentityRow.provider == provider
    )


def _identity_row(link: SealedIdentity, now_wall_ms: int) -> IdentityRow:
    return IdentityRow(
        id=new_id("idn"),
        account_id=link.identity.account_id,
        provider=link.identity.provider,
        subject=link.identity.subject,
        username=link.identity.username,
        sealed_token=link.sealed_token,
        created_wall_ms=now_wall_ms,
    )


def _identity(row: IdentityRow) -> Identity:
    return Identity(AccountId(row.account_id), row.provider, row.subject, row.username)
