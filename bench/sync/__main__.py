"""`python -m bench.sync`: measure, print, and keep the report."""

import argparse
import asyncio
import signal
import sys

from bench.sync.contenders import CONTENDERS
from bench.sync.network import why_not
from bench.sync.profiles import PROFILES
from bench.sync.report import keep, table
from bench.sync.runs import Plan, measure

SHORT_S = 20.0


def main() -> None:
    """Exit with 1 when a gate does not hold, with 2 where nothing can be measured."""
    asked = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # namespaces are to be removed
    reason = why_not()
    if reason is not None:
        print(f"NOT MEASURED: {reason}")
        raise SystemExit(2)
    contenders = [CONTENDERS[name] for name in asked.contender.split(",")]
    plan = Plan(
        PROFILES[asked.profile],
        asked.pages,
        SHORT_S if asked.short else asked.seconds,
        asked.source,
        contenders,
        not asked.ungated,
        not asked.undisturbed,
    )
    outcomes = asyncio.run(measure(plan, _say))
    for outcome in outcomes:
        print(table(outcome))
    if asked.out:
        print(f"  kept in {keep(outcomes, asked.out)}")
    raise SystemExit(any(outcome.void for outcome in outcomes))


def _say(words: str) -> None:
    print(words, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.sync", description=__doc__)
    parser.add_argument("--profile", choices=PROFILES, default="lan")
    parser.add_argument("--pages", type=int, default=4, help="2 to 6")
    parser.add_argument("--seconds", type=float, default=120, help="of steady playing")
    parser.add_argument("--source", choices=("hls", "mp4", "mix"), default="hls")
    parser.add_argument("--contender", default="ours", help=f"some of {','.join(CONTENDERS)}")
    parser.add_argument("--out", help="folder for the report, its figures and its plot")
    parser.add_argument("--short", action="store_true", help=f"{SHORT_S:g} s")
    parser.add_argument("--ungated", action="store_true", help="no null test, no plant")
    parser.add_argument("--undisturbed", action="store_true", help="no pause, seek or join")
    return parser


if __name__ == "__main__":
    main()
