"""What the Plex endpoints answer. Positions and durations are seconds of film."""

from typing import Literal

from pydantic import BaseModel

from watchtogether.accounts.schemas import AccountOut, TokensOut
from watchtogether.plex.model import ItemKind, MarkerKind, SectionKind, StreamKind


class PinStartedOut(BaseModel):
    """A sign-in code. `binding` is for programs; a browser holds it in a cookie."""

    id: str
    code: str
    url: str
    expires_in_s: int
    binding: str | None = None


class PinOut(TokensOut):
    """How a sign-in code stands; programs are given tokens with "approved"."""

    status: Literal["pending", "approved", "expired"]
    account: AccountOut | None


class ServerOut(BaseModel):
    """A Plex server that the account may use."""

    id: str
    name: str
    owned: bool
    online: bool
    version: str | None


class LibraryOut(BaseModel):
    """One library of a server."""

    key: str
    title: str
    kind: SectionKind


class ItemSummaryOut(BaseModel):
    """An item as lists show it. Pictures are relative to the server's root."""

    server: str
    rating_key: str
    kind: ItemKind
    title: str
    subtitle: str | None
    year: int | None
    duration_s: float | None
    poster: str | None
    backdrop: str | None
    view_offset_s: float
    watched: bool
    index: int | None
    parent_index: int | None
    child_count: int | None


class ItemsOut(BaseModel):
    """A list of items; `stale` when Plex is away and this is from before."""

    items: list[ItemSummaryOut]
    total: int
    start: int = 0
    stale: bool


class AncestorOut(BaseModel):
    """The season or show that an item belongs to."""

    rating_key: str | None
    title: str


class StreamOut(BaseModel):
    """A picture, sound or subtitle track."""

    id: str
    kind: StreamKind
    codec: str
    language: str | None
    title: str
    default: bool


class VersionOut(BaseModel):
    """One version of an item."""

    id: str
    container: str
    resolution: str
    video_codec: str
    audio_codec: str
    bitrate_kbps: int | None
    streams: list[StreamOut]


class ChapterOut(BaseModel):
    """A chapter."""

    title: str
    start_s: float
    end_s: float


class MarkerOut(BaseModel):
    """A stretch to skip."""

    kind: MarkerKind
    start_s: float
    end_s: float


class ItemOut(ItemSummaryOut):
    """A whole item."""

    summary: str
    tagline: str | None
    genres: list[str]
    content_rating: str | None
    studio: str | None
    show: AncestorOut | None
    season: AncestorOut | None
    versions: list[VersionOut]
    chapters: list[ChapterOut]
    markers: list[MarkerOut]
    stale: bool
