"""The n-th invented film or show: title, people, ratings. The same seed says the same. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from plexsandbox.archive import words
from plexsandbox.model import Chapter, Details, Marker, Role

SIZES = ((3840, 2160), (1920, 1080), (1280, 720), (720, 480), (640, 360))
_SIZE_WEIGHTS = (10, 45, 25, 12, 8)
_FIRST_ADDED = int(datetime(2016, 1, 1, tzinfo=UTC).timestamp())
LAST_ADDED = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class Invented:
    """`sizes` holds one picture size per version, best first; `added_at` is Unix seconds."""

    title: str
    year: int
    details: Details
    sizes: tuple[tuple[int, int], ...]
    added_at: int
    has_chapters: bool
    has_markers: bool


class Inventor:
    """One stream of choices; each work has a generator of its own, so that it depends on its
    number only, not on how many there are."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._actors = _people(chooser(f"{seed}:actors"), 400)
        self._directors = _people(chooser(f"{seed}:directors"), 120)

    def film(self, number: int) -> Invented:
        return self._work(number, "film")

    def show(self, number: int) -> Invented:
        return self._work(number, "show")

    def seasons_of(self, number: int) -> list[int]:
        """How many episodes each season of the n-th show has."""
        choose = chooser(f"{self._seed}:seasons:{number}")
        return [choose.randint(4, 10) for _ in range(choose.choice((1, 1, 2, 2, 3, 5)))]

    def episode_title(self, show: int, season: int, episode: int) -> str:
        return _title(chooser(f"{self._seed}:episode:{show}:{season}:{episode}"))

    def _work(self, number: int, kind: str) -> Invented:
        choose = chooser(f"{self._seed}:{kind}:{number}")
        title, year = _title(choose), choose.choice((*range(1925, 2026), *range(1990, 2026)))
        numbered = f"{title} {number}" if choose.random() < 0.5 else title
        versions = choose.choice((1, 1, 1, 1, 1, 2, 2, 3))
        sizes = {choose.choices(SIZES, _SIZE_WEIGHTS)[0] for _ in range(versions)}
        return Invented(
            title=numbered,
            year=year,
            details=self._details(choose, numbered, year),
            sizes=tuple(sorted(sizes, reverse=True)),
            added_at=choose.randrange(_FIRST_ADDED, LAST_ADDED),
            has_chapters=choose.random() < 0.3,
            has_markers=choose.random() < 0.4,
        )

    def _details(self, choose: random.Random, title: str, year: int) -> Details:
        rated = choose.random() < 0.8
        return Details(
            title=title,
            title_sort=f"{title}, {year}" if choose.random() < 0.05 else None,
            year=year,
            summary=" ".join(choose.choices(words.SENTENCES, k=choose.randint(0, 4))),
            tagline=choose.choice(words.SENTENCES) if choose.random() < 0.3 else None,
            studio=choose.choice(words.STUDIOS) if choose.random() < 0.9 else None,
            content_rating=choose.choice(words.CONTENT_RATINGS) if choose.random() < 0.9 else None,
            originally_available_at=f"{year}-{_of_two(choose, 12)}-{_of_two(choose, 28)}",
            rating=round(choose.uniform(1, 10), 1) if rated else None,
            audience_rating=round(choose.uniform(1, 10), 1) if rated else None,
            genres=tuple(choose.sample(words.GENRES, choose.randint(0, 3))),
            countries=tuple(choose.sample(words.COUNTRIES, choose.choice((0, 1, 1, 2)))),
            directors=tuple(choose.sample(self._directors, choose.choice((0, 1, 1, 1, 2)))),
            writers=tuple(choose.sample(self._directors, choose.choice((0, 1, 2)))),
            roles=tuple(
                Role(name, choose.choice(words.GIVEN))
                for name in choose.sample(self._actors, choose.randint(0, 6))
            ),
            collections=(choose.choice(words.COLLECTIONS),) if choose.random() < 0.05 else (),
        )


def chooser(name: str) -> random.Random:
    return random.Random(name)  # noqa: S311 not for secrets


def views(seed: int, user: str) -> Iterator[tuple[int, float]]:
    """For one work after the other: how often seen, and which part of it begun (0 to 1)."""
    choose = chooser(f"{seed}:{user}")
    while True:
        luck = choose.random()
        if luck < 0.25:
            yield choose.choice((1, 1, 1, 2, 7)), 0.0
        else:
            yield 0, choose.uniform(0.05, 0.85) if luck < 0.28 else 0.0


def _of_two(choose: random.Random, most: int) -> str:
    """A number of two digits."""
    return f"{choose.randint(1, most):02d}"


def _title(choose: random.Random) -> str:
    script = choose.choices(words.SCRIPTS, [script.share for script in words.SCRIPTS])[0]
    return f"{choose.choice(script.first)}{script.joint}{choose.choice(script.second)}"


def _people(choose: random.Random, count: int) -> list[str]:
    names: dict[str, None] = {}
    while len(names) < count:
        names[f"{choose.choice(words.GIVEN)} {choose.choice(words.FAMILY)}"] = None
    return list(names)


def markers(duration_ms: int) -> tuple[Marker, ...]:
    """Unsorted, as a real server gives them."""
    closing, opening = int(duration_ms * 0.92), int(duration_ms * 0.02)
    return (
        Marker("credits", closing, duration_ms, final=True),
        Marker("intro", opening, int(duration_ms * 0.1)),
    )


def chapters(duration_ms: int, number: int) -> tuple[Chapter, ...]:
    """Some of them without a title."""
    count = 2 + number % 6
    edges = [duration_ms * at // count for at in range(count + 1)]
    return tuple(
        Chapter(at + 1, edges[at], edges[at + 1], f"Chapter {at + 1}" if at % 3 else None)
        for at in range(count)
    )
