"""A tiny library for tests: films of seconds, at the size of a stamp, made in a moment.

The films of the demo are made by `plexsandbox.films`.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from plexsandbox.sidecars import write_details
from plexsandbox.transcoder.process import ffmpeg_path

FILM_S = 60
SHORT_S = 12
_CHAPTERS = """;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=20000
title=Beginning
[CHAPTER]
TIMEBASE=1/1000
START=20000
END=60000
title=End
"""
_SUBTITLE = "1\n00:00:01,000 --> 00:00:04,000\n{}\n\n2\n00:00:06,000 --> 00:00:08,000\n{}\n"


@dataclass(frozen=True, slots=True)
class Clip:
    path: Path
    seconds: int = SHORT_S
    size: str = "320x180"
    rate: str = "24"
    languages: tuple[str, ...] = ("eng",)
    extras: bool = False
    """Chapters and two embedded subtitle tracks."""


def make_library(folder: Path) -> None:
    """`Test Film` has everything; then a film with a sidecar, one in two versions, and a show.

    Takes a second or two; what exists already is left alone.
    """
    film = folder / "Movies" / "Test Film (2020)" / "Test Film (2020).mp4"
    versions = folder / "Movies" / "Two Sizes (2019)"
    show = folder / "TV" / "Test Show"
    clips = [
        Clip(film, FILM_S, languages=("eng", "fra"), extras=True),
        Clip(folder / "Movies" / "Short Film (2021).mkv", rate="24000/1001"),
        Clip(versions / "Two Sizes (2019) - 180p.mp4"),
        Clip(versions / "Two Sizes (2019) - 90p.mp4", size="160x90"),
        Clip(show / "Season 1" / "Test Show S01E01 First.mp4"),
        Clip(show / "Season 1" / "Test Show S01E02 Second.mp4"),
        Clip(show / "Season 2" / "Test Show S02E01 Third.mp4"),
    ]
    for clip in clips:
        if not clip.path.exists():
            make_clip(clip)
    _write_words(film, show)
    sidecar = folder / "Movies" / "Short Film (2021).en.srt"
    sidecar.write_text(_SUBTITLE.format("Hello.", "Goodbye."), encoding="utf-8")


def make_clip(clip: Clip) -> None:
    """A moving test picture with a counter, and one tone per language."""
    clip.path.parent.mkdir(parents=True, exist_ok=True)
    draft = clip.path.with_name(f".{clip.path.name}")
    picture = f"testsrc2=s={clip.size}:r={clip.rate}:d={clip.seconds}"
    arguments = ["-v", "error", "-y", "-nostdin", "-f", "lavfi", "-i", picture]
    for number in range(len(clip.languages)):
        tone = f"sine=f={220 * (number + 1)}:d={clip.seconds}:r=48000"
        arguments += ["-f", "lavfi", "-i", tone]
    beside = _write_extras(clip) if clip.extras else []
    for path in beside:
        arguments += ["-i", str(path)]
    arguments += ["-map", "0:v", *_maps(clip, bool(beside))]
    arguments += ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "35", "-g", "48"]
    arguments += ["-pix_fmt", "yuv420p", "-threads", "1", "-c:a", "aac", "-ac", "2", "-b:a", "48k"]
    form = "matroska" if clip.path.suffix == ".mkv" else "mp4"
    subprocess.run(
        [ffmpeg_path(), *arguments, "-t", str(clip.seconds), "-f", form, str(draft)], check=True
    )
    draft.replace(clip.path)
    for path in beside:
        path.unlink()


def _write_extras(clip: Clip) -> list[Path]:
    texts = {
        "chapters": _CHAPTERS,
        "eng": _SUBTITLE.format("Good evening.", "Good night."),
        "fra": _SUBTITLE.format("Bonsoir.", "Bonne nuit."),
    }
    paths = []
    for name, text in texts.items():
        path = clip.path.with_name(f".{name}.{'txt' if name == 'chapters' else 'srt'}")
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def _maps(clip: Clip, extras: bool) -> list[str]:
    count = len(clip.languages)
    maps: list[str] = []
    for number, language in enumerate(clip.languages):
        maps += ["-map", f"{number + 1}:a", f"-metadata:s:a:{number}", f"language={language}"]
        maps += [f"-disposition:a:{number}", "default" if number == 0 else "0"]
    if extras:
        first = count + 1
        maps += ["-map", str(first + 1), "-map", str(first + 2), "-c:s", "mov_text"]
        maps += ["-metadata:s:s:0", "language=eng", "-metadata:s:s:1", "language=fra"]
        maps += ["-map_chapters", str(first)]
    return maps


def _write_words(film: Path, show: Path) -> None:
    credits_s = FILM_S - 8
    write_details(
        film.with_suffix(".json"),
        {
            "summary": "A counter counts.",
            "tagline": "It never stops.",
            "studio": "Test Pictures",
            "content_rating": "G",
            "originally_available_at": "2020-05-01",
            "rating": 7.5,
            "audience_rating": 8.0,
            "genres": ["Drama", "Family"],
            "countries": ["Sweden"],
            "directors": ["Ada Director"],
            "writers": ["Bo Writer"],
            "roles": [{"name": "Cy Actor", "character": "The Counter"}],
            "markers": [
                {"type": "credits", "start_s": credits_s, "end_s": FILM_S, "final": True},
                {"type": "intro", "start_s": 2, "end_s": 8},
            ],
        },
    )
    shown = {"rating": 7.0, "audience_rating": 8.0, "content_rating": "G"}
    words = {
        **shown,
        "summary": "It goes on.",
        "tagline": "And on.",
        "year": 2018,
        "genres": ["Drama"],
        "countries": ["Sweden"],
        "studio": "Test TV",
        "originally_available_at": "2018-02-03",
        "roles": [{"name": "Cy Actor", "character": "The Other Counter"}],
    }
    write_details(show / "show.json", words)
    first = show / "Season 1" / "Test Show S01E01 First.json"
    write_details(first, {**shown, "year": 2018, "originally_available_at": "2018-02-03"})
