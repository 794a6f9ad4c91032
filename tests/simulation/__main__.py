"""`--seed N` plays one party and tells it; `--parties N` plays many; `--planted` finds bugs."""

import argparse
import gc
import multiprocessing
import os
import sys
import time

from tests.simulation.party import Result, play
from tests.simulation.planted import PLANTED, find
from tests.simulation.telling import story

CHUNK = 50


def main() -> None:
    """Exit with 1 when a party went wrong, or when a planted bug was not found."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="play this party and tell it")
    parser.add_argument("--parties", type=int, help="play so many parties")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--planted", action="store_true", help="plant bugs and find them")
    parser.add_argument("--limit", type=int, default=10_000, help="parties for each planted bug")
    parser.add_argument("--bug", help="only this planted bug; with --seed, the party that has it")
    chosen = parser.parse_args()
    if chosen.seed is not None:
        well = _one(chosen.seed, chosen.bug)
    elif chosen.planted:
        well = _planted(chosen.limit, chosen.jobs, chosen.bug)
    else:
        well = run_many(range(chosen.first, chosen.first + (chosen.parties or 1_000)), chosen.jobs)
    raise SystemExit(0 if well else 1)


def _one(seed: int, bug: str | None) -> bool:
    if bug is not None:
        with PLANTED[bug].planted():
            result = play(seed)
    else:
        result = play(seed)
    print("\n".join(story(result)))
    return not result.wrong


def run_many(seeds: range, jobs: int) -> bool:
    """Play them all; what went wrong is said at once."""
    began_s, done, wrong, virtual_s, events = time.monotonic(), 0, 0, 0.0, 0
    chunks = [seeds[at : at + CHUNK] for at in range(0, len(seeds), CHUNK)]
    with multiprocessing.Pool(jobs, _tidy_seldom) as pool:
        for results in pool.imap(_chunk, chunks):
            for seed, lasted_s, length, flaws in results:
                done, virtual_s, events = done + 1, virtual_s + lasted_s, events + length
                if flaws:
                    wrong += 1
                    print(f"seed {seed}: {flaws[0]}", flush=True)
            if sys.stderr.isatty():
                print(f"\r{done} of {len(seeds)}", end="", file=sys.stderr)
    took_s = time.monotonic() - began_s
    print(
        f"{done} parties, seeds {seeds[0]} to {seeds[-1]}: {wrong} with a violation; "
        f"{took_s:.0f} s with {jobs} jobs, {took_s * jobs / done * 1000:.1f} ms of a core each; "
        f"{virtual_s / 3600:.0f} hours of film, {events} events"
    )
    return not wrong


def _tidy_seldom() -> None:
    """A party leaves little behind: looking for it seldom saves a tenth of the time."""
    gc.set_threshold(20_000, 20, 20)


def _chunk(seeds: range) -> list[tuple[int, float, int, tuple[str, ...]]]:
    return [_brief(seed) for seed in seeds]


def _brief(seed: int) -> tuple[int, float, int, tuple[str, ...]]:
    try:
        result = play(seed)
    except Exception as error:  # whatever breaks one party must not hide the others
        return seed, 0.0, 0, (f"broke off: {error!r}",)
    return seed, result.profile.lasts_s, len(result.log), result.wrong


def _planted(limit: int, jobs: int, only: str | None) -> bool:
    names = [only] if only else list(PLANTED)
    missed = []
    with multiprocessing.Pool(jobs, _tidy_seldom) as pool:
        for name, found in pool.imap(_search, [(name, limit) for name in names]):
            print(_found(name, found, limit), flush=True)
            missed += [] if found else [name]
    print(f"{len(names) - len(missed)} of {len(names)} planted bugs found")
    return not missed


def _found(name: str, found: Result | None, limit: int) -> str:
    if found is None:
        return f"{name:28} not found in {limit} parties"
    return f"{name:28} seed {found.seed:5}  {found.wrong[0]}"


def _search(task: tuple[str, int]) -> tuple[str, Result | None]:
    name, limit = task
    return name, find(PLANTED[name], range(limit))


if __name__ == "__main__":
    main()
