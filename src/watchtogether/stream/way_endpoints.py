"""How a viewer's page learns what there is to watch, and what it is to watch (SPEC STR-9, 10)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from watchtogether.kit.ids import MemberId
from watchtogether.plex.facts import Sound, Version, with_sound
from watchtogether.stream.bodies import NOT_KEPT
from watchtogether.stream.planner import FILE, Way, Why, Wish
from watchtogether.stream.plans import Plan, Plans
from watchtogether.stream.ports import Screening, Titles
from watchtogether.stream.renditions import boxes_from, read_rendition
from watchtogether.stream.service import StreamService
from watchtogether.stream.surroundings import Progress

Quality = Literal["auto", "file", "1080p", "720p", "480p", "360p", "240p", "160p"]
ViewerOf = Callable[[Request, str], Awaitable[tuple[MemberId, Screening]]]
"""Who asks with this ticket, and what they may watch; raises `TicketRefused`."""


class FileOut(BaseModel):
    """A file that some browser may play as it is. Types are those of `MediaCapabilities`."""

    index: int
    video_type: str
    audio_type: str | None
    width: int
    height: int
    kbps: int
    frame_rate: float
    hdr: bool


class BoxOut(BaseModel):
    """A size that the film can be converted to."""

    name: str
    width: int
    height: int
    kbps: int


class SoundOut(BaseModel):
    """A sound track; `on` is the one that the room hears."""

    id: str
    language: str | None
    title: str
    channels: int | None
    on: bool


class PicturesOut(BaseModel):
    """A subtitle made of pictures, which can be laid over the film."""

    id: str
    language: str | None
    title: str


class SourceOut(BaseModel):
    """What the library has, for the words of an explanation."""

    video_codec: str
    width: int
    height: int
    kbps: int
    hdr: bool


class WaysOut(BaseModel):
    """All there is to choose from. `source` is the library's first version."""

    source: SourceOut | None
    files: list[FileOut]
    boxes: list[BoxOut]
    sounds: list[SoundOut]
    pictures: list[PicturesOut]


class WishIn(BaseModel):
    """What this viewer's player can do, and what they want. `line_kbps` is null while unknown."""

    model_config = ConfigDict(extra="forbid")
    files: Annotated[list[Annotated[int, Field(ge=0, le=63)]], Field(max_length=64)] = []
    quality: Quality = "auto"
    line_kbps: Annotated[float, Field(gt=0, le=100_000_000)] | None = None
    burned: Annotated[str, Field(pattern=r"^[0-9]{1,12}$")] | None = None


class SharedOut(BaseModel):
    """A conversion, and how many watch it."""

    name: str
    viewers: int


class PlanOut(BaseModel):
    """How the room is served: `direct` viewers cost the Plex server no conversion."""

    direct: int
    shared: list[SharedOut]
    members: dict[str, str]
    """What each member watches, by member id."""


class WayOut(BaseModel):
    """What to watch; paths are relative to the ticket's address. `ladder` lists all sizes, for a
    player that takes the one called `name`; it is the same whichever that is."""

    name: str
    path: str
    ladder: str | None
    why: Why
    plan: PlanOut


class ProgressOut(BaseModel):
    """Why nothing comes yet: `starting`, a conversion begins; `making`, the encoder is at work;
    `ready`, nothing is waited for. Times are seconds; `usual_s` is what beginning takes of late."""

    state: Literal["ready", "starting", "making"]
    for_s: float
    usual_s: float


def add_ways(
    router: APIRouter,
    *,
    service: StreamService,
    titles: Titles,
    plans: Plans,
    viewer_of: ViewerOf,
    check_place: Callable[[Screening, str], None],
) -> None:
    """The addresses."""

    @router.get("/{ticket}/{generation}/{rendition}/progress")
    async def progress(
        request: Request, ticket: str, generation: str, rendition: str, response: Response
    ) -> ProgressOut:
        """What is done for those who wait, for a page that has nothing to show."""
        _, screening = await viewer_of(request, ticket)
        check_place(screening, generation)
        found = service.progress(screening, rendition) or Progress("ready", 0.0, 0.0)
        response.headers.update(NOT_KEPT)
        return ProgressOut(**asdict(found))

    async def versions_of(screening: Screening) -> tuple[Version, ...]:
        versions = await titles.versions(
            screening.account_id, screening.server_id, screening.rating_key
        )
        return with_sound(versions, screening.sound)

    @router.get("/{ticket}/ways")
    async def ways(request: Request, ticket: str, response: Response) -> WaysOut:
        """What there is to choose from."""
        _, screening = await viewer_of(request, ticket)
        response.headers.update(NOT_KEPT)
        return _ways(await versions_of(screening), screening, direct=plans.direct)

    @router.post("/{ticket}/way")
    async def way(request: Request, ticket: str, wish: WishIn, response: Response) -> WayOut:
        """What this viewer is to watch. To be asked again every 20 s, and when a wish changes."""
        member_id, screening = await viewer_of(request, ticket)
        versions = await versions_of(screening)
        known = {each.id for version in versions for each in version.pictures}
        found, plan = plans.ask(
            screening,
            member_id,
            Wish(
                files=frozenset(wish.files),
                quality=wish.quality,
                line_kbps=wish.line_kbps,
                burned=wish.burned if wish.burned in known else None,
            ),
            versions,
        )
        service.keep_to(screening, plan.shared)
        response.headers.update(NOT_KEPT)
        return _way(found, plan, screening, versions)


def _ways(versions: Sequence[Version], screening: Screening, *, direct: bool) -> WaysOut:
    first = versions[0] if versions else None
    return WaysOut(
        source=SourceOut(
            video_codec=first.video_codec,
            width=first.width,
            height=first.height,
            kbps=first.kbps,
            hdr=first.hdr,
        )
        if first
        else None,
        files=[
            FileOut(
                index=each.index,
                video_type=each.video_type,
                audio_type=each.audio_type,
                width=each.width,
                height=each.height,
                kbps=each.kbps,
                frame_rate=each.frame_rate,
                hdr=each.hdr,
            )
            for each in versions
            if direct and each.video_type is not None and (each.audio_type or not each.has_sound)
        ],
        boxes=[
            BoxOut(name=box.name, width=box.width, height=box.height, kbps=box.bitrate_kbps)
            for box in boxes_from(screening.rendition)
        ],
        sounds=[SoundOut(**asdict(each)) for each in _listed(versions, screening)],
        pictures=[PicturesOut(**asdict(each)) for each in first.pictures] if first else [],
    )


def _listed(versions: Sequence[Version], screening: Screening) -> tuple[Sound, ...]:
    """Those of the version that has the chosen one, else of the first."""
    having = [each for each in versions if screening.sound and each.sound(screening.sound)]
    return next((each.sounds for each in (*having, *versions)), ())


def _way(way: Way, plan: Plan, screening: Screening, versions: Sequence[Version]) -> WayOut:
    version = next((each for each in versions if way.name == f"{FILE}{each.index}"), None)
    folder = f"{screening.generation}/{way.name}"
    return WayOut(
        name=way.name,
        path=f"{folder}.{version.extension}" if version else f"{folder}/master.m3u8",
        ladder=None if version else _ladder(way, screening),
        why=way.why,
        plan=PlanOut(
            direct=plan.direct,
            shared=[SharedOut(name=name, viewers=n) for name, n in plan.shared.items()],
            members=dict(plan.members),
        ),
    )


def _ladder(way: Way, screening: Screening) -> str | None:
    rendition = read_rendition(way.name)
    if rendition is None:
        return None
    largest = replace(rendition, box=boxes_from(screening.rendition)[0])
    return f"{screening.generation}/{largest.name}/ladder.m3u8"
