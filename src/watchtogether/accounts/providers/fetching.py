"""Short JSON answers of a provider: bounded in size and time, no redirects, nothing logged."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx2

from watchtogether.accounts.errors import ProviderRefused, ProviderUnreachable
from watchtogether.kit.errors import AppError

_DEADLINE_S = 10.0
_MOST_BYTES = 256 * 1024

Json = dict[str, Any]
"""An object as a provider sent it: its fields are read one by one, and checked there."""


class Fetcher:
    """One client for all providers; it decides which addresses may be spoken to."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def get(self, url: str, token: str | None = None) -> Json:
        """An object. Raises `ProviderUnreachable`, and `ProviderRefused` for any status but 200."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return await self._ask("GET", url, headers=headers)

    async def post(self, url: str, form: Mapping[str, str]) -> Json:
        """The answer to a form. Raises as `get` does."""
        return await self._ask("POST", url, data=dict(form))

    async def _ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: dict[str, str] | None = None,
    ) -> Json:
        accepting = {"Accept": "application/json", **(headers or {})}
        body = bytearray()
        try:
            async with (
                asyncio.timeout(_DEADLINE_S),
                self._client.stream(method, url, headers=accepting, data=data) as answer,
            ):
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > _MOST_BYTES:
                        raise ProviderRefused
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
            raise ProviderUnreachable(retry_after_s=5) from error
        except ProviderRefused:
            raise
        except AppError as error:  # an address that this server does not speak to
            raise ProviderUnreachable from error
        if answer.status_code >= 500:
            raise ProviderUnreachable(retry_after_s=5)
        if answer.status_code != 200:
            raise ProviderRefused
        return _object(bytes(body))


def _object(body: bytes) -> Json:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProviderRefused from error
    if not isinstance(read, dict):
        raise ProviderRefused
    return read


def text(found: Json, *names: str) -> str | None:
    """The first of these fields that is a text with something to see in it."""
    values = (found.get(name) for name in names)
    shown = ("".join(filter(str.isprintable, each)) for each in values if isinstance(each, str))
    return next((each for each in shown if each), None)
