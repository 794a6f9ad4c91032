"""Who watches what: everybody served as well as possible with few transcodes. Pure (SPEC STR-10).

A viewer whose player can play the file itself costs nothing. The others share transcodes: first
one for each burned subtitle that all of its viewers can bear, then, while there is room, whichever
helps the most viewers most.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from watchtogether.kit.ids import MemberId
from watchtogether.plex.facts import Version
from watchtogether.stream.renditions import BOXES, BY_NAME, Box, Rendition, boxes_from

AUTO: Final = "auto"
FILE: Final = "file"
_CARRIES: Final = 1.2
"""A line carries what weighs this much less than it."""
_STILL_CARRIES: Final = 1.0
_CARRIES_MORE: Final = 1.5
"""To stay with a size a line may be tighter, to go up it must be wider: no coming and going."""


class Why(StrEnum):
    """Why a viewer watches this, as the page explains it."""

    FILE = "file"
    """Their player plays the film's file as it is."""
    CHOSEN = "chosen"
    PLAYER = "player"
    """Their player cannot play the file."""
    OWNER = "owner"
    """The owner gives out no files."""
    SOUND = "sound"
    """The room hears another sound track than the file's first one."""
    BURNED = "burned"
    """Their subtitles are pictures and are laid over the film."""
    LINE = "line"
    """Their line carries no more."""
    SHARED = "shared"
    """They could have better, and share with others to spare the server."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What one viewer's player can do, and what they want.

    `files` are the indexes of the versions that it plays as they are. `quality` is `auto`, `file`
    or the name of a box. `line_kbps` is None while nobody knows. `now` is what they watch already.
    """

    files: frozenset[int] = frozenset()
    quality: str = AUTO
    line_kbps: float | None = None
    burned: str | None = None
    now: str | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """What a viewer is to watch: `file0`, or the name of a rendition; and why."""

    name: str
    why: Why


@dataclass(frozen=True, slots=True)
class _Seeker:
    """A viewer who needs a conversion, `most` at most."""

    viewer: MemberId
    burned: str | None
    most: Box
    why: Why


def ways_for(
    wishes: Mapping[MemberId, Wish],
    versions: Sequence[Version],
    *,
    best: str,
    limit: int,
    direct: bool = True,
) -> dict[MemberId, Way]:
    """A way for each viewer. At most `limit` different conversions, and at least one if needed.

    `best` is the largest box that the owner allows; `direct`, whether files are given out.
    """
    ways: dict[MemberId, Way] = {}
    seekers: list[_Seeker] = []
    for viewer, wish in sorted(wishes.items()):
        version = _file_for(wish, versions) if direct else None
        if version is not None:
            why = Why.CHOSEN if wish.quality == FILE else Why.FILE
            ways[viewer] = Way(f"{FILE}{version.index}", why)
        else:
            usual = _why_no_file(wish, versions) if direct else Why.OWNER
            seekers.append(_seeker(viewer, wish, best, usual))
    groups = _groups(seekers, limit)
    made = _choose(groups, limit)
    for burned, group in groups.items():
        for seeker in group:
            ways[seeker.viewer] = _assign(seeker, burned, made[burned])
    return ways


def conversions(ways: Mapping[MemberId, Way]) -> dict[str, int]:
    """How many viewers share each conversion."""
    counts: dict[str, int] = {}
    for way in ways.values():
        if not way.name.startswith(FILE):
            counts[way.name] = counts.get(way.name, 0) + 1
    return counts


def _file_for(wish: Wish, versions: Sequence[Version]) -> Version | None:
    """The best file that this viewer's player plays and line carries."""
    if wish.burned is not None or wish.quality not in {AUTO, FILE}:
        return None
    fitting = [
        version
        for version in versions
        if version.playable
        and version.index in wish.files
        and (
            wish.quality == FILE
            or _carries(wish.line_kbps, version.kbps, wish.now == f"{FILE}{version.index}")
        )
    ]
    return max(fitting, key=lambda each: (each.height, each.kbps), default=None)


def _carries(line_kbps: float | None, kbps: int, is_on: bool) -> bool:
    factor = _STILL_CARRIES if is_on else _CARRIES
    return line_kbps is None or line_kbps >= kbps * factor


def _seeker(viewer: MemberId, wish: Wish, best: str, usual: Why) -> _Seeker:
    chosen = BY_NAME.get(wish.quality)
    allowed = boxes_from(best)
    if chosen is not None:
        most = max((chosen, allowed[0]), key=BOXES.index)
        return _Seeker(viewer, wish.burned, most, Why.CHOSEN)
    most = next(_bearable(wish, allowed), allowed[-1])
    if wish.burned is not None:
        return _Seeker(viewer, wish.burned, most, Why.BURNED)
    if most is not allowed[0]:
        return _Seeker(viewer, None, most, Why.LINE)
    return _Seeker(viewer, None, most, usual)


def _bearable(wish: Wish, allowed: Sequence[Box]) -> Iterator[Box]:
    """Those that the line carries, the best first."""
    now = (wish.now or "").partition(".")[0]
    on = BY_NAME.get(now)
    for box in allowed:
        factor = _CARRIES
        if on is not None and box is on:
            factor = _STILL_CARRIES
        elif on is not None and BOXES.index(box) < BOXES.index(on):
            factor = _CARRIES_MORE
        if wish.line_kbps is None or wish.line_kbps >= box.needs_kbps * factor:
            yield box


def _why_no_file(wish: Wish, versions: Sequence[Version]) -> Why:
    played = [version for version in versions if version.index in wish.files]
    if not played:
        return Why.PLAYER
    return Why.LINE if any(version.playable for version in played) else Why.SOUND


def _groups(seekers: Sequence[_Seeker], limit: int) -> dict[str | None, list[_Seeker]]:
    """By burned subtitle. Those of too many different ones watch without, the fewest viewers'
    first."""
    groups: dict[str | None, list[_Seeker]] = {}
    for seeker in seekers:
        groups.setdefault(seeker.burned, []).append(seeker)
    while len(groups) > max(1, limit):
        burned = min(
            (each for each in groups if each is not None),
            key=lambda each: (len(groups[each]), each),
        )
        groups.setdefault(None, []).extend(groups.pop(burned))
    return groups


def _choose(
    groups: Mapping[str | None, Sequence[_Seeker]], limit: int
) -> dict[str | None, list[Box]]:
    """The boxes that are made for each group."""
    made = {
        burned: [max((seeker.most for seeker in group), key=BOXES.index)]
        for burned, group in groups.items()
    }
    while sum(map(len, made.values())) < limit:
        gains = [
            (_gain(group, made[burned], box), -BOXES.index(box), str(burned), burned, box)
            for burned, group in groups.items()
            for box in {seeker.most for seeker in group}
            if box not in made[burned]
        ]
        if not gains:
            break
        *_, burned, box = max(gains, key=lambda each: each[:3])
        made[burned].append(box)
    return made


def _gain(group: Sequence[_Seeker], made: Sequence[Box], box: Box) -> int:
    """By how many steps of size its viewers would be better off, together."""
    with_it = [*made, box]
    return sum(
        BOXES.index(_best_of(made, seeker)) - BOXES.index(_best_of(with_it, seeker))
        for seeker in group
    )


def _best_of(made: Sequence[Box], seeker: _Seeker) -> Box:
    most = BOXES.index(seeker.most)
    return min((box for box in made if BOXES.index(box) >= most), key=BOXES.index)


def _assign(seeker: _Seeker, burned: str | None, made: Sequence[Box]) -> Way:
    box = _best_of(made, seeker)
    is_less = box is not seeker.most or seeker.burned != burned
    return Way(Rendition(box, burned).name, Why.SHARED if is_less else seeker.why)
