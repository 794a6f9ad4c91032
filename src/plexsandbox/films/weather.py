"""Rain, snow, fog and lights in the sky."""

from __future__ import annotations

import random

from PIL import ImageDraw

from plexsandbox.films.brush import (
    Picture,
    blurred,
    clear,
    drawn,
    mix,
    rgb,
    rolling,
    specks,
)
from plexsandbox.films.scene import Painter, wave_width


def rain(seed: int, count: int, length: float, colour: str, alpha: int) -> Painter:
    """A sheet one frame higher than the frame, repeating downwards."""

    def paint(width: int, height: int) -> Picture:
        wide = width + height // 2
        dice = random.Random(seed)  # noqa: S311
        drops = [(dice.uniform(0, wide), dice.uniform(0, height)) for _ in range(count)]

        def draw(pen: ImageDraw.ImageDraw, k: float) -> None:
            for x, y in drops:
                for copy in (y, y + height):
                    end = (x - length * height * 0.18, copy + length * height)
                    line = (x * k, copy * k, end[0] * k, end[1] * k)
                    pen.line(line, fill=(*rgb(colour), alpha), width=round(max(2, height / 300)))

        return drawn(wide, height * 2, draw)

    return paint


def snow(seed: int, count: int, largest: float, colour: str) -> Painter:
    def paint(width: int, height: int) -> Picture:
        tile = specks((width + height // 4, height), count, seed, colour, largest * height)
        layer = clear(tile.width, height * 2)
        layer.alpha_composite(tile)
        layer.alpha_composite(tile, (0, height))
        return layer

    return paint


def fog(period: float, seed: int, level: float, colour: str, alpha: int) -> Painter:
    def paint(width: int, height: int) -> Picture:
        wide, turn = wave_width(width, height, period), period * height
        curve = rolling(turn, seed, 4)
        layer = clear(wide, height, colour)
        pen = ImageDraw.Draw(layer)
        for x in range(0, wide, 6):
            middle = (level + 0.06 * curve(x)) * height
            pen.rectangle(
                (x, middle - height * 0.07, x + 6, middle + height * 0.1), (*rgb(colour), alpha)
            )
        return blurred(layer, height / 18)

    return paint


def aurora(period: float, seed: int, colour: str, tip: str) -> Painter:
    """A curtain of light, brightest at its lower hem."""

    def paint(width: int, height: int) -> Picture:
        wide, turn = wave_width(width, height, period), period * height
        hem, folds = rolling(turn, seed, 3), rolling(turn, seed + 5, 18)
        layer = clear(wide, height, colour)
        pen = ImageDraw.Draw(layer)
        for x in range(0, wide, 3):
            low = (0.5 + 0.1 * hem(x)) * height
            tall = height * (0.34 + 0.12 * folds(x))
            for step in range(14):
                y, part = low - tall * step / 14, step / 14
                alpha = int(105 * (1 - part) ** 1.4 * (0.65 + 0.35 * folds(x)))
                box = (x, y - tall / 14, x + 3, y)
                pen.rectangle(box, (*rgb(mix(colour, tip, part)), max(0, alpha)))
        return blurred(layer, height / 110)

    return paint


def rainbow(size: float) -> Painter:
    bands = ("#e4572e", "#f3a712", "#f7e26b", "#7cc576", "#5fa8d3", "#8f79c9")

    def paint(_: int, height: int) -> Picture:
        wide = round(size * height)

        def draw(pen: ImageDraw.ImageDraw, k: float) -> None:
            thick = wide * 0.018 * k
            for number, colour in enumerate(bands):
                inset = number * thick
                box = (inset, inset, wide * k - inset, wide * k - inset)
                pen.arc(box, 180, 360, fill=(*rgb(colour), 120), width=round(thick * 1.15))

        return blurred(drawn(wide, wide, draw), height / 260)

    return paint
