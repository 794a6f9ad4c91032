"""The servers that an account may use, and the ways to each, untrue ones included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.accounts import Account
from plexsandbox.answers import Node
from plexsandbox.box import VERSION, Sandbox
from plexsandbox.plextv.ask import AccountAsk, plextv

_SINCE_TEXT = "2020-01-01T12:00:00Z"
_NOBODY = "http://192.0.2.1:32400"
"""An address for documentation: nothing answers there."""

Way = Literal["local", "remote", "relay", "dead", "trap"]
"""`dead` says that it is local and answers nothing; at `trap` another machine answers."""


@dataclass(slots=True)
class Offer:
    """One server of the list."""

    box: Sandbox
    url: str | None
    """None: where the asker has come in."""
    ways: tuple[Way, ...]
    listed: bool = True


@dataclass(slots=True)
class Directory:
    """The first offer is the server that runs beside this account service."""

    offers: dict[str, Offer] = field(default_factory=dict)


async def resources(ask: AccountAsk) -> Response:
    """Each server with a token that is this account's own; a stranger has none."""
    here = str(ask.request.base_url).rstrip("/")
    offers = ask.box.directory.offers
    nodes = []
    for name, offer in offers.items():
        account = offer.box.people.find(ask.who.user)
        token = offer.box.tokens.for_server(account) if account else None
        if account and token and offer.listed:
            elsewhere = [other.url or here for key, other in offers.items() if key != name]
            ways = _connections(offer, here, elsewhere)
            nodes.append(_server(offer.box, account, token, here, ways))
    return ask.many("resources", nodes)


def _connections(offer: Offer, here: str, elsewhere: Sequence[str]) -> list[Node]:
    url = offer.url or here
    ways: dict[Way, Node] = {
        "local": _connection(url, local=True),
        "remote": _connection(url),
        "relay": _connection(_otherwise(urlsplit(url)), relay=True),
        "dead": _connection(_NOBODY, local=True),
        "trap": _connection(elsewhere[0] if elsewhere else _NOBODY),
    }
    return [ways[way] for way in offer.ways]


def _otherwise(url: SplitResult) -> str:
    """The same place by another name, where it has one."""
    names = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}
    host = names.get(url.hostname or "", url.hostname or "")
    return f"{url.scheme}://{host}:{url.port}" if url.port else f"{url.scheme}://{host}"


def _connection(url: str, *, local: bool = False, relay: bool = False) -> Node:
    where = urlsplit(url)
    return {
        "protocol": where.scheme,
        "address": where.hostname,
        "port": where.port or (443 if where.scheme == "https" else 80),
        "uri": f"{where.scheme}://{where.netloc}",
        "local": local,
        "relay": relay,
        "IPv6": ":" in (where.hostname or ""),
    }


def _server(box: Sandbox, account: Account, token: str, here: str, ways: list[Node]) -> Node:
    shared, owner = not account.owner, box.people.owner
    return {
        "name": box.options.friendly_name,
        "product": "Plex Media Server",
        "productVersion": VERSION,
        "platform": "Linux",
        "platformVersion": "6.1",
        "device": "PC",
        "clientIdentifier": box.state.machine_identifier,
        "createdAt": _SINCE_TEXT,
        "lastSeenAt": _SINCE_TEXT,
        "provides": "server",
        "ownerId": owner.id if shared else None,
        "sourceTitle": owner.title if shared else None,
        "publicAddress": urlsplit(here).hostname,
        "accessToken": token,
        "owned": account.owner,
        "home": account.home and shared,
        "synced": False,
        "relay": any(way["relay"] for way in ways),
        "presence": True,
        "httpsRequired": False,
        "publicAddressMatches": True,
        "dnsRebindingProtection": False,
        "natLoopbackSupported": True,
        "connections": ways,
    }


def routes() -> list[Route]:
    return [plextv("/api/v2/resources", resources)]
