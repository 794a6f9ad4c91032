"""Security headers on every answer."""

from collections.abc import Mapping, Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watchtogether.kit.web.hosts import PublicAddress
from watchtogether.kit.web.scope import is_api

_ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
    "midi=(), payment=(), serial=(), usb=(), browsing-topics=()",
}
_WHEN_SECURE: Mapping[str, str] = {
    "Strict-Transport-Security": "max-age=31536000",
    # Browsers ignore it on plain HTTP, with a warning in the console.
    "Cross-Origin-Opener-Policy": "same-origin",
}


def content_security_policy(style_hashes: Sequence[str] = ()) -> str:
    """The policy of every page; `style_hashes` such as `sha256-…` come from the page's build."""
    styles = " ".join(["'self'", *(f"'{digest}'" for digest in style_hashes)])
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src {styles}",
            "connect-src 'self'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            "font-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeadersMiddleware:
    """Adds what the app has not set itself; answers of the API are not stored by default."""

    def __init__(
        self, app: ASGIApp, address: PublicAddress, style_hashes: Sequence[str] = ()
    ) -> None:
        self._app = app
        self._address = address
        self._always = {
            **_ALWAYS,
            "Content-Security-Policy": content_security_policy(style_hashes),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = dict(self._always)
        if self._address.is_secure(Headers(scope=scope)):
            wanted |= _WHEN_SECURE
        if is_api(scope, self._address.base_path):
            wanted["Cache-Control"] = "no-store"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in wanted.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
