"""How patiently a piece of a film's own file is read."""

from collections.abc import Awaitable, Callable
from typing import Final

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import AppError
from watchtogether.plex.errors import PlexItemGone, PlexUnauthorized
from watchtogether.stream.waker import or_error

_PAUSES_S: Final = (0.5, 1.0)
"""Between the attempts."""


async def patiently(read: Callable[[], Awaitable[bytes]], clock: Clock) -> bytes | AppError:
    """What the read gives, or the last of three failures; one that is for good is the last."""
    for pause_s in _PAUSES_S:
        outcome = await or_error(read())
        if isinstance(outcome, bytes | PlexUnauthorized | PlexItemGone):
            return outcome
        await clock.sleep(pause_s)
    return await or_error(read())
