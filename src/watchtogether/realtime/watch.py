"""Sockets that have to go: those of ended sessions, and those that do not read."""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import StorageUnavailable
from watchtogether.kit.ids import SessionId
from watchtogether.realtime.gateway import Gateway

SLOW_CHECK_S: Final = 2.0

log = structlog.get_logger(__name__)

CHECK_S: Final = 60.0


async def close_ended_sessions(
    gateway: Gateway, is_live: Callable[[SessionId], Awaitable[bool]], clock: Clock
) -> None:
    """Every minute, close the sockets of sessions that are over, until cancelled."""
    while True:
        await clock.sleep(CHECK_S)
        for connection in gateway.connections():
            try:
                live = await is_live(connection.principal.session_id)
            except StorageUnavailable as error:
                log.warning("sessions_unchecked", error=error.text)
                break
            if not live:
                await gateway.close(connection)


async def close_slow_connections(gateway: Gateway, clock: Clock) -> None:
    """Close sockets with too much waiting for them; they come back and resume. Until cancelled."""
    while True:
        await clock.sleep(SLOW_CHECK_S)
        for connection in gateway.connections():
            if gateway.is_slow(connection):
                log.warning("socket_too_slow", connection_id=connection.id)
                await gateway.close(connection)
