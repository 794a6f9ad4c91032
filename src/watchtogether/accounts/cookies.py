"""The two cookies of a signed-in browser: what they are called, carry, and when they are Secure."""

from collections.abc import Mapping

from starlette.responses import Response

from watchtogether.accounts.model import Grant
from watchtogether.kit.web.hosts import PublicAddress

_SESSION, _REFRESH = "wt_session", "wt_refresh"
_HOST_PREFIX = "__Host-"


class SessionCookies:
    """Reads and writes the cookies.

    By https they are `__Host-…` and Secure, and nothing else is read there, so a neighbouring
    subdomain cannot plant one. By plain HTTP, in the LAN, browsers would drop such cookies; there
    they have no prefix. Both live as long as the refresh token, though the JWT in the first
    expires sooner: its age, not its absence, tells the page to refresh.
    """

    def __init__(self, address: PublicAddress) -> None:
        self._address = address

    def is_secure(self, headers: Mapping[str, str]) -> bool:
        """Whether cookies for this request are Secure."""
        return self._address.is_secure(headers)

    def access_token(self, cookies: Mapping[str, str], headers: Mapping[str, str]) -> str | None:
        """The access token a request carries; header names in lower case."""
        return cookies.get(self._name(_SESSION, headers)) or None

    def refresh_token(self, cookies: Mapping[str, str], headers: Mapping[str, str]) -> str | None:
        """The refresh token a request carries; header names in lower case."""
        return cookies.get(self._name(_REFRESH, headers)) or None

    def write(self, response: Response, grant: Grant, headers: Mapping[str, str]) -> None:
        """Give the browser both tokens; `headers` are the request's."""
        for name, value in ((_SESSION, grant.access_token), (_REFRESH, grant.refresh_token)):
            self._set(response, name, value, grant.refresh_expires_in_s, headers)

    def clear(self, response: Response, headers: Mapping[str, str]) -> None:
        """Take both from the browser again; `headers` are the request's."""
        for name in (_SESSION, _REFRESH):
            self._set(response, name, "", 0, headers)

    def _set(
        self, response: Response, name: str, value: str, age_s: int, headers: Mapping[str, str]
    ) -> None:
        secure = self.is_secure(headers)
        response.set_cookie(
            self._name(name, headers),
            value,
            max_age=age_s,
            path="/" if secure else f"{self._address.base_path}/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )

    def _name(self, name: str, headers: Mapping[str, str]) -> str:
        return _HOST_PREFIX + name if self.is_secure(headers) else name
