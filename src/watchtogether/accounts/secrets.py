"""Secrets at rest, and the keys that everything else signs with."""

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12
_KEY_BYTES = 32
_VERSION = "v1"


class SealBroken(Exception):
    """A sealed value was altered, moved to another row, or sealed with a key we don't have.

    Not an `AppError`: nobody outside can cause it, and the operator must hear of it.
    """


class SecretBox:
    """Seals strings with AES-256-GCM, and derives keys for other purposes.

    Every key comes from the root key by HKDF-SHA256 and serves one purpose only. Values sealed
    with a `previous` root key still open; `is_outdated` finds them for the re-sealing job.
    """

    def __init__(self, root_key: bytes, previous: Sequence[bytes] = ()) -> None:
        if not root_key:
            raise ValueError("the root key is empty")
        self._root_key = root_key
        ring = [_derive(key, "secrets-at-rest") for key in (root_key, *previous)]
        self._ciphers = {_key_id(key): AESGCM(key) for key in ring}
        self._current_id = _key_id(ring[0])

    def seal(self, plaintext: str, associated: str) -> str:
        """Text to store, such as `v1.<key id>.<base64>`.

        `associated` says where it is stored, as `table|row|owner`; it opens nowhere else.
        """
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._current_id].encrypt(
            nonce, plaintext.encode(), self._bound(self._current_id, associated)
        )
        body = base64.urlsafe_b64encode(nonce + sealed).decode()
        return f"{_VERSION}.{self._current_id}.{body}"

    def open(self, sealed: str, associated: str) -> str:
        """What was sealed for this very place. Raises `SealBroken`."""
        version, _, rest = sealed.partition(".")
        key_id, _, body = rest.partition(".")
        cipher = self._ciphers.get(key_id)
        if version != _VERSION or cipher is None:
            raise SealBroken("sealed with an unknown key")
        try:
            raw = base64.b64decode(body, altchars=b"-_", validate=True)
            opened = cipher.decrypt(
                raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], self._bound(key_id, associated)
            )
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise SealBroken("altered, or taken from another place") from error
        return opened.decode()

    def is_outdated(self, sealed: str) -> bool:
        """Whether the value should be sealed again with the current key."""
        return not sealed.startswith(f"{_VERSION}.{self._current_id}.")

    def derive(self, purpose: str) -> bytes:
        """A 256-bit key for one named purpose, the same at every start."""
        return _derive(self._root_key, f"derived|{purpose}")

    @staticmethod
    def _bound(key_id: str, associated: str) -> bytes:
        return f"{_VERSION}|{key_id}|{associated}".encode()


def _derive(root_key: bytes, purpose: str) -> bytes:
    info = f"watchtogether|{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(root_key)


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"key-id|" + key).hexdigest()[:8]
