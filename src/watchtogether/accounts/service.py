"""Accounts and guests: who may become one, and how they prove it is them."""

import hmac
import itertools
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from watchtogether.accounts.door import Door
from watchtogether.accounts.errors import (
    AccountDisabled,
    IdentityTaken,
    NotSignedIn,
    SetupCodeNeeded,
    SignUpClosed,
    UsernameTaken,
    WrongCredentials,
)
from watchtogether.accounts.model import (
    Account,
    AccountRole,
    Grant,
    Guest,
    Identity,
    Principal,
    ProvenIdentity,
    Provider,
    SignUpPolicy,
)
from watchtogether.accounts.passwords import Passwords
from watchtogether.accounts.repository import (
    AccountRepository,
    AlreadyFounded,
    NewAccount,
    SealedIdentity,
)
from watchtogether.accounts.secrets import SecretBox
from watchtogether.accounts.sessions import SessionService
from watchtogether.db.engine import Database
from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import NotFound
from watchtogether.kit.ids import AccountId, GuestId, RoomId, SessionId, new_id, new_secret
from watchtogether.kit.names import MAX_LENGTH, InvalidName, clean_name, name_key
from watchtogether.kit.rate_limit import AUTH, GENERAL, RateLimiter

_RESET_LENGTH = 20
"""Characters of a password that the server chooses: 120 bits."""


class AccountService:
    """Makes accounts and guests, and signs them in.

    `setup_code` guards the first account, which owns the server; empty means unguarded. Behind a
    proxy (`proxied`) everybody seems to be on this machine, so being there proves nothing.
    """

    def __init__(
        self,
        *,
        database: Database,
        sessions: SessionService,
        passwords: Passwords,
        secrets: SecretBox,
        limiter: RateLimiter,
        clock: Clock,
        sign_up: SignUpPolicy,
        setup_code: str = "",
        proxied: bool = False,
    ) -> None:
        self.sign_up = sign_up
        self._people = AccountRepository(database)
        self._sessions = sessions
        self._passwords = passwords
        self._secrets = secrets
        self._limiter = limiter
        self._clock = clock
        self._setup_code = setup_code
        self._proxied = proxied

    async def is_first_run(self) -> bool:
        """Whether nobody owns this server yet."""
        return await self._people.count() == 0

    def needs_setup_code(self, door: Door) -> bool:
        """Whether becoming the owner takes the code, for somebody at this door."""
        trusted = door.loopback and not self._proxied
        return bool(self._setup_code) and not trusted

    async def account(self, account_id: str) -> Account | None:
        """An account by its id."""
        return await self._people.account(AccountId(account_id))

    async def plex_username(self, account_id: str) -> str | None:
        """The name of the linked Plex account, or None when none is linked."""
        found = await self._people.identity(AccountId(account_id), "plex")
        return found.identity.username if found else None

    async def register(
        self, username: str, password: str, display_name: str | None, door: Door
    ) -> Account:
        """Make an account; the first one is the owner's.

        Raises `SetupCodeNeeded`, `SignUpClosed`, `InvalidName`, `WeakPassword`, `UsernameTaken`,
        `TooManyRequests`.
        """
        founder = await self.is_first_run()
        if founder:
            await self._require_setup_code(door)
        elif self.sign_up != "open":
            raise SignUpClosed
        await self._limiter.hit(GENERAL, f"register|{door.address}")
        name = clean_name(username)
        shown = clean_name(display_name) if display_name is not None else name
        password_hash = await self._passwords.hash(password)
        try:
            account = self._new_account(name, shown, founder)
            await self._people.add(NewAccount(account, name_key(name), password_hash, founder))
        except AlreadyFounded:
            return await self.register(username, password, display_name, door)
        return account

    async def login(self, username: str, password: str, door: Door) -> Account:
        """The account that this name and password belong to.

        An unknown name takes as long as a wrong password. Failures count against the account
        together with the address, so nobody can lock somebody else out, and against the address.
        Raises `WrongCredentials`, `AccountDisabled`, `TooManyRequests`.
        """
        key = name_key(_tidied(username) or "")
        await self._require_unblocked(key, door)  # before the queue for a slot, and again within
        async with self._passwords.turn() as turn, self._counting_failures(key, door):
            found = await self._people.by_username(key)
            account, stored = found or (None, None)
            verdict = await turn.verify(password, stored)
            if account is None or not verdict.right:
                raise WrongCredentials
        if account.disabled:
            raise AccountDisabled
        if verdict.new_hash is not None:  # unless it was changed meanwhile
            await self._people.set_password_hash(account.id, verdict.new_hash, stored)
        return account

    async def has_password(self, account_id: str) -> bool:
        """Whether somebody can sign in here by name; not all who come from a provider can."""
        return await self._people.password_hash(AccountId(account_id)) is not None

    async def change_password(self, who: Principal, current: str, new: str, door: Door) -> None:
        """Replace the password and end the account's other sessions.

        Raises `WrongCredentials`, also for an account that only ever signed in elsewhere,
        `WeakPassword`, `TooManyRequests`.
        """
        account_id = AccountId(who.id)
        stored = await self._people.password_hash(account_id)
        async with self._passwords.turn() as turn, self._counting_failures(who.id, door):
            if not (await turn.verify(current, stored)).right:
                raise WrongCredentials
        chosen = await self._passwords.hash(new)
        if not await self._people.set_password_hash(account_id, chosen, stored):
            raise WrongCredentials  # somebody was faster with the same one
        await self._sessions.end_all(account_id=account_id, keep=who.session_id)

    async def reset_password(self, username: str) -> tuple[str, list[Identity]] | None:
        """A new password for who has lost theirs, which ends all of their sessions; and what else
        leads into the account, which stays.

        None when there is no such account. For whoever runs the server: nobody is asked.
        """
        found = await self._people.by_username(name_key(_tidied(username) or ""))
        if found is None:
            return None
        account, _ = found
        chosen = new_secret()[:_RESET_LENGTH]
        await self._people.set_password_hash(account.id, await self._passwords.hash(chosen))
        await self._sessions.end_all(account_id=account.id)
        return chosen, await self._people.identities(account.id)

    async def set_disabled(self, account_id: str, disabled: bool) -> None:
        """Switch an account off, which ends its sessions, or on again."""
        since = self._clock.wall_ms() if disabled else None
        await self._people.set_disabled(AccountId(account_id), since)
        if disabled:
            await self._sessions.end_all(account_id=account_id)

    async def find_or_create_for_identity(
        self, proven: ProvenIdentity, *, vouched: bool, door: Door
    ) -> Account:
        """The account of somebody whom a provider has just confirmed; their token is kept.

        `vouched`: whether the provider's word suffices to be let in, as for people on the owner's
        Plex server. The first person of all becomes the owner, as in `register`. Raises
        `SetupCodeNeeded`, `SignUpClosed`, `AccountDisabled`.
        """
        account = await self._people.by_identity(proven.provider, proven.subject)
        if account is None:
            return await self._admit(proven, vouched=vouched, door=door)
        if account.disabled:
            raise AccountDisabled
        if not await self._people.renew_identity(self._sealed(account.id, proven)):
            raise NotSignedIn  # unlinked at this very moment
        return account

    async def link_identity(self, account_id: AccountId, proven: ProvenIdentity) -> None:
        """Link a provider's account to one of ours, in place of another of the same provider.

        Raises `IdentityTaken`.
        """
        await self._people.put_identity(self._sealed(account_id, proven), self._clock.wall_ms())

    async def add_identity(
        self, account_id: AccountId, proven: ProvenIdentity, *, keep: SessionId
    ) -> None:
        """Make a provider's account a way into this one, and end its other sessions: whoever
        is there may not be who wants this. Raises `IdentityTaken`, `AlreadyLinked`.
        """
        await self._people.add_identity(self._sealed(account_id, proven), self._clock.wall_ms())
        await self._sessions.end_all(account_id=account_id, keep=keep)

    async def identities(self, account_id: str) -> list[Identity]:
        """All that an account is linked to."""
        return await self._people.identities(AccountId(account_id))

    async def unlink_identity(
        self, who: Principal, provider: Provider, working: Collection[Provider]
    ) -> None:
        """Unlink a provider's account, and end the sessions that may have come by it.

        `working` names the providers that people can sign in at now. Raises `NotFound`,
        `LastWayIn`.
        """
        account_id = AccountId(who.id)
        if not await self._people.remove_identity(account_id, provider, working):
            raise NotFound
        await self._sessions.end_all(account_id=account_id, keep=who.session_id)

    async def token_for(self, account_id: str, provider: Provider) -> str | None:
        """The provider's token of an account; a secret. Raises `SealBroken`."""
        found = await self._people.identity(AccountId(account_id), provider)
        if found is None or found.sealed_token is None:
            return None
        place = _token_place(found.identity.account_id, provider)
        return self._secrets.open(found.sealed_token, place)

    async def replace_token(self, account_id: str, token: str) -> None:
        """Keep a newer token of the linked Plex account; nothing when the link is gone."""
        place = _token_place(AccountId(account_id), "plex")
        sealed = self._secrets.seal(token, place)
        await self._people.set_identity_token(AccountId(account_id), "plex", sealed)

    async def sign_in(self, account: Account, device: str) -> Grant:
        """Start a session for an account that has proven itself."""
        return await self._sessions.start_for_account(account, device)

    async def create_guest(self, room_id: RoomId, name: str, device: str) -> Grant:
        """A new guest of one room, signed in. Raises `InvalidName`.

        Whether the room lets them in, and under a free name, the caller has asked before.
        """
        guest = Guest(
            id=GuestId(new_id("gst")),
            room_id=room_id,
            name=clean_name(name),
            created_wall_ms=self._clock.wall_ms(),
        )
        await self._people.add_guest(guest)
        return await self._sessions.start_for_guest(guest, device)

    async def require_account(self, who: Principal) -> Account:
        """The account behind a principal. Raises `NotSignedIn` when it is gone."""
        account = await self._people.account(AccountId(who.id))
        if account is None:
            raise NotSignedIn
        return account

    async def _admit(self, proven: ProvenIdentity, *, vouched: bool, door: Door) -> Account:
        founder = await self.is_first_run()
        if founder:
            await self._require_setup_code(door)
        elif self.sign_up == "closed" or (self.sign_up == "plex" and not vouched):
            raise SignUpClosed
        shown = _tidied(proven.display_name) or _tidied(proven.username) or "New member"
        wanted = _tidied(proven.username) or proven.provider
        for number in itertools.count(1):
            suffix = "" if number == 1 else f" {number}"
            name = wanted[: MAX_LENGTH - len(suffix)] + suffix
            account = self._new_account(name, shown, founder)
            try:
                await self._people.add(
                    NewAccount(account, name_key(name), None, founder),
                    self._sealed(account.id, proven),
                )
            except UsernameTaken:
                continue
            except (AlreadyFounded, IdentityTaken):  # somebody, or this very person, was faster
                return await self.find_or_create_for_identity(proven, vouched=vouched, door=door)
            return account
        raise AssertionError("unreachable: counting never ends")

    def _new_account(self, username: str, display_name: str, founder: bool) -> Account:
        role: AccountRole = "owner" if founder else "user"
        return Account(
            id=AccountId(new_id("acc")),
            username=username,
            display_name=display_name,
            role=role,
            disabled=False,
            created_wall_ms=self._clock.wall_ms(),
        )

    def _sealed(self, account_id: AccountId, proven: ProvenIdentity) -> SealedIdentity:
        identity = Identity(account_id, proven.provider, proven.subject, proven.username[:200])
        place = _token_place(account_id, proven.provider)
        sealed = self._secrets.seal(proven.token, place) if proven.token is not None else None
        return SealedIdentity(identity, sealed)

    async def _require_setup_code(self, door: Door) -> None:
        if not self.needs_setup_code(door):
            return
        key = f"setup|{door.address}"
        await self._limiter.check(AUTH, key)
        if not hmac.compare_digest(door.setup_code.strip().encode(), self._setup_code.encode()):
            if door.setup_code:
                await self._limiter.hit(AUTH, key)
            raise SetupCodeNeeded

    @asynccontextmanager
    async def _counting_failures(self, key: str, door: Door) -> AsyncIterator[None]:
        await self._require_unblocked(key, door)
        try:
            yield
        except WrongCredentials:
            await self._limiter.hit(GENERAL, f"login|{door.address}")
            await self._limiter.hit(AUTH, f"login|{key}|{door.address}")
            raise

    async def _require_unblocked(self, key: str, door: Door) -> None:
        await self._limiter.check(AUTH, f"login|{key}|{door.address}")
        await self._limiter.check(GENERAL, f"login|{door.address}")


def _tidied(name: str) -> str | None:
    """A name as one of ours, or None when nothing readable is left."""
    readable = "".join(character for character in name if character.isprintable())
    try:
        return clean_name(readable[:MAX_LENGTH])
    except InvalidName:
        return None


def _token_place(account_id: AccountId, provider: Provider) -> str:
    return f"identities|sealed_token:{provider}|{account_id}"
