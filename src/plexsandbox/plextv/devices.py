"""The newer sign-in over HTTP: a device registers a key, and signs for short-lived tokens."""

from __future__ import annotations

import time

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.answers import json_response
from plexsandbox.ask import json_body
from plexsandbox.device_keys import BadDevice, device_key
from plexsandbox.plextv.ask import AccountAsk, AccountError, plextv, refusal_of


async def register(ask: AccountAsk) -> Response:
    """For a device that has signed in the older way."""
    try:
        key = device_key((await json_body(ask.request)).get("jwk"))
    except BadDevice as error:
        raise refusal_of(error) from error
    ask.box.device_keys.register(ask.client, ask.who.user, key)
    return json_response({"kid": key.name}, 201)


async def nonce(ask: AccountAsk) -> Response:
    made = ask.box.device_keys.nonce(time.time())
    return json_response({"nonce": made})


async def keys(ask: AccountAsk) -> Response:
    return json_response({"keys": ask.box.device_keys.public_keys})


async def token(ask: AccountAsk) -> Response:
    """The device is told apart by its client identifier and its signature."""
    raw = (await json_body(ask.request)).get("jwt")
    if not isinstance(raw, str):
        raise AccountError(400, 1000, "jwt is missing")
    now, known = time.time(), ask.box.device_keys
    try:
        user, key = known.exchange(raw, ask.client, now)
    except BadDevice as error:
        raise refusal_of(error) from error
    account = ask.box.people.find(user)
    if account is None:
        raise AccountError(401, 1001, "User could not be authenticated")
    return json_response({"auth_token": known.issue(account, ask.client, key, now)})


def routes() -> list[Route]:
    return [
        plextv("/api/v2/auth/jwk", register, methods=("POST",)),
        plextv("/api/v2/auth/nonce", nonce, signed_in=False),
        plextv("/api/v2/auth/keys", keys, signed_in=False),
        plextv("/api/v2/auth/token", token, methods=("POST",), signed_in=False),
    ]
