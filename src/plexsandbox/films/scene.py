"""A scene: pictures that move by simple laws, for ffmpeg and for Pillow alike.

All lengths are in frame heights, so that a scene fits any size; times are seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from plexsandbox.films.brush import Picture

Painter = Callable[[int, int], Picture]
"""Paints for a frame of this width and height; the picture may have any size."""


@dataclass(frozen=True, slots=True)
class Motion:
    """x = x0 + vx·t + ax·sin(2π(t/period + phase)), likewise y (with cosine, so that equal
    amplitudes make a circle). With `wrap` the x goes round within that length, to the left."""

    x0: float = 0.0
    y0: float = 0.0
    vx: float = 0.0
    vy: float = 0.0
    ax: float = 0.0
    ay: float = 0.0
    period_s: float = 8.0
    phase: float = 0.0
    wrap: float = 0.0
    wrap_y: float = 0.0

    def at(self, t: float, height: int) -> tuple[int, int]:
        turn = math.tau * (t / self.period_s + self.phase)
        x = self.vx * t
        y = self.vy * t
        x = -math.fmod(-x, self.wrap) if self.wrap else x
        y = math.fmod(y, self.wrap_y) - self.wrap_y if self.wrap_y else y
        x += self.x0 + self.ax * math.sin(turn)
        y += self.y0 + self.ay * math.cos(turn)
        return round(x * height), round(y * height)

    def expressions(self, height: int) -> tuple[str, str]:
        """The same for ffmpeg's overlay."""
        turn = f"2*PI*(t/{self.period_s:.6g}+{self.phase:.6g})"
        x, y = f"{self.vx * height:.6g}*t", f"{self.vy * height:.6g}*t"
        if self.wrap:
            x = f"(0-mod({-self.vx * height:.6g}*t,{self.wrap * height:.6g}))"
        if self.wrap_y:
            y = f"mod({y},{self.wrap_y * height:.6g})-{self.wrap_y * height:.6g}"
        if self.ax:
            x += f"+{self.ax * height:.6g}*sin({turn})"
        if self.ay:
            y += f"+{self.ay * height:.6g}*cos({turn})"
        return f"{self.x0 * height:.6g}+{x}", f"{self.y0 * height:.6g}+{y}"


@dataclass(frozen=True, slots=True)
class Layer:
    paint: Painter
    motion: Motion = Motion()


@dataclass(frozen=True, slots=True)
class Scene:
    """The first layer must be opaque and cover the frame at all times."""

    layers: tuple[Layer, ...]
    ink: str = "#ffffff"
    """Colour of titles upon it."""

    def still(self, width: int, height: int, t: float) -> Picture:
        picture = Image.new("RGBA", (width, height))
        for layer in self.layers:
            painted = layer.paint(width, height)
            x, y = layer.motion.at(t, height)
            visible = (max(0, -x), max(0, -y), painted.width, painted.height)
            inside = x < width and y < height and visible[0] < visible[2]
            if inside and visible[1] < visible[3]:
                picture.alpha_composite(painted.crop(visible), (max(0, x), max(0, y)))
        return picture


def wave_width(width: int, height: int, period: float) -> int:
    """Of a layer that repeats after `period` frame heights and always covers the frame."""
    return width + math.ceil(period * height) + 2
