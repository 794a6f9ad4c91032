"""The gates before the app: known hosts, no other site's writes, small JSON bodies."""

import asyncio

from asgi_cross_origin_protection import CrossOriginProtection
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watchtogether.kit.web.hosts import PublicAddress
from watchtogether.kit.web.refusals import (
    CrossSite,
    TooLarge,
    TooSlow,
    UnknownHost,
    UnsupportedMediaType,
)
from watchtogether.kit.web.scope import header, header_values, is_api, refuse

MAX_BODY_BYTES = 64 * 1024
BODY_PATIENCE_S = 15.0

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class KnownHostsMiddleware:
    """Refuses names that are not ours, in `Host` as in `X-Forwarded-Host`."""

    def __init__(self, app: ASGIApp, address: PublicAddress) -> None:
        self._app = app
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and not self._is_known(scope):
            await refuse(UnknownHost(), scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        hosts = header_values(scope, b"host")
        forwarded = ",".join(header_values(scope, b"x-forwarded-host")).split(",")
        named = [host.strip() for host in (*hosts, *forwarded) if host.strip()]
        return len(hosts) <= 1 and all(self._address.knows(host) for host in named)


class CrossSiteMiddleware:
    """Refuses what another site's page would change, and its WebSockets.

    Decided by Fetch Metadata, or else by Origin. A bearer token without cookies is exempt: no
    browser adds one by itself. Neither header means a program, which holds nobody's cookies.
    """

    def __init__(self, app: ASGIApp, address: PublicAddress) -> None:
        self._app = app
        self._own = (address.origin,) if address.origin else ()
        self._http = CrossOriginProtection(app, allowed_origins=self._own, deny_app=_deny)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http" and not _is_bearer_alone(scope):
            await self._http(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judged like a POST, for whoever opens one acts in the person's name."""

        async def go_on(_: Scope, receive: Receive, send: Send) -> None:
            await self._app(scope, receive, send)

        async def deny(_: Scope, receive: Receive, send: Send) -> None:
            await refuse(CrossSite(), scope, receive, send)

        gate = CrossOriginProtection(go_on, allowed_origins=self._own, deny_app=deny)
        await gate({**scope, "type": "http", "method": "POST"}, receive, send)


class BodyMiddleware:
    """Reads bodies below `{base}/api` whole, before the app: JSON, at most 64 KiB, within 15 s."""

    def __init__(
        self, app: ASGIApp, address: PublicAddress, patience_s: float = BODY_PATIENCE_S
    ) -> None:
        self._app = app
        self._patience_s = patience_s
        self._base_path = address.base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] in _READING
            or not is_api(scope, self._base_path)
        ):
            await self._app(scope, receive, send)
            return
        declared = header(scope, b"content-length")
        if declared.isdecimal() and int(declared) > MAX_BODY_BYTES:
            await refuse(TooLarge(), scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._patience_s):
                body = await _read(receive)
        except ClientDisconnect:
            return
        except TimeoutError:
            await refuse(TooSlow(), scope, receive, send)
            return
        if body is None:
            await refuse(TooLarge(), scope, receive, send)
        elif body and not _is_json(scope):
            await refuse(UnsupportedMediaType(), scope, receive, send)
        else:
            await self._app(scope, _replay(body, receive), send)


async def _deny(scope: Scope, receive: Receive, send: Send) -> None:
    await refuse(CrossSite(), scope, receive, send)


def _is_bearer_alone(scope: Scope) -> bool:
    bearer = header(scope, b"authorization").lower().startswith("bearer ")
    return bearer and not header_values(scope, b"cookie")


def _is_json(scope: Scope) -> bool:
    media_type = header(scope, b"content-type").partition(";")[0]
    return media_type.strip().lower() == "application/json"


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None when it is too large. Raises `ClientDisconnect`."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return pending.pop() if pending else await receive()

    return replayed
