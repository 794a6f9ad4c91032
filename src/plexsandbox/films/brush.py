"""Pillow shapes that the scenes are painted with. Sizes are pixels, colours are `#rrggbb`.

Everything is drawn at twice the size and scaled down, for smooth edges.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from itertools import pairwise

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter, ImageFont

Picture = Image.Image
Rgb = tuple[int, int, int]
_FINE = 2


def rgb(colour: str) -> Rgb:
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return red, green, blue


def mix(first: str, second: str, part: float) -> str:
    """`part` 0 is the first, 1 the second."""
    pairs = zip(rgb(first), rgb(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def clear(width: int, height: int, colour: str = "#000000") -> Picture:
    """Transparent; what is going to be blurred needs its own colour underneath, else it darkens."""
    return Image.new("RGBA", (width, height), (*rgb(colour), 0))


def gradient(width: int, height: int, stops: Sequence[tuple[float, str]]) -> Picture:
    """Vertical; `stops` are pairs of height (0 top, 1 bottom) and colour. Dithered."""
    column = Image.new("RGB", (1, height))
    for y in range(height):
        column.putpixel((0, y), _between(stops, y / max(1, height - 1)))
    flat = column.resize((width, height))
    noise = Image.effect_noise((width, height), 1.2).convert("RGB")
    return ImageChops.add(flat, noise, scale=1, offset=-128).convert("RGBA")


def _between(stops: Sequence[tuple[float, str]], at: float) -> Rgb:
    for (low, below), (high, above) in pairwise(stops):
        if at <= high:
            part = (at - low) / (high - low) if high > low else 0.0
            return rgb(mix(below, above, max(0.0, part)))
    return rgb(stops[-1][1])


def disc(size: int, colour: str, alpha: int = 255) -> Picture:
    fine = clear(size * _FINE, size * _FINE)
    ImageDraw.Draw(fine).ellipse((0, 0, size * _FINE - 1, size * _FINE - 1), (*rgb(colour), alpha))
    return fine.resize((size, size), Image.Resampling.LANCZOS)


def glow(size: int, colour: str, strength: float = 1.0) -> Picture:
    """A soft round light that fades to nothing at its edge."""
    falling = ImageChops.invert(Image.radial_gradient("L")).resize((size, size))
    # The gradient reaches black in the corners; in the middle of an edge it is still at 74.
    alpha = falling.point(lambda value: int(255 * strength * (max(0, value - 75) / 180) ** 2))
    layer = Image.new("RGBA", (size, size), (*rgb(colour), 255))
    layer.putalpha(alpha)
    return layer


def silhouette(
    width: int, height: int, edge: Callable[[float], float], colour: str, *, fade_to: str = ""
) -> Picture:
    """Filled below `edge`, which gives y (0 top, 1 bottom) for x in pixels."""
    wide, high = width * _FINE, height * _FINE
    mask = Image.new("L", (wide, high), 0)
    points = [(x, edge(x / _FINE) * high) for x in range(0, wide + 4, 4)]
    ImageDraw.Draw(mask).polygon([*points, (wide, high), (0, high)], fill=255)
    stops = [(0.0, colour), (1.0, fade_to or colour)]
    layer = (
        gradient(width, height, stops) if fade_to else Image.new("RGBA", (width, height), colour)
    )
    layer.putalpha(mask.resize((width, height), Image.Resampling.LANCZOS))
    return layer


def rolling(period: float, seed: int, rough: int = 3) -> Callable[[float], float]:
    """A gentle random curve between about -1 and 1 that repeats after `period` pixels."""
    dice = random.Random(seed)  # noqa: S311 - pictures, not secrets
    waves = [
        (step, dice.uniform(0.5, 1.0) / step**0.8, dice.uniform(0, math.tau))
        for step in range(1, rough + 1)
    ]
    total = sum(size for _, size, _ in waves)
    return lambda x: (
        sum(size * math.sin(math.tau * step * x / period + phase) for step, size, phase in waves)
        / total
    )


def peaks(period: float, seed: int, count: int) -> Callable[[float], float]:
    """Sharp mountains: straight lines between random heights from 0 to 1, repeating."""
    dice = random.Random(seed)  # noqa: S311
    heights = [dice.uniform(0.55, 1.0) if n % 2 else dice.uniform(0.0, 0.45) for n in range(count)]

    def at(x: float) -> float:
        place = (x % period) / period * count
        left = int(place) % count
        part = place - int(place)
        return heights[left] * (1 - part) + heights[(left + 1) % count] * part

    return at


def specks(size: tuple[int, int], count: int, seed: int, colour: str, largest: float) -> Picture:
    """Stars, snow or lights, of different sizes and strengths."""
    width, height = size
    dice = random.Random(seed)  # noqa: S311
    fine = clear(width * _FINE, height * _FINE)
    pen = ImageDraw.Draw(fine)
    for _ in range(count):
        x, y = dice.uniform(0, width) * _FINE, dice.uniform(0, height) * _FINE
        radius = dice.uniform(0.35, 1.0) ** 2 * largest * _FINE
        alpha = int(dice.uniform(90, 255))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), (*rgb(colour), alpha))
    return fine.resize((width, height), Image.Resampling.LANCZOS)


def drawn(width: int, height: int, paint: Callable[[ImageDraw.ImageDraw, float], None]) -> Picture:
    """`paint` gets a pen and the factor by which it has to enlarge its pixels."""
    fine = clear(width * _FINE, height * _FINE)
    paint(ImageDraw.Draw(fine), float(_FINE))
    return fine.resize((width, height), Image.Resampling.LANCZOS)


def blurred(picture: Picture, radius: float) -> Picture:
    return picture.filter(ImageFilter.GaussianBlur(radius))


def faded(picture: Picture, part: float) -> Picture:
    """The same with its opacity multiplied."""
    copy = picture.copy()
    copy.putalpha(picture.getchannel("A").point(lambda value: int(value * part)))
    return copy


def lifted(words: Picture, ink: str, radius: float) -> Picture:
    """The same words before a soft shade of the opposite brightness, legible on anything."""
    shade = Image.new("RGBA", words.size, "#05060f" if is_light(ink) else "#ffffff")
    around = words.getchannel("A").filter(ImageFilter.GaussianBlur(radius))
    shade.putalpha(around.point(lambda value: min(150, value * 3)))
    shade.alpha_composite(words)
    return shade


def is_light(colour: str) -> bool:
    return sum(rgb(colour)) > 380


def font(size: float) -> ImageFont.FreeTypeFont:
    """Pillow's own scalable font, so that nothing needs to be installed."""
    loaded = ImageFont.load_default(size)
    if not isinstance(loaded, ImageFont.FreeTypeFont):
        raise RuntimeError("this Pillow has no FreeType")
    return loaded


def spaced_text(text: str, size: float, colour: str, spacing: float = 0.0) -> Picture:
    """One line with letters set apart by `spacing` times the size; as large as it needs."""
    face = font(size)
    gap = size * spacing
    widths = [face.getlength(letter) for letter in text]
    height = math.ceil(size * 1.35)
    layer = clear(max(1, math.ceil(sum(widths) + gap * max(0, len(text) - 1)) + 2), height)
    pen = ImageDraw.Draw(layer)
    x = 0.0
    for letter, width in zip(text, widths, strict=True):
        pen.text((x, 0), letter, font=face, fill=colour)
        x += width + gap
    return layer


def fitting_text(text: str, width: int, size: float, colour: str, spacing: float = 0.0) -> Picture:
    """As large as `size` unless the line would be wider than `width`."""
    line = spaced_text(text, size, colour, spacing)
    if line.width > width:
        line = spaced_text(text, size * width / line.width, colour, spacing)
    return line
