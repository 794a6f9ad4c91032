"""PIN sign-in: a client asks for a PIN, a person approves it, the client polls."""

from __future__ import annotations

import itertools
import secrets
import string
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.answers import Node
from plexsandbox.ask import json_body
from plexsandbox.device_keys import BadDevice, DeviceKey, device_key
from plexsandbox.plextv.ask import AccountAsk, AccountError, plextv, refusal_of

LIFETIME_S = 900
_SHORT = 4
_STRONG = 25
_LETTERS = string.ascii_lowercase + string.digits


@dataclass(frozen=True, slots=True)
class Pin:
    id: int
    code: str
    client: str
    product: str
    created_at: float
    token: str | None = None
    key: DeviceKey | None = None
    """Of a device that wants a token of its own; the approved one is not told then."""


class Pins:
    """In memory, `now` is Unix seconds."""

    def __init__(self) -> None:
        self._pins: dict[int, Pin] = {}
        self._numbers = itertools.count(secrets.randbelow(10**8) + 10**8)

    def create(
        self,
        client: str,
        product: str,
        *,
        strong: bool,
        now: float,
        key: DeviceKey | None = None,
    ) -> Pin:
        length = _STRONG if strong else _SHORT
        code = "".join(secrets.choice(_LETTERS) for _ in range(length))
        pin = Pin(next(self._numbers), code, client, product, now, key=key)
        self._pins[pin.id] = pin
        return pin

    def find(self, number: int, client: str, now: float) -> Pin | None:
        """Only for the client that asked for it, and only while it lives."""
        pin = self._pins.get(number)
        return pin if pin and pin.client == client and _alive(pin, now) else None

    def by_code(self, code: str, now: float) -> Pin | None:
        alive = (pin for pin in self._pins.values() if _alive(pin, now))
        return next((pin for pin in alive if pin.code.casefold() == code.casefold()), None)

    def approve(self, pin: Pin, token: str) -> None:
        self._pins[pin.id] = replace(pin, token=token)


def _alive(pin: Pin, now: float) -> bool:
    return now < pin.created_at + LIFETIME_S


async def create(ask: AccountAsk) -> Response:
    """The body may hold a device's key (`jwk`), and then whether the code is to be `strong`."""
    body = await json_body(ask.request)
    try:
        key = device_key(body["jwk"]) if "jwk" in body else None
    except BadDevice as error:
        raise refusal_of(error) from error
    pin = ask.box.pins.create(
        ask.client,
        ask.value("X-Plex-Product", "0"),
        strong=ask.value("strong") in {"1", "true"} or body.get("strong") is True,
        now=time.time(),
        key=key,
    )
    return ask.one("pin", _node(pin, time.time()), 201)


async def show(ask: AccountAsk) -> Response:
    raw = str(ask.request.path_params["id"])
    now = time.time()
    pin = ask.box.pins.find(int(raw) if raw.isdigit() else 0, ask.client, now)
    if pin is None:
        raise AccountError(404, 1020, "Code not found or expired")
    if pin.key is not None:
        pin = replace(pin, token=_earned(ask, pin, pin.key, now))
    return ask.one("pin", _node(pin, now))


def _earned(ask: AccountAsk, pin: Pin, key: DeviceKey, now: float) -> str | None:
    """The device proves each time that it holds the key; approved, it gets a token of its own."""
    proof = ask.value("deviceJWT")
    if not proof:
        return None
    known = ask.box.device_keys
    try:
        known.check(proof, pin.client, key, now)
    except BadDevice as error:
        raise refusal_of(error) from error
    account = ask.box.tokens.account(pin.token)
    if account is None:
        return None
    known.register(pin.client, account.user, key)
    return known.issue(account, pin.client, key, now)


def _node(pin: Pin, now: float) -> Node:
    return {
        "id": pin.id,
        "code": pin.code,
        "product": pin.product,
        "trusted": False,
        "qr": f"https://plex.tv/api/v2/pins/qr/{pin.code}",
        "clientIdentifier": pin.client,
        "location": {
            "code": "SE",
            "european_union_member": True,
            "continent_code": "EU",
            "country": "Sweden",
            "city": "Visby",
            "time_zone": "Europe/Stockholm",
            "postal_code": "621 56",
            "in_privacy_restricted_country": True,
            "subdivisions": "Gotland",
            "coordinates": "57.640, 18.296",
        },
        "expiresIn": max(0, round(pin.created_at + LIFETIME_S - now)),
        "createdAt": _stamp(pin.created_at),
        "expiresAt": _stamp(pin.created_at + LIFETIME_S),
        "authToken": pin.token,
        "newRegistration": None,
    }


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def routes() -> list[Route]:
    return [
        plextv("/api/v2/pins", create, methods=("POST",), signed_in=False),
        plextv("/api/v2/pins/{id}", show, signed_in=False),
    ]
