"""Access tokens: short-lived JWTs that this server alone writes and reads (RFC 8725, RFC 9068)."""

import json
from typing import Any, Literal, cast

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OctKey
from joserfc.jwt import JWTClaimsRegistry

from watchtogether.accounts.errors import NotSignedIn, SessionExpired
from watchtogether.accounts.model import Principal, Role
from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import RoomId, SessionId

LIFETIME_S = 600
SKEW_S = 30

_ALGORITHM = "HS256"
_HEADER = {"alg": _ALGORITHM, "typ": "at+jwt"}
_ISSUER = "watchtogether"
_AUDIENCE = "watchtogether-api"
_MAX_LENGTH = 2_000


class AccessTokens:
    """Writes and reads access tokens with one key and one algorithm."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = OctKey.import_key(key)
        self._clock = clock

    def issue(self, who: Principal) -> str:
        """A token that names `who` for the next ten minutes."""
        now_s = self._clock.wall_ms() // 1000
        claims: dict[str, Any] = {  # Any: joserfc's own type of claims
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "iat": now_s,
            "exp": now_s + LIFETIME_S,
            "sub": who.id,
            "sid": who.session_id,
            "kind": who.kind,
            "name": who.name,
            "role": who.role,
        }
        if who.room_id is not None:
            claims["room"] = who.room_id
        return jwt.encode(dict(_HEADER), claims, self._key, algorithms=[_ALGORITHM])

    def read(self, token: str) -> Principal:
        """Whom a token names; whether their session still lives is not asked here.

        Raises `SessionExpired` more than 30 s after its time, and `NotSignedIn` for everything
        else that is wrong with it. Any header beside `alg` and `typ` is wrong, so no `kid`, `jku`
        or `jwk` is ever looked at.
        """
        if len(token) > _MAX_LENGTH:
            raise NotSignedIn
        try:
            decoded = jwt.decode(token, self._key, algorithms=[_ALGORITHM])
            if decoded.header != _HEADER:
                raise NotSignedIn
            self._registry().validate(decoded.claims)
        except ExpiredTokenError as error:
            raise SessionExpired from error
        except (JoseError, ValueError, TypeError, json.JSONDecodeError) as error:
            raise NotSignedIn from error
        return _principal(decoded.claims)

    def _registry(self) -> JWTClaimsRegistry:
        return JWTClaimsRegistry(
            now=self._clock.wall_ms() // 1000,
            leeway=SKEW_S,
            iss={"essential": True, "value": _ISSUER},
            aud={"essential": True, "value": _AUDIENCE},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            sid={"essential": True},
            kind={"essential": True, "values": ["account", "guest"]},
            role={"essential": True, "values": ["owner", "user", "guest"]},
            name={"essential": True},
        )


def _principal(claims: dict[str, Any]) -> Principal:
    room = claims.get("room")
    return Principal(
        kind=cast("Literal['account', 'guest']", claims["kind"]),
        id=str(claims["sub"]),
        session_id=SessionId(str(claims["sid"])),
        name=str(claims["name"]),
        role=cast("Role", claims["role"]),
        room_id=RoomId(str(room)) if room is not None else None,
    )
