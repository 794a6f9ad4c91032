"""Finds out which of a server's addresses answers, without showing it any token."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from watchtogether.kit.ids import ServerId
from watchtogether.plex.addresses import check_url
from watchtogether.plex.errors import PlexAddressRefused, PlexError
from watchtogether.plex.model import Connection, ServerIdentity

_PROBE_S = 2.5
_MAX_PROBES = 12


class IdentitySource(Protocol):
    """`GET /identity` without a token."""

    async def identity(self, base_url: str) -> ServerIdentity: ...


@dataclass(frozen=True, slots=True)
class Reached:
    """An address behind which the wanted machine was."""

    base_url: str
    version: str | None


def candidates(connections: Sequence[Connection], *, local_too: bool, last: str = "") -> list[str]:
    """Addresses worth trying, best first: the last that worked, local, remote, relay.

    `local` means a private range, not that we are in it: such addresses are tried only when the
    server is the account's own or seen from the same public address. Within a kind https first.
    """
    usable = [c for c in connections if local_too or not c.local]
    usable.sort(key=lambda c: (c.relay, not c.local, not c.uri.startswith("https:")))
    addresses = [last, *(connection.uri for connection in usable)]
    return list(dict.fromkeys(url for url in map(_allowed, addresses) if url))[:_MAX_PROBES]


async def first_reached(
    source: IdentitySource, server_id: ServerId, addresses: Iterable[str]
) -> Reached | None:
    """Ask all at once; the best that proves to be the wanted machine, None when none does.

    A worse address is taken only when every better one has failed or the time is over.
    """
    ordered = list(addresses)
    results: list[Reached | None] = [None] * len(ordered)
    done = [False] * len(ordered)
    settled = asyncio.Event()

    async def ask(place: int, base_url: str) -> None:
        try:
            identity = await source.identity(base_url)
            if identity.server_id == server_id:
                results[place] = Reached(base_url, identity.version)
        except PlexError:
            pass
        finally:
            done[place] = True
            if _decided(done, results):
                settled.set()

    if not ordered:
        return None
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(ask(place, url)) for place, url in enumerate(ordered)]
        try:
            async with asyncio.timeout(_PROBE_S):
                await settled.wait()
        except TimeoutError:
            pass
        for task in asking:
            task.cancel()
    return next((found for found in results if found is not None), None)


def _decided(done: Sequence[bool], results: Sequence[Reached | None]) -> bool:
    """Whether nothing still running could be better than what was found."""
    for finished, found in zip(done, results, strict=True):
        if not finished:
            return False
        if found is not None:
            return True
    return True


def _allowed(url: str) -> str | None:
    try:
        return check_url(url) if url else None
    except PlexAddressRefused:
        return None
