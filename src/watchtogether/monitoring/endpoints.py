"""`/api/health`: is the server alive, is it ready, and how are its parts."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import StorageUnavailable

Report = dict[str, Any]  # Any: JSON


def build_router(
    ping_database_ms: Callable[[], Awaitable[float]],
    parts: Mapping[str, Callable[[], Report]],
    clock: Clock,
    version: str,
) -> APIRouter:
    """Health over the database and the named parts; each part reports its own figures."""
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
    async def health() -> JSONResponse:
        report = await database()
        healthy = report["status"] == "healthy"
        body = {
            "status": "ok" if healthy else "degraded",
            "version": version,
            "uptime_s": round((clock.monotonic_ms() - started_ms) / 1000, 1),
            "database": report,
            "redis": {"status": "not_configured"},
            **{name: part() for name, part in parts.items()},
        }
        return JSONResponse(body, status_code=200 if healthy else 503)

    return router
