"""Puts every middleware around an app, in the one right order."""

from collections.abc import Sequence

from starlette.types import ASGIApp

from watchtogether.kit.web.address import ClientAddressMiddleware, Network
from watchtogether.kit.web.gates import BodyMiddleware, CrossSiteMiddleware, KnownHostsMiddleware
from watchtogether.kit.web.headers import SecurityHeadersMiddleware
from watchtogether.kit.web.hosts import PublicAddress
from watchtogether.kit.web.requests import Observer, RequestMiddleware


def protect(
    app: ASGIApp,
    *,
    address: PublicAddress,
    trusted_proxies: Sequence[Network] = (),
    style_hashes: Sequence[str] = (),
    observe: Observer | None = None,
) -> ASGIApp:
    """The app as the server runs it.

    It goes around the whole app, outside of FastAPI's own handling of errors, so that crashes and
    Socket.IO's handshakes pass through it too.
    """
    app = BodyMiddleware(app, address)
    app = CrossSiteMiddleware(app, address)
    app = KnownHostsMiddleware(app, address)
    app = SecurityHeadersMiddleware(app, address, style_hashes)
    app = ClientAddressMiddleware(app, trusted_proxies)
    return RequestMiddleware(app, observe)
