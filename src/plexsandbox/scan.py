"""Builds a catalogue from the folder of videos.

Layout: `Movies/<Title (Year)>/<file>`, `TV/<Show>/Season N/<… S01E02 …>`, and any video directly
in the folder or in `Movies` is a film too. Several files of one title and year are versions.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from plexsandbox import sidecars
from plexsandbox.model import (
    Artwork,
    Catalogue,
    Item,
    ItemType,
    Section,
    Track,
    TrackKind,
    VideoFile,
)
from plexsandbox.naming import EpisodeName, FilmName, episode_name, film_name, is_video
from plexsandbox.probe import UnreadableFile, probe
from plexsandbox.state import State

log = logging.getLogger(__name__)

Stamp = tuple[int, int]
"""Time of modification in ns, and size."""


def fingerprint(media_dir: Path) -> dict[Path, Stamp]:
    """Of every file that matters; equal fingerprints mean that nothing has changed."""
    stamps: dict[Path, Stamp] = {}
    for path in _walk(media_dir):
        if is_video(path) or path.suffix.lower() in sidecars.SIDECAR_SUFFIXES:
            status = path.stat()
            stamps[path] = (status.st_mtime_ns, status.st_size)
    return stamps


def _walk(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _walk(path)
        elif path.is_file():
            yield path


@dataclass(frozen=True, slots=True)
class _Found:
    """One video file with its place relative to the folder of its kind."""

    file: VideoFile
    below: Path


class Scanner:
    """Keeps what it has probed, so that a further scan opens only new and changed files."""

    def __init__(self, media_dir: Path, state: State) -> None:
        self._dir = media_dir
        self._state = state
        self._probed: dict[Path, tuple[Stamp, VideoFile | None]] = {}

    def scan(self, stamps: dict[Path, Stamp], now: int) -> Catalogue:
        """Blocking; `now` is Unix seconds. A broken file is told in the log and left out."""
        builder = _Builder(self._state, self._sections(), now)
        for path in (path for path in stamps if is_video(path)):
            file = self._file(path, stamps)
            if file is not None:
                self._place(builder, file)
        self._probed = {path: kept for path, kept in self._probed.items() if path in stamps}
        catalogue = builder.build()
        self._state.save_if_changed()
        return catalogue

    def _sections(self) -> tuple[Section, Section]:
        movies, shows = self._dir / "Movies", self._dir / "TV"
        return (
            Section(1, ItemType.MOVIE, "Movies", self._state.section_uuid("movies"), movies),
            Section(2, ItemType.SHOW, "TV Shows", self._state.section_uuid("shows"), shows),
        )

    def _place(self, builder: _Builder, file: VideoFile) -> None:
        parts = file.path.relative_to(self._dir).parts
        if parts[0] == "TV" and len(parts) > 1:
            named = episode_name(Path(*parts[1:]))
            if named is not None:
                builder.add_episode(named, _Found(file, Path(*parts[1:])))
                return
        below = Path(*parts[1:]) if parts[0] in {"Movies", "TV"} and len(parts) > 1 else Path(parts[-1])
        builder.add_film(film_name(below), _Found(file, below))

    def _file(self, path: Path, stamps: dict[Path, Stamp]) -> VideoFile | None:
        kept = self._probed.get(path)
        if kept is None or kept[0] != stamps[path]:
            kept = (stamps[path], self._probe(path, stamps[path]))
            self._probed[path] = kept
        return self._with_subtitles(kept[1]) if kept[1] is not None else None

    def _probe(self, path: Path, stamp: Stamp) -> VideoFile | None:
        name = str(path.relative_to(self._dir))
        try:
            probed = probe(path, lambda index: self._state.id_for("stream", f"{name}#{index}"))
        except UnreadableFile as error:
            log.warning("file_skipped file=%s reason=%s", name, error)
            return None
        return VideoFile(
            media_id=self._state.id_for("media", name),
            part_id=self._state.id_for("part", name),
            path=path,
            size_bytes=stamp[1],
            modified_at=stamp[0] // 1_000_000_000,
            container=path.suffix.lower().removeprefix(".").replace("m4v", "mp4"),
            duration_ms=probed.duration_ms,
            video_ms=probed.video_ms,
            bit_rate_kbps=probed.bit_rate_kbps,
            tracks=probed.tracks,
            chapters=probed.chapters,
        )

    def _with_subtitles(self, file: VideoFile) -> VideoFile:
        beside = tuple(
            Track(
                id=self._state.id_for("stream", str(path.relative_to(self._dir))),
                kind=TrackKind.SUBTITLE,
                codec="srt",
                language=language,
                sidecar=path,
            )
            for path, language in sidecars.subtitles_of(file.path)
        )
        return replace(file, tracks=file.tracks + beside) if beside else file


class _Builder:
    """Gathers files into films, shows, seasons and episodes."""

    def __init__(self, state: State, sections: tuple[Section, Section], now: int) -> None:
        self._state = state
        self._movies, self._shows = sections
        self._now = now
        self._films: dict[FilmName, list[_Found]] = defaultdict(list)
        self._episodes: dict[tuple[str, int | None], list[tuple[EpisodeName, _Found]]]
        self._episodes = defaultdict(list)
        self._items: dict[str, Item] = {}
        self._children: dict[str, list[str]] = defaultdict(list)

    def add_film(self, name: FilmName, found: _Found) -> None:
        self._films[name].append(found)

    def add_episode(self, name: EpisodeName, found: _Found) -> None:
        self._episodes[name.show, name.year].append((name, found))

    def build(self) -> Catalogue:
        for name, versions in self._films.items():
            self._build_film(name, versions)
        for (show, year), episodes in self._episodes.items():
            self._build_show(show, year, episodes)
        children = {parent: tuple(keys) for parent, keys in self._children.items()}
        return Catalogue((self._movies, self._shows), self._items, children, self._now)

    def _build_film(self, name: FilmName, versions: list[_Found]) -> None:
        ordered = sorted(versions, key=lambda found: (-found.file.video.height, found.below))
        files = tuple(found.file for found in ordered)
        first = min(versions, key=lambda found: found.below).file.path
        artwork = sidecars.artwork_of_file(first)
        if len(ordered[0].below.parts) > 1:
            artwork = _or(artwork, sidecars.artwork_of_folder(first.parent))
        details = _details_of(files)
        self._add(
            f"movie:{name.title}:{name.year or ''}",
            type_=ItemType.MOVIE,
            section=self._movies,
            title=details.title or name.title,
            details=details,
            artwork=artwork,
            year=details.year or name.year,
            files=files,
        )

    def _build_show(
        self, show: str, year: int | None, episodes: list[tuple[EpisodeName, _Found]]
    ) -> None:
        below = episodes[0][1].below
        folder = self._shows.folder / below.parts[0] if len(below.parts) > 1 else self._shows.folder
        details = sidecars.read_details(folder / "show.json")
        item = self._add(
            f"show:{show}:{year or ''}",
            type_=ItemType.SHOW,
            section=self._shows,
            title=details.title or show,
            details=details,
            artwork=sidecars.artwork_of_folder(folder),
            year=details.year or year,
            folder=folder,
            index=1,
        )
        seasons = sorted({name.season for name, _ in episodes})
        for number in seasons:
            chosen = [(name, found) for name, found in episodes if name.season == number]
            self._build_season(item, show, number, chosen)

    def _build_season(
        self, show: Item, name: str, number: int, episodes: list[tuple[EpisodeName, _Found]]
    ) -> None:
        folder = episodes[0][1].file.path.parent
        season = self._add(
            f"season:{name}:{number}",
            type_=ItemType.SEASON,
            section=self._shows,
            title=f"Season {number}" if number else "Specials",
            details=sidecars.read_details(folder / "season.json"),
            artwork=_or(sidecars.artwork_of_folder(folder), show.artwork),
            index=number,
            parent=show,
        )
        by_number: dict[int, list[tuple[EpisodeName, _Found]]] = defaultdict(list)
        for named, found in episodes:
            by_number[named.episode].append((named, found))
        for episode in sorted(by_number):
            self._build_episode(season, name, by_number[episode])

    def _build_episode(
        self, season: Item, show: str, versions: list[tuple[EpisodeName, _Found]]
    ) -> None:
        named = versions[0][0]
        files = tuple(found.file for _, found in versions)
        details = _details_of(files)
        self._add(
            f"episode:{show}:{named.season}:{named.episode}",
            type_=ItemType.EPISODE,
            section=self._shows,
            title=details.title or named.title,
            details=details,
            artwork=sidecars.artwork_of_file(files[0].path),
            index=named.episode,
            year=details.year,
            files=files,
            parent=season,
        )

    def _add(
        self,
        name: str,
        *,
        type_: ItemType,
        section: Section,
        title: str,
        details: sidecars.Details,
        artwork: Artwork,
        year: int | None = None,
        index: int | None = None,
        files: tuple[VideoFile, ...] = (),
        parent: Item | None = None,
        folder: Path | None = None,
    ) -> Item:
        key = str(self._state.id_for("item", name))
        added_at = self._state.added_at(name, self._now)
        item = Item(
            rating_key=key,
            type=type_,
            section_id=section.id,
            title=title,
            details=details,
            artwork=artwork,
            added_at=added_at,
            updated_at=max((file.modified_at for file in files), default=added_at),
            guid=f"local://{key}",
            index=index,
            year=year,
            parent_key=parent.rating_key if parent else None,
            files=files,
            folder=folder,
        )
        self._items[key] = item
        if parent is not None:
            self._children[parent.rating_key].append(key)
        return item


def _details_of(files: tuple[VideoFile, ...]) -> sidecars.Details:
    beside = [file.path.with_suffix(".json") for file in files]
    return sidecars.read_details(next((path for path in beside if path.exists()), beside[0]))


def _or(first: Artwork, second: Artwork) -> Artwork:
    return Artwork(first.thumb or second.thumb, first.art or second.art)
