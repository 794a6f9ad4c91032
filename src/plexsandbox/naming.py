"""From a path to what it is: film or episode, title, year, numbers. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

VIDEO_SUFFIXES = frozenset({".mp4", ".mkv", ".m4v", ".mov", ".avi", ".webm", ".ts"})

_YEAR = re.compile(r"^(?P<title>.+?)[ ._]*\((?P<year>(?:19|20)\d\d)\)")
_EPISODE = re.compile(
    r"^(?P<before>.*?)[sS](?P<season>\d{1,2})[ ._]?[eE](?P<episode>\d{1,3})(?P<after>.*)$"
)
_PART = re.compile(
    r"^(?P<stem>.+) - (?:part|pt|cd|dvd|disc|disk) ?(?P<number>[1-9])$", re.IGNORECASE
)
_ODD_SPACES = re.compile(r"[._\s]+")
_EDGES = " -–._"


@dataclass(frozen=True, slots=True)
class FilmName:
    title: str
    year: int | None


@dataclass(frozen=True, slots=True)
class EpisodeName:
    show: str
    year: int | None
    season: int
    episode: int
    title: str


def film_name(path: PurePath) -> FilmName:
    """Of a path relative to the folder of films: named by its folder if it has one."""
    return _title_and_year(path.parts[0] if len(path.parts) > 1 else path.stem)


def episode_name(path: PurePath) -> EpisodeName | None:
    """Of a path relative to the folder of shows; none when the name carries no `S01E02`."""
    found = _EPISODE.match(path.stem)
    if found is None:
        return None
    shown = path.parts[0] if len(path.parts) > 1 else found["before"]
    show = _title_and_year(shown)
    number = int(found["episode"])
    title = _clean(found["after"]) or f"Episode {number}"
    return EpisodeName(show.title, show.year, int(found["season"]), number, title)


def part_name(path: PurePath) -> tuple[str, int] | None:
    """What all parts of a file in several are called, and which one this is."""
    found = _PART.match(path.stem)
    return (found["stem"], int(found["number"])) if found else None


def is_video(path: PurePath) -> bool:
    return path.suffix.lower() in VIDEO_SUFFIXES and not path.name.startswith(".")


def sort_title(title: str) -> str:
    """Without a leading article, in lower case, as libraries are sorted."""
    lowered = title.casefold()
    for article in ("the ", "a ", "an "):
        if lowered.startswith(article):
            return lowered.removeprefix(article)
    return lowered


def _title_and_year(name: str) -> FilmName:
    found = _YEAR.match(name)
    if found is None:
        return FilmName(_clean(name) or name, None)
    return FilmName(_clean(found["title"]), int(found["year"]))


def _clean(text: str) -> str:
    spaced = text if " " in text else _ODD_SPACES.sub(" ", text)
    return spaced.strip(_EDGES)
