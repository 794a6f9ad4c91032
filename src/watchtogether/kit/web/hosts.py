"""Which names this server answers to, and under which of them it is reached by https."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

_LOCAL_SUFFIXES = (".localhost", ".local", ".lan", ".home", ".home.arpa", ".internal", ".test")


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """The address people open, as the operator set it; without one, local names only."""

    scheme: str
    host: str
    """Lower case, without the port; empty when none was set."""
    origin: str
    """`scheme://host[:port]`; empty when none was set."""
    base_path: str
    """Path below which the server is hosted, such as `/watch`; empty at the root."""

    @classmethod
    def of(cls, public_url: str = "", base_path: str = "") -> Self:
        """From the settings. Raises `ValueError` for a public URL without scheme or host."""
        if not public_url:
            return cls("http", "", "", base_path)
        parts = urlsplit(public_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"not an http(s) address: {public_url!r}")
        host = parts.hostname.lower()
        return cls(parts.scheme, host, f"{parts.scheme}://{parts.netloc.lower()}", base_path)

    def knows(self, host_header: str) -> bool:
        """Whether a `Host` names this server.

        Local names always do, for somebody else's page cannot have one (DNS rebinding needs a
        public name); public names only when they are the operator's.
        """
        host = _hostname(host_header)
        return host is not None and (host == self.host or _is_local(host))

    def is_secure(self, headers: Mapping[str, str]) -> bool:
        """Whether the browser that sends these headers (lower-case names) came by https.

        With an https public address it did, unless it opened the machine's own address instead,
        which is plain HTTP; there a browser would drop a Secure cookie.
        """
        if self.scheme != "https":
            return False
        host = _hostname(headers.get("host", ""))
        return host is None or host == self.host or not _is_machine_address(host)

    def own_url(self, headers: Mapping[str, str]) -> str:
        """The public `scheme://host[:port]`; without one, as the browser that sends these headers
        came, by a name that `knows` has judged before.
        """
        return self.origin or f"http://{headers.get('host', '')}"


def is_loopback_host(host_header: str) -> bool:
    """Whether a `Host` is this machine's own name for itself: nobody else's page has it."""
    host = _hostname(host_header)
    if host is None:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _hostname(host_header: str) -> str | None:
    if not host_header or set(host_header) & set("/\\@?# \t"):
        return None
    try:
        parts = urlsplit(f"//{host_header}")
        _ = parts.port
    except ValueError:
        return None
    return (parts.hostname or "").rstrip(".").lower() or None


def _is_machine_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".local")
    return True


def _is_local(host: str) -> bool:
    return _is_machine_address(host) or "." not in host or host.endswith(_LOCAL_SUFFIXES)
