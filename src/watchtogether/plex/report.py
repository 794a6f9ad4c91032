"""The Plex layer as the owner sees it: servers, calls, cache, and what to do."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from watchtogether.accounts.errors import OwnerNeeded
from watchtogether.accounts.guard import Guard
from watchtogether.accounts.model import Principal
from watchtogether.kit.ids import AccountId
from watchtogether.plex.advice import AdviceCode, ServerLink, Situation, advise
from watchtogether.plex.asking import Asking
from watchtogether.plex.client import PlexHttp
from watchtogether.plex.figures import PlexFigures
from watchtogether.plex.listening import Listening
from watchtogether.plex.questions import Kind
from watchtogether.plex.servers import LinkKind, ServerDirectory


class ServerReportOut(BaseModel):
    """One of the owner's servers; `link` is null while it does not answer."""

    id: str
    name: str
    owned: bool
    version: str | None
    link: LinkKind | None


class EndpointOut(BaseModel):
    """One kind of call; times are of the last 200, `failing` the share of them that failed."""

    endpoint: str
    calls: int
    failed: int
    failing: float
    p50_ms: float | None
    p95_ms: float | None


class KindOut(BaseModel):
    """One kind of question, and how it was answered."""

    kind: Kind
    asked: int
    fresh: int
    unchanged: int
    meanwhile: int
    shared: int
    merged: int
    stale: int
    missed: int


class AdviceOut(BaseModel):
    """Something to do; `about` are figures for the words."""

    code: AdviceCode
    about: dict[str, str | float]


class PlexReportOut(BaseModel):
    """Everything measured of Plex since the process started."""

    servers: list[ServerReportOut]
    endpoints: list[EndpointOut]
    kinds: list[KindOut]
    hit_rate: float | None
    cached_answers: int
    cached_items: int
    retries: int
    hedges: int
    breakers_open: int
    received_bytes: dict[str, int]
    listened_to: int
    changes_heard: int
    redis: dict[str, Any]  # Any: JSON
    advice: list[AdviceOut]


def build_report_router(
    *,
    servers: ServerDirectory,
    asking: Asking,
    figures: PlexFigures,
    http: PlexHttp,
    listening: Listening,
    redis: Callable[[], Awaitable[dict[str, Any]]],
    guard: Guard,
) -> APIRouter:
    """`/api/admin/plex`, for the owner."""
    router = APIRouter(prefix="/api/admin", tags=["admin"])

    @router.get("/plex")
    async def plex(me: Annotated[Principal, Depends(guard.account)]) -> PlexReportOut:
        """How the Plex servers, the calls to them and the cache are doing."""
        if me.role != "owner":
            raise OwnerNeeded
        known = await servers.statuses(AccountId(me.id))
        endpoints, counts = list(figures.endpoints()), asking.cache.counts
        store = await redis()
        now = Situation(
            servers=[ServerLink(each.name, each.link) for each in known],
            endpoints=endpoints,
            asked=counts.asked,
            hit_rate=counts.hit_rate,
            hedges=figures.repeats["hedge"],
            listening=listening.open > 0,
            redis=store["status"],
        )
        return PlexReportOut(
            servers=[
                ServerReportOut(
                    id=s.server_id, name=s.name, owned=s.owned, version=s.version, link=s.link
                )
                for s in known
            ],
            endpoints=[EndpointOut(**asdict(each)) for each in endpoints],
            kinds=[KindOut(**asdict(each)) for each in figures.kinds()],
            hit_rate=counts.hit_rate,
            cached_answers=len(asking.cache),
            cached_items=asking.cache.weight,
            retries=figures.repeats["retry"],
            hedges=figures.repeats["hedge"],
            breakers_open=http.open_breakers(),
            received_bytes=dict(figures.received_bytes),
            listened_to=listening.open,
            changes_heard=listening.heard,
            redis=store,
            advice=[AdviceOut(code=a.code, about=dict(a.about)) for a in advise(now)],
        )

    return router
