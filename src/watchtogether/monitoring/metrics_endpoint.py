"""`/metrics`: the figures for Prometheus."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from watchtogether.accounts.errors import OwnerNeeded
from watchtogether.accounts.guard import Guard
from watchtogether.accounts.model import Principal
from watchtogether.kit.metrics import CONTENT_TYPE, Metrics
from watchtogether.kit.web.address import is_loopback


def build_router(metrics: Metrics, guard: Guard) -> APIRouter:
    """For programs on this machine and for the owner, like the figures of health."""
    router = APIRouter(tags=["health"])

    @router.get("/metrics", response_class=Response)
    async def scrape(
        request: Request, who: Annotated[Principal | None, Depends(guard.optional)]
    ) -> Response:
        if not is_loopback(request) and (who is None or who.role != "owner"):
            raise OwnerNeeded
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return router
