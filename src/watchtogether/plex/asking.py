"""How a question to a Plex server is answered: from the cache, or by asking with patience.

The account's limit counts calls that leave this process, not answers from the cache, and each
kind of question by itself: thirty titles a minute, thirty searches, thirty stretches of a
library. Nobody who browses meets that; together they would be used up by one look around.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar, cast

import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import TooManyRequests
from watchtogether.kit.ids import AccountId, ServerId
from watchtogether.kit.rate_limit import PLEX, Tier
from watchtogether.kit.tasks import Background
from watchtogether.plex import attempts
from watchtogether.plex.attempts import Again, Pace, Patience, persist
from watchtogether.plex.cache import Cache, Cached, How, SecondLevel
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.errors import (
    PlexItemGone,
    PlexResting,
    PlexStarting,
    PlexUnauthorized,
    PlexUnreachable,
)
from watchtogether.plex.figures import PlexFigures
from watchtogether.plex.lent_titles import LentTitles
from watchtogether.plex.questions import KINDS, Kind, Question, weigh
from watchtogether.plex.servers import ServerDirectory
from watchtogether.plex.wire import within

log = structlog.get_logger(__name__)

T = TypeVar("T")
Call = Callable[[ServerAccess], Awaitable[T]]

CACHE_ITEMS: Final = 50_000
"""Items kept in all; about 100 MB at the very most."""
DEADLINE_S: Final = 5.0
"""Whatever was tried, a clear error comes after this long."""
PASSING: Final = (*attempts.PASSING, TooManyRequests)
"""Errors that mean "not now": what is known from before may be shown."""
_MAX_PACES = 1_000


class Limiter(Protocol):
    """Counts upstream calls; `kit.rate_limit.RateLimiter` is one."""

    async def hit(self, tier: Tier, key: str) -> None: ...


@dataclass(frozen=True, slots=True)
class _Asked:
    """The key of the answer, where the server was found last, and how the answer is fetched."""

    question: Question
    place: str
    load: Callable[[], Awaitable[object]]


class Asking:
    """One for all accounts and servers of a process."""

    def __init__(
        self,
        *,
        servers: ServerDirectory,
        limiter: Limiter,
        figures: PlexFigures,
        clock: Clock,
        background: Background,
        second: SecondLevel[Question, object] | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._servers = servers
        self._limiter = limiter
        self._figures = figures
        self._patience = patience or Patience()
        self.on_ask: Callable[[AccountId, ServerId], None] = lambda _account, _server: None
        """Told of every question, whether or not it reaches the server."""
        self._paces: OrderedDict[ServerId, Pace] = OrderedDict()
        self._titles = LentTitles(clock)
        self.cache: Cache[Question, object] = Cache(
            clock,
            background,
            capacity=CACHE_ITEMS,
            weigh=weigh,
            passing=PASSING,
            second=second,
            observe=self._note,
        )

    async def ask(
        self,
        account_id: AccountId,
        server_id: ServerId,
        kind: Kind,
        about: tuple[str | int, ...],
        call: Call[T],
        *,
        charged: str | None = None,
        current: bool = False,
    ) -> Cached[T]:
        """What `call` gives for this account, no older than its kind allows, or said to be stale.

        `charged`: whose limit a call counts against when it is not the account's own. `current`:
        waits for the right answer rather than take the next best, unless the server is down.
        Raises `PlexServerUnknown` and the errors of `errors.py`.
        """
        asked = await self._asked(account_id, server_id, kind, about, call, charged=charged)

        def lent() -> object | None:
            return self._titles.lend(asked.place, asked.question) if kind == "item" else None

        found = await self.cache.get(
            asked.question, KINDS[kind].ttl_s, asked.load, current=current, instead=lent
        )
        return cast("Cached[T]", found)  # `kind` says what `call` gives

    async def foresee(
        self,
        account_id: AccountId,
        server_id: ServerId,
        kind: Kind,
        about: tuple[str | int, ...],
        call: Call[object],
    ) -> None:
        """Have the answer fetched to what this account will ask next; waits for nothing of it."""
        asked = await self._asked(account_id, server_id, kind, about, call)
        self.cache.foresee(asked.question, KINDS[kind].ttl_s, asked.load)

    def expire(self, matches: Callable[[Question], bool]) -> None:
        """What matches may have changed on its server."""
        self.cache.expire(matches)
        self._titles.forget(matches)

    async def _asked(
        self,
        account_id: AccountId,
        server_id: ServerId,
        kind: Kind,
        about: tuple[str | int, ...],
        call: Call[object],
        *,
        charged: str | None = None,
    ) -> "_Asked":
        access = await self._servers.find(account_id, server_id)
        self.on_ask(account_id, server_id)
        question = Question(server_id, access.permission_hash, kind, about)

        async def placed(ready: ServerAccess) -> tuple[str, object]:
            return ready.base_url, await call(ready)

        async def load() -> object:
            await self._limiter.hit(PLEX, f"{charged or account_id}|{kind}")
            turn = self._titles.turn
            try:
                place, answer = await self.ask_now(account_id, server_id, placed)
            except PlexUnauthorized:  # nothing that this access saw is shown any more
                self.cache.forget_all(lambda q: q.permissions == access.permission_hash)
                self._titles.forget_asker(access.permission_hash)
                raise
            except PlexItemGone:
                self._titles.refused(access.base_url, question)
                raise
            if self._titles.turn == turn:
                self._titles.note(place, question, answer)
            return answer

        return _Asked(question, access.base_url, load)

    async def ask_now(self, account_id: AccountId, server_id: ServerId, call: Call[T]) -> T:
        """Past the cache: until it is answered, refused, or five seconds are over."""
        return await within(DEADLINE_S, self._ask(account_id, server_id, call))

    async def _ask(self, account_id: AccountId, server_id: ServerId, call: Call[T]) -> T:
        async def attempt() -> T:
            access = await self._servers.ready(account_id, server_id)
            try:
                return await call(access)
            except (PlexResting, PlexStarting):
                raise
            except PlexUnreachable:
                self._servers.doubt(access)
                raise

        try:
            return await self._persist(server_id, attempt)
        except PlexUnauthorized:  # the token may have been replaced meanwhile
            before = await self._servers.find(account_id, server_id)
            if not await self._servers.renew(account_id):
                raise
            if (await self._servers.find(account_id, server_id)).token == before.token:
                raise
        return await self._persist(server_id, attempt)

    async def _persist(self, server_id: ServerId, attempt: Callable[[], Awaitable[T]]) -> T:
        def again(why: Again) -> None:
            self._figures.asked_again(why)
            log.info("plex_asked_again", server_id=server_id, why=why)

        return await persist(attempt, self._pace(server_id), self._patience, again)

    def _pace(self, server_id: ServerId) -> Pace:
        pace = self._paces.get(server_id)
        if pace is None:
            while len(self._paces) >= _MAX_PACES:
                self._paces.popitem(last=False)
            pace = self._paces[server_id] = Pace()
        self._paces.move_to_end(server_id)
        return pace

    def _note(self, question: Question, how: How) -> None:
        self._figures.answered(question.kind, how)
