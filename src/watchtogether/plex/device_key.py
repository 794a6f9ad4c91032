"""Keys that stand for this server at plex.tv, one for each sign-in, and what is signed with them.

A key is derived from the root key and a random name, so that nothing but the name is stored: it
stands in front of the token that the key earned.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.jwk import OKPKey

from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import new_id

_SCOPE: Final = "username,email,friendly_name,restricted"
_PROOF_S: Final = 300
_MARK: Final = "device"


@dataclass(frozen=True, slots=True)
class DeviceToken:
    """A token of plex.tv, and the name of the key that earns the next one."""

    key_name: str
    token: str = field(repr=False)

    def stored(self) -> str:
        """As it is kept, sealed, with the account."""
        return f"{_MARK}:{self.key_name}:{self.token}"

    def expires_s(self) -> int | None:
        """When it ends, in Unix seconds, as it says itself; None when it doesn't."""
        try:
            body = self.token.split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
            return int(claims["exp"])
        except (IndexError, ValueError, KeyError, TypeError, binascii.Error):
            return None


def read_stored(stored: str) -> DeviceToken | None:
    """None for a token of the older kind, which is kept as it is."""
    mark, _, rest = stored.partition(":")
    key_name, _, token = rest.partition(":")
    return DeviceToken(key_name, token) if mark == _MARK and token else None


class DeviceKeys:
    """`derive` gives 32 secret bytes for a purpose, always the same (`SecretBox.derive`)."""

    def __init__(
        self, derive: Callable[[str], bytes], client_identifier: str, clock: Clock
    ) -> None:
        self._derive = derive
        self._client_identifier = client_identifier
        self._clock = clock

    def new_name(self) -> str:
        return new_id("key")

    def public(self, name: str) -> Mapping[str, str]:
        """The public half, as plex.tv takes it."""
        jwk = self._key(name).as_dict(private=False)
        shown = {part: str(jwk[part]) for part in ("kty", "crv", "x")}
        return {**shown, "kid": name, "use": "sig", "alg": "EdDSA"}

    def proof(self, name: str, nonce: str) -> str:
        """A short JWT that says: whoever holds this key asks now."""
        now_s = self._clock.wall_ms() // 1000
        claims = {
            "nonce": nonce,
            "scope": _SCOPE,
            "aud": "plex.tv",
            "iss": self._client_identifier,
            "iat": now_s,
            "exp": now_s + _PROOF_S,
        }
        header = {"alg": "EdDSA", "typ": "JWT", "kid": name}
        return jwt.encode(header, claims, self._key(name), algorithms=["EdDSA"])

    def _key(self, name: str) -> OKPKey:
        private = Ed25519PrivateKey.from_private_bytes(self._derive(f"plex-device|{name}"))
        pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return OKPKey.import_key(pem)
