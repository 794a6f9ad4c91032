"""Posters and backdrops: a still of the scene, with typography on the posters."""

from __future__ import annotations

from PIL import Image

from plexsandbox.films.brush import Picture, clear, fitting_text, gradient, is_light
from plexsandbox.films.catalog import FilmPlan
from plexsandbox.films.scene import Scene

_POSTER = (600, 900)
_BACKDROP = (1600, 900)


def poster(wide: Picture, ink: str, title: str, below: str, *, focus: float = 0.5) -> Picture:
    """Portrait, out of a backdrop; `focus` says which part is kept, 0 left to 1 right."""
    width, height = _POSTER
    left = round((wide.width - width) * focus)
    picture = wide.crop((left, 0, left + width, height)).convert("RGBA")
    picture.alpha_composite(_shade(width, height, ink))
    _write_title(picture, title, ink)
    foot = picture.crop((0, height - 62, width, height - 42)).convert("L").resize((1, 1))
    dark = float(foot.getpixel((0, 0)) or 0) < 140  # type: ignore[arg-type]
    small = fitting_text(below.upper(), width - 120, 17, "#f6f1e4" if dark else ink, 0.28)
    picture.alpha_composite(small, ((width - small.width) // 2, height - 62))
    return picture.convert("RGB")


def backdrop(scene: Scene, at_s: float) -> Picture:
    return scene.still(*_BACKDROP, at_s).convert("RGB")


def thumbnail(scene: Scene, at_s: float) -> Picture:
    return scene.still(854, 480, at_s).convert("RGB")


def credit_line(plan: FilmPlan) -> str:
    return f"a sandbox picture · {plan.year}"


def _write_title(picture: Picture, title: str, ink: str) -> None:
    """Word by word in a few lines, each as wide as it can be."""
    width = picture.width
    y = 64
    for words in _lines(title):
        line = fitting_text(words.upper(), width - 110, 74, ink, 0.06)
        trimmed = line.crop(line.getbbox())
        picture.alpha_composite(trimmed, (55, y))
        y += trimmed.height + 20


def _lines(title: str) -> list[str]:
    """Short words stay with the one that follows."""
    lines: list[str] = []
    held = ""
    for word in title.split():
        held = f"{held} {word}".strip()
        if len(held) > 4:
            lines.append(held)
            held = ""
    return [*lines, held] if held else lines


def _shade(width: int, height: int, ink: str) -> Picture:
    """Darkens top and foot for light words, lightens the top for dark ones."""
    light = is_light(ink)
    colour = "#05060f" if light else "#ffffff"
    flat = gradient(width, height, [(0.0, colour), (1.0, colour)])
    ramp = Image.linear_gradient("L").resize((width, height // 3))
    alpha = Image.new("L", (width, height), 0)
    alpha.paste(ramp.rotate(180).point(lambda v: int(v * 0.45)), (0, 0))
    if light:
        alpha.paste(ramp.point(lambda v: int(v * 0.5)), (0, height - height // 3))
    flat.putalpha(alpha)
    layer = clear(width, height)
    layer.alpha_composite(flat)
    return layer
