"""What kind of party a seed makes: who comes, over what network, and what goes wrong."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Profile:
    """Rates are events a minute of virtual time, chances 0 to 1, times seconds."""

    name: str
    lasts_s: float
    viewers: int
    guests: int
    """How many of the viewers are guests; the others have accounts."""
    everyone_steers: bool
    acts_per_min: float
    delay_s: float
    jitter_s: float
    loss: float
    breaks_per_min: float
    comings_per_min: float
    """Pages closed, reloaded and opened again, people leaving for good."""
    crashes_per_min: float
    takeovers_per_min: float
    database_per_min: float
    stalls_per_min: float
    """Of each viewer."""
    stuck: float
    """Chance that a film takes longer to load than the room waits."""
    doubles: float
    """Chance that a command is sent twice at once."""
    closes: bool
    slow_commit_s: float


KINDS = ("calm", "wan", "wild", "crashing", "storage", "everything")


def draw(rng: Random) -> Profile:
    """One profile; each kind of trouble has parties where it is alone, and some have it all."""
    kind = rng.choice(KINDS)
    everything = kind == "everything"
    bad_net = kind in ("wan", "everything")
    crowd = rng.choice((2, 2, 3, 3, 4, 5, 6, 8))
    lasts_s = min(600.0, 60.0 * 10 ** (rng.random() ** 2))
    return Profile(
        name=kind,
        lasts_s=lasts_s,
        viewers=crowd,
        guests=rng.randint(0, crowd - 1),
        everyone_steers=rng.random() < 0.5,
        acts_per_min=rng.choice((6.0, 12.0, 24.0)) * (60.0 / lasts_s) ** 0.5,
        delay_s=rng.uniform(0.03, 0.3) if bad_net else rng.uniform(0.001, 0.03),
        jitter_s=rng.uniform(0.0, 0.3) if bad_net else 0.005,
        loss=rng.choice((0.0, 0.01, 0.1)) if bad_net else 0.0,
        breaks_per_min=rng.choice((0.3, 1.5)) if bad_net or kind == "wild" else 0.0,
        comings_per_min=rng.choice((0.5, 2.0)) if kind in ("wild", "everything") else 0.1,
        crashes_per_min=rng.choice((0.3, 1.0)) if kind == "crashing" or everything else 0.0,
        takeovers_per_min=0.4 if kind == "crashing" or everything else 0.0,
        database_per_min=rng.choice((0.5, 1.5)) if kind == "storage" or everything else 0.0,
        stalls_per_min=rng.choice((0.0, 0.3, 1.0)),
        stuck=rng.choice((0.0, 0.05, 0.2)),
        doubles=rng.choice((0.0, 0.1)),
        closes=rng.random() < 0.03,
        slow_commit_s=0.02 if kind == "storage" or rng.random() < 0.2 else 0.0,
    )
