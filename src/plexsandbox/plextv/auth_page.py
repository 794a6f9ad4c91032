"""The page on which a person approves a sign-in; its script and style are files beside it."""

from __future__ import annotations

import time
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from plexsandbox.answers import json_response
from plexsandbox.ask import control, json_body
from plexsandbox.box import Sandbox

_PAGES = Path(__file__).parent / "pages"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


async def page(_: Request) -> Response:
    return FileResponse(_PAGES / "auth.html", headers={"Content-Security-Policy": _POLICY})


async def asset(request: Request) -> Response:
    name = str(request.path_params["name"])
    if name not in {"auth.js", "auth.css"}:
        return Response(status_code=404)
    return FileResponse(_PAGES / name, headers={"Cache-Control": "no-cache"})


async def accounts(request: Request) -> Response:
    """Those who can sign in, for the page's buttons."""
    box: Sandbox = request.app.state.box
    listed = [
        {
            "user": account.user,
            "title": account.title,
            "note": _note(account.owner, account.server),
            "avatar": f"/users/{account.uuid}/avatar",
        }
        for account in box.people.able_to_sign_in
    ]
    return json_response({"accounts": listed})


def _note(owner: bool, server: bool) -> str:
    if owner:
        return "owns the server"
    return "the server is shared with her" if server else "has no server"


async def approve(request: Request) -> Response:
    box: Sandbox = request.app.state.box
    pin = box.pins.by_code(str(request.path_params["code"]), time.time())
    account = box.people.find(str((await json_body(request)).get("user", "")))
    if pin is None or account is None or account.managed:
        return json_response({"error": "no such code or account"}, 404)
    box.pins.approve(pin, box.tokens.new_for_account(account))
    return json_response({"approved": True, "product": pin.product})


async def describe(request: Request) -> Response:
    """Whether the code is good, and for which product."""
    box: Sandbox = request.app.state.box
    pin = box.pins.by_code(str(request.path_params["code"]), time.time())
    if pin is None:
        return json_response({"error": "no such code"}, 404)
    return json_response({"product": pin.product, "approved": pin.token is not None})


def routes() -> list[Route]:
    return [
        Route("/auth", page),
        Route("/auth/", page),
        Route("/auth/assets/{name}", asset),
        control("/sandbox/accounts", accounts),
        control("/sandbox/pins/{code}", describe),
        control("/sandbox/pins/{code}/approve", approve, methods=("POST",)),
    ]
