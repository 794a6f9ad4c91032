"""The accounts' tokens of plex.tv; those that a device key earned are renewed before they end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final
from weakref import WeakValueDictionary

import structlog

from watchtogether.accounts.model import Provider
from watchtogether.kit.clock import Clock
from watchtogether.plex.device_key import DeviceKeys, DeviceToken, read_stored
from watchtogether.plex.errors import PlexError
from watchtogether.plex.plextv import PlexTv
from watchtogether.plex.servers import TokenSource

log = structlog.get_logger(__name__)

RENEW_BEFORE_S: Final = 2 * 24 * 3600
"""They last for seven days."""

Replace = Callable[[str, str], Awaitable[None]]
"""Keeps an account's new plex.tv token (`AccountService.replace_token`)."""


class AccountTokens:
    """Implements `servers.TokenSource` over what accounts have stored."""

    def __init__(
        self,
        *,
        stored: TokenSource,
        replace: Replace,
        plextv: PlexTv,
        keys: DeviceKeys,
        clock: Clock,
    ) -> None:
        self._stored = stored
        self._replace = replace
        self._plextv = plextv
        self._keys = keys
        self._clock = clock
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def token_for(self, account_id: str, provider: Provider) -> str | None:
        """The token as plex.tv takes it; one that could not be renewed is given as it is."""
        stored = await self._stored.token_for(account_id, provider)
        held = read_stored(stored) if stored is not None else None
        if held is None or not self._ends_soon(held):
            return held.token if held is not None else stored
        async with self._locks.setdefault(account_id, asyncio.Lock()):
            stored = await self._stored.token_for(account_id, provider)
            held = read_stored(stored) if stored is not None else None
            if held is None or not self._ends_soon(held):
                return held.token if held is not None else stored
            return await self._renewed(account_id, held)

    async def _renewed(self, account_id: str, held: DeviceToken) -> str:
        try:
            proof = self._keys.proof(held.key_name, await self._plextv.nonce())
            fresh = DeviceToken(held.key_name, await self._plextv.exchange(proof))
        except PlexError as error:
            log.warning("plex_token_not_renewed", account_id=account_id, why=error.code)
            return held.token
        await self._replace(account_id, fresh.stored())
        return fresh.token

    def _ends_soon(self, held: DeviceToken) -> bool:
        ends_s = held.expires_s()
        return ends_s is not None and ends_s - self._clock.wall_ms() / 1000 < RENEW_BEFORE_S
