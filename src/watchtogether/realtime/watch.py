"""A socket lives no longer than its session: what no push has told is found out by asking."""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import StorageUnavailable
from watchtogether.kit.ids import SessionId
from watchtogether.realtime.gateway import Gateway

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
