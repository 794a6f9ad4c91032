"""A simulated party as a story: its log in words, the troubles between, and what went wrong."""

from collections.abc import Iterator

from tests.simulation.loop import ProcessClock
from tests.simulation.party import Result
from watchtogether.rooms.story import tell


def story(result: Result) -> list[str]:
    """Lines in order of virtual time; troubles begin with `~`, violations with `!`."""
    profile = result.profile
    lines = sorted(_lines(result), key=lambda line: line[0])
    head = (
        f"seed {result.seed}: {profile.name}, {profile.viewers} viewers ({profile.guests} guests),"
        f" {profile.lasts_s:.0f} s"
    )
    verdict = [f"! {flaw}" for flaw in result.wrong] or ["nothing was violated"]
    return [head, str(profile), *(f"{at_s:8.2f}  {text}" for at_s, text in lines), *verdict]


def _lines(result: Result) -> Iterator[tuple[float, str]]:
    """Wall clocks differ by some milliseconds between processes; stories may."""
    for sentence in tell(result.log):
        yield (sentence.wall_ms - ProcessClock.WALL_START_MS) / 1000, sentence.text
    for at_s, text in result.told:
        yield at_s, f"~ {text}"
    for flaw in result.wrong:
        yield float(flaw.partition(" ")[0]), f"! {flaw.partition(': ')[2]}"
