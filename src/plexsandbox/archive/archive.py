"""The archive as sections of the library: invented once, given files at each scan."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from plexsandbox.archive.invent import LAST_ADDED, Invented, Inventor, markers, views
from plexsandbox.archive.stock import Stock
from plexsandbox.model import Artwork, Catalogue, Details, Item, ItemType, Section, VideoFile
from plexsandbox.state import State, View

_FIRST_FILM = 100_001
_FIRST_SHOW = 300_001
_SHOW_STEP = 1_000
"""Rating keys of a show: its own, then its seasons (+1 …), then its episodes (+100 …)."""
_TAGS = ("genre", "country", "director", "writer", "actor", "collection")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is invented, from which seed."""

    films: int = 0
    shows: int = 0
    seed: int = 1


class Archive:
    """Blocking: twenty thousand films take a few seconds, later scans less."""

    def __init__(
        self, size: Size, state: State, users: Iterable[str], first_section: int = 3
    ) -> None:
        self._size = size
        self._films_section, self._shows_section = first_section, first_section + 1
        self._state = state
        self._users = tuple(users)
        self._inventor = Inventor(size.seed)
        self._films: list[Invented] = []

    def joined(self, catalogue: Catalogue, clips: Iterable[VideoFile]) -> Catalogue:
        """The catalogue with the archive after it; the same one when nothing is to be invented.

        What is invented plays the clips.
        """
        if not (self._size.films or self._size.shows):
            return catalogue
        first = not self._films
        if first:
            self._films = [self._inventor.film(number) for number in range(self._size.films)]
        stock = Stock(sorted(clips, key=lambda file: file.path))
        items, children = dict(catalogue.items), dict(catalogue.children)
        items |= {item.rating_key: item for item in self._film_items(stock)}
        below: dict[str, list[str]] = defaultdict(list)
        for item in self._show_items(stock):
            items[item.rating_key] = item
            if item.parent_key is not None:
                below[item.parent_key].append(item.rating_key)
        children |= {parent: tuple(keys) for parent, keys in below.items()}
        invented = [item for item in items.values() if item.invented is not None]
        if first:
            self._remember(invented)
        sections = (*catalogue.sections, *self._sections())
        gc.collect()
        gc.freeze()  # so many objects that stay would make each later collection long
        return replace(catalogue, sections=sections, items=items, children=children, _known={})

    def _sections(self) -> list[Section]:
        uuid = self._state.section_uuid
        films = Section(
            self._films_section, ItemType.MOVIE, "Archive", uuid("archive"), Path("/archive/films")
        )
        shows = Section(
            self._shows_section, ItemType.SHOW, "Serials", uuid("serials"), Path("/archive/shows")
        )
        return [films] * bool(self._size.films) + [shows] * bool(self._size.shows)

    def _film_items(self, stock: Stock) -> Iterator[Item]:
        for number, film in enumerate(self._films):
            files = stock.files(film, number, "/archive/films")
            details = film.details
            if film.has_markers:
                details = replace(details, markers=markers(files[0].duration_ms))
            key = str(_FIRST_FILM + number)
            yield Item(
                rating_key=key,
                type=ItemType.MOVIE,
                section_id=self._films_section,
                title=film.title,
                details=details,
                artwork=Artwork(),
                added_at=film.added_at,
                updated_at=film.added_at,
                guid=f"archive://{key}",
                year=film.year,
                files=files,
                invented=number,
            )

    def _show_items(self, stock: Stock) -> Iterator[Item]:
        for number in range(self._size.shows):
            work = self._inventor.show(number)
            base = _FIRST_SHOW + number * _SHOW_STEP
            show = Item(
                rating_key=str(base),
                type=ItemType.SHOW,
                section_id=self._shows_section,
                title=work.title,
                details=work.details,
                artwork=Artwork(),
                added_at=work.added_at,
                updated_at=work.added_at,
                guid=f"archive://{base}",
                index=1,
                year=work.year,
                invented=base,
            )
            yield show
            yield from self._season_items(show, work, number, stock)

    def _season_items(
        self, show: Item, work: Invented, number: int, stock: Stock
    ) -> Iterator[Item]:
        base, at = int(show.rating_key), 0
        for season, count in enumerate(self._inventor.seasons_of(number), start=1):
            parent = replace(
                show,
                rating_key=str(base + season),
                type=ItemType.SEASON,
                title=f"Season {season}",
                details=Details(),
                guid=f"archive://{base + season}",
                index=season,
                year=None,
                parent_key=show.rating_key,
            )
            yield parent
            for episode in range(1, count + 1):
                key = base + 100 + at
                title = self._inventor.episode_title(number, season, episode)
                called = replace(work, title=f"{work.title} S{season:02d}E{episode:02d}")
                yield replace(
                    parent,
                    rating_key=str(key),
                    type=ItemType.EPISODE,
                    title=title,
                    details=replace(work.details, title=title, collections=(), roles=()),
                    guid=f"archive://{key}",
                    index=episode,
                    year=work.year,
                    added_at=work.added_at + at * 86_400,
                    parent_key=parent.rating_key,
                    files=stock.files(called, key, "/archive/shows"),
                    invented=key,
                )
                at += 1

    def _remember(self, items: list[Item]) -> None:
        """Numbers for all tags at one go, and what each person has seen."""
        for name in sorted({name for item in items for name in _tag_names(item.details)}):
            self._state.id_for("tag", name)
        for user in self._users:
            seen = zip(views(self._size.seed, user), items, strict=False)
            self._state.invent_views(
                user,
                {
                    item.rating_key: View(int(item.duration_ms * part), count, _viewed_at(item))
                    for (count, part), item in seen
                    if item.playable and (count or part)
                },
            )


def _viewed_at(item: Item) -> int:
    """Never after the last of them was added: what happens now is the latest."""
    return min(LAST_ADDED, item.added_at + 86_400 * (1 + (item.invented or 0) % 700))


def _tag_names(details: Details) -> Iterator[str]:
    people = tuple(role.name for role in details.roles)
    groups = (
        details.genres,
        details.countries,
        details.directors,
        details.writers,
        people,
        details.collections,
    )
    for kind, names in zip(_TAGS, groups, strict=True):
        yield from (f"{kind}:{name}" for name in names)
