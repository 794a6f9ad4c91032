"""Makes the films one at a time: the first at full speed, the others behind the server's work."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from plexsandbox.films.catalog import FILMS, FilmPlan
from plexsandbox.films.maker import FilmFailed, is_made, make_film

log = logging.getLogger(__name__)

FilmState = Literal["waiting", "making", "ready", "failed"]
_LOW_PRIORITY = 15


@dataclass(slots=True)
class FilmProgress:
    """`percent` is that of the film being made."""

    title: str
    plan: FilmPlan
    state: FilmState = "waiting"
    percent: int = 0


class Studio:
    """A film whose file exists counts as made, so that a restart makes nothing twice."""

    def __init__(self, media_dir: Path, work_dir: Path, *, enabled: bool) -> None:
        self._media_dir = media_dir
        self._work_dir = work_dir
        self.films = [FilmProgress(_title(plan), plan) for plan in FILMS] if enabled else []
        for film in self.films:
            if is_made(film.plan, media_dir):
                film.state, film.percent = "ready", 100

    async def make_first(self, told: Callable[[FilmProgress], None]) -> None:
        """Only the first film, unless it is there already."""
        first = self.films[0]
        if first.state != "ready":
            told(first)
            await self._make(first, told, niceness=0, threads=2)

    async def work(self, finished: Callable[[], Awaitable[None]]) -> None:
        """Until all are made or cancelled; calls `finished` after each."""
        for film in self.films:
            if film.state == "waiting":
                await self._make(film, lambda _: None, niceness=_LOW_PRIORITY, threads=1)
                await finished()

    async def _make(
        self,
        film: FilmProgress,
        told: Callable[[FilmProgress], None],
        *,
        niceness: int,
        threads: int,
    ) -> None:
        def progressed(percent: int) -> None:
            if percent >= film.percent + 5:
                film.percent = percent
                told(film)

        film.state = "making"
        try:
            await make_film(
                film.plan,
                self._media_dir,
                self._work_dir,
                progressed,
                niceness=niceness,
                threads=threads,
            )
        except (FilmFailed, OSError) as error:
            film.state = "failed"
            log.warning("film_failed title=%s reason=%s", film.title, error)
            return
        film.state, film.percent = "ready", 100
        told(film)


def _title(plan: FilmPlan) -> str:
    return f"{plan.show}: {plan.title}" if plan.show else plan.title
