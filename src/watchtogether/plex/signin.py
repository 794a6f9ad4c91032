"""Signing in with Plex: a code (PIN) that a person approves on plex.tv while we ask how it stands.

A code is bound to whoever asked for it: browsers hold the binding in a cookie scripts can't read,
programs are given it to send along. Without it nobody learns anything about the code.
"""

import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from pydantic import SecretStr

from watchtogether.accounts.door import Door
from watchtogether.accounts.model import Account, ProvenIdentity
from watchtogether.accounts.service import AccountService
from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import AccountId
from watchtogether.kit.rate_limit import PLEX, RateLimiter
from watchtogether.plex.device_key import DeviceKeys, DeviceToken
from watchtogether.plex.errors import PinForeign, PlexItemGone, PlexUnauthorized
from watchtogether.plex.home import HomeService
from watchtogether.plex.library import Library
from watchtogether.plex.model import PlexAccount, Resource
from watchtogether.plex.plextv import PlexTv
from watchtogether.plex.servers import ServerDirectory

PinStatus = Literal["pending", "approved", "expired"]

_ASK_EVERY_MS: Final = 900.0
_NONCE_MS: Final = 200_000.0
_MAX_REMEMBERED = 2_000
_NOBODY = "-"


@dataclass(frozen=True, slots=True)
class Started:
    """A new code, the page to approve it on, and the secret that binds it."""

    pin_id: str
    code: str
    url: str
    expires_in_s: int
    binding: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a code stands. `account` comes with "approved"; `linked` if it was signed in before."""

    status: PinStatus
    account: Account | None = None
    linked: bool = False


class PlexSignIn:
    """`key` is 32 bytes made for signing bindings alone.

    With `device_keys`, plex.tv gives tokens that last for seven days and are renewed; without,
    those of the older kind, which last until they are revoked.
    """

    def __init__(
        self,
        *,
        plextv: PlexTv,
        accounts: AccountService,
        servers: ServerDirectory,
        home: HomeService,
        library: Library,
        limiter: RateLimiter,
        clock: Clock,
        key: bytes,
        device_keys: DeviceKeys | None = None,
    ) -> None:
        self._plextv = plextv
        self._accounts = accounts
        self._servers = servers
        self._home = home
        self._library = library
        self._limiter = limiter
        self._clock = clock
        self._key = key
        self._device_keys = device_keys
        self._nonces: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._asked_ms: OrderedDict[str, float] = OrderedDict()

    async def start(self, current: AccountId | None, *, program: bool, door: Door) -> Started:
        """Ask plex.tv for a code. `current`: the account to link, None to sign in.

        Raises `PlexTvUnreachable`, `PlexBusy`, `TooManyRequests`.
        """
        await self._limiter.hit(PLEX, f"pin|{door.address}")
        key_name = self._device_keys.new_name() if self._device_keys is not None else ""
        jwk = self._device_keys.public(key_name) if self._device_keys is not None else None
        pin = await self._plextv.create_pin(jwk)
        expires_s = self._clock.wall_ms() // 1000 + pin.expires_in_s
        head = f"{expires_s}.{current or _NOBODY}.{key_name}"
        return Started(
            pin_id=pin.id,
            code=pin.code,
            url=self._plextv.sign_in_url(pin.code),
            expires_in_s=pin.expires_in_s,
            binding=f"{head}.{self._sign(pin.id, head, program=program)}",
        )

    async def poll(
        self, pin_id: str, binding: str, current: AccountId | None, *, program: bool, door: Door
    ) -> Outcome:
        """How the code stands; once approved, the account that it signs in or was linked to.

        Raises `PinForeign` for a binding that isn't this code's or is another person's, the errors
        of `AccountService.find_or_create_for_identity`, and `IdentityTaken`.
        """
        expires_s, started_by, key_name = self._read(pin_id, binding, program=program)
        if started_by is not None and started_by != current:
            raise PinForeign
        if self._clock.wall_ms() // 1000 >= expires_s:
            return Outcome("expired")
        if self._asked_just_now(pin_id):
            return Outcome("pending")
        pin = await self._plextv.pin(pin_id, await self._proof(pin_id, key_name))
        if pin is None:
            return Outcome("expired")
        if pin.auth_token is None:
            return Outcome("pending")
        self._asked_ms.pop(pin_id, None)
        return await self._approved(pin.auth_token, key_name, current, door)

    async def _proof(self, pin_id: str, key_name: str) -> str | None:
        """One nonce serves a code for some minutes; plex.tv counts how many one asks for."""
        if not key_name or self._device_keys is None:
            return None
        now_ms = self._clock.monotonic_ms()
        nonce, since_ms = self._nonces.get(pin_id, ("", -1e12))
        if now_ms - since_ms > _NONCE_MS:
            nonce = await self._plextv.nonce()
            self._nonces[pin_id] = (nonce, now_ms)
            while len(self._nonces) > _MAX_REMEMBERED:
                self._nonces.popitem(last=False)
        return self._device_keys.proof(key_name, nonce)

    async def _approved(
        self, token: str, key_name: str, current: AccountId | None, door: Door
    ) -> Outcome:
        person = await self._plextv.user(token)
        resources = await self._plextv.resources(token)
        proven = _proven(person, DeviceToken(key_name, token).stored() if key_name else token)
        if current is not None:
            await self._accounts.link_identity(current, proven)
            account = await self._accounts.account(current)
        else:
            vouched = await self._shares_a_server(resources)
            account = await self._accounts.find_or_create_for_identity(
                proven, vouched=vouched, door=door
            )
        if account is None:
            raise PinForeign
        await self._home.forget(account.id)
        await self._servers.store(account.id, resources)
        return Outcome("approved", account, linked=current is not None)

    async def _shares_a_server(self, resources: tuple[Resource, ...]) -> bool:
        for resource in resources:
            if await self._is_let_in(resource):
                return True
        return False

    async def _is_let_in(self, resource: Resource) -> bool:
        """Asked of the owner's server at the owner's address: a newcomer's own list of servers,
        with whatever identifiers and addresses it names, proves nothing.
        """
        access = await self._servers.owners_access(resource.server_id)
        if access is None:
            return False
        try:
            await self._library.sections(replace(access, token=SecretStr(resource.access_token)))
        except (PlexUnauthorized, PlexItemGone):
            return False
        return True

    def _asked_just_now(self, pin_id: str) -> bool:
        """However often a client asks, plex.tv is asked about once a second."""
        now_ms = self._clock.monotonic_ms()
        if now_ms - self._asked_ms.get(pin_id, -1e12) < _ASK_EVERY_MS:
            return True
        self._asked_ms[pin_id] = now_ms
        self._asked_ms.move_to_end(pin_id)
        while len(self._asked_ms) > _MAX_REMEMBERED:
            self._asked_ms.popitem(last=False)
        return False

    def _read(
        self, pin_id: str, binding: str, *, program: bool
    ) -> tuple[int, AccountId | None, str]:
        head, _, signature = binding.rpartition(".")
        expected = self._sign(pin_id, head, program=program)
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            raise PinForeign
        parts = head.split(".")
        if len(parts) != 3:  # begun by an older version
            raise PinForeign
        expires_s, started_by, key_name = parts
        return int(expires_s), None if started_by == _NOBODY else AccountId(started_by), key_name

    def _sign(self, pin_id: str, head: str, *, program: bool) -> str:
        holder = "program" if program else "browser"
        message = f"plex-pin|{holder}|{len(pin_id)}|{pin_id}|{head}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()


def _proven(person: PlexAccount, token: str) -> ProvenIdentity:
    """Names are shown to others here, so what is an e-mail address loses its domain."""
    return ProvenIdentity(
        provider="plex",
        subject=person.id,
        username=person.username.partition("@")[0],
        display_name=person.title.partition("@")[0],
        token=token,
    )
