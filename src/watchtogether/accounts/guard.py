"""Says who is asking. Every endpoint and the Socket.IO handshake come through here."""

from collections.abc import Mapping

from starlette.requests import Request, cookie_parser

from watchtogether.accounts.cookies import SessionCookies
from watchtogether.accounts.errors import AccountNeeded, NotSignedIn, OwnerNeeded, SessionExpired
from watchtogether.accounts.model import Principal
from watchtogether.accounts.sessions import SessionService
from watchtogether.accounts.tokens import AccessTokens
from watchtogether.kit.ids import SessionId
from watchtogether.kit.rate_limit import GENERAL, RateLimiter

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Methods to depend on: `me: Annotated[Principal, Depends(guard.account)]`.

    A bearer token goes before cookies. Calls that change something count against the general
    limit of their session; reading does not, for a page of posters reads a lot.
    """

    def __init__(
        self,
        tokens: AccessTokens,
        sessions: SessionService,
        cookies: SessionCookies,
        limiter: RateLimiter,
    ) -> None:
        self._tokens = tokens
        self._sessions = sessions
        self._cookies = cookies
        self._limiter = limiter

    async def identify(self, request: Request) -> Principal:
        """As `principal`, but counting nothing: for sign-out, which must always be possible."""
        token = _bearer(request.headers.get("authorization"))
        return await self.authenticate_handshake(request.headers, token)

    async def session_of(self, request: Request) -> SessionId | None:
        """The session a request comes with; None for none, and for one that has to be renewed."""
        try:
            return (await self.identify(request)).session_id
        except (NotSignedIn, SessionExpired):
            return None

    async def principal(self, request: Request) -> Principal:
        """An account or a guest. Raises `NotSignedIn` or `SessionExpired`."""
        who = await self.identify(request)
        if request.method not in _READING:
            await self._limiter.hit(GENERAL, who.session_id)
        return who

    async def account(self, request: Request) -> Principal:
        """An account; a guest is refused with `AccountNeeded`."""
        who = await self.principal(request)
        if who.kind != "account":
            raise AccountNeeded
        return who

    async def owner(self, request: Request) -> Principal:
        """The owner of this server; others are refused with `OwnerNeeded`."""
        who = await self.account(request)
        if who.role != "owner":
            raise OwnerNeeded
        return who

    async def optional(self, request: Request) -> Principal | None:
        """Whoever asks, or None for a stranger. An expired session still raises."""
        try:
            return await self.principal(request)
        except NotSignedIn:
            return None

    async def authenticate(self, token: str) -> Principal:
        """Whose access token this is. Raises `NotSignedIn` or `SessionExpired`."""
        who = self._tokens.read(token)
        await self._sessions.require_live(who.session_id)
        return who

    async def authenticate_handshake(
        self, headers: Mapping[str, str], token: str | None
    ) -> Principal:
        """By the token given, or else by the cookies in `headers` (lower-case names)."""
        if token is not None:
            return await self.authenticate(token)
        cookies = cookie_parser(headers.get("cookie", ""))
        found = self._cookies.access_token(cookies, headers)
        if found is None:
            if self._cookies.refresh_token(cookies, headers) is not None:
                raise SessionExpired
            raise NotSignedIn
        return await self.authenticate(found)


def _bearer(header: str | None) -> str | None:
    scheme, _, token = (header or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
