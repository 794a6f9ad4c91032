"""One request as the endpoints see it, and the wrappers that make routes out of handlers.

Counting, faults, tokens and the rendering of refusals happen here, once, for every route.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.accounts import Account
from plexsandbox.answers import (
    Node,
    PlexError,
    bad_request,
    json_response,
    not_found,
    without_none,
    xml_response,
)
from plexsandbox.box import Sandbox
from plexsandbox.model import Catalogue, Item
from plexsandbox.spoiling import SPOILING, Spoiled, in_place


@dataclass(frozen=True, slots=True)
class Ask:
    request: Request
    box: Sandbox
    account: Account | None

    @property
    def who(self) -> Account:
        """The asker; only for routes that need a token."""
        if self.account is None:
            raise PlexError(401, "Unauthorized")
        return self.account

    @property
    def as_json(self) -> bool:
        return "application/json" in self.request.headers.get("accept", "")

    def header_or_query(self, name: str, default: str = "") -> str:
        """Plex takes every `X-Plex-…` value in either place; the query wins."""
        query = self.request.query_params
        return query.get(name) or self.request.headers.get(name) or default

    def query(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name, default)

    def number(self, name: str, default: int) -> int:
        raw = self.header_or_query(name)
        if not raw:
            return default
        try:
            return int(float(raw))
        except ValueError as error:
            raise bad_request() from error

    def flag(self, name: str) -> bool:
        return self.query(name) in {"1", "true"}

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    @property
    def catalogue(self) -> Catalogue:
        """The library as far as the asker may see it."""
        return self.box.access.seen_by(self.who.user, self.box.library.catalogue)

    def item(self, rating_key: str) -> Item:
        item = self.catalogue.items.get(rating_key)
        if item is None:
            raise not_found()
        return item

    def plex(self, node: Node, status: int = 200) -> Response:
        path, answer = self.request.url.path, {"MediaContainer": without_none(node)}
        if self.as_json:
            return json_response(self.box.wild.spoiled(path, answer), status)
        struck = self.box.wild.spoiled(path, answer["MediaContainer"], as_json=False)
        return xml_response(struck, status)


Handler = Callable[[Ask], Awaitable[Response]]


def pms(
    path: str,
    handler: Handler,
    methods: tuple[str, ...] = ("GET",),
    *,
    token: bool = True,
    owner: bool = False,
) -> Route:
    """A route of the media server; `owner` ones answer 403 to everyone else."""

    async def endpoint(request: Request) -> Response:
        box: Sandbox = request.app.state.box
        box.stats.requests[path] += 1
        fault = await box.faults.strike(request.url.path)
        answer = await in_place(fault) if fault else None
        if answer is None:
            answer = await serve(request, box)
        return Spoiled(answer, fault) if fault and fault.mode in SPOILING else answer

    async def serve(request: Request, box: Sandbox) -> Response:
        if box.gate.closed:
            return await box.gate.refusal(request.scope)
        try:
            account = box.tokens.on_server(token_of(request))
            if token and account is None:
                raise PlexError(401, "Unauthorized")
            if owner and (account is None or not account.owner):
                raise PlexError(403, "Forbidden")
            return await handler(Ask(request, box, account))
        except PlexError as refusal:
            return refusal.response()

    return Route(path, endpoint, methods=list(methods))


PlainHandler = Callable[[Request], Awaitable[Response]]


def control(path: str, handler: PlainHandler, methods: tuple[str, ...] = ("GET",)) -> Route:
    """A route of the sandbox itself, without token; pages of other sites are turned away."""

    async def endpoint(request: Request) -> Response:
        if request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
            return PlexError(403, "Forbidden").response()
        return await handler(request)

    return Route(path, endpoint, methods=list(methods))


def token_of(request: HTTPConnection) -> str | None:
    return request.query_params.get("X-Plex-Token") or request.headers.get("X-Plex-Token")


async def json_body(request: Request) -> dict[str, Any]:
    """The request's JSON object; an empty one when there is none or it is something else."""
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
