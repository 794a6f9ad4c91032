"""The second level of the cache: answers that all processes share through Redis.

An entry is its times and the answer as JSON, checked when it is read: what others may have
written there is data, never code. Keys carry the hash of a permission set, never a token.
"""

import hashlib
import json
from typing import Final

import structlog
from pydantic import ValidationError
from redis.asyncio import Redis

from watchtogether.db.redis import RedisLink
from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import ServerId
from watchtogether.plex.cache import Kept
from watchtogether.plex.questions import KINDS, Question

log = structlog.get_logger(__name__)

FORM: Final = "1"
"""Rises with every change of what answers are made of, so that versions share nothing."""
_KEEP_S: Final = 3600
"""How long what has expired is kept for when the Plex server is down."""
_CHANGED_S: Final = 2 * 3600


class SharedAnswers:
    """Implements `cache.SecondLevel`; without Redis it knows nothing and keeps nothing."""

    def __init__(self, link: RedisLink, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    async def find(self, key: Question) -> Kept[object] | None:
        async def read(redis: Redis) -> list[bytes | str | None]:
            return list(await redis.mget(_name(key), _changed(key.server_id)))

        found = await self._link.ask(read)
        if found is None or not isinstance(found[0], bytes):
            return None
        try:
            stored_ms, until_ms, answer = found[0].split(b"|", 2)
            value = KINDS[key.kind].answer.validate_json(answer)
            changed_ms = int(found[1] or 0)
            fresh_ms = int(until_ms) - self._clock.wall_ms()
            overtaken = int(stored_ms) <= changed_ms
        except (ValueError, ValidationError):
            log.warning("shared_answer_unreadable", kind=key.kind)
            return None
        return Kept(value, 0.0 if overtaken else fresh_ms / 1000)

    async def keep(self, key: Question, value: object, ttl_s: float) -> None:
        now_ms = self._clock.wall_ms()
        answer = KINDS[key.kind].answer.dump_json(value)
        entry = b"%d|%d|%b" % (now_ms, now_ms + int(ttl_s * 1000), answer)

        async def write(redis: Redis) -> None:
            await redis.set(_name(key), entry, ex=int(ttl_s) + _KEEP_S)

        await self._link.ask(write)

    async def changed(self, server_id: ServerId) -> None:
        """What was kept of this server until now is old, for every process."""

        async def write(redis: Redis) -> None:
            await redis.set(_changed(server_id), self._clock.wall_ms(), ex=_CHANGED_S)

        await self._link.ask(write)


def _name(key: Question) -> str:
    about = hashlib.sha256(json.dumps(key.about).encode()).hexdigest()[:32]
    return f"watchtogether:{FORM}:plex:{key.server_id}:{key.permissions}:{key.kind}:{about}"


def _changed(server_id: ServerId) -> str:
    return f"watchtogether:{FORM}:plex-changed:{server_id}"
