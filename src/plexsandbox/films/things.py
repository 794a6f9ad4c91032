"""Things that people have made, and birds."""

from __future__ import annotations

import random

from PIL import Image, ImageChops, ImageDraw, ImageOps

from plexsandbox.films.brush import (
    Picture,
    blurred,
    clear,
    drawn,
    mix,
    rgb,
)
from plexsandbox.films.scene import Painter, wave_width


def lighthouse(height_part: float, dark: str, band: str, light: str) -> Painter:
    """On its cliff; drawn to stand at the right, a third of the frame wide."""

    def paint(_: int, height: int) -> Picture:
        wide = round(height * 0.78)

        def draw(pen: ImageDraw.ImageDraw, k: float) -> None:
            w, h = wide * k, height * k
            cliff = [(0, h), (w * 0.1, h * 0.84), (w * 0.3, h * 0.74), (w * 0.42, h * 0.7)]
            pen.polygon([*cliff, (w * 0.8, h * 0.69), (w, h * 0.72), (w, h)], fill=dark)
            foot, top, middle = h * 0.71, h * (0.71 - height_part), w * 0.6
            for number in range(5):
                low = foot - (foot - top) * number / 5
                high = foot - (foot - top) * (number + 1) / 5
                half_low, half_high = w * (0.062 - 0.005 * number), w * (0.057 - 0.005 * number)
                shape = [
                    (middle - half_low, low),
                    (middle + half_low, low),
                    (middle + half_high, high),
                    (middle - half_high, high),
                ]
                pen.polygon(shape, fill=band if number % 2 else mix(dark, "#ffffff", 0.82))
            lamp = h * 0.05
            pen.rectangle((middle - w * 0.055, top - h * 0.008, middle + w * 0.055, top), fill=dark)
            pen.rectangle((middle - w * 0.028, top - lamp, middle + w * 0.028, top), fill=light)
            roof = [(middle - w * 0.045, top - lamp), (middle + w * 0.045, top - lamp)]
            pen.polygon([*roof, (middle, top - lamp - h * 0.035)], fill=dark)

        return drawn(wide, height, draw)

    return paint


def beam(length: float, colour: str) -> Painter:
    """A flat cone of light to the left and one to the right of its middle."""

    def paint(_: int, height: int) -> Picture:
        wide, high = round(height * length * 2), round(height * 0.34)

        def draw(pen: ImageDraw.ImageDraw, k: float) -> None:
            middle, centre = wide * k / 2, high * k / 2
            for step in range(10):
                reach = 1 - step * 0.08
                spread = centre * (0.5 + 0.05 * step) * reach
                fill = (*rgb(colour), 24 + step * 7)
                for side in (-1, 1):
                    end = middle + side * middle * reach
                    tip = [(middle, centre), (end, centre - spread), (end, centre + spread)]
                    pen.polygon(tip, fill=fill)

        light = blurred(drawn(wide, high, draw), height / 90)
        half = Image.linear_gradient("L").rotate(90).resize((wide // 2, high))
        strength = Image.new("L", light.size, 0)
        strength.paste(half, (0, 0))
        strength.paste(ImageOps.mirror(half), (wide - half.width, 0))
        light.putalpha(ImageChops.multiply(light.getchannel("A"), strength))
        return light

    return paint


def boat(colour: str, sail: str) -> Painter:
    def paint(_: int, height: int) -> Picture:
        size = round(height * 0.13)

        def draw(pen: ImageDraw.ImageDraw, k: float) -> None:
            s = size * k
            hull = [(s * 0.08, s * 0.74), (s * 0.92, s * 0.74), (s * 0.76, s * 0.92)]
            pen.polygon([*hull, (s * 0.24, s * 0.92)], fill=colour)
            pen.polygon([(s * 0.5, s * 0.06), (s * 0.5, s * 0.7), (s * 0.9, s * 0.7)], fill=sail)
            pen.polygon(
                [(s * 0.46, s * 0.2), (s * 0.46, s * 0.7), (s * 0.18, s * 0.7)],
                fill=mix(sail, colour, 0.3),
            )

        return drawn(size, size, draw)

    return paint


def birds(colour: str) -> Painter:
    def paint(_: int, height: int) -> Picture:
        wide, high = round(height * 0.4), round(height * 0.2)
        places = [(0.1, 0.5), (0.28, 0.32), (0.45, 0.2), (0.58, 0.42), (0.76, 0.6), (0.9, 0.35)]

        def draw(pen: ImageDraw.ImageDraw, k: float) -> None:
            size = height * 0.022 * k
            for x, y in places:
                cx, cy = x * wide * k, y * high * k
                thick = max(1, round(size * 0.22))
                for side in (-1, 1):
                    box = (cx - size, cy - size * 0.5, cx, cy + size * 0.7)
                    if side > 0:
                        box = (cx, cy - size * 0.5, cx + size, cy + size * 0.7)
                    pen.arc(box, 190, 350, fill=colour, width=thick)

        return drawn(wide, high, draw)

    return paint


def skyline(
    period: float, seed: int, shape: tuple[float, float], colours: tuple[str, str]
) -> Painter:
    """Towers with a few lit windows."""

    def paint(width: int, height: int) -> Picture:
        wide, turn = wave_width(width, height, period), round(period * height)
        dice = random.Random(seed)  # noqa: S311
        tile = drawn(
            turn, height, lambda pen, k: _towers(pen, dice, (turn * k, height * k), shape, colours)
        )
        layer = clear(wide, height)
        for x in range(0, wide, turn):
            layer.alpha_composite(tile.crop((0, 0, min(turn, wide - x), height)), (x, 0))
        return layer

    return paint


def _towers(
    pen: ImageDraw.ImageDraw,
    dice: random.Random,
    size: tuple[float, float],
    shape: tuple[float, float],
    colours: tuple[str, str],
) -> None:
    turn, height = size
    foot = shape[0] * height
    pen.rectangle((0, foot, turn, height), fill=colours[0])
    x = 0.0
    while x < turn:
        wide = min(dice.uniform(0.05, 0.13) * height, turn - x)
        top = foot - shape[1] * height * dice.uniform(0.25, 1.0)
        pen.rectangle((x, top, x + wide, foot), fill=colours[0])
        _windows(pen, dice, (x, top, x + wide, foot), height * 0.011, colours[1])
        x += wide + dice.uniform(0, 0.015) * height


def _windows(
    pen: ImageDraw.ImageDraw,
    dice: random.Random,
    box: tuple[float, float, float, float],
    size: float,
    lit: str,
) -> None:
    y = box[1] + size * 1.5
    while y < box[3] - size:
        x = box[0] + size
        while x < box[2] - size * 1.5:
            if dice.random() < 0.22:
                pen.rectangle((x, y, x + size * 0.8, y + size), fill=lit)
            x += size * 1.9
        y += size * 2.4


def train(body: str, lit: str, dark: str) -> Painter:
    """A few carriages, longer than the frame is wide."""

    def paint(_: int, height: int) -> Picture:
        car, high = round(height * 0.62), round(height * 0.2)
        wide = car * 3

        def draw(pen: ImageDraw.ImageDraw, k: float) -> None:
            for number in range(3):
                left, right = number * car * k, (number + 1) * car * k - height * 0.02 * k
                top, low = high * 0.12 * k, high * 0.8 * k
                pen.rounded_rectangle((left, top, right, low), height * 0.03 * k, fill=body)
                pen.rectangle((left, low - high * 0.14 * k, right, low - high * 0.09 * k), fill=lit)
                step = (right - left) / 7
                for window in range(6):
                    x = left + step * (window + 0.65)
                    box = (x, top + high * 0.16 * k, x + step * 0.66, top + high * 0.38 * k)
                    pen.rounded_rectangle(box, height * 0.008 * k, fill=lit)
                for axle in (0.14, 0.26, 0.74, 0.86):
                    x, r = left + (right - left) * axle, high * 0.1 * k
                    pen.ellipse((x - r, low - r * 0.4, x + r, low + r * 1.6), fill=dark)

        return drawn(wide, high, draw)

    return paint


def poles(period: float, colour: str) -> Painter:
    """Masts and wires that rush past."""

    def paint(width: int, height: int) -> Picture:
        wide, turn = wave_width(width, height, period), period * height

        def draw(pen: ImageDraw.ImageDraw, k: float) -> None:
            x = -turn * 0.3
            while x < wide + turn:
                sag = (x * k, height * 0.1 * k, (x + turn) * k, height * 0.2 * k)
                pen.arc(sag, 0, 180, fill=colour, width=max(1, round(height * 0.003 * k)))
                pole = (x * k, height * 0.12 * k, (x + height * 0.014) * k, height * k)
                pen.rectangle(pole, fill=colour)
                arm = ((x - height * 0.04) * k, height * 0.14 * k, (x + height * 0.05) * k)
                pen.rectangle((*arm, height * 0.15 * k), fill=colour)
                x += turn

        return drawn(wide, height, draw)

    return paint


def cottage(wall: str, roof: str, lit: str) -> Painter:
    """A small house beside a round tree, both on their own bit of ground."""

    def paint(_: int, height: int) -> Picture:
        wide, high = round(height * 0.5), round(height * 0.3)

        def draw(pen: ImageDraw.ImageDraw, k: float) -> None:
            w, h = wide * k, high * k
            pen.rectangle((w * 0.12, h * 0.5, w * 0.52, h * 0.97), fill=wall)
            pen.polygon(
                [(w * 0.07, h * 0.52), (w * 0.57, h * 0.52), (w * 0.32, h * 0.16)], fill=roof
            )
            pen.rectangle((w * 0.42, h * 0.14, w * 0.47, h * 0.4), fill=roof)
            pen.rectangle((w * 0.19, h * 0.62, w * 0.27, h * 0.78), fill=lit)
            pen.rectangle((w * 0.37, h * 0.62, w * 0.45, h * 0.78), fill=lit)
            pen.rectangle((w * 0.285, h * 0.66, w * 0.355, h * 0.97), fill=roof)
            pen.rectangle((w * 0.77, h * 0.5, w * 0.8, h * 0.97), fill=roof)
            pen.ellipse((w * 0.64, h * 0.08, w * 0.93, h * 0.66), fill=mix(roof, "#2f6f4e", 0.55))

        return drawn(wide, high, draw)

    return paint
