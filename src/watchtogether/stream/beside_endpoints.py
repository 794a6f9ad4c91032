"""The HTTP door of what goes beside the film (SPEC STR-6 to STR-8)."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from watchtogether.plex.schemas import ChapterOut, MarkerOut
from watchtogether.stream.beside import Beside
from watchtogether.stream.bodies import KEPT, NOT_KEPT, PiecesResponse, number_of
from watchtogether.stream.ports import Screening

ScreeningOf = Callable[[Request, str], Awaitable[Screening]]
"""What a request may watch with its ticket; raises `TicketRefused`."""


class SubtitleOut(BaseModel):
    """One that can be chosen; `language` is a code such as `en`."""

    id: str
    language: str | None
    title: str
    default: bool


class SubtitlesOut(BaseModel):
    """Those that are text, in the order of the file."""

    tracks: list[SubtitleOut]


class MarksOut(BaseModel):
    """In the order of the film; times are positions of film."""

    chapters: list[ChapterOut]
    markers: list[MarkerOut]


class PreviewsOut(BaseModel):
    """`count` pictures, one every `interval_s` of film from its start; sizes in pixels."""

    interval_s: float
    count: int
    width: int
    height: int


def add_beside(router: APIRouter, beside: Beside, screening_of: ScreeningOf) -> None:
    """Adds the addresses below a ticket that are not the film itself."""

    @router.get("/{ticket}/marks")
    async def marks(request: Request, ticket: str, response: Response) -> MarksOut:
        """Chapters and markers of what is on."""
        found = await beside.marks(await screening_of(request, ticket))
        response.headers.update(NOT_KEPT)
        return MarksOut(
            chapters=[
                ChapterOut(title=c.title, start_s=c.start_ms / 1000, end_s=c.end_ms / 1000)
                for c in found.chapters
            ],
            markers=[
                MarkerOut(kind=m.kind, start_s=m.start_ms / 1000, end_s=m.end_ms / 1000)
                for m in found.markers
            ],
        )

    @router.get("/{ticket}/subtitles")
    async def subtitle_tracks(request: Request, ticket: str, response: Response) -> SubtitlesOut:
        """The text subtitles of what is on."""
        found = await beside.tracks(await screening_of(request, ticket))
        response.headers.update(NOT_KEPT)
        return SubtitlesOut(tracks=[SubtitleOut(**asdict(each)) for each in found])

    @router.get("/{ticket}/subtitles/{track}.vtt", response_class=Response)
    async def subtitle(request: Request, ticket: str, track: str) -> Response:
        """One of them, as WebVTT."""
        body = await beside.vtt(await screening_of(request, ticket), track)
        return PiecesResponse(body, headers=KEPT, media_type="text/vtt; charset=utf-8")

    @router.get("/{ticket}/previews")
    async def previews(request: Request, ticket: str, response: Response) -> PreviewsOut:
        """The small pictures along what is on; `count` is 0 where there are none."""
        found = await beside.previews(await screening_of(request, ticket))
        response.headers.update(NOT_KEPT)
        return PreviewsOut(
            interval_s=found.interval_ms / 1000,
            count=len(found.pictures),
            width=found.width,
            height=found.height,
        )

    @router.get("/{ticket}/previews/{number}.jpg", response_class=Response)
    async def preview(request: Request, ticket: str, number: str) -> Response:
        """One of them."""
        body = await beside.picture(await screening_of(request, ticket), number_of(number))
        return PiecesResponse(body, headers=KEPT, media_type="image/jpeg")
