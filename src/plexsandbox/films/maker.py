"""Makes one film: pictures, sound, subtitles, sidecars. Nothing half done is ever in place."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from plexsandbox.films import scenes
from plexsandbox.films.catalog import SHOW_WORDS, FilmPlan, Line, Size
from plexsandbox.films.compose import RATE, compose
from plexsandbox.films.poster import backdrop, credit_line, poster, thumbnail
from plexsandbox.films.scene import Scene
from plexsandbox.sidecars import write_details
from plexsandbox.transcoder.process import kill, start_ffmpeg

_FRAME = re.compile(rb"frame=(\d+)")
_FOCUS = {"lighthouse": 0.86, "train": 0.75, "moons": 0.5, "mountains": 0.55}

Told = Callable[[int], None]
"""Gets the percentage."""


class FilmFailed(Exception):
    """ffmpeg has given up; the message is its own."""


def scene_of(plan: FilmPlan) -> Scene:
    match plan.scene:
        case "lighthouse":
            return scenes.lighthouse_scene(plan.duration_s)
        case "mountains":
            return scenes.mountain_scene(plan.duration_s)
        case "train":
            return scenes.train_scene(plan.duration_s)
        case "moons":
            return scenes.moons_scene(plan.duration_s)
        case kind:
            return scenes.weather_scene(kind, plan.duration_s)


def film_path(plan: FilmPlan, media_dir: Path) -> Path:
    return media_dir / plan.folder / f"{plan.stem}.{plan.container}"


def also_path(plan: FilmPlan, media_dir: Path) -> Path | None:
    """Where its second version goes, if it has one."""
    if plan.also is None:
        return None
    stem = plan.stem.replace(f"{plan.size[1]}p", f"{plan.also[1]}p")
    return media_dir / plan.folder / f"{stem}.{plan.container}"


def is_made(plan: FilmPlan, media_dir: Path) -> bool:
    second = also_path(plan, media_dir)
    return film_path(plan, media_dir).exists() and (second is None or second.exists())


async def make_film(
    plan: FilmPlan, media_dir: Path, work_dir: Path, told: Told, *, niceness: int, threads: int
) -> None:
    """Raises `FilmFailed`; cancelling it kills ffmpeg. The video itself is put in place last."""
    folder = work_dir / plan.scene
    await asyncio.to_thread(_fresh, folder)
    try:
        scene = scene_of(plan)
        draft = folder / f"film.{plan.container}"
        await asyncio.gather(
            _encode(plan, scene, plan.size, draft, told, niceness=niceness, threads=threads),
            asyncio.to_thread(_write_beside, plan, scene, media_dir),
        )
        second = also_path(plan, media_dir)
        if second is not None and plan.also is not None:
            smaller = folder / f"smaller.{plan.container}"
            await _shrink(draft, plan.also, smaller, niceness=niceness)
            smaller.replace(second)
        draft.replace(film_path(plan, media_dir))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fresh(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


async def _encode(
    plan: FilmPlan,
    scene: Scene,
    size: Size,
    draft: Path,
    told: Told,
    *,
    niceness: int,
    threads: int,
) -> None:
    folder = draft.parent
    composition = await asyncio.to_thread(compose, plan, scene, size, folder)
    (folder / "graph.txt").write_text(composition.graph)
    extra = _write_text_streams(plan, folder)
    first = composition.inputs.count("-i")
    arguments = [
        *("-v", "error", "-nostdin", "-y", "-progress", "pipe:1"),
        *composition.inputs,
        *(part for name in extra for part in ("-i", name)),
        *("-/filter_complex", "graph.txt", "-map", "[video]"),
        *(part for n in range(len(plan.tunes)) for part in ("-map", f"[a{n}]")),
        *_extra_maps(plan, first, extra),
        *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "24"),
        *("-pix_fmt", "yuv420p", "-g", str(RATE * 2), "-keyint_min", str(RATE * 2)),
        *("-sc_threshold", "0", "-threads", str(threads), "-t", str(plan.duration_s)),
        *("-c:a", "aac", "-aac_coder", "fast", "-b:a", "96k", *_audio_tags(plan)),
        *("-movflags", "+faststart", "-metadata", f"title={plan.title}", draft.name),
    ]
    await _run(arguments, folder, plan.duration_s * RATE, told, niceness=niceness)


def _write_text_streams(plan: FilmPlan, folder: Path) -> list[str]:
    """Chapters and embedded subtitles, as further inputs."""
    names = []
    if plan.chapters:
        (folder / "chapters.txt").write_text(_chapters(plan), encoding="utf-8")
        names.append("chapters.txt")
    if plan.embedded:
        for language in ("eng", "fra"):
            (folder / f"{language}.srt").write_text(_srt(plan.lines, language), encoding="utf-8")
            names.append(f"{language}.srt")
    return names


def _extra_maps(plan: FilmPlan, first: int, extra: list[str]) -> list[str]:
    maps: list[str] = []
    subtitles = [(n, name) for n, name in enumerate(extra, start=first) if name.endswith(".srt")]
    for place, (number, name) in enumerate(subtitles):
        maps += ["-map", str(number), f"-metadata:s:s:{place}", f"language={name[:3]}"]
    if subtitles:
        maps += ["-c:s", "mov_text" if plan.container == "mp4" else "srt"]
    if plan.chapters:
        maps += ["-map_chapters", str(first)]
    return maps


def _audio_tags(plan: FilmPlan) -> list[str]:
    tags: list[str] = []
    for number, tune in enumerate(plan.tunes):
        tags += [f"-metadata:s:a:{number}", f"language={tune.language}"]
        tags += [f"-metadata:s:a:{number}", f"title={tune.title}"]
        tags += [f"-disposition:a:{number}", "default" if number == 0 else "0"]
    return tags


async def _shrink(source: Path, size: Size, target: Path, *, niceness: int) -> None:
    arguments = [
        *("-v", "error", "-nostdin", "-y", "-i", source.name, "-map", "0", "-c", "copy"),
        *("-vf", f"scale={size[0]}:{size[1]}", "-c:v", "libx264", "-preset", "ultrafast"),
        *("-crf", "24", "-g", str(RATE * 2), "-threads", "1", "-movflags", "+faststart"),
        target.name,
    ]
    await _run(arguments, target.parent, 0, lambda _: None, niceness=niceness)


async def _run(
    arguments: list[str], folder: Path, frames: int, told: Told, *, niceness: int
) -> None:
    with (folder / "errors.txt").open("wb") as errors:
        child = await start_ffmpeg(
            arguments, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=errors, niceness=niceness
        )
    try:
        if child.stdout is not None:
            async for line in child.stdout:
                found = _FRAME.match(line)
                if found and frames:
                    told(min(99, int(found[1]) * 100 // frames))
        if await child.wait() != 0:
            raise FilmFailed((folder / "errors.txt").read_text(errors="replace")[:500])
    finally:
        await kill(child)


def _write_beside(plan: FilmPlan, scene: Scene, media_dir: Path) -> None:
    """Words, posters and subtitle files; the scan needs the video too before it lists any."""
    video = film_path(plan, media_dir)
    video.parent.mkdir(parents=True, exist_ok=True)
    write_details(video.with_suffix(".json"), _words(plan))
    second = also_path(plan, media_dir)
    if second is not None:
        write_details(second.with_suffix(".json"), _words(plan))
    if plan.show:
        _write_show(plan, scene, media_dir)
        thumbnail(scene, plan.still_at_s).save(video.parent / f"{video.stem}.thumb.jpg", quality=88)
    else:
        focus = _FOCUS.get(plan.scene, 0.5)
        wide = backdrop(scene, plan.still_at_s)
        wide.save(video.parent / "art.jpg", quality=86)
        picture = poster(wide, scene.ink, plan.title, credit_line(plan), focus=focus)
        picture.save(video.parent / "poster.jpg", quality=90)
    if plan.lines and not plan.embedded:
        for language, code in (("eng", "en"), ("fra", "fr")):
            beside = video.parent / f"{video.stem}.{code}.srt"
            beside.write_text(_srt(plan.lines, language), encoding="utf-8")


def _write_show(plan: FilmPlan, scene: Scene, media_dir: Path) -> None:
    """The show is pictured by whichever episode comes first, each season by its first."""
    season = media_dir / plan.folder
    show = season.parent
    if not (show / "show.json").exists():
        write_details(show / "show.json", dict(SHOW_WORDS))
    for folder, words in ((show, "a show for small skies"), (season, season.name)):
        if not (folder / "poster.jpg").exists():
            wide = backdrop(scene, plan.still_at_s)
            wide.save(folder / "art.jpg", quality=86)
            picture = poster(wide, scene.ink, plan.show, words, focus=0.68)
            picture.save(folder / "poster.jpg", quality=90)


def _words(plan: FilmPlan) -> dict[str, object]:
    """In the form of `sidecars.read_details`."""
    return {
        "title": plan.title,
        "year": plan.year,
        "summary": plan.summary,
        "tagline": plan.tagline or None,
        "studio": "Sandbox Pictures",
        "content_rating": "G",
        "originally_available_at": f"{plan.year}-10-{10 + plan.duration_s % 18:02}",
        "rating": round(7 + len(plan.title) % 20 / 10, 1),
        "genres": list(plan.genres),
        "countries": ["Sweden"],
        "directors": ["The sandbox"],
        "writers": ["The sandbox"],
        "markers": [
            {"type": kind, "start_s": start, "end_s": end, "final": kind == "credits"}
            for kind, start, end in plan.markers
        ],
    }


def _chapters(plan: FilmPlan) -> str:
    length_ms = plan.duration_s * 1000 // len(plan.chapters)
    parts = [";FFMETADATA1"]
    for number, title in enumerate(plan.chapters):
        start = number * length_ms
        parts += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={start + length_ms}"]
        parts.append(f"title={title}")
    return "\n".join(parts) + "\n"


def _srt(lines: tuple[Line, ...], language: str) -> str:
    blocks = [
        f"{number}\n{_stamp(line.start_s)} --> {_stamp(line.end_s)}\n"
        f"{line.english if language == 'eng' else line.french}\n"
        for number, line in enumerate(lines, start=1)
    ]
    return "\n".join(blocks)


def _stamp(seconds: float) -> str:
    whole = int(seconds)
    return (
        f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02},{round(seconds % 1 * 1000):03}"
    )
