"""Makes the films one at a time, in the background."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FilmState = Literal["waiting", "making", "ready", "failed"]


@dataclass(slots=True)
class FilmProgress:
    title: str
    state: FilmState = "waiting"
    percent: int = 0


class Studio:
    def __init__(self, media_dir: Path, work_dir: Path) -> None:
        self._media_dir = media_dir
        self._work_dir = work_dir
        self.films: list[FilmProgress] = []

    async def work(self, finished: Callable[[], Awaitable[None]]) -> None:
        """Until all are made or cancelled; calls `finished` after each."""

    async def make_first(self, told: Callable[[FilmProgress], None]) -> None:
        """Only the first film, unless it is there already."""
