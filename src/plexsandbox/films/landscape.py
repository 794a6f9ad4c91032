"""Sky, land and water, and what grows on it."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageDraw

from plexsandbox.films.brush import (
    Picture,
    blurred,
    clear,
    disc,
    drawn,
    faded,
    glow,
    gradient,
    peaks,
    rgb,
    rolling,
    silhouette,
    specks,
)
from plexsandbox.films.scene import Painter, wave_width


def sky(stops: list[tuple[float, str]], tall: float, stars: int = 0) -> Painter:
    """A gradient `tall` frame heights high; stars in its upper half."""

    def paint(width: int, height: int) -> Picture:
        high = math.ceil(height * tall) + 2
        picture = gradient(width, high, stops)
        if stars:
            lights = specks((width, high // 2), stars, 7, "#fff6e0", height / 330)
            fading = Image.linear_gradient("L").rotate(180).resize(lights.size)
            alpha = Image.composite(lights.getchannel("A"), Image.new("L", lights.size, 0), fading)
            lights.putalpha(alpha)
            picture.alpha_composite(lights)
        return picture

    return paint


def sun(size: float, colour: str, halo: str) -> Painter:
    def paint(_: int, height: int) -> Picture:
        wide = round(size * 3.2 * height)
        picture = glow(wide, halo, 0.75)
        body = disc(round(size * height), colour)
        middle = (wide - body.width) // 2
        picture.alpha_composite(body, (middle, middle))
        return picture

    return paint


def moon(size: float, colour: str, shade: str) -> Painter:
    """A disc with a softer one bitten out of its side."""

    def paint(_: int, height: int) -> Picture:
        wide = round(size * height)
        body = disc(wide, colour)
        shadow = faded(disc(wide, shade), 0.55)
        shaded = clear(wide, wide)
        shaded.alpha_composite(shadow, (round(wide * 0.18), round(wide * 0.1)))
        shaded.putalpha(
            Image.composite(
                shaded.getchannel("A"), Image.new("L", body.size, 0), body.getchannel("A")
            )
        )
        body.alpha_composite(blurred(shaded, 1))
        around = glow(wide * 2, colour, 0.28)
        around.alpha_composite(body, (wide // 2, wide // 2))
        return around

    return paint


def ring(size: float, colour: str, alpha: int = 70) -> Painter:
    def paint(_: int, height: int) -> Picture:
        wide = round(size * height)
        line = max(1.0, height * 0.0016)
        return drawn(
            wide,
            wide,
            lambda pen, k: pen.ellipse(
                (k, k, wide * k - k, wide * k - k),
                outline=(*rgb(colour), alpha),
                width=max(1, round(line * k)),
            ),
        )

    return paint


def hills(
    level: float, swing: float, period: float, seed: int, colours: tuple[str, str]
) -> Painter:
    """`level` is the mean height of the edge, 0 top, 1 bottom."""

    def paint(width: int, height: int) -> Picture:
        curve = rolling(period * height, seed)
        return silhouette(
            wave_width(width, height, period),
            height,
            lambda x: level - swing * curve(x),
            colours[0],
            fade_to=colours[1],
        )

    return paint


def mountains(
    level: float, rise: float, period: float, seed: int, colours: tuple[str, str]
) -> Painter:
    def paint(width: int, height: int) -> Picture:
        ridge, fine = peaks(period * height, seed, 8), rolling(period * height, seed, 24)
        return silhouette(
            wave_width(width, height, period),
            height,
            lambda x: level - rise * ridge(x) - 0.012 * fine(x),
            colours[0],
            fade_to=colours[1],
        )

    return paint


def clouds(period: float, seed: int, colour: str, band: tuple[float, float], count: int) -> Painter:
    """Long flat ovals; they repeat, so the layer can drift for ever."""

    def paint(width: int, height: int) -> Picture:
        wide, turn = wave_width(width, height, period), period * height
        dice = random.Random(seed)  # noqa: S311
        shapes = [
            (dice.uniform(0, turn), band[0] + dice.uniform(0, band[1]), dice.uniform(0.12, 0.4))
            for _ in range(count)
        ]
        layer = clear(wide, height, colour)
        pen = ImageDraw.Draw(layer)
        for x, y, length in shapes:
            for copy in (x - turn, x, x + turn):
                for part, thick in ((1.0, 0.016), (0.6, 0.034)):
                    half, tall = length * part * height / 2, thick * height
                    box = (copy - half, y * height - tall, copy + half, y * height + tall * 0.6)
                    pen.ellipse(box, (*rgb(colour), 150))
        return blurred(layer, height / 130)

    return paint


def water(level: float, period: float, seed: int, colours: tuple[str, str]) -> Painter:
    def paint(width: int, height: int) -> Picture:
        turn = period * height
        slow, quick = rolling(turn, seed, 2), rolling(turn, seed + 1, 14)
        return silhouette(
            wave_width(width, height, period),
            height,
            lambda x: level - 0.012 * slow(x) - 0.006 * quick(x),
            colours[0],
            fade_to=colours[1],
        )

    return paint


def pines(period: float, seed: int, count: int, shape: tuple[float, float], colour: str) -> Painter:
    def paint(width: int, height: int) -> Picture:
        wide, turn = wave_width(width, height, period), period * height
        dice = random.Random(seed)  # noqa: S311
        trees = [(dice.uniform(0, turn), shape[1] * dice.uniform(0.55, 1.0)) for _ in range(count)]

        def draw(pen: ImageDraw.ImageDraw, k: float) -> None:
            pen.rectangle((0, shape[0] * height * k, wide * k, height * k), fill=colour)
            for x, size in trees:
                for copy in (x - turn, x, x + turn):
                    _pine(pen, copy * k, shape[0] * height * k + 2, size * height * k, colour)

        return drawn(wide, height, draw)

    return paint


def _pine(pen: ImageDraw.ImageDraw, x: float, foot: float, size: float, colour: str) -> None:
    for step in range(3):
        top, half = foot - size * (1 - step * 0.22), size * (0.13 + step * 0.07)
        pen.polygon(
            [(x, top), (x - half, top + size * 0.42), (x + half, top + size * 0.42)], colour
        )
    pen.rectangle((x - size * 0.03, foot - size * 0.2, x + size * 0.03, foot), fill=colour)
