"""Refresh tokens: opaque to clients, recognisable to us, stored only as hashes."""

import hashlib
import hmac

from watchtogether.kit.ids import SessionId, new_secret

_MAX_LENGTH = 200
_TAG_LENGTH = 32


class RefreshTokens:
    """Makes `<session>.<256-bit secret>.<tag>`.

    The tag proves that the token was once issued here, so that a used one can be told from a
    forged one: reuse ends the session, while nobody can end a session by guessing its id.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def new(self, session_id: SessionId) -> str:
        """A fresh token of a session."""
        body = f"{session_id}.{new_secret()}"
        return f"{body}.{self._tag(body)}"

    def session_of(self, token: str) -> SessionId | None:
        """The session that a token was issued for, or None when it was not issued here."""
        body, _, tag = token.rpartition(".")
        if len(token) > _MAX_LENGTH or not token.isascii():
            return None
        if not hmac.compare_digest(tag, self._tag(body)):
            return None
        return SessionId(body.partition(".")[0])

    @staticmethod
    def hash(token: str) -> str:
        """What is stored. A fast hash suffices for 256 random bits."""
        return hashlib.sha256(token.encode()).hexdigest()

    def _tag(self, body: str) -> str:
        return hmac.new(self._key, body.encode(), hashlib.sha256).hexdigest()[:_TAG_LENGTH]
