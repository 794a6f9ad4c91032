"""What the Plex endpoints answer. Positions and durations are seconds of film."""

from typing import Literal

from pydantic import BaseModel, Field

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


class HomeUserOut(BaseModel):
    """Somebody in the account's Plex home."""

    uuid: str
    title: str
    admin: bool
    restricted: bool
    protected: bool


class HomeOut(BaseModel):
    """The Plex home; `current` is the user as whom Plex is seen, null for the account's own."""

    users: list[HomeUserOut]
    current: str | None


class HomeChoice(BaseModel):
    """A home user's PIN, where they have one."""

    pin: str = Field("", max_length=20, pattern=r"^[0-9]*$")


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


class FilterOut(BaseModel):
    """A way to narrow a library: on or off, or with choices to ask for."""

    name: str
    title: str
    switch: bool


class SortOut(BaseModel):
    """A way to order a library; `descending` is its usual direction."""

    name: str
    title: str
    descending: bool


class MenuOut(BaseModel):
    """What a library can be narrowed and ordered by."""

    filters: list[FilterOut]
    sorts: list[SortOut]


class ChoiceOut(BaseModel):
    """One value of a filter."""

    value: str
    title: str


class LetterOut(BaseModel):
    """A first letter: how many titles begin with it, and where the first of them stands."""

    letter: str
    count: int
    start: int


class Aged(BaseModel):
    """`stale`: Plex is away and this is from before. `renewing`: this is from lately, and the right
    answer is there when asked again in a moment."""

    stale: bool
    renewing: bool = False


class ItemsOut(Aged):
    """A list of items."""

    items: list[ItemSummaryOut]
    total: int
    start: int = 0


class ShelfOut(BaseModel):
    """A titled row of items; the title is Plex's own, in the server's language.

    `id` is Plex's name of the row, the same in every language, such as `movie.recentlyadded.1`.
    """

    id: str
    title: str
    items: list[ItemSummaryOut]


class ShelvesOut(Aged):
    """Several rows."""

    shelves: list[ShelfOut]


class AncestorOut(BaseModel):
    """The season or show that an item belongs to."""

    rating_key: str | None
    title: str


class CastMemberOut(BaseModel):
    """Somebody who plays in it."""

    name: str
    role: str


class StreamOut(BaseModel):
    """A picture, sound or subtitle track."""

    id: str
    kind: StreamKind
    codec: str
    language: str | None
    title: str
    default: bool
    channels: int | None


class VersionOut(BaseModel):
    """One version of an item."""

    id: str
    container: str
    resolution: str
    video_codec: str
    audio_codec: str
    bitrate_kbps: int | None
    width: int | None
    height: int | None
    size_bytes: int | None
    parts: int
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
    original_title: str | None
    released_on: str | None
    rating: float | None
    genres: list[str]
    directors: list[str]
    cast: list[CastMemberOut]
    content_rating: str | None
    studio: str | None
    show: AncestorOut | None
    season: AncestorOut | None
    versions: list[VersionOut]
    chapters: list[ChapterOut]
    markers: list[MarkerOut]
