"""Plex homes: an account may see Plex as another user of its home, a child's profile for one.

The account stays who it is here; only its Plex servers, and what they show, become that user's.
"""

from dataclasses import dataclass, replace
from typing import Final

from pydantic import SecretStr

from watchtogether.accounts.model import Provider
from watchtogether.kit.ids import AccountId
from watchtogether.kit.rate_limit import AUTH, PLEX, RateLimiter
from watchtogether.plex.errors import HomeUserUnknown, PlexNotLinked, PlexPinWrong
from watchtogether.plex.home_repository import ChosenUser, HomeRepository
from watchtogether.plex.model import HomeUser
from watchtogether.plex.plextv import PlexTv
from watchtogether.plex.servers import ServerDirectory, TokenSource

_PIN_TRIES: Final = replace(AUTH, name="plex_home_pin")


@dataclass(frozen=True, slots=True)
class Home:
    """`current` is the uuid of the user as whom Plex is seen; None for the account's own."""

    users: tuple[HomeUser, ...]
    current: str | None


class HomeTokens:
    """Implements `servers.TokenSource`: the chosen home user's token before the account's own."""

    def __init__(self, accounts: TokenSource, chosen: HomeRepository) -> None:
        self._accounts = accounts
        self._chosen = chosen

    async def token_for(self, account_id: str, provider: Provider) -> str | None:
        chosen = await self._chosen.find(AccountId(account_id))
        if chosen is not None:
            return chosen.token.get_secret_value()
        return await self._accounts.token_for(account_id, provider)


class HomeService:
    """Everything here asks plex.tv with the account's own token."""

    def __init__(
        self,
        *,
        plextv: PlexTv,
        accounts: TokenSource,
        chosen: HomeRepository,
        servers: ServerDirectory,
        limiter: RateLimiter,
    ) -> None:
        self._plextv = plextv
        self._accounts = accounts
        self._chosen = chosen
        self._servers = servers
        self._limiter = limiter

    async def home(self, account_id: AccountId) -> Home:
        """Raises `PlexNotLinked`, `PlexTvUnreachable`, `PlexUnauthorized`, `TooManyRequests`."""
        token = await self._token(account_id)
        await self._limiter.hit(PLEX, account_id)
        users = await self._plextv.home_users(token)
        chosen = await self._chosen.find(account_id)
        return Home(users, chosen.uuid if chosen else None)

    async def switch(self, account_id: AccountId, uuid: str, pin: str) -> Home:
        """See Plex as that user from now on. A PIN is asked where they have one.

        Raises `PlexPinWrong` (five tries a minute), `HomeUserUnknown`, and the errors of `home`.
        """
        token = await self._token(account_id)
        await self._limiter.check(_PIN_TRIES, account_id)
        users = await self._plextv.home_users(token)
        wanted = next((user for user in users if user.uuid == uuid), None)
        if wanted is None:
            raise HomeUserUnknown
        try:
            theirs = await self._plextv.switch_home_user(token, uuid, pin)
        except PlexPinWrong:
            await self._limiter.hit(_PIN_TRIES, account_id)
            raise
        resources = await self._plextv.resources(theirs)
        chosen = ChosenUser(account_id, wanted.uuid, wanted.title, SecretStr(theirs))
        await self._chosen.put(chosen)
        await self._servers.store(account_id, resources)
        return Home(users, wanted.uuid)

    async def leave(self, account_id: AccountId) -> None:
        """Back to the account's own view of Plex."""
        token = await self._token(account_id)
        resources = await self._plextv.resources(token)
        await self._chosen.forget(account_id)
        await self._servers.store(account_id, resources)

    async def forget(self, account_id: AccountId) -> None:
        """Whoever signs in with Plex anew is themselves again."""
        await self._chosen.forget(account_id)

    async def _token(self, account_id: AccountId) -> str:
        token = await self._accounts.token_for(account_id, "plex")
        if token is None:
            raise PlexNotLinked
        return token
