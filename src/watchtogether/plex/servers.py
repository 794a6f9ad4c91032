"""Which servers an account may use, and where they are just now.

The token of a server is sent only to an address that has proven within the last ten minutes to be
that machine; when it stops answering, all its addresses are tried again.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeVar
from weakref import WeakValueDictionary

import structlog
from pydantic import SecretStr

from watchtogether.accounts.model import Provider
from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import AccountId, ServerId
from watchtogether.kit.tasks import Background
from watchtogether.plex.breaker import Breaker
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.errors import (
    PlexError,
    PlexResting,
    PlexServerUnknown,
    PlexUnauthorized,
)
from watchtogether.plex.model import Resource
from watchtogether.plex.plextv import PlexTv
from watchtogether.plex.probing import IdentitySource, Reached, candidates, first_reached
from watchtogether.plex.repository import KnownServer, ServerRepository

log = structlog.get_logger(__name__)

_PROVEN_S = 600.0
_FIRST_REST_S = 0.5
_LONGEST_REST_S = 5.0
_KNOWN_S = 60.0
_RENEW_EVERY_S = 60.0
_LISTED_S = 600.0
_LIST_WAIT_S = 3.5
_MAX_REMEMBERED = 5_000

Key = tuple[AccountId, ServerId]
LinkKind = Literal["local", "remote", "relay"]
K = TypeVar("K")
V = TypeVar("V")


class TokenSource(Protocol):
    """Where the accounts' plex.tv tokens are; `AccountService` is one."""

    async def token_for(self, account_id: str, provider: Provider) -> str | None: ...


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """A server as its people see it."""

    server_id: ServerId
    name: str
    owned: bool
    link: LinkKind | None
    """How it is reached just now; None while it is not."""
    version: str | None

    @property
    def online(self) -> bool:
        return self.link is not None


class ServerDirectory:
    """Finds, proves and remembers servers. One instance per process."""

    def __init__(
        self,
        *,
        repository: ServerRepository,
        source: IdentitySource,
        plextv: PlexTv,
        tokens: TokenSource,
        clock: Clock,
        background: Background,
    ) -> None:
        self._repository = repository
        self._source = source
        self._plextv = plextv
        self._tokens = tokens
        self._clock = clock
        self._background = background
        self._known: OrderedDict[Key, tuple[KnownServer, float]] = OrderedDict()
        self._proven: OrderedDict[tuple[ServerId, str], tuple[float, str | None]] = OrderedDict()
        self._resting: OrderedDict[Key, Breaker] = OrderedDict()
        self._renewed: OrderedDict[AccountId, float] = OrderedDict()
        self._locks: WeakValueDictionary[object, asyncio.Lock] = WeakValueDictionary()

    async def find(self, account_id: AccountId, server_id: ServerId) -> ServerAccess:
        """The account's access as stored; asks nobody. Raises `PlexServerUnknown`."""
        known = await self._stored(account_id, server_id)
        return ServerAccess(server_id, known.base_url, known.token, account_id)

    async def ready(self, account_id: AccountId, server_id: ServerId) -> ServerAccess:
        """The access at an address that is proven to be this server.

        Raises `PlexServerUnknown`, and `PlexUnreachable` when no address answers; then it is
        left alone for half a second, and each time for twice as long, up to five seconds.
        """
        known = await self._stored(account_id, server_id)
        if not self._is_proven(known):
            async with self._lock((account_id, server_id)):
                known = await self._stored(account_id, server_id)
                if not self._is_proven(known):
                    known = await self._prove(known)
        return ServerAccess(server_id, known.base_url, known.token, account_id)

    def doubt(self, access: ServerAccess) -> None:
        """The address did not answer: prove it again, or find another, before its next use."""
        self._proven.pop((access.server_id, access.base_url), None)

    async def statuses(self, account_id: AccountId) -> tuple[ServerStatus, ...]:
        """Every server of the account, with who is online; asks plex.tv now and then."""
        stored = await self._repository.of_account(account_id)
        oldest_ms = min((server.updated_wall_ms for server in stored), default=0)
        if self._clock.wall_ms() - oldest_ms > _LISTED_S * 1000:
            with contextlib.suppress(TimeoutError):  # the list is shown as it was, then
                async with asyncio.timeout(_LIST_WAIT_S):
                    await self.renew(account_id)
            stored = await self._repository.of_account(account_id)
        return tuple(await asyncio.gather(*(self._status(server) for server in stored)))

    async def first(self, account_id: AccountId) -> ServerId | None:
        """The account's first server, its own before shared ones."""
        stored = await self._repository.of_account(account_id)
        return stored[0].server_id if stored else None

    async def renew(self, account_id: AccountId) -> bool:
        """Ask plex.tv again, at most once a minute per account; whether it was done."""
        now_ms = self._clock.monotonic_ms()
        if self._renewed.get(account_id, -1e12) > now_ms - _RENEW_EVERY_S * 1000:
            return False
        _remember(self._renewed, account_id, now_ms)
        token = await self._tokens.token_for(account_id, "plex")
        if token is None:
            return False
        try:
            await self.store(account_id, await self._plextv.resources(token))
        except PlexUnauthorized:
            log.info("plex_token_refused", account_id=account_id)
            return False
        except PlexError:
            return False
        return True

    async def _renew_quietly(self, account_id: AccountId) -> None:
        await self.renew(account_id)

    async def store(self, account_id: AccountId, resources: Sequence[Resource]) -> None:
        """Remember these servers, and where each answers; the account's others are forgotten."""
        before = {
            server.server_id: server for server in await self._repository.of_account(account_id)
        }
        fresh = await asyncio.gather(
            *(self._locate(account_id, resource, before) for resource in resources)
        )
        await self._repository.replace(account_id, fresh)
        for key in [key for key in self._known if key[0] == account_id]:
            del self._known[key]
        for key in [key for key in self._resting if key[0] == account_id]:
            del self._resting[key]

    async def owners_access(self, server_id: ServerId) -> ServerAccess | None:
        """The owner's access to a server of their own, at a proven address; None for others'.

        Raises `PlexUnreachable` when the server does not answer.
        """
        owner = await self._repository.owner_of(server_id)
        return None if owner is None else await self.ready(owner, server_id)

    async def _locate(
        self, account_id: AccountId, resource: Resource, before: dict[ServerId, KnownServer]
    ) -> KnownServer:
        earlier = before.get(resource.server_id)
        last = earlier.base_url if earlier is not None else ""
        local_too = resource.owned or resource.public_address_matches
        usable = [c for c in resource.connections if local_too or not c.local]
        if last not in {connection.uri.rstrip("/") for connection in usable}:
            last = ""
        found = await first_reached(
            self._source, resource.server_id, candidates(usable, local_too=True, last=last)
        )
        if found is not None:
            self._proved(resource.server_id, found)
        return KnownServer(
            account_id=account_id,
            server_id=resource.server_id,
            name=resource.name,
            owned=resource.owned,
            base_url=found.base_url if found is not None else last,
            token=SecretStr(resource.access_token),
            connections=tuple(usable),
            updated_wall_ms=self._clock.wall_ms(),
        )

    async def _prove(self, known: KnownServer) -> KnownServer:
        """Find the address that answers; when none does, plex.tv is asked for newer ones."""
        key = (known.account_id, known.server_id)
        breaker = self._breaker(key)
        breaker.admit()
        try:
            found = await self._probe(known)
            (breaker.failed if found is None else breaker.succeeded)()
        finally:
            breaker.released()
        if found is None:
            self._background.start("plex servers", self._renew_quietly(known.account_id))
            raise PlexResting(breaker.left_s)
        if found.base_url != known.base_url:
            await self._repository.move(*key, found.base_url)
            known = replace(known, base_url=found.base_url)
            self._hold(known)
        self._proved(known.server_id, found)
        return known

    async def _probe(self, known: KnownServer) -> Reached | None:
        addresses = candidates(known.connections, local_too=True, last=known.base_url)
        return await first_reached(self._source, known.server_id, addresses)

    async def _status(self, known: KnownServer) -> ServerStatus:
        link: LinkKind | None = None
        version: str | None = None
        with contextlib.suppress(PlexError):
            access = await self.ready(known.account_id, known.server_id)
            link = _link_kind(known, access.base_url)
            version = self._proven.get((known.server_id, access.base_url), (0.0, None))[1]
        return ServerStatus(known.server_id, known.name, known.owned, link, version)

    async def _stored(self, account_id: AccountId, server_id: ServerId) -> KnownServer:
        held = self._known.get((account_id, server_id))
        if held is not None and held[1] > self._clock.monotonic_ms():
            return held[0]
        known = await self._repository.find(account_id, server_id)
        if known is None:
            self._known.pop((account_id, server_id), None)
            raise PlexServerUnknown
        self._hold(known)
        return known

    def _breaker(self, key: Key) -> Breaker:
        breaker = self._resting.get(key)
        if breaker is None:
            breaker = Breaker(
                self._clock, failures=1, open_s=_FIRST_REST_S, longest_s=_LONGEST_REST_S
            )
        _remember(self._resting, key, breaker)
        return breaker

    def _hold(self, known: KnownServer) -> None:
        until_ms = self._clock.monotonic_ms() + _KNOWN_S * 1000
        _remember(self._known, (known.account_id, known.server_id), (known, until_ms))

    def _is_proven(self, known: KnownServer) -> bool:
        held = self._proven.get((known.server_id, known.base_url))
        return held is not None and held[0] > self._clock.monotonic_ms()

    def _proved(self, server_id: ServerId, found: Reached) -> None:
        until_ms = self._clock.monotonic_ms() + _PROVEN_S * 1000
        _remember(self._proven, (server_id, found.base_url), (until_ms, found.version))

    def _lock(self, key: Key) -> asyncio.Lock:
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock


def _link_kind(known: KnownServer, base_url: str) -> LinkKind:
    used = next((c for c in known.connections if c.uri.rstrip("/") == base_url), None)
    if used is None:
        return "remote"
    return "relay" if used.relay else "local" if used.local else "remote"


def _remember(memory: OrderedDict[K, V], key: K, value: V) -> None:
    memory[key] = value
    memory.move_to_end(key)
    while len(memory) > _MAX_REMEMBERED:
        memory.popitem(last=False)
