"""The films: how they are planned, and one of them made in miniature."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from plexsandbox.films.catalog import EPISODES, FILMS, MOUNTAINS
from plexsandbox.films.maker import film_path, make_film, scene_of
from plexsandbox.films.scene import Motion
from plexsandbox.films.studio import Studio
from plexsandbox.model import TrackKind
from plexsandbox.probe import probe

TINY = replace(MOUNTAINS, duration_s=16, size=(160, 90))


def test_there_are_films_and_a_show_of_two_seasons() -> None:
    films = [plan for plan in FILMS if not plan.show]
    assert len(films) >= 4
    assert all(120 <= plan.duration_s <= 300 for plan in films)
    assert {plan.folder.name for plan in EPISODES} == {"Season 1", "Season 2"}
    assert any(plan.embedded for plan in films)
    assert any(plan.lines and not plan.embedded for plan in films)
    assert any(len(plan.tunes) == 2 for plan in films)
    assert len({plan.stem for plan in FILMS}) == len(FILMS)


@pytest.mark.parametrize("plan", FILMS, ids=lambda plan: plan.scene)
def test_every_scene_covers_the_frame(plan: object) -> None:
    scene = scene_of(next(film for film in FILMS if film is plan))
    picture = scene.still(160, 90, 20)
    assert picture.size == (160, 90)
    assert picture.getchannel("A").getextrema() == (255, 255)


def test_motion_is_the_same_for_ffmpeg_and_for_pillow() -> None:
    motion = Motion(x0=0.5, y0=0.1, vx=-0.2, wrap=1.5, ay=0.1, period_s=4)
    assert motion.at(0, 100) == (50, 20)
    assert motion.at(10, 100) == (50 - 50, 10 - 10)
    x, y = motion.expressions(100)
    assert x == "50+(0-mod(20*t,150))"
    assert y == "10+0*t+10*cos(2*PI*(t/4+0))"


async def test_a_film_is_made_whole(tmp_path: Path) -> None:
    told: list[int] = []
    await make_film(TINY, tmp_path, tmp_path / ".work", told.append, niceness=0, threads=1)
    video = film_path(TINY, tmp_path)
    made = probe(video, lambda index: index)
    assert made.duration_ms == pytest.approx(16000, abs=50)
    kinds = [(track.kind, track.language) for track in made.tracks]
    assert kinds == [
        (TrackKind.VIDEO, None),
        (TrackKind.AUDIO, "eng"),
        (TrackKind.AUDIO, "fra"),
        (TrackKind.SUBTITLE, "eng"),
        (TrackKind.SUBTITLE, "fra"),
    ]
    assert [chapter.title for chapter in made.chapters] == list(MOUNTAINS.chapters)
    words = json.loads(video.with_suffix(".json").read_text(encoding="utf-8"))
    assert {marker["type"] for marker in words["markers"]} == {"intro", "credits"}
    with Image.open(video.parent / "poster.jpg") as poster:
        assert poster.size == (600, 900)
    assert told == sorted(told)
    assert list((tmp_path / ".work").iterdir()) == []


async def test_a_film_given_up_leaves_nothing_to_be_listed(tmp_path: Path) -> None:
    making = asyncio.ensure_future(
        make_film(MOUNTAINS, tmp_path, tmp_path / ".work", lambda _: None, niceness=0, threads=1)
    )
    await asyncio.wait([making], timeout=0.8)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert not film_path(MOUNTAINS, tmp_path).exists()


def test_the_studio_makes_nothing_twice(tmp_path: Path) -> None:
    video = film_path(FILMS[0], tmp_path)
    video.parent.mkdir(parents=True)
    video.touch()
    studio = Studio(tmp_path, tmp_path / ".work", enabled=True)
    assert [film.state for film in studio.films].count("ready") == 1
    assert Studio(tmp_path, tmp_path / ".work", enabled=False).films == []
