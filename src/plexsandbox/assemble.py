"""Puts probed files together: films with their versions, shows with seasons and episodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from plexsandbox import sidecars
from plexsandbox.model import (
    Artwork,
    Catalogue,
    Details,
    Item,
    ItemType,
    Section,
    VideoFile,
    as_one,
)
from plexsandbox.naming import EpisodeName, FilmName, part_name
from plexsandbox.state import State


@dataclass(frozen=True, slots=True)
class Found:
    """One video file with its place relative to the folder of its kind."""

    file: VideoFile
    below: Path


class Assembly:
    """Gathers files into films, shows, seasons and episodes."""

    def __init__(self, state: State, sections: tuple[Section, Section], now: int) -> None:
        self._state = state
        self._movies, self._shows = sections
        self._now = now
        self._films: dict[FilmName, list[Found]] = defaultdict(list)
        self._episodes: dict[tuple[str, int | None], list[tuple[EpisodeName, Found]]]
        self._episodes = defaultdict(list)
        self._items: dict[str, Item] = {}
        self._children: dict[str, list[str]] = defaultdict(list)

    def add_film(self, name: FilmName, found: Found) -> None:
        self._films[name].append(found)

    def add_episode(self, name: EpisodeName, found: Found) -> None:
        self._episodes[name.show, name.year].append((name, found))

    def build(self) -> Catalogue:
        for name, versions in self._films.items():
            self._build_film(name, versions)
        for (show, year), episodes in self._episodes.items():
            self._build_show(show, year, episodes)
        children = {parent: tuple(keys) for parent, keys in self._children.items()}
        return Catalogue((self._movies, self._shows), self._items, children, self._now)

    def _build_film(self, name: FilmName, versions: list[Found]) -> None:
        ordered = sorted(versions, key=lambda found: (-found.file.video.height, found.below))
        files, details = _told(tuple(found.file for found in ordered))
        first = min(versions, key=lambda found: found.below).file.path
        artwork = sidecars.artwork_of_file(first)
        if len(ordered[0].below.parts) > 1:
            artwork = _or(artwork, sidecars.artwork_of_folder(first.parent))
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
        self, show: str, year: int | None, episodes: list[tuple[EpisodeName, Found]]
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
        self, show: Item, name: str, number: int, episodes: list[tuple[EpisodeName, Found]]
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
        by_number: dict[int, list[tuple[EpisodeName, Found]]] = defaultdict(list)
        for named, found in episodes:
            by_number[named.episode].append((named, found))
        for episode in sorted(by_number):
            self._build_episode(season, name, by_number[episode])

    def _build_episode(
        self, season: Item, show: str, versions: list[tuple[EpisodeName, Found]]
    ) -> None:
        named = versions[0][0]
        files, details = _told(tuple(found.file for _, found in versions))
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
        details: Details,
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


def _told(files: tuple[VideoFile, ...]) -> tuple[tuple[VideoFile, ...], Details]:
    """The versions, and what is said beside one of them about all."""
    beside = [file.path.with_suffix(".json") for file in files]
    details = sidecars.read_details(next((path for path in beside if path.exists()), beside[0]))
    told = (replace(file, has_previews=details.has_previews) for file in files)
    return _joined(told), details


def _joined(files: Iterable[VideoFile]) -> tuple[VideoFile, ...]:
    """Parts become one version, which stands where the first of them did."""
    stacks: dict[tuple[Path, str], list[tuple[int, VideoFile]]] = {}
    for file in files:
        stem, number = part_name(file.path) or (file.path.stem, 0)
        stack = stacks.setdefault((file.path.with_name(stem), file.container), [])
        stack.append((number, file))
    return tuple(
        as_one([file for _, file in sorted(stack, key=lambda each: each[0])])
        for stack in stacks.values()
    )


def _or(first: Artwork, second: Artwork) -> Artwork:
    return Artwork(first.thumb or second.thumb, first.art or second.art)
