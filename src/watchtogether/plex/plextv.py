"""The only place that speaks to plex.tv: sign-in codes, the person, their servers."""

import json
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

import httpx2

from watchtogether.plex import parse_tv, wire
from watchtogether.plex.client import Product
from watchtogether.plex.errors import (
    HomeUserUnknown,
    PlexBadAnswer,
    PlexBusy,
    PlexPinWrong,
    PlexSlow,
    PlexTvUnreachable,
    PlexUnauthorized,
    PlexUnreachable,
)
from watchtogether.plex.fields import text
from watchtogether.plex.model import HomeUser, Pin, PlexAccount, Resource
from watchtogether.plex.reader import read_document
from watchtogether.plex.wire import MIB, Answer, Bounds, Call

_API, _PAGE = "https://plex.tv", "https://app.plex.tv"
_BOUNDS: Final = Bounds(connect_s=3.0, read_s=4.5, deadline_s=5.0, max_bytes=4 * MIB)
_PIN_WRONG: Final = 1041
_EXPIRED: Final = 498
_UUID = re.compile(r"[0-9A-Za-z-]{1,100}")
_PIN_ID = re.compile(r"[0-9A-Za-z-]{1,60}")


class PlexTv:
    """`base_url` stands for plex.tv and app.plex.tv alike; empty means the real ones.

    Everything raises `PlexTvUnreachable` when plex.tv does not answer in its own way, and
    `PlexBusy` when it asks for patience.
    """

    def __init__(self, client: httpx2.AsyncClient, product: Product, base_url: str = "") -> None:
        self._client = client
        self._product = product
        self._api = base_url.rstrip("/") or _API
        self._page = base_url.rstrip("/") or _PAGE

    def sign_in_url(self, code: str) -> str:
        """The page where a person approves the code; everything is behind the fragment."""
        query = {
            "clientID": self._product.client_identifier,
            "code": code,
            "context[device][product]": self._product.name,
        }
        return f"{self._page}/auth#?{urlencode(query, quote_via=quote, safe='')}"

    async def create_pin(self, jwk: Mapping[str, str] | None = None) -> Pin:
        """A code to be approved. With the public half of a device key, it earns short tokens."""
        if jwk is None:
            answer = await self._send("POST", "/api/v2/pins", {"strong": "true"})
        else:
            body = {"jwk": dict(jwk), "strong": True}
            answer = await self._send("POST", "/api/v2/pins", body=body)
        pin = parse_tv.pin(await self._read(answer))
        if pin is None:
            raise PlexTvUnreachable
        return pin

    async def pin(self, pin_id: str, proof: str | None = None) -> Pin | None:
        """The code as it stands now; None when it has expired. `proof`: of a device key."""
        if not _PIN_ID.fullmatch(pin_id):
            return None
        params = {"deviceJWT": proof} if proof is not None else None
        answer = await self._send("GET", f"/api/v2/pins/{pin_id}", params)
        if answer.status in {404, 410}:
            return None
        return parse_tv.pin(await self._read(answer))

    async def nonce(self) -> str:
        """Something that a device key signs, good for five minutes."""
        document = await self._read(await self._send("GET", "/api/v2/auth/nonce"))
        found = text(document, "nonce", limit=500)
        if found is None:
            raise PlexTvUnreachable
        return found

    async def exchange(self, proof: str) -> str:
        """A token of seven days for a device key's proof. Raises `PlexUnauthorized`."""
        answer = await self._send("POST", "/api/v2/auth/token", body={"jwt": proof})
        if answer.status in {422, _EXPIRED}:
            raise PlexUnauthorized
        token = parse_tv.account_token(await self._read(answer))
        if token is None:
            raise PlexTvUnreachable
        return token

    async def user(self, token: str) -> PlexAccount:
        """Whose token it is. Raises `PlexUnauthorized` only when plex.tv says so (401)."""
        person = parse_tv.account(
            await self._read(await self._send("GET", "/api/v2/user", token=token))
        )
        if person is None:
            raise PlexTvUnreachable
        return person

    async def resources(self, token: str) -> tuple[Resource, ...]:
        """The media servers this person may use, each with a token of its own."""
        params = {"includeHttps": 1, "includeRelay": 1, "includeIPv6": 1}
        answer = await self._send("GET", "/api/v2/resources", params, token=token)
        return parse_tv.resources(await self._read(answer))

    async def home_users(self, token: str) -> tuple[HomeUser, ...]:
        """Everybody in this person's home; themselves alone when there is none."""
        answer = await self._send("GET", "/api/v2/home/users", token=token)
        return parse_tv.home_users(await self._read(answer))

    async def switch_home_user(self, token: str, uuid: str, pin: str) -> str:
        """A token of that user of the home. Raises `PlexPinWrong`, `HomeUserUnknown`."""
        if not _UUID.fullmatch(uuid):
            raise HomeUserUnknown
        params = {"pin": pin} if pin else None
        answer = await self._send("POST", f"/api/v2/home/users/{uuid}/switch", params, token=token)
        if answer.status == 404:
            raise HomeUserUnknown
        if answer.status in {401, 403} and await _says(answer, _PIN_WRONG):
            raise PlexPinWrong
        theirs = parse_tv.account_token(await self._read(answer))
        if theirs is None:
            raise PlexTvUnreachable
        return theirs

    async def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        token: str | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Answer:
        headers = {"Accept": "application/json", **self._product.headers()}
        if token is not None:
            headers["X-Plex-Token"] = token
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        call = Call(method, wire.build_url(self._api, path, params), headers, content)
        try:
            return await wire.fetch(self._client, call, _BOUNDS)
        except (PlexUnreachable, PlexSlow, PlexBadAnswer) as error:
            raise PlexTvUnreachable from error

    async def _read(self, answer: Answer) -> Mapping[str, object]:
        if answer.status in {401, _EXPIRED}:
            raise PlexUnauthorized
        if answer.status == 429:
            raise PlexBusy(
                "plex.tv asks for a little patience. Try again in a minute.", retry_after_s=30
            )
        if not 200 <= answer.status < 300:
            raise PlexTvUnreachable
        try:
            return await read_document(answer.body, answer.content_type)
        except PlexBadAnswer as error:
            raise PlexTvUnreachable from error


async def _says(answer: Answer, code: int) -> bool:
    try:
        return code in parse_tv.error_codes(await read_document(answer.body, answer.content_type))
    except PlexBadAnswer:
        return False
