"""Whether a session still lives, without asking the database at each request."""

import asyncio
import contextlib
from collections import OrderedDict

from watchtogether.accounts.session_repository import SessionRepository
from watchtogether.accounts.tokens import LIFETIME_S, SKEW_S
from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import StorageUnavailable
from watchtogether.kit.ids import SessionId

RECHECK_S = 60

_REMEMBER_S = LIFETIME_S + SKEW_S
_BATCH = 500
_MAX_KNOWN = 20_000


class Liveness:
    """Remembers who was found alive for 60 s, and who ended for as long as their tokens last.

    Questions that arrive while the database is being asked share the next query, so a thousand
    returning clients cost a handful of queries. A session that was alive before goes on while the
    database is away; its access token runs out in at most ten minutes anyway.
    """

    def __init__(self, repository: SessionRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock
        self._alive: OrderedDict[SessionId, float] = OrderedDict()
        self._ended: OrderedDict[SessionId, float] = OrderedDict()
        self._wanted: dict[SessionId, None] = {}
        self._asking = asyncio.Lock()

    async def is_live(self, session_id: SessionId) -> bool:
        """Raises `StorageUnavailable` for a session never seen while the database is away."""
        if session_id in self._ended:
            return False
        if self._is_fresh(session_id):
            return True
        self._wanted[session_id] = None
        with contextlib.suppress(StorageUnavailable):
            async with self._asking:
                while session_id in self._wanted:
                    await self._ask()
        if session_id in self._ended:
            return False
        if session_id in self._alive:
            return True
        raise StorageUnavailable(retry_after_s=5)

    def started(self, session_id: SessionId) -> None:
        """A session has just been stored."""
        self._note_alive(session_id, self._clock.monotonic_ms())

    def ended(self, session_id: SessionId) -> None:
        """A session is over, here or in another process; its next request is refused."""
        now_ms = self._clock.monotonic_ms()
        self._alive.pop(session_id, None)
        self._ended[session_id] = now_ms
        while self._ended and next(iter(self._ended.values())) < now_ms - _REMEMBER_S * 1000:
            self._ended.popitem(last=False)

    def _is_fresh(self, session_id: SessionId) -> bool:
        asked_ms = self._alive.get(session_id)
        return asked_ms is not None and self._clock.monotonic_ms() < asked_ms + RECHECK_S * 1000

    async def _ask(self) -> None:
        asked = list(self._wanted)[:_BATCH]
        for session_id in asked:
            del self._wanted[session_id]
        now_ms = self._clock.monotonic_ms()
        try:
            found = await self._repository.touch_live(asked, self._clock.wall_ms())
        except asyncio.CancelledError:
            self._wanted.update(dict.fromkeys(asked))  # others still wait for the answer
            raise
        for session_id in asked:
            if session_id in found:
                self._note_alive(session_id, now_ms)
            else:
                self.ended(session_id)

    def _note_alive(self, session_id: SessionId, now_ms: float) -> None:
        self._alive[session_id] = now_ms
        self._alive.move_to_end(session_id)
        while len(self._alive) > _MAX_KNOWN:
            self._alive.popitem(last=False)
