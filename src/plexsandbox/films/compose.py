"""From a scene to ffmpeg's inputs and filter graph: layers, titles, clock and progress line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from plexsandbox.films.brush import Picture, clear, fitting_text, font, lifted
from plexsandbox.films.catalog import FilmPlan, Size
from plexsandbox.films.music import tune_filter
from plexsandbox.films.scene import Layer, Scene

RATE = 24
_TITLE_S = 6.0
_CREDITS_S = 7.0


@dataclass(frozen=True, slots=True)
class Composition:
    """`inputs` are ffmpeg arguments; pictures and fonts are files in the working folder."""

    inputs: tuple[str, ...]
    graph: str


def compose(plan: FilmPlan, scene: Scene, size: Size, folder: Path) -> Composition:
    """Writes the pictures into the folder; blocking, about half a second."""
    width, height = size
    inputs: list[str] = []
    steps = [f"color=black:s={width}x{height}:r={RATE}:d={plan.duration_s},format=yuv420p[v0]"]
    for number, layer in enumerate(scene.layers):
        place = _write_layer(layer, size, folder / f"layer{number}.png")
        inputs += ["-i", f"layer{number}.png"]
        steps.append(f"[v{number}][{number}:v]overlay={place}[v{number + 1}]")
    count = len(scene.layers)
    inputs += _write_words(plan, scene, size, folder)
    steps += _words(plan, size, count)
    steps += [tune_filter(tune, plan.duration_s, f"a{n}") for n, tune in enumerate(plan.tunes)]
    return Composition(tuple(inputs), ";\n".join(steps))


def _write_layer(layer: Layer, size: Size, path: Path) -> str:
    """Only the part that holds something; returns the overlay's position."""
    picture = layer.paint(*size)
    left, top, right, bottom = picture.getbbox() or (0, 0, 2, 2)
    left, top = left - left % 2, top - top % 2
    picture.crop((left, top, right, bottom)).save(path, compress_level=1)
    x, y = layer.motion.expressions(size[1])
    return f"x='{left}+{x}':y='{top}+{y}'"


def _write_words(plan: FilmPlan, scene: Scene, size: Size, folder: Path) -> list[str]:
    """Title, credits and the progress line, each an input of its own."""
    width, height = size
    title_card(plan, scene, size).save(folder / "title.png", compress_level=1)
    credits_card(plan, scene, size).save(folder / "credits.png", compress_level=1)
    line = clear(width, max(2, height // 200 * 2))
    line.paste(scene.ink, (0, 0, line.width, line.height))
    line.putalpha(110)
    line.save(folder / "line.png")
    (folder / "font.ttf").write_bytes(_font_bytes())
    still = ["-loop", "1", "-framerate", str(RATE)]
    return [
        *(*still, "-t", f"{_TITLE_S}", "-i", "title.png"),
        *(*still, "-t", f"{_CREDITS_S}", "-i", "credits.png"),
        *("-i", "line.png"),
    ]


def _font_bytes() -> bytes:
    source = font(12).path
    if isinstance(source, bytes | str):
        return Path(str(source)).read_bytes()
    if hasattr(source, "getvalue"):
        return bytes(source.getvalue())
    raise RuntimeError("Pillow's font cannot be read")


def _words(plan: FilmPlan, size: Size, count: int) -> list[str]:
    width, height = size
    end = plan.duration_s - _CREDITS_S - 0.5
    bar = f"x='-{width}+{width}*t/{plan.duration_s}':y={height}-h"
    clock = (
        f"drawtext=fontfile=font.ttf:text='%{{pts\\:hms}}':fontsize={height // 26}"
        f":fontcolor=white@0.75:shadowcolor=black@0.4:shadowx=1:shadowy=1"
        f":x={height // 24}:y={height - height // 12}"
    )
    return [
        f"[{count}:v]{_fade(1.0, _TITLE_S)}[title]",
        f"[{count + 1}:v]{_fade(0.2, _CREDITS_S)},setpts=PTS+{end}/TB[credits]",
        f"[v{count}][title]overlay=x=(W-w)/2:y=H*0.2:eof_action=pass[w1]",
        "[w1][credits]overlay=x=(W-w)/2:y=H*0.18:eof_action=pass[w2]",
        f"[w2][{count + 2}:v]overlay={bar}[w3]",
        f"[w3]{clock},format=yuv420p[video]",
    ]


def _fade(start_s: float, length_s: float) -> str:
    out = length_s - 1.1
    return f"format=yuva420p,fade=in:st={start_s}:d=1:alpha=1,fade=out:st={out}:d=1:alpha=1"


def title_card(plan: FilmPlan, scene: Scene, size: Size) -> Picture:
    width, height = size
    line = fitting_text(plan.title.upper(), int(width * 0.86), height * 0.085, scene.ink, 0.12)
    above = plan.show.upper() if plan.show else "SANDBOX PICTURES"
    small = fitting_text(above, int(width * 0.8), height * 0.03, scene.ink, 0.35)
    card = clear(width, round(height * 0.24))
    card.alpha_composite(small, ((width - small.width) // 2, round(height * 0.02)))
    card.alpha_composite(line, ((width - line.width) // 2, round(height * 0.08)))
    return lifted(card, scene.ink, height / 60)


def credits_card(plan: FilmPlan, scene: Scene, size: Size) -> Picture:
    width, height = size
    rows = (
        (plan.title.upper(), 0.045, 0.2),
        ("drawn by a program", 0.035, 0.02),
        ("painted in layers, scored for four chords", 0.026, 0.02),
    )
    card = clear(width, round(height * 0.3))
    y = 0
    for text, part, spacing in rows:
        line = fitting_text(text, int(width * 0.86), height * part, scene.ink, spacing)
        card.alpha_composite(line, ((width - line.width) // 2, y))
        y += round(height * part * 2)
    return lifted(card, scene.ink, height / 60)
