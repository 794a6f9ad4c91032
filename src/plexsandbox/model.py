"""The library as plain values: items, the files behind them, and the streams inside those.

Nothing here touches the disk, HTTP or Plex's wire format.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TypeVar, cast

from plexsandbox.naming import sort_title

T = TypeVar("T")


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
    """One playable file: both Plex's Media (a version) and its only Part, or its first one where
    it has `pieces`."""

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
    named: str | None = None
    """The path that clients are told, where it is not the true one."""
    true_picture: Track | None = None
    """What is really inside, where `tracks` claim another size of picture."""
    has_previews: bool = True
    pieces: tuple[VideoFile, ...] = ()
    """The parts of a version that has several, see `as_one`."""

    @property
    def parts(self) -> tuple[VideoFile, ...]:
        return self.pieces or (self,)

    def of_kind(self, kind: TrackKind) -> tuple[Track, ...]:
        return tuple(track for track in self.tracks if track.kind is kind)

    @property
    def video(self) -> Track:
        return self.of_kind(TrackKind.VIDEO)[0]

    @property
    def audio(self) -> Track | None:
        return next(iter(self.of_kind(TrackKind.AUDIO)), None)

    def like(self, track: Track, of: VideoFile) -> Track | None:
        """This file's track that goes on with one `of` the part before: the same kind, language and
        place among those; else the same place among all of its kind."""
        for alike in (lambda each: each.language == track.language, lambda _: True):
            place = [each for each in of.of_kind(track.kind) if alike(each)].index(track)
            tracks = [each for each in self.of_kind(track.kind) if alike(each)]
            if place < len(tracks):
                return tracks[place]
        return None


def as_one(parts: Sequence[VideoFile]) -> VideoFile:
    """What follows one another as one version: tracks and names are the first part's."""
    if len(parts) == 1:
        return parts[0]
    before_ms = sum(part.duration_ms for part in parts[:-1])
    return replace(
        parts[0],
        duration_ms=before_ms + parts[-1].duration_ms,
        video_ms=before_ms + parts[-1].video_ms,
        pieces=tuple(parts),
    )


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
    title_sort: str | None = None
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
    collections: tuple[str, ...] = ()
    markers: tuple[Marker, ...] = ()
    has_previews: bool = True
    """Whether there are preview pictures along the film."""


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
    invented: int | None = None
    """The number of a work that was made up, see `archive`; its pictures are drawn from it."""

    @property
    def sorted_as(self) -> str:
        return sort_title(self.details.title_sort or self.title)

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
class Collection:
    """Items of one section under one name; `rating_keys` in the section's order."""

    rating_key: str
    section_id: int
    title: str
    rating_keys: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """One scan's result: immutable, so that a request sees one state of the library throughout.

    What is worked out from it once is kept with it, see `once`.
    """

    sections: tuple[Section, ...] = ()
    items: dict[str, Item] = field(default_factory=dict)
    children: dict[str, tuple[str, ...]] = field(default_factory=dict)
    scanned_at: int = 0
    collections: tuple[Collection, ...] = ()
    _known: dict[Hashable, object] = field(default_factory=dict, compare=False, repr=False)

    def once(self, name: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives; it is called at the first time only. A name has one type."""
        if name not in self._known:
            self._known[name] = make()
        return cast("T", self._known[name])

    def section(self, section_id: int) -> Section | None:
        return next((section for section in self.sections if section.id == section_id), None)

    def collection(self, rating_key: str) -> Collection | None:
        return next((each for each in self.collections if each.rating_key == rating_key), None)

    def children_of(self, item: Item) -> list[Item]:
        return [self.items[key] for key in self.children.get(item.rating_key, ())]

    def leaves_of(self, item: Item) -> list[Item]:
        """Episodes of a show or season in order; a playable item is its own only leaf."""
        if item.playable:
            return [item]

        def gather() -> list[Item]:
            return [leaf for child in self.children_of(item) for leaf in self.leaves_of(child)]

        return self.once(("leaves", item.rating_key), gather)

    def parent_of(self, item: Item) -> Item | None:
        return self.items.get(item.parent_key) if item.parent_key else None

    def top_of(self, item: Item) -> Item:
        """The show of a season or an episode; anything else is its own."""
        while (parent := self.parent_of(item)) is not None:
            item = parent
        return item

    def in_section(self, section_id: int, type_: ItemType) -> list[Item]:
        def gather() -> list[Item]:
            every = self.items.values()
            return [i for i in every if i.section_id == section_id and i.type is type_]

        return self.once(("in section", section_id, type_), gather)

    def of_type(self, type_: ItemType) -> list[Item]:
        def gather() -> list[Item]:
            return [item for item in self.items.values() if item.type is type_]

        return self.once(("of type", type_), gather)

    def file_of_part(self, part_id: int) -> tuple[Item, VideoFile] | None:
        def gather() -> dict[int, tuple[Item, VideoFile]]:
            every = self.items.values()
            files = ((item, file) for item in every for file in item.files)
            return {part.part_id: (item, part) for item, file in files for part in file.parts}

        return self.once("parts", gather).get(part_id)

    def track(self, track_id: int) -> tuple[VideoFile, Track] | None:
        def gather() -> dict[int, tuple[VideoFile, Track]]:
            found: dict[int, tuple[VideoFile, Track]] = {}
            for item in self.items.values():
                for part in (part for file in item.files for part in file.parts):
                    for track in part.tracks:
                        found.setdefault(track.id, (part, track))
            return found

        return self.once("tracks", gather).get(track_id)
