"""Reads the folder of videos: what is there, what has changed, what is inside each file.

Layout: `Movies/<Title (Year)>/<file>`, `TV/<Show>/Season N/<… S01E02 …>`, and any video directly
in the folder or in `Movies` is a film too. Several files of one title and year are versions, and
those called `… - part1`, `… - part2` (or cd, dvd, disc, disk, pt) one version in several parts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from plexsandbox import sidecars
from plexsandbox.assemble import Assembly, Found
from plexsandbox.model import Catalogue, ItemType, Section, Track, TrackKind, VideoFile
from plexsandbox.naming import episode_name, film_name, is_video
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


class Scanner:
    """Keeps what it has probed, so that a further scan opens only new and changed files."""

    def __init__(self, media_dir: Path, state: State) -> None:
        self._dir = media_dir
        self._state = state
        self._probed: dict[Path, tuple[Stamp, VideoFile | None]] = {}

    def scan(self, stamps: dict[Path, Stamp], now: int) -> Catalogue:
        """Blocking; `now` is Unix seconds. A broken file is told in the log and left out."""
        builder = Assembly(self._state, self._sections(), now)
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

    def _place(self, builder: Assembly, file: VideoFile) -> None:
        parts = file.path.relative_to(self._dir).parts
        if parts[0] == "TV" and len(parts) > 1:
            named = episode_name(Path(*parts[1:]))
            if named is not None:
                builder.add_episode(named, Found(file, Path(*parts[1:])))
                return
        below = (
            Path(*parts[1:]) if parts[0] in {"Movies", "TV"} and len(parts) > 1 else Path(parts[-1])
        )
        builder.add_film(film_name(below), Found(file, below))

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
