"""The library as plain values: items, the files behind them, and the streams inside those.

Nothing here touches the disk, HTTP or Plex's wire format.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class TrackKind(StrEnum):
    VIDEO = "video"
    AUDIO = "audio"
    SUBTITLE = "subtitle"


class ItemType(StrEnum):
    MOVIE = "movie"
    SHOW = "show"
    SEASON = "season"
    EPISODE = "episode"

    @property
    def number(self) -> int:
        """Plex's numeric type, as used in `type=` filters."""
        return {"movie": 1, "show": 2, "season": 3, "episode": 4}[self.value]


@dataclass(frozen=True, slots=True)
class Track:
    """One stream of a file, or a subtitle file beside it (then `sidecar` is set)."""

    id: int
    kind: TrackKind
    codec: str
    index: int | None = None
    language: str | None = None
    title: str | None = None
    default: bool = False
    bit_rate_kbps: int = 0
    profile: str | None = None
    level: int | None = None
    width: int = 0
    height: int = 0
    frame_rate: float = 0.0
    channels: int = 0
    sampling_rate: int = 0
    layout: str | None = None
    sidecar: Path | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    index: int
    start_ms: int
    end_ms: int
    title: str | None


@dataclass(frozen=True, slots=True)
class VideoFile:
    """One playable file: both Plex's Media (a version) and its only Part."""

    media_id: int
    part_id: int
    path: Path
    size_bytes: int
    modified_at: int
    container: str
    duration_ms: int
    video_ms: int
    bit_rate_kbps: int
    tracks: tuple[Track, ...]
    chapters: tuple[Chapter, ...]

    def of_kind(self, kind: TrackKind) -> tuple[Track, ...]:
        return tuple(track for track in self.tracks if track.kind is kind)

    @property
    def video(self) -> Track:
        return self.of_kind(TrackKind.VIDEO)[0]

    @property
    def audio(self) -> Track | None:
        return next(iter(self.of_kind(TrackKind.AUDIO)), None)


@dataclass(frozen=True, slots=True)
class Marker:
    type: str
    start_ms: int
    end_ms: int
    final: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    character: str


@dataclass(frozen=True, slots=True)
class Details:
    """What the JSON file beside a film says about it; everything is optional."""

    title: str | None = None
    year: int | None = None
    summary: str = ""
    tagline: str | None = None
    studio: str | None = None
    content_rating: str | None = None
    originally_available_at: str | None = None
    rating: float | None = None
    audience_rating: float | None = None
    genres: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    markers: tuple[Marker, ...] = ()


@dataclass(frozen=True, slots=True)
class Artwork:
    """Picture files found beside an item; where one is missing, a frame of the film serves."""

    thumb: Path | None = None
    art: Path | None = None


@dataclass(frozen=True, slots=True)
class Item:
    rating_key: str
    type: ItemType
    section_id: int
    title: str
    details: Details
    artwork: Artwork
    added_at: int
    updated_at: int
    guid: str
    index: int | None = None
    year: int | None = None
    parent_key: str | None = None
    files: tuple[VideoFile, ...] = ()
    folder: Path | None = None

    @property
    def playable(self) -> bool:
        return bool(self.files)

    @property
    def duration_ms(self) -> int:
        return self.files[0].duration_ms if self.files else 0


@dataclass(frozen=True, slots=True)
class Section:
    id: int
    type: ItemType
    title: str
    uuid: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One scan's result: immutable, so that a request sees one state of the library throughout."""

    sections: tuple[Section, ...] = ()
    items: dict[str, Item] = field(default_factory=dict)
    children: dict[str, tuple[str, ...]] = field(default_factory=dict)
    scanned_at: int = 0

    def section(self, section_id: int) -> Section | None:
        return next((section for section in self.sections if section.id == section_id), None)

    def children_of(self, item: Item) -> list[Item]:
        return [self.items[key] for key in self.children.get(item.rating_key, ())]

    def leaves_of(self, item: Item) -> list[Item]:
        """Episodes of a show or season in order; a playable item is its own only leaf."""
        if item.playable:
            return [item]
        return [leaf for child in self.children_of(item) for leaf in self.leaves_of(child)]

    def parent_of(self, item: Item) -> Item | None:
        return self.items.get(item.parent_key) if item.parent_key else None

    def in_section(self, section_id: int, type_: ItemType) -> list[Item]:
        return [i for i in self.items.values() if i.section_id == section_id and i.type is type_]

    def file_of_part(self, part_id: int) -> tuple[Item, VideoFile] | None:
        for item in self.items.values():
            for file in item.files:
                if file.part_id == part_id:
                    return item, file
        return None

    def track(self, track_id: int) -> tuple[VideoFile, Track] | None:
        for item in self.items.values():
            for file in item.files:
                for track in file.tracks:
                    if track.id == track_id:
                        return file, track
        return None
