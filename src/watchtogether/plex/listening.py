"""Listens to the servers that are in use, so that the cache is told when a library changes.

Server-sent events rather than the web socket that carries the same messages: they come over the
client that everything else uses, with its guard against foreign addresses and its bounds.
"""

from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Final

import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import AccountId, ServerId
from watchtogether.kit.tasks import Background
from watchtogether.plex.asking import Asking
from watchtogether.plex.client import PlexHttp, ServerAccess, raise_for_head
from watchtogether.plex.errors import PlexError, PlexItemGone, PlexUnauthorized
from watchtogether.plex.notices import Changes, EventReader, changes
from watchtogether.plex.questions import Question
from watchtogether.plex.servers import ServerDirectory
from watchtogether.plex.shared_answers import SharedAnswers
from watchtogether.plex.wire import MIB, Bounds

log = structlog.get_logger(__name__)

_PATH: Final = "/:/eventsource/notifications"
_ACCEPT: Final = {"Accept": "text/event-stream"}
_BOUNDS: Final = Bounds(read_s=90.0, deadline_s=None, max_bytes=512 * MIB)
_WANTED_MS: Final = 15 * 60 * 1000.0
"""So long after the last question a server is still listened to."""

_GATHER_S, _GATHER_AGAIN_S = 1.0, 5.0
"""Changes come in crowds while a library is scanned."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 2.0, 60.0
_REFUSED_S: Final = 600.0
_MAX_SERVERS: Final = 50


@dataclass(frozen=True, slots=True)
class _Ear:
    """Since when without a gap, and for whose questions: an owner's alone. Nobody tells that a
    library is no longer shared, so a friend's answers are believed for their time only."""

    since_ms: float
    permissions: str | None


class Listening:
    """One listener for each server in use, fifty at most; those used last."""

    def __init__(
        self,
        *,
        http: PlexHttp,
        servers: ServerDirectory,
        asking: Asking,
        shared: SharedAnswers | None,
        clock: Clock,
        background: Background,
    ) -> None:
        self._http = http
        self._servers = servers
        self._asking = asking
        self._shared = shared
        self._clock = clock
        self._background = background
        self._wanted_ms: OrderedDict[ServerId, float] = OrderedDict()
        self._gathering: dict[ServerId, Changes] = {}
        self._told_ms: dict[ServerId, float] = {}
        self._ears: dict[ServerId, _Ear] = {}
        self.open = 0
        """How many servers are listened to just now."""
        self.heard = 0
        """Changes so far, a crowd of them counting once."""

    def unchanged(self, question: Question, since_ms: float) -> bool:
        """Whether every change that concerns this question since then would have been heard."""
        ear = self._ears.get(question.server_id)
        if ear is None or ear.since_ms > since_ms:
            return False
        return ear.permissions == question.permissions

    def want(self, account_id: AccountId, server_id: ServerId) -> None:
        """Somebody asks that server; from now on it is listened to for a while."""
        known = server_id in self._wanted_ms
        if not known and len(self._wanted_ms) >= _MAX_SERVERS:
            return
        self._wanted_ms[server_id] = self._clock.monotonic_ms()
        if not known:
            self._background.start("plex listening", self._listen(account_id, server_id))

    async def _listen(self, account_id: AccountId, server_id: ServerId) -> None:
        pauses = _pauses()
        missed = False
        try:
            while self._is_wanted(server_id):
                pause_s = 0.0
                try:
                    async for found in self._changes(account_id, server_id):
                        if missed:  # whatever happened while nobody listened
                            self._asking.expire(lambda q: q.server_id == server_id)
                        missed = False
                        pauses = _pauses()
                        self._note(server_id, found)
                except (PlexUnauthorized, PlexItemGone):  # not for this account, or not there
                    pause_s = _REFUSED_S
                except PlexError as error:
                    log.info("plex_listening_ended", server_id=server_id, error=error.code)
                missed = True
                await self._clock.sleep(max(pause_s, next(pauses)))
        finally:
            del self._wanted_ms[server_id]
            self._told_ms.pop(server_id, None)

    def _is_wanted(self, server_id: ServerId) -> bool:
        return self._clock.monotonic_ms() - self._wanted_ms[server_id] < _WANTED_MS

    async def _access(
        self, account_id: AccountId, server_id: ServerId
    ) -> tuple[ServerAccess, "_Ear"]:
        """The owner's where it is theirs, who hears of every change; else the asker's."""
        owners = await self._servers.owners_access(server_id)
        access = owners or await self._servers.ready(account_id, server_id)
        permissions = access.permission_hash if owners is not None else None
        return access, _Ear(self._clock.monotonic_ms(), permissions)

    async def _changes(self, account_id: AccountId, server_id: ServerId) -> AsyncIterator[Changes]:
        """At the beginning and at every piece that arrives, perhaps nothing; until unwanted."""
        access, ear = await self._access(account_id, server_id)
        reader = EventReader()
        async with self._http.stream(
            access, _PATH, {"filters": "-log"}, headers=_ACCEPT, bounds=_BOUNDS, lane="notices"
        ) as stream:
            raise_for_head(stream)
            self.open += 1
            ear = replace(ear, since_ms=self._clock.monotonic_ms())
            self._ears[server_id] = ear
            try:
                yield Changes()
                async for piece in stream.chunks:
                    found = Changes()
                    for message in reader.feed(piece):
                        found.add(changes(message))
                    yield found
                    if not self._is_wanted(server_id):
                        return
            finally:
                self.open -= 1
                del self._ears[server_id]

    def _note(self, server_id: ServerId, found: Changes) -> None:
        gathering = self._gathering.get(server_id)
        if gathering is not None:
            gathering.add(found)
        elif found:
            self._gathering[server_id] = found
            self._background.start("plex changes", self._tell(server_id))

    async def _tell(self, server_id: ServerId) -> None:
        """A moment later, and less often while changes keep coming."""
        since_ms = self._clock.monotonic_ms() - self._told_ms.get(server_id, -1e12)
        await self._clock.sleep(
            _GATHER_S if since_ms > 2 * _GATHER_AGAIN_S * 1000 else _GATHER_AGAIN_S
        )
        self._told_ms[server_id] = self._clock.monotonic_ms()
        found = self._gathering.pop(server_id)
        self.heard += 1
        self._asking.expire(lambda q: q.server_id == server_id and found.concern(q))
        if self._shared is not None:
            await self._shared.changed(server_id)


def _pauses() -> Iterator[float]:
    pause_s = _FIRST_PAUSE_S
    while True:
        yield pause_s
        pause_s = min(_LONGEST_PAUSE_S, 2 * pause_s)
