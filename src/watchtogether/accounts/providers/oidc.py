"""OpenID Connect Core 1.0: discovery, the code grant, and an ID token that is checked."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, TypeGuard

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from watchtogether.accounts.errors import ProviderRefused
from watchtogether.accounts.model import ProvenIdentity
from watchtogether.accounts.providers.codes import asking_address, redeem
from watchtogether.accounts.providers.fetching import Fetcher, Json, text
from watchtogether.accounts.providers.model import Client, Errand
from watchtogether.kit.clock import Clock

_SCOPE = "openid profile"
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""Signatures only: no `none`, and no secret that a public key could stand for."""
_LEEWAY_S = 60
_REMEMBER_MS = 3_600_000.0
_MOST_OFTEN_MS = 60_000.0
"""Keys that are not known are looked up again, but not more often than this."""
_MAX_TOKEN, _MAX_SUBJECT = 16_000, 255
_UNREADABLE = (JoseError, ValueError, TypeError, RecursionError)


@dataclass(frozen=True, slots=True)
class _Metadata:
    """What discovery said, and when (own clock)."""

    authorization: str
    token: str
    userinfo: str | None
    keys: KeySet
    read_ms: float


class OidcProvider:
    """One issuer, such as `https://auth.example.org`."""

    def __init__(self, client: Client, issuer: str, fetcher: Fetcher, clock: Clock) -> None:
        self.client = client
        self._issuer = issuer
        self._fetcher = fetcher
        self._clock = clock
        self._known: _Metadata | None = None

    async def address(self, errand: Errand) -> str:
        """As `IdentityProvider` says."""
        found = await self._metadata()
        return asking_address(
            found.authorization, self.client, errand, scope=_SCOPE, nonce=errand.nonce
        )

    async def prove(self, errand: Errand, code: str, issuer: str | None) -> ProvenIdentity:
        """As `IdentityProvider` says."""
        if issuer is not None and issuer != self._issuer:
            raise ProviderRefused  # another provider's answer (RFC 9207)
        found = await self._metadata()
        tokens = await redeem(self._fetcher, found.token, self.client, errand, code)
        claims = await self._claims(str(tokens.get("id_token", "")), errand)
        subject = str(claims["sub"])
        if text(claims, "preferred_username", "name") is None and found.userinfo is not None:
            about = await self._fetcher.get(found.userinfo, str(tokens["access_token"]))
            if about.get("sub") != subject:
                raise ProviderRefused
            claims = about
        name = text(claims, "preferred_username", "nickname", "name") or ""
        return ProvenIdentity(
            self.client.provider, self._id_of(subject), name, text(claims, "name") or name, None
        )

    def _id_of(self, subject: str) -> str:
        """Subjects are an issuer's own: another one's "1" is somebody else (OIDC Core 5.7)."""
        return hashlib.sha256(f"{self._issuer}\n{subject}".encode()).hexdigest()

    async def _claims(self, id_token: str, errand: Errand) -> Json:
        """OIDC Core 3.1.3.7. Raises `ProviderRefused` for whatever is wrong with the token."""
        if not 0 < len(id_token) <= _MAX_TOKEN:
            raise ProviderRefused
        claims = await self._verified(id_token)
        audience = claims.get("aud")
        alone = audience in (self.client.client_id, [self.client.client_id])
        if claims.get("azp", self.client.client_id if alone else None) != self.client.client_id:
            raise ProviderRefused
        nonce, subject = claims.get("nonce"), claims.get("sub")
        if not _is_plain(nonce) or not hmac.compare_digest(nonce, errand.nonce):
            raise ProviderRefused
        if not _is_plain(subject) or len(subject) > _MAX_SUBJECT:
            raise ProviderRefused
        return claims

    async def _verified(self, id_token: str) -> Json:
        try:
            return self._read(id_token, (await self._metadata()).keys)
        except _UNREADABLE as error:
            if not self._may_look_again():
                raise ProviderRefused from error
        try:  # the provider may have changed its keys meanwhile
            return self._read(id_token, (await self._discover()).keys)
        except _UNREADABLE as error:
            raise ProviderRefused from error

    def _read(self, id_token: str, keys: KeySet) -> Json:
        decoded = jwt.decode(id_token, keys, algorithms=_ALGORITHMS)
        claims: dict[str, Any] = dict(decoded.claims)
        JWTClaimsRegistry(
            now=self._clock.wall_ms() // 1000,
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self.client.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        ).validate(claims)
        return claims

    def _may_look_again(self) -> bool:
        known = self._known
        return known is None or self._clock.monotonic_ms() - known.read_ms > _MOST_OFTEN_MS

    async def _metadata(self) -> _Metadata:
        known = self._known
        if known is not None and self._clock.monotonic_ms() - known.read_ms < _REMEMBER_MS:
            return known
        return await self._discover()

    async def _discover(self) -> _Metadata:
        base = self._issuer.rstrip("/")
        found = await self._fetcher.get(f"{base}/.well-known/openid-configuration")
        authorization = self._place(found, "authorization_endpoint")
        token, keys_at = self._place(found, "token_endpoint"), self._place(found, "jwks_uri")
        if found.get("issuer") != self._issuer or not authorization or not token or not keys_at:
            raise ProviderRefused
        listed = await self._fetcher.get(keys_at)
        try:
            keys = KeySet.import_key_set({"keys": listed["keys"]})
        except (*_UNREADABLE, KeyError) as error:
            raise ProviderRefused from error
        self._known = _Metadata(
            authorization,
            token,
            self._place(found, "userinfo_endpoint"),
            keys,
            self._clock.monotonic_ms(),
        )
        return self._known

    def _place(self, found: Json, name: str) -> str | None:
        """One of the provider's addresses, as safe as the issuer's own; None for anything else."""
        given = text(found, name)
        try:
            read = httpx2.URL(given or "")
        except (httpx2.InvalidURL, ValueError):
            return None
        wanted = {"https"} if self._issuer.startswith("https:") else {"http", "https"}
        return given if read.scheme in wanted and read.host else None


def _is_plain(value: object) -> TypeGuard[str]:
    """A text of printable ASCII, as OpenID Connect has its names."""
    return isinstance(value, str) and value.isascii() and value.isprintable() and value != ""
