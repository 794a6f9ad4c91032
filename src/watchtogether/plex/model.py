"""Plex's answers as plain, frozen values. No I/O, no parsing.

Times keep Plex's unit, milliseconds; the doors turn them into seconds of film.
"""

from dataclasses import dataclass
from typing import Literal

from watchtogether.kit.ids import RatingKey, ServerId

SectionKind = Literal["movie", "show", "other"]
ItemKind = Literal["movie", "show", "season", "episode", "collection", "playlist", "other"]
StreamKind = Literal["video", "audio", "subtitle"]
MarkerKind = Literal["intro", "credits"]


@dataclass(frozen=True, slots=True)
class Section:
    """One library of a server."""

    key: str
    title: str
    kind: SectionKind
    uuid: str | None


@dataclass(frozen=True, slots=True)
class Filter:
    """A way to narrow a section. A `switch` is on or off, the others have choices to ask for."""

    name: str
    title: str
    switch: bool


@dataclass(frozen=True, slots=True)
class SortOrder:
    """A way to order a section; `descending` is its usual direction."""

    name: str
    title: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """What a section can be narrowed and ordered by, as its server offers it."""

    filters: tuple[Filter, ...]
    sorts: tuple[SortOrder, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, such as a genre. `value` is sent back to Plex as it is."""

    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A first letter, and how many titles of the section begin with it."""

    letter: str
    count: int


@dataclass(frozen=True, slots=True)
class Listing:
    """What is asked of a section: its order, and what its items must be.

    `filters` are pairs of a filter's name and a choice's value; several of one name mean "or".
    """

    sort: str = "titleSort"
    descending: bool = False
    filters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StreamTrack:
    """One picture, sound or text track of a part. Only full items list them."""

    id: str
    kind: StreamKind
    codec: str
    language: str | None
    title: str
    default: bool
    selected: bool
    index: int | None
    channels: int | None
    key: str | None
    """Where a subtitle file beside the film can be fetched; None when it is inside."""
    profile: str = ""
    level: int | None = None
    bit_depth: int | None = None
    transfer: str = ""
    """How light is coded: `smpte2084` and `arib-std-b67` are HDR."""
    width: int | None = None
    height: int | None = None
    frame_rate: float | None = None
    bitrate_kbps: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One file."""

    id: str
    key: str
    container: str
    duration_ms: int | None
    size_bytes: int | None
    has_previews: bool
    streams: tuple[StreamTrack, ...]


@dataclass(frozen=True, slots=True)
class Media:
    """One version of an item, such as 1080p or 4K."""

    id: str
    container: str
    resolution: str
    video_codec: str
    audio_codec: str
    bitrate_kbps: int | None
    width: int | None
    height: int | None
    duration_ms: int | None
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Marker:
    """A stretch that people like to skip."""

    kind: MarkerKind
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter; its title may be empty."""

    title: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Ancestor:
    """The season or the show that an item belongs to."""

    rating_key: RatingKey | None
    title: str
    index: int | None
    thumb: str | None


@dataclass(frozen=True, slots=True)
class CastMember:
    """Somebody who plays in it; `role` may be empty."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Item:
    """A film, show, season, episode or something else of a library.

    Lists bring it without streams, markers and chapters, and often without genres.
    """

    rating_key: RatingKey
    kind: ItemKind
    plex_type: str
    title: str
    original_title: str | None
    year: int | None
    released_on: str | None
    """A date, as `1989-02-17`."""
    rating: float | None
    """The audience's or else the critics', 0–10."""
    duration_ms: int | None
    index: int | None
    thumb: str | None
    art: str | None
    summary: str
    tagline: str | None
    genres: tuple[str, ...]
    directors: tuple[str, ...]
    cast: tuple[CastMember, ...]
    content_rating: str | None
    studio: str | None
    section_key: str | None
    view_offset_ms: int
    view_count: int
    leaf_count: int | None
    viewed_leaf_count: int | None
    child_count: int | None
    parent: Ancestor | None
    grandparent: Ancestor | None
    media: tuple[Media, ...]
    markers: tuple[Marker, ...]
    chapters: tuple[Chapter, ...]

    @property
    def season(self) -> Ancestor | None:
        return self.parent if self.kind == "episode" else None

    @property
    def show(self) -> Ancestor | None:
        if self.kind == "season":
            return self.parent
        return self.grandparent if self.kind == "episode" else None

    @property
    def watched(self) -> bool:
        """Seen at least once; of shows and seasons, every episode."""
        if self.kind in {"show", "season"}:
            return bool(self.leaf_count) and (self.viewed_leaf_count or 0) >= (self.leaf_count or 0)
        return self.view_count > 0


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Some items of a longer list. `total` counts the whole list."""

    items: tuple[Item, ...]
    total: int
    start: int = 0


@dataclass(frozen=True, slots=True)
class Hub:
    """A shelf of items, such as one kind of search results."""

    identifier: str
    kind: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """What `/identity` says without a token."""

    server_id: ServerId
    version: str | None


@dataclass(frozen=True, slots=True)
class PlexAccount:
    """A person at plex.tv."""

    id: str
    uuid: str | None
    username: str
    title: str


@dataclass(frozen=True, slots=True)
class HomeUser:
    """Somebody in a Plex home. `protected`: a PIN is asked before one may be them."""

    uuid: str
    title: str
    admin: bool
    restricted: bool
    protected: bool


@dataclass(frozen=True, slots=True)
class Connection:
    """One address under which a server may be reached. `uri` is used as it is."""

    uri: str
    local: bool
    relay: bool


@dataclass(frozen=True, slots=True)
class Resource:
    """A server that plex.tv lists for an account, with that account's token for it."""

    server_id: ServerId
    name: str
    owned: bool
    home: bool
    public_address_matches: bool
    version: str | None
    access_token: str
    connections: tuple[Connection, ...]

    def __repr__(self) -> str:  # the token must not reach a log by accident
        return f"Resource(server_id={self.server_id!r}, owned={self.owned!r})"


@dataclass(frozen=True, slots=True)
class Pin:
    """A sign-in code of plex.tv; `auth_token` appears once it is approved."""

    id: str
    code: str
    expires_in_s: int
    auth_token: str | None

    def __repr__(self) -> str:
        return f"Pin(id={self.id!r}, approved={self.auth_token is not None})"
