"""The conditions of a measurement: what lies between page and server, and their clocks. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

HOUR_MS = 3_600_000.0


@dataclass(frozen=True, slots=True)
class Way:
    """One direction of one link. Shares lie within 0–1.

    The delay of each packet is drawn from a normal distribution, `jitter_ms` being its standard
    deviation, cut off at three of them and at zero. Packets keep their order, except `reorder` of
    them, which overtake.
    """

    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    rate_kbps: float | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Both directions between one page and the server."""

    up: Way
    down: Way


@dataclass(frozen=True, slots=True)
class Clocks:
    """What is done to a page's own clocks. The rig itself goes by the untouched ones."""

    drift_ppm: float = 0.0
    offset_ms: float = 0.0
    date_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Profile:
    """Link and clocks of each page, repeated in turn when there are more pages."""

    name: str
    links: tuple[Link, ...]
    clocks: tuple[Clocks, ...] = (Clocks(),)
    about: str = field(default="", kw_only=True)

    def link(self, page: int) -> Link:
        return self.links[page % len(self.links)]

    def clock(self, page: int) -> Clocks:
        return self.clocks[page % len(self.clocks)]

    @property
    def asymmetry_ms(self) -> float:
        """The largest difference between the two directions of a link."""
        return max(abs(link.up.delay_ms - link.down.delay_ms) for link in self.links)


def both(way: Way) -> Link:
    """The same in either direction."""
    return Link(way, way)


_LAN = both(Way(5, 2))
_SHIFTED = (Clocks(date_ms=HOUR_MS), Clocks(date_ms=-HOUR_MS, offset_ms=7_777_777.7))

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile("ideal", (both(Way()),), about="nothing between page and server"),
            Profile("lan", (_LAN,), about="5 ± 2 ms each way"),
            Profile("wan", (both(Way(80, 30, loss=0.01)),), about="80 ± 30 ms each way, 1 % loss"),
            Profile(
                "asymmetric",
                (_LAN, Link(Way(45, 2), Way(5, 2))),
                about="LAN; every other page 40 ms slower on the way to the server",
            ),
            Profile(
                "drift",
                (_LAN,),
                (Clocks(200), Clocks(-200), *_SHIFTED),
                about="LAN; clocks ±200 ppm, Date ± 1 h, performance.now() elsewhere",
            ),
            Profile("jitter30", (both(Way(40, 30)),), about="40 ± 30 ms each way"),
            Profile(
                "rough",
                (both(Way(260, 83, loss=0.01, duplicate=0.01, reorder=0.02)),),
                about="10 to 510 ms each way, 1 % lost, 1 % twice, 2 % overtaking",
            ),
            Profile(
                "narrow",
                (_LAN, _LAN, _LAN, Link(Way(5, 2), Way(5, 2, rate_kbps=400))),
                about="LAN; the fourth page has 400 kbit/s",
            ),
        )
    }
)


def as_json(link: Link) -> dict[str, Any]:
    """For the relay's command line."""
    return asdict(link)


def from_json(raw: Mapping[str, Any]) -> Link:
    """What `as_json` wrote."""
    return Link(Way(**raw["up"]), Way(**raw["down"]))
