"""Pages that never were: logs as a display of 60 Hz would write them."""

import random

from bench.sync.readings import Frame, Log, Sample
from bench.sync.truth import Truth, Vector

FPS = 59
REFRESH_MS = 1000 / 60


def vector(revision: int, state: str, position_s: float, as_of_ms: float, cause: str) -> Vector:
    return Vector(1, revision, state, position_s, 1.0, as_of_ms, 600.0, cause, as_of_ms - 60)


def playing() -> Truth:
    """From the beginning of the film at 1,000 ms."""
    return Truth([vector(1, "playing", 0.0, 1_000.0, "play")])


def watched(name: str, ahead_ms: float, until_ms: float, skipped: float = 0.15) -> Log:
    """A page that is so far ahead of `playing()`; some callbacks never come."""
    chance = random.Random(name)
    log = Log(name)
    shown_ms = 1_000.0 + chance.random() * REFRESH_MS
    last = -1
    while shown_ms < until_ms:
        film_s = (shown_ms - 1_000 + ahead_ms) / 1000
        number = round(film_s * FPS)  # the picture that is nearest
        if number > last and number >= 0 and chance.random() >= skipped:
            log.frames.append(Frame(number, number / FPS, shown_ms, number, shown_ms - 5))
        last = max(last, number)
        shown_ms += REFRESH_MS
    at_ms = 1_000.0
    while at_ms < until_ms:
        position_s = (at_ms - 1_000 + ahead_ms) / 1000
        log.samples.append(Sample(at_ms, position_s, 1.0, False, False, 4, 10.0))
        at_ms += 50
    return log
