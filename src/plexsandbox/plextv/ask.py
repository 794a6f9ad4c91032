"""One request to the account service; refusals are JSON or XML here, never HTML."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.accounts import Account
from plexsandbox.answers import Node, account_list_xml, account_xml, json_response
from plexsandbox.ask import token_of
from plexsandbox.box import Sandbox
from plexsandbox.device_keys import BadDevice
from plexsandbox.faults import Fault
from plexsandbox.spoiling import SPOILING, Spoiled, in_place


class AccountError(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.node: Node = {"code": code, "message": message, "status": status}


def refusal_of(error: BadDevice) -> AccountError:
    """498 too late, 422 not to be trusted."""
    if error.fault == "expired":
        return AccountError(498, 1046, str(error))
    return AccountError(422, 1045, str(error))


@dataclass(frozen=True, slots=True)
class AccountAsk:
    request: Request
    box: Sandbox
    account: Account | None
    token: str | None

    @property
    def who(self) -> Account:
        if self.account is None:
            raise AccountError(401, 1001, "User could not be authenticated")
        return self.account

    @property
    def as_json(self) -> bool:
        return "application/json" in self.request.headers.get("accept", "")

    @property
    def client(self) -> str:
        """Required on every request."""
        name = "X-Plex-Client-Identifier"
        client = self.request.query_params.get(name) or self.request.headers.get(name)
        if not client:
            raise AccountError(400, 1000, "X-Plex-Client-Identifier is missing")
        return client

    def value(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name) or self.request.headers.get(name) or default

    def one(self, name: str, node: Node, status: int = 200) -> Response:
        if self.as_json:
            return json_response(self.box.wild.spoiled(self.request.url.path, node), status)
        return Response(account_xml(name, node), status, media_type="application/xml")

    def many(self, name: str, nodes: list[Node]) -> Response:
        """A bare list in JSON, `<things><thing/></things>` in XML."""
        if self.as_json:
            return json_response(self.box.wild.spoiled(self.request.url.path, nodes))
        return Response(account_list_xml(name, nodes), media_type="application/xml")


AccountHandler = Callable[[AccountAsk], Awaitable[Response]]


def plextv(
    path: str,
    handler: AccountHandler,
    methods: tuple[str, ...] = ("GET",),
    *,
    signed_in: bool = True,
) -> Route:
    async def endpoint(request: Request) -> Response:
        box: Sandbox = request.app.state.box
        box.stats.requests[path] += 1
        token = token_of(request)
        try:
            account = box.tokens.account(token)
        except BadDevice as error:
            return _refused(AccountAsk(request, box, None, token), refusal_of(error))
        ask = AccountAsk(request, box, account, token)
        fault = await box.faults.strike(request.url.path, "plextv")
        answer = await _in_place(ask, fault) if fault else None
        if answer is None:
            answer = await serve(ask)
        return Spoiled(answer, fault) if fault and fault.mode in SPOILING else answer

    async def serve(ask: AccountAsk) -> Response:
        try:
            if signed_in:
                _ = ask.who
            return await handler(ask)
        except AccountError as refusal:
            return _refused(ask, refusal)

    return Route(path, endpoint, methods=list(methods))


async def _in_place(ask: AccountAsk, fault: Fault) -> Response | None:
    """Its refusals are not the media server's."""
    match fault.mode:
        case "error":
            return _refused(ask, AccountError(fault.status, 1000, "Something went wrong"))
        case "unauthorized":
            return _refused(ask, AccountError(401, 1001, "User could not be authenticated"))
        case "rate_limited":
            answer = _refused(ask, AccountError(429, 1003, "Too many requests"))
            answer.headers["Retry-After"] = str(fault.retry_after_s)
            return answer
        case _:
            return await in_place(fault)


def _refused(ask: AccountAsk, refusal: AccountError) -> Response:
    if ask.as_json:
        return json_response({"errors": [refusal.node]}, refusal.status)
    body = account_list_xml("errors", [refusal.node])
    return Response(body, refusal.status, media_type="application/xml")
