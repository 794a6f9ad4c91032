"""The clock exchange at the socket's door (SPEC CLK-1)."""

from pydantic import BaseModel, ConfigDict, FiniteFloat

from watchtogether.kit.clock import Clock
from watchtogether.realtime.gateway import Connection, Gateway, Payload


class Ping(BaseModel):
    """The client's own time when it asked."""

    model_config = ConfigDict(frozen=True)

    t0_ms: FiniteFloat


def install(gateway: Gateway, clock: Clock) -> None:
    """Answer `clock:ping`."""

    async def ping(_: Connection, message: Ping) -> Payload:
        arrived_ms = clock.monotonic_ms()
        return {
            "t0_ms": message.t0_ms,
            "t1_ms": arrived_ms,
            "t2_ms": clock.monotonic_ms(),
            "clock_id": clock.clock_id,
        }

    gateway.on("clock:ping", Ping, ping)
