"""All transcode sessions: decisions taken, sessions running, and their end."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from plexsandbox.accounts import Account
from plexsandbox.answers import PlexError, bad_request, not_found
from plexsandbox.model import Item
from plexsandbox.options import Options
from plexsandbox.stats import Stats
from plexsandbox.transcoder.order import Order
from plexsandbox.transcoder.plan import Plan
from plexsandbox.transcoder.session import TranscodeSession

log = logging.getLogger(__name__)

_TEND_EVERY_S = 0.1
_TELL_EVERY_S = 1.0
_DECISIONS_KEPT = 200


Tell = Callable[[str, TranscodeSession], None]
"""Called with `start`, `update` or `end` and the session."""


class TranscodePool:
    def __init__(
        self, work_dir: Path, options: Options, stats: Stats, tell: Tell = lambda *_: None
    ) -> None:
        self._dir = work_dir
        self._tell = tell
        self._told_at = 0.0
        self._options = options
        self._stats = stats
        self._decided: OrderedDict[str, frozenset[tuple[str, str]]] = OrderedDict()
        self._sessions: dict[str, TranscodeSession] = {}
        self._starting = asyncio.Lock()
        self._numbers = itertools.count(1)

    @property
    def sessions(self) -> list[TranscodeSession]:
        return list(self._sessions.values())

    @property
    def running(self) -> int:
        return sum(session.running for session in self.sessions)

    def decide(self, order: Order) -> None:
        """Remembers the decision; a start must repeat it."""
        self._decided[order.session] = order.signature
        self._decided.move_to_end(order.session)
        if len(self._decided) > _DECISIONS_KEPT:
            self._decided.popitem(last=False)

    async def start(
        self, order: Order, item: Item, account: Account, plan: Plan
    ) -> TranscodeSession:
        """400 without an equal decision; an equal order for a running session changes nothing."""
        if self._decided.get(order.session) != order.signature:
            raise bad_request()
        async with self._starting:
            running = self._sessions.get(order.session)
            if running is not None and running.order.signature == order.signature:
                running.touch()
                return running
            if running is not None:
                await self._end(order.session)
            if len(self._sessions) >= self._options.max_sessions:
                raise PlexError(503, "Service Unavailable")
            folder = self._dir / f"session-{next(self._numbers)}"
            session = TranscodeSession(
                order=order,
                item=item,
                account=account,
                plan=plan,
                folder=folder,
                options=self._options,
                stats=self._stats,
            )
            self._stats.sessions_started += 1
            await session.start()
            self._sessions[order.session] = session
            self._tell("start", session)
            return session

    def find(self, key: str) -> TranscodeSession:
        session = self._sessions.get(key)
        if session is None:
            raise not_found()
        return session

    def touch_player(self, session_identifier: str) -> None:
        """A player's timeline keeps its transcode alive."""
        for session in self._sessions.values():
            if session_identifier in {session.order.session_identifier, session.order.session}:
                session.touch()

    async def stop(self, key: str) -> TranscodeSession:
        session = self.find(key)
        await self._end(key)
        return session

    async def end_item(self, rating_key: str) -> None:
        for session in self.sessions:
            if session.item.rating_key == rating_key:
                await self._end(session.order.session)

    async def _end(self, key: str) -> None:
        session = self._sessions.pop(key, None)
        self._decided.pop(key, None)
        if session is not None:
            self._tell("end", session)
            await session.close()

    async def tend(self) -> None:
        """Until cancelled: throttles, prunes, and ends sessions that nobody keeps alive."""
        while True:
            await asyncio.sleep(_TEND_EVERY_S)
            for session in self.sessions:
                if session.idle_s > self._options.idle_s:
                    log.info("session_expired rating_key=%s", session.item.rating_key)
                    await self._end(session.order.session)
                else:
                    session.tend()
            self._tell_updates()

    def _tell_updates(self) -> None:
        now = time.monotonic()
        if now - self._told_at >= _TELL_EVERY_S:
            self._told_at = now
            for session in self.sessions:
                self._tell("update", session)

    async def close(self) -> None:
        for session in self.sessions:
            await self._end(session.order.session)
