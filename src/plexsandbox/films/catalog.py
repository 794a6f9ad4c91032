"""What films there are: titles, words, tunes, markers. No pictures and no code paths here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath

Size = tuple[int, int]
SMALL: Size = (854, 480)
LARGE: Size = (1280, 720)


@dataclass(frozen=True, slots=True)
class Tune:
    """Chords as semitones above A2 (110 Hz), four seconds each; `bells` rings instead of pads."""

    chords: tuple[tuple[int, ...], ...]
    language: str
    title: str
    bells: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A spoken line, in English and French."""

    start_s: float
    end_s: float
    english: str
    french: str


@dataclass(frozen=True, slots=True)
class FilmPlan:
    """`folder` and `stem` say where it goes below the media folder."""

    scene: str
    title: str
    year: int
    duration_s: int
    size: Size
    folder: PurePath
    stem: str
    summary: str
    tagline: str
    genres: tuple[str, ...]
    tunes: tuple[Tune, ...]
    still_at_s: float
    lines: tuple[Line, ...] = ()
    embedded: bool = False
    """Subtitles within the file; else beside it."""
    chapters: tuple[str, ...] = ()
    markers: tuple[tuple[str, float, float], ...] = ()
    also: Size | None = None
    """A second version in this size."""
    show: str = ""
    container: str = "mp4"
    credits: tuple[str, ...] = field(default=())


_CALM = ((0, 7, 12, 16), (-4, 3, 8, 12), (5, 12, 17, 21), (-2, 5, 10, 14))
_WARM = ((3, 10, 15, 19), (-2, 5, 10, 14), (0, 7, 12, 15), (-4, 3, 8, 12))
_NIGHT = ((-3, 4, 9, 12), (2, 9, 14, 17), (-5, 2, 7, 11), (0, 7, 12, 16))
_ORBIT = ((1, 8, 13, 17), (-3, 6, 9, 13), (4, 11, 16, 20), (-1, 8, 11, 15))


def _tunes(chords: tuple[tuple[int, ...], ...], *, second: bool = True) -> tuple[Tune, ...]:
    pads = Tune(chords, "eng", "Strings")
    higher = tuple(tuple(note + 5 for note in chord) for chord in reversed(chords))
    return (pads, Tune(higher, "fra", "Bells", bells=True)) if second else (pads,)


def _film(title: str, year: int) -> PurePath:
    return PurePath("Movies") / f"{title} ({year})"


LIGHTHOUSE = FilmPlan(
    scene="lighthouse",
    title="The Last Light but One",
    year=2024,
    duration_s=120,
    size=SMALL,
    folder=_film("The Last Light but One", 2024),
    stem="The Last Light but One (2024) - 480p",
    summary=(
        "A lighthouse keeper is told that tonight is the last night. The sun sets as if nothing "
        "were the matter, a small boat is late, and somebody has to wait for it."
    ),
    tagline="Somebody is always later than you.",
    genres=("Drama", "Family"),
    tunes=_tunes(_CALM),
    still_at_s=38,
    lines=(
        Line(
            12,
            16,
            "They say a lamp this old has earned its rest.",
            "On dit qu'une lampe si vieille a mérité son repos.",
        ),
        Line(
            22,
            26,
            "I have never seen a lamp get tired.",
            "Je n'ai jamais vu une lampe se fatiguer.",
        ),
        Line(
            38,
            43,
            "One boat still out. There is always one.",
            "Encore un bateau dehors. Il y en a toujours un.",
        ),
        Line(
            58,
            63,
            "So we wait. That is the whole of the work.",
            "Alors on attend. C'est tout le métier.",
        ),
        Line(
            80,
            85,
            "There. Do you see it? No — farther left.",
            "Là. Tu le vois ? Non, plus à gauche.",
        ),
        Line(98, 103, "Good evening, little boat.", "Bonsoir, petit bateau."),
    ),
    chapters=("Evening", "The late boat", "Night"),
    markers=(("intro", 3, 10), ("credits", 110, 120)),
)
MOUNTAINS = FilmPlan(
    scene="mountains",
    title="Paper Mountains",
    year=2021,
    duration_s=156,
    size=LARGE,
    folder=_film("Paper Mountains", 2021),
    stem="Paper Mountains (2021)",
    summary=(
        "Six birds fly over a country that has been folded out of paper. They have one day, "
        "no map, and very different ideas of north."
    ),
    tagline="Fold along the dotted line.",
    genres=("Adventure", "Animation"),
    tunes=_tunes(_WARM),
    still_at_s=104,
    lines=(
        Line(
            10,
            14,
            "North is where the paper is thinnest.",
            "Le nord, c'est là où le papier est le plus fin.",
        ),
        Line(24, 28, "You said that yesterday.", "Tu as dit ça hier."),
        Line(46, 51, "Yesterday we were upside down.", "Hier, nous étions à l'envers."),
        Line(74, 79, "Mind the crease.", "Attention au pli."),
        Line(
            104,
            109,
            "I can see the edge of the page from here.",
            "D'ici, je vois le bord de la page.",
        ),
        Line(130, 135, "Then we turn.", "Alors on tourne."),
    ),
    embedded=True,
    chapters=("Unfolding", "The crease", "The edge of the page", "Turning"),
    markers=(("intro", 2, 9), ("credits", 146, 156)),
)
TRAIN = FilmPlan(
    scene="train",
    title="Night Train to Lumen",
    year=2019,
    duration_s=144,
    size=LARGE,
    folder=_film("Night Train to Lumen", 2019),
    stem="Night Train to Lumen (2019)",
    summary=(
        "The 23.04 stops at every station that has been closed. Nobody gets on. "
        "Tonight somebody gets off."
    ),
    tagline="Please mind the years between the platform and the train.",
    genres=("Mystery", "Drama"),
    tunes=_tunes(_NIGHT),
    still_at_s=31,
    chapters=("Departure", "Stations", "Lumen"),
    markers=(("intro", 2, 9), ("credits", 134, 144)),
)
MOONS = FilmPlan(
    scene="moons",
    title="A Garden of Small Moons",
    year=2023,
    duration_s=150,
    size=LARGE,
    folder=_film("A Garden of Small Moons", 2023),
    stem="A Garden of Small Moons (2023) - 720p",
    summary=(
        "Five moons, one gardener, and a question of watering. A short film about patience, "
        "in which everything comes round in the end."
    ),
    tagline="Everything comes round.",
    genres=("Science Fiction", "Family"),
    tunes=_tunes(_ORBIT),
    still_at_s=52,
    markers=(("intro", 2, 9), ("credits", 140, 150)),
    also=SMALL,
)

_SHOW = "Tiny Weather"
_EPISODES = (
    (
        1,
        1,
        "drizzle",
        "Drizzle",
        "It rains a little. The house minds a little.",
        _NIGHT,
        ("Drama",),
    ),
    (
        1,
        2,
        "fog",
        "Fog",
        "The tree has gone. The house is sure that it was there a moment ago.",
        _CALM,
        ("Mystery",),
    ),
    (1, 3, "sunshower", "Sunshower", "Nobody can agree on what to wear.", _WARM, ("Comedy",)),
    (
        2,
        1,
        "snow",
        "First Snow",
        "Everything is put away under a sheet until further notice.",
        _ORBIT,
        ("Family",),
    ),
    (2, 2, "aurora", "Northern Light", "Somebody has left the sky on.", _NIGHT, ("Family",)),
)


def _episode(
    season: int,
    number: int,
    scene: str,
    title: str,
    summary: str,
    *,
    chords: tuple[tuple[int, ...], ...],
    genres: tuple[str, ...],
) -> FilmPlan:
    return FilmPlan(
        scene=scene,
        title=title,
        year=2021 + season,
        duration_s=96,
        size=SMALL,
        folder=PurePath("TV") / _SHOW / f"Season {season}",
        stem=f"{_SHOW} S{season:02}E{number:02} {title}",
        summary=summary,
        tagline="",
        genres=genres,
        tunes=_tunes(chords, second=False),
        still_at_s=40,
        markers=(("intro", 1, 7), ("credits", 88, 96)),
        show=_SHOW,
    )


SHOW_WORDS = {
    "title": _SHOW,
    "year": 2022,
    "summary": "A small house, a round tree, and whatever the sky has in mind today.",
    "genres": ["Family", "Animation"],
    "studio": "Sandbox Pictures",
    "content_rating": "G",
    "originally_available_at": "2022-03-01",
}
EPISODES = tuple(
    _episode(season, number, scene, title, summary, chords=chords, genres=genres)
    for season, number, scene, title, summary, chords, genres in _EPISODES
)
FILMS = (LIGHTHOUSE, MOUNTAINS, EPISODES[0], TRAIN, MOONS, *EPISODES[1:])
"""In the order in which they are made; the first must be quick."""
