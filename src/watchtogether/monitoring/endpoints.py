"""`/api/health`: is the server alive, is it ready, and how are its parts."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from watchtogether.accounts.guard import Guard
from watchtogether.accounts.model import Principal
from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import StorageUnavailable
from watchtogether.kit.web.address import is_loopback

Report = dict[str, Any]  # Any: JSON


def build_router(
    *,
    ping_database_ms: Callable[[], Awaitable[float]],
    redis: Callable[[], Awaitable[Report]],
    parts: Mapping[str, Callable[[], Report]],
    guard: Guard,
    clock: Clock,
    version: str,
) -> APIRouter:
    """Health over database, Redis and the named parts; each part reports its own figures.

    Redis being away makes nobody unhealthy: everything goes on without it.

    The figures are for this machine and for the owner; others learn the status alone.
    """
    router = APIRouter(prefix="/api/health", tags=["health"])
    started_ms = clock.monotonic_ms()

    async def database() -> Report:
        try:
            return {"status": "healthy", "latency_ms": round(await ping_database_ms(), 2)}
        except StorageUnavailable:
            return {"status": "unreachable", "latency_ms": None}

    @router.get("/live")
    async def live() -> Report:
        return {"status": "ok"}

    @router.get("/ready")
    async def ready() -> JSONResponse:
        report = await database()
        healthy = report["status"] == "healthy"
        return JSONResponse(
            {"status": "ok" if healthy else "unready", "database": report},
            status_code=200 if healthy else 503,
        )

    @router.get("")
    async def health(
        request: Request, who: Annotated[Principal | None, Depends(guard.optional)]
    ) -> JSONResponse:
        report = await database()
        healthy = report["status"] == "healthy"
        status = {"status": "ok" if healthy else "degraded"}
        if not is_loopback(request) and (who is None or who.role != "owner"):
            return JSONResponse(status, status_code=200 if healthy else 503)
        body = status | {
            "version": version,
            "uptime_s": round((clock.monotonic_ms() - started_ms) / 1000, 1),
            "database": report,
            "redis": await redis(),
            **{name: part() for name, part in parts.items()},
        }
        return JSONResponse(body, status_code=200 if healthy else 503)

    return router
