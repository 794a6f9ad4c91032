"""Sign-in by a device's own key: its registration, nonces, and the short-lived tokens it earns.

Tokens are signed (EdDSA) by a key of the account service, which is kept with the state.
"""

from __future__ import annotations

import secrets
import warnings
from dataclasses import dataclass
from typing import Any, Literal

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry, Token

from plexsandbox.accounts import Account
from plexsandbox.state import State

AUDIENCE = "plex.tv"
NONCE_S = 300.0
TOKEN_S = 7 * 86_400.0
_ALGORITHMS = ["EdDSA", "Ed25519"]
Fault = Literal["expired", "refused"]


class BadDevice(Exception):
    """`fault` says whether it came too late or is not to be trusted."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """The public half, as a JWK, and the name by which tokens refer to it."""

    jwk: dict[str, Any]
    name: str


def device_key(raw: object) -> DeviceKey:
    """Raises `BadDevice` for anything but an Ed25519 key."""
    if not isinstance(raw, dict) or (raw.get("kty"), raw.get("crv")) != ("OKP", "Ed25519"):
        raise BadDevice("refused", "an Ed25519 key is needed")
    public = {key: raw[key] for key in ("kty", "crv", "x") if key in raw}
    try:
        name = OKPKey.import_key(public).thumbprint()
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise BadDevice("refused", "this is no key") from error
    return DeviceKey(public, str(raw.get("kid") or name))


class DeviceKeys:
    """`now` is Unix seconds throughout."""

    def __init__(self, state: State, lifetime_s: float = TOKEN_S) -> None:
        self._state = state
        self.lifetime_s = lifetime_s
        self._nonces: dict[str, float] = {}
        fresh = OKPKey.generate_key("Ed25519", {"kid": secrets.token_hex(8)})
        self._key = OKPKey.import_key(state.signing_key(fresh.as_dict(private=True)))

    @property
    def public_keys(self) -> list[dict[str, Any]]:
        """With which the tokens can be verified."""
        shown = {"kid": self._key.kid, "use": "sig", "alg": "EdDSA"}
        return [{**self._key.as_dict(private=False), **shown}]

    def nonce(self, now: float) -> str:
        self._nonces = {each: at for each, at in self._nonces.items() if at > now}
        nonce = secrets.token_urlsafe(18)
        self._nonces[nonce] = now + NONCE_S
        return nonce

    def register(self, client: str, user: str, key: DeviceKey) -> None:
        self._state.register_device(client, key.name, {"jwk": key.jwk, "user": user})

    def check(self, raw: str, client: str, key: DeviceKey, now: float) -> str:
        """The nonce of a device's JWT that this key has signed for this client."""
        claims = _decoded(raw, OKPKey.import_key(key.jwk)).claims
        demands = JWTClaimsRegistry(
            now=int(now),
            aud={"essential": True, "value": AUDIENCE},
            iss={"essential": True, "value": client},
            iat={"essential": True},
            exp={"essential": True},
            nonce={"essential": True},
        )
        try:
            demands.validate(claims)
        except ExpiredTokenError as error:
            raise BadDevice("expired", "the JWT has expired") from error
        except JoseError as error:
            raise BadDevice("refused", str(error)) from error
        nonce = str(claims["nonce"])
        if self._nonces.get(nonce, 0.0) <= now:
            raise BadDevice("refused", "the nonce is not known, or has been used")
        return nonce

    def exchange(self, raw: str, client: str, now: float) -> tuple[str, DeviceKey]:
        """The user of a registered device, and its key; a nonce is good once."""
        for name, kept in self._state.devices(client).items():
            key = DeviceKey(kept["jwk"], name)
            try:
                nonce = self.check(raw, client, key, now)
            except BadDevice as error:
                if error.fault == "refused" and "signature" in str(error):
                    continue
                raise
            del self._nonces[nonce]
            return str(kept["user"]), key
        raise BadDevice("refused", "the signature is of no registered device")

    def issue(self, account: Account, client: str, key: DeviceKey, now: float) -> str:
        claims = {
            "iss": AUDIENCE,
            "aud": [AUDIENCE, client],
            "iat": int(now),
            "exp": int(now + self.lifetime_s),
            "thumbprint": key.name,
            "jti": secrets.token_hex(8),
            "user": {"id": account.id, "uuid": account.uuid, "username": account.user},
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the real service says EdDSA too
            header = {"alg": "EdDSA", "kid": self._key.kid}
            return jwt.encode(header, claims, self._key, algorithms=_ALGORITHMS)

    def user_of(self, token: str, now: float) -> str | None:
        """Of a token issued here; none when it is not. Raises `BadDevice` when it has expired."""
        if token.count(".") != 2:
            return None
        try:
            claims = _decoded(token, self._key).claims
        except BadDevice:
            return None
        if float(claims["exp"]) <= now:
            raise BadDevice("expired", "the token has expired")
        return str(claims["user"]["username"])


def _decoded(raw: str, key: OKPKey) -> Token:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return jwt.decode(
                raw, key, algorithms=_ALGORITHMS, registry=JWSRegistry(algorithms=_ALGORITHMS)
            )
        except (JoseError, ValueError) as error:
            raise BadDevice("refused", "the signature is not of this key") from error
