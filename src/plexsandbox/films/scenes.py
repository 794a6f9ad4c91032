"""The pictures of the films, put together from landscape, things and weather."""

from __future__ import annotations

from plexsandbox.films.brush import (
    mix,
)
from plexsandbox.films.landscape import clouds, hills, moon, mountains, pines, ring, sky, sun, water
from plexsandbox.films.scene import Layer, Motion, Scene
from plexsandbox.films.things import beam, birds, boat, cottage, lighthouse, poles, skyline, train
from plexsandbox.films.weather import aurora, fog, rain, rainbow, snow


def lighthouse_scene(duration_s: float) -> Scene:
    dusk = [
        (0.0, "#0d1330"),
        (0.3, "#232a5c"),
        (0.52, "#5b3f78"),
        (0.68, "#c2607a"),
        (0.82, "#f39a6b"),
        (1.0, "#ffd9a0"),
    ]
    slide = 1.5 / duration_s
    return Scene(
        (
            Layer(sky(dusk, 2.5, 420), Motion(y0=-1.5, vy=slide)),
            Layer(sun(0.24, "#fff1c9", "#ffb877"), Motion(x0=0.12, y0=-0.02, vy=0.75 / duration_s)),
            Layer(clouds(2.4, 4, "#ffe3cf", (0.1, 0.34), 9), Motion(vx=-0.02, wrap=2.4)),
            Layer(water(0.66, 1.6, 2, ("#6d4a7e", "#2c2b5e")), Motion(vx=-0.03, wrap=1.6)),
            Layer(
                boat("#1b1a3a", "#ffe9cf"),
                Motion(x0=-0.2, y0=0.55, vx=2.2 / duration_s, ay=0.006, period_s=4),
            ),
            Layer(
                water(0.74, 1.3, 5, ("#473a70", "#1f2250")),
                Motion(vx=-0.05, wrap=1.3, ay=0.008, period_s=6),
            ),
            Layer(beam(1.1, "#ffedb8"), Motion(x0=0.37, y0=0.125, ay=0.012, period_s=7)),
            Layer(lighthouse(0.42, "#17173a", "#b8434f", "#fff0b5"), Motion(x0=1.02, y0=0.03)),
            Layer(
                water(0.87, 1.1, 9, ("#24265a", "#10122f")),
                Motion(vx=-0.09, wrap=1.1, ay=0.012, period_s=5),
            ),
        ),
        ink="#fff3df",
    )


def mountain_scene(duration_s: float) -> Scene:
    day = [
        (0.0, "#7fb8c9"),
        (0.35, "#c7dfd6"),
        (0.6, "#f7e6c4"),
        (0.8, "#f4b183"),
        (1.0, "#c86b6b"),
    ]
    return Scene(
        (
            Layer(sky(day, 2.2), Motion(y0=-1.2, vy=1.2 / duration_s)),
            Layer(sun(0.3, "#fff7dc", "#ffe0a0"), Motion(x0=0.75, y0=0.35, vy=-0.55 / duration_s)),
            Layer(
                mountains(0.62, 0.3, 3.2, 3, ("#a9bfc6", "#d9dccf")), Motion(vx=-0.012, wrap=3.2)
            ),
            Layer(clouds(2.8, 8, "#ffffff", (0.3, 0.25), 10), Motion(vx=-0.03, wrap=2.8)),
            Layer(
                mountains(0.74, 0.3, 2.8, 11, ("#6f95a3", "#a8bdb9")), Motion(vx=-0.025, wrap=2.8)
            ),
            Layer(
                birds("#33505e"), Motion(x0=1.8, y0=0.14, vx=-2.6 / duration_s, ay=0.03, period_s=9)
            ),
            Layer(
                mountains(0.86, 0.28, 2.4, 21, ("#3f6c7c", "#6f9592")), Motion(vx=-0.045, wrap=2.4)
            ),
            Layer(pines(2.2, 5, 46, (0.93, 0.16), "#244a56"), Motion(vx=-0.08, wrap=2.2)),
            Layer(pines(2.0, 6, 20, (1.0, 0.26), "#12303b"), Motion(vx=-0.14, wrap=2.0)),
        ),
        ink="#14323d",
    )


def train_scene(_: float) -> Scene:
    night = [(0.0, "#070b1f"), (0.5, "#16214a"), (0.8, "#3a3f7d"), (1.0, "#8a5a8c")]
    return Scene(
        (
            Layer(sky(night, 1.0, 260)),
            Layer(moon(0.2, "#fdf3d6", "#5a5f9a"), Motion(x0=1.1, y0=0.02)),
            Layer(
                skyline(3.0, 3, (0.74, 0.32), ("#1d2450", "#f2c14e")), Motion(vx=-0.03, wrap=3.0)
            ),
            Layer(skyline(2.4, 9, (0.8, 0.3), ("#131a3e", "#ffd98a")), Motion(vx=-0.07, wrap=2.4)),
            Layer(hills(0.84, 0.04, 2.0, 4, ("#0f1533", "#0b1028")), Motion(vx=-0.16, wrap=2.0)),
            Layer(
                train("#7d2f3f", "#ffe2a3", "#0a0d1f"),
                Motion(x0=-0.15, y0=0.73, ax=0.06, ay=0.0018, period_s=11),
            ),
            Layer(hills(0.925, 0.004, 1.4, 6, ("#080c1d", "#05070f")), Motion(vx=-0.5, wrap=1.4)),
            Layer(poles(1.6, "#05070f"), Motion(vx=-0.8, wrap=1.6)),
        ),
        ink="#fdf3d6",
    )


def moons_scene(_: float) -> Scene:
    ground = [(0.0, "#1f1235"), (0.55, "#4a1f4d"), (1.0, "#8c3a4e")]
    centre_x, centre_y = 0.89, 0.5
    orbits = (
        (0.2, 9.0, 0.09, "#f6c667", "#8c3a4e"),
        (0.32, 14.0, 0.06, "#f2ece0", "#4a1f4d"),
        (0.32, 14.0, 0.045, "#9fd3c7", "#1f1235"),
        (0.46, 23.0, 0.13, "#e4797b", "#4a1f4d"),
        (0.62, 37.0, 0.075, "#b9a7e8", "#1f1235"),
    )
    layers = [
        Layer(sky(ground, 1.0, 150)),
        Layer(sun(0.15, "#fff0cf", "#f6a667"), Motion(x0=centre_x - 0.24, y0=centre_y - 0.24)),
    ]
    for radius in sorted({orbit[0] for orbit in orbits}):
        layers.append(
            Layer(ring(radius * 2, "#fff0cf"), Motion(x0=centre_x - radius, y0=centre_y - radius))
        )
    for number, (radius, period_s, size, colour, shade) in enumerate(orbits):
        motion = Motion(
            x0=centre_x - size,
            y0=centre_y - size,
            ax=radius,
            ay=radius,
            period_s=period_s,
            phase=number * 0.37,
        )
        layers.append(Layer(moon(size, colour, shade), motion))
    return Scene(tuple(layers), ink="#fff0cf")


def weather_scene(kind: str, duration_s: float) -> Scene:
    """One small house, five kinds of weather."""
    palettes = {
        "drizzle": ("#6b8391", "#a9bcc0", "#587a6c", "#3d5b52"),
        "fog": ("#b7b9b6", "#e6e1d6", "#8b9a90", "#6a7c74"),
        "sunshower": ("#7fb4d6", "#fbe3b0", "#7fa65a", "#55803f"),
        "snow": ("#8ea3bd", "#e3e7ef", "#dfe6ee", "#b9c6d6"),
        "aurora": ("#060b1e", "#16324a", "#1c3040", "#0e1d2a"),
    }
    top, bottom, far, near = palettes[kind]
    night = kind == "aurora"
    lit = "#ffe08a" if night or kind in {"drizzle", "fog"} else "#f7efdc"
    layers = [
        Layer(sky([(0.0, top), (0.75, bottom), (1.0, bottom)], 1.0, 260 if night else 0)),
        *_behind(kind, duration_s),
        Layer(hills(0.72, 0.07, 2.6, 5, (far, near)), Motion(vx=-0.004, wrap=2.6)),
        Layer(
            cottage(
                "#f3e9dc" if not night else "#39424f", "#7a3b3b" if not night else "#1a212c", lit
            ),
            Motion(x0=0.75, y0=0.52),
        ),
        Layer(
            hills(0.86, 0.05, 2.2, 9, (near, mix(near, "#000000", 0.25))),
            Motion(vx=-0.008, wrap=2.2),
        ),
        *_before(kind),
    ]
    return Scene(
        tuple(layers), ink="#1e2a30" if kind in {"fog", "snow", "sunshower"} else "#fdf6e6"
    )


def _behind(kind: str, duration_s: float) -> list[Layer]:
    match kind:
        case "sunshower":
            bright = Layer(
                sun(0.22, "#fff6cf", "#ffdf8a"), Motion(x0=-0.1, y0=-0.15, vy=0.2 / duration_s)
            )
            return [bright, Layer(rainbow(1.5), Motion(x0=0.15, y0=0.12))]
        case "aurora":
            first = Layer(
                aurora(2.2, 3, "#5ff0b0", "#7a5cff"),
                Motion(vx=-0.03, wrap=2.2, ay=0.02, period_s=13),
            )
            second = Layer(
                aurora(2.8, 8, "#3fd0c8", "#c86bff"),
                Motion(y0=0.08, vx=-0.05, wrap=2.8, ay=0.03, period_s=17),
            )
            return [second, first]
        case "snow":
            return [
                Layer(
                    snow(5, 170, 0.004, "#ffffff"),
                    Motion(vy=0.06, wrap_y=1.0, ax=0.02, x0=-0.05, period_s=9),
                )
            ]
        case _:
            return [Layer(clouds(2.4, 6, "#f2f2ee", (0.08, 0.3), 12), Motion(vx=-0.02, wrap=2.4))]


def _before(kind: str) -> list[Layer]:
    match kind:
        case "drizzle":
            return [
                Layer(rain(1, 150, 0.04, "#e8f1f2", 90), Motion(vy=0.9, wrap_y=1.0)),
                Layer(rain(2, 60, 0.07, "#ffffff", 110), Motion(vy=1.4, wrap_y=1.0)),
            ]
        case "fog":
            return [
                Layer(fog(2.0, 2, 0.66, "#f2efe8", 190), Motion(vx=-0.03, wrap=2.0)),
                Layer(
                    fog(2.4, 7, 0.84, "#e9e6df", 210),
                    Motion(vx=-0.06, wrap=2.4, ay=0.02, period_s=15),
                ),
            ]
        case "sunshower":
            return [Layer(rain(4, 80, 0.05, "#ffffff", 120), Motion(vy=1.1, wrap_y=1.0))]
        case "snow":
            near = Layer(
                snow(8, 70, 0.009, "#ffffff"),
                Motion(vy=0.13, wrap_y=1.0, ax=0.04, x0=-0.1, period_s=7),
            )
            return [near]
        case _:
            return []
