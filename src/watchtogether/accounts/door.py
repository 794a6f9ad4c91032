"""Where a sign-in comes from, and how its answer is given."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from watchtogether.accounts.cookies import SessionCookies
from watchtogether.accounts.devices import describe_device
from watchtogether.accounts.model import Grant
from watchtogether.kit.web.address import client_address, is_loopback
from watchtogether.kit.web.hosts import is_loopback_host


@dataclass(frozen=True, slots=True)
class Door:
    """What decides limits, names the session, and says who may become the owner."""

    address: str
    """As `kit.web.client_address` says."""
    loopback: bool
    """Somebody on this very machine, who opened a loopback address, through no proxy."""
    setup_code: str = ""
    """What the person typed, when asked for the code that the server printed."""
    device: str = ""


def door_of(request: Request, setup_code: str = "") -> Door:
    """The door a request came in by."""
    return Door(
        address=client_address(request),
        loopback=is_loopback(request) and is_loopback_host(request.headers.get("host", "")),
        setup_code=setup_code,
        device=describe_device(request.headers.get("user-agent", "")),
    )


def is_program(headers: Mapping[str, str]) -> bool:
    """Whether no browser sent this: browsers add one of these to what they post."""
    return "origin" not in headers and "sec-fetch-site" not in headers


def hand_out(
    request: Request, response: Response, grant: Grant, cookies: SessionCookies
) -> dict[str, object]:
    """Set the cookies; for a program also the fields to add to the answer's body.

    A browser's answer never carries a token in its body, where a script could read it.
    """
    cookies.write(response, grant, request.headers)
    if not is_program(request.headers):
        return {}
    return {
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "token_type": "bearer",
        "expires_in_s": grant.access_expires_in_s,
    }
