"""Cookies: what they are called, carry, and when they are Secure."""

from collections.abc import Mapping

from starlette.responses import Response

from watchtogether.accounts.model import Grant
from watchtogether.kit.web.hosts import PublicAddress

_HOST_PREFIX = "__Host-"


class SecretCookie:
    """One cookie that no script can read.

    By https it is `__Host-…` and Secure, and nothing else is read there, so a neighbouring
    subdomain cannot plant one. By plain HTTP, in the LAN, browsers would drop such cookies; there
    it has no prefix. Header names in lower case, everywhere.
    """

    def __init__(self, name: str, address: PublicAddress) -> None:
        self._name = name
        self._address = address

    def read(self, cookies: Mapping[str, str], headers: Mapping[str, str]) -> str | None:
        """What a request carries; None for nothing."""
        return cookies.get(self.name(headers)) or None

    def write(self, response: Response, value: str, age_s: int, headers: Mapping[str, str]) -> None:
        """Give it to the browser; `headers` are the request's."""
        secure = self._address.is_secure(headers)
        response.set_cookie(
            self.name(headers),
            value,
            max_age=age_s,
            path="/" if secure else f"{self._address.base_path}/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )

    def clear(self, response: Response, headers: Mapping[str, str]) -> None:
        """Take it from the browser again."""
        self.write(response, "", 0, headers)

    def name(self, headers: Mapping[str, str]) -> str:
        """As it is called for this browser."""
        return _HOST_PREFIX + self._name if self._address.is_secure(headers) else self._name


class SessionCookies:
    """The two cookies of a signed-in browser.

    Both live as long as the refresh token, though the JWT in the first expires sooner: its age,
    not its absence, tells the page to refresh.
    """

    def __init__(self, address: PublicAddress) -> None:
        self._address = address
        self._session = SecretCookie("wt_session", address)
        self._refresh = SecretCookie("wt_refresh", address)

    def is_secure(self, headers: Mapping[str, str]) -> bool:
        """Whether cookies for this request are Secure."""
        return self._address.is_secure(headers)

    def access_token(self, cookies: Mapping[str, str], headers: Mapping[str, str]) -> str | None:
        """The access token a request carries."""
        return self._session.read(cookies, headers)

    def refresh_token(self, cookies: Mapping[str, str], headers: Mapping[str, str]) -> str | None:
        """The refresh token a request carries."""
        return self._refresh.read(cookies, headers)

    def write(self, response: Response, grant: Grant, headers: Mapping[str, str]) -> None:
        """Give the browser both tokens; `headers` are the request's."""
        age_s = grant.refresh_expires_in_s
        self._session.write(response, grant.access_token, age_s, headers)
        self._refresh.write(response, grant.refresh_token, age_s, headers)

    def clear(self, response: Response, headers: Mapping[str, str]) -> None:
        """Take both from the browser again; `headers` are the request's."""
        self._session.clear(response, headers)
        self._refresh.clear(response, headers)
