"""Who is calling, as a key for rate limits: one person's address, not one socket's."""

import ipaddress
from collections.abc import Sequence

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from watchtogether.kit.web.scope import header_values

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_KEY = "watchtogether.client_address"
_IPV6_PREFIX = 64


def client_address(connection: HTTPConnection | Scope) -> str:
    """The caller's address: IPv4 whole, IPv6 as its /64, `unknown` where there is none.

    Takes a request, a WebSocket, or a bare ASGI scope.
    """
    scope = connection.scope if isinstance(connection, HTTPConnection) else connection
    known = scope.get(_KEY)
    if isinstance(known, str):
        return known
    return address_key(_peer(scope))


def is_loopback(connection: HTTPConnection) -> bool:
    """Whether a program on this very machine calls directly, through no proxy."""
    headers = connection.headers
    if any(name in headers for name in ("x-forwarded-for", "forwarded", "x-real-ip")):
        return False
    peer = _parse(_peer(connection.scope))
    return peer is not None and peer.is_loopback


class ClientAddressMiddleware:
    """Works the caller's address out once, for `client_address` to read.

    `X-Forwarded-For` is walked from the right, over trusted proxies only: the first address that
    is not one of them is the caller. What stands left of it anybody could have written.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[Network] = ()) -> None:
        self._app = app
        self._trusted = tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            scope[_KEY] = address_key(self._caller(scope))
        await self._app(scope, receive, send)

    def _caller(self, scope: Scope) -> str:
        caller = _peer(scope)
        hops = ",".join(header_values(scope, b"x-forwarded-for")).split(",")
        for hop in reversed(hops):
            if not self._is_trusted(caller) or _parse(hop) is None:
                break
            caller = hop
        return caller

    def _is_trusted(self, text: str) -> bool:
        address = _parse(text)
        return address is not None and any(
            address in network for network in self._trusted if network.version == address.version
        )


def address_key(text: str) -> str:
    """The bucket an address falls into."""
    address = _parse(text)
    if address is None:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.IPv6Network((address, _IPV6_PREFIX), strict=False))


def _peer(scope: Scope) -> str:
    peer = scope.get("client")
    return str(peer[0]) if peer else ""


def _parse(text: str) -> _Address | None:
    """An address, with IPv4 taken out of its IPv6 form, or None; ports are cut off."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
