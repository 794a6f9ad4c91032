"""Redis, where one is configured: asked briefly, and done without as soon as it is away."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal, TypeVar

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from watchtogether.kit.clock import Clock

log = structlog.get_logger(__name__)

T = TypeVar("T")
Status = Literal["not_configured", "healthy", "unreachable"]

_ANSWER_S: Final = 0.25
_REST_S: Final = 2.0
_CONNECTIONS: Final = 20


class RedisLink:
    """An empty `url` means that there is none. Nothing here raises because of Redis."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._clock = clock
        self._redis = _client(url) if url else None
        self._resting_until_ms = 0.0
        self._away = False

    @property
    def configured(self) -> bool:
        return self._redis is not None

    async def ask(self, work: Callable[[Redis], Awaitable[T]]) -> T | None:
        """What `work` gives; None when there is no Redis, or none that answers in 0.25 s.

        After a failure it is not asked for two seconds. What `work` raises apart from Redis'
        own errors goes through.
        """
        if self._redis is None or self._clock.monotonic_ms() < self._resting_until_ms:
            return None
        try:
            async with asyncio.timeout(_ANSWER_S):
                answer = await work(self._redis)
        except (RedisError, OSError, TimeoutError) as error:
            self._failed(error)
            return None
        if self._away:
            self._away = False
            log.info("redis_came_back")
        return answer

    async def report(self) -> dict[str, Any]:  # Any: JSON
        """For health: `{status, latency_ms, memory_bytes}`."""
        status: Status = "not_configured"
        latency_ms = memory_bytes = None
        if self.configured:
            started_s = time.perf_counter()
            found = await self.ask(lambda redis: redis.info("memory"))
            status = "unreachable" if found is None else "healthy"
            if found is not None:
                latency_ms = round((time.perf_counter() - started_s) * 1000, 2)
                memory_bytes = found.get("used_memory")
        return {"status": status, "latency_ms": latency_ms, "memory_bytes": memory_bytes}

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.aclose()

    def _failed(self, error: Exception) -> None:
        """Said once for each time that it goes away."""
        self._resting_until_ms = self._clock.monotonic_ms() + _REST_S * 1000
        if not self._away:
            self._away = True
            log.warning("redis_away", error=type(error).__name__)


def _client(url: str) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=_CONNECTIONS,
        timeout=_ANSWER_S,
        socket_timeout=_ANSWER_S,
        socket_connect_timeout=_ANSWER_S,
        retry=Retry(NoBackoff(), 0),
    )
    return Redis(connection_pool=pool)
