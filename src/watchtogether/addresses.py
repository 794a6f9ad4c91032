"""Under which addresses this machine's server can be opened."""

import ipaddress
import socket
from typing import Final

_ANYWHERE: Final = ("10.255.255.255", 9)  # a UDP "connection" sends nothing; it picks a route


def lan_address() -> str | None:
    """This machine's own address in its local network, if it has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ANYWHERE)
        except OSError:
            return None
        found = str(probe.getsockname()[0])
    return None if ipaddress.ip_address(found).is_loopback else found


def local_url(host: str, port: int, base_path: str) -> str:
    """The address to open on this very machine."""
    name = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 a comparison
    return f"http://{_bracketed(name)}:{port}{base_path}/"


def shared_url(host: str, port: int, base_path: str, public_url: str) -> str:
    """The address to give to friends: the public one, or the LAN's, or the local one."""
    if public_url:
        return f"{public_url.rstrip('/')}{base_path}/"
    lan = lan_address() if host in ("0.0.0.0", "::", "") else None  # noqa: S104 a comparison
    return f"http://{lan}:{port}{base_path}/" if lan else local_url(host, port, base_path)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
