"""Which addresses this server may speak to, checked where the connection is made (SSRF guard).

A name is resolved once per connection; every address it has must be allowed, and the connection
goes to exactly the addresses that were checked. Host header and TLS keep the name.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from http.cookiejar import DefaultCookiePolicy
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpcore2
import httpx2

from watchtogether.plex.errors import PlexAddressRefused

IpAddress = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)

_PRIVATE: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
_NEVER: tuple[Network, ...] = tuple(  # metadata services outside link-local; local NAT64
    ip_network(text)
    for text in (
        "100.100.100.200/32",
        "192.0.0.0/24",
        "168.63.129.16/32",
        "fd00:ec2::/32",
        "64:ff9b:1::/48",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")


class AddressPolicy:
    """Loopback only by opt-in; private ranges all, or only those listed; metadata never."""

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        allowed_networks: Sequence[Network] = (),
        resolve: Resolve | None = None,
    ) -> None:
        self._allow_loopback = allow_loopback
        self._networks = tuple(allowed_networks)
        self._resolve = resolve or _resolve

    def allows(self, address: IpAddress) -> bool:
        """Whether a connection to this address is allowed; wrapped forms are unwrapped first."""
        address = unwrap(address)
        if address.is_loopback:
            return self._allow_loopback
        if address.is_link_local or address.is_multicast or address.is_unspecified:
            return False
        if _within(address, _NEVER):
            return False
        if _within(address, _PRIVATE):
            return not self._networks or _within(address, self._networks)
        return address.is_global and not address.is_reserved

    async def addresses_of(self, host: str, port: int) -> list[str]:
        """Resolve, and raise `PlexAddressRefused` unless every address is allowed.

        A name that does not resolve raises `httpcore2.ConnectError`.
        """
        try:
            found = await self._resolve(host, port)
        except OSError as error:
            raise httpcore2.ConnectError("name not resolved") from error
        if not found:
            raise httpcore2.ConnectError("name not resolved")
        for text in found:
            try:
                address = ip_address(text)
            except ValueError as error:
                raise PlexAddressRefused from error
            if not self.allows(address):
                raise PlexAddressRefused
        return list(found)


def check_url(url: str) -> str:
    """A server's base address: http or https, a host, nothing else. Raises `PlexAddressRefused`.

    Read by the same parser that later connects, so there is one answer to what the host is.
    """
    if any(ord(c) <= 32 or ord(c) >= 127 or c in "\\#?@%" for c in url) or len(url) > 500:
        raise PlexAddressRefused
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError) as error:
        raise PlexAddressRefused from error
    if parsed.scheme not in {"http", "https"} or not parsed.host or parsed.userinfo:
        raise PlexAddressRefused
    if ".." in url or not 0 < (parsed.port or 80) <= 65_535:
        raise PlexAddressRefused
    return url.rstrip("/")


def unwrap(address: IpAddress) -> IpAddress:
    """The IPv4 address inside an IPv6 form that routers or the kernel would unpack."""
    if isinstance(address, IPv4Address):
        return address
    number = int(address)
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or (address in _COMPATIBLE and number > 1):
        return IPv4Address(number & 0xFFFFFFFF)
    return address


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(
        self, policy: AddressPolicy, inner: httpcore2.AsyncNetworkBackend | None = None
    ) -> None:
        self._policy = policy
        self._inner = inner or httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface's own parameter
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._policy.addresses_of(host, port)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout("name not resolved in time") from error
        last: Exception = httpcore2.ConnectError("no address")
        for address in addresses[:3]:
            try:
                return await self._inner.connect_tcp(
                    address,
                    port,
                    timeout=timeout,
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last = error
        raise last

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface's own parameter
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise PlexAddressRefused

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _GuardedTransport(httpx2.AsyncHTTPTransport):
    """httpx2's own transport over a pool whose connections the guard makes."""

    def __init__(self, backend: GuardedBackend) -> None:
        context = httpx2.create_ssl_context(trust_env=False)
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=30.0,
            http1=True,
            http2=False,
            network_backend=backend,
        )


def open_client(policy: AddressPolicy) -> httpx2.AsyncClient:
    """The client for everything that belongs to Plex: no proxies from the environment, no
    redirects, no cookies. Close it with `aclose()`.
    """
    for name in ("httpx2", "httpcore2"):  # they log whole addresses, and headers when debugging
        logging.getLogger(name).setLevel(logging.WARNING)
    client = httpx2.AsyncClient(
        transport=_GuardedTransport(GuardedBackend(policy)),
        follow_redirects=False,
        trust_env=False,
    )
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client


async def _resolve(host: str, port: int) -> Sequence[str]:
    with contextlib.suppress(ValueError):
        return [str(ip_address(host))]
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _within(address: IpAddress, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
