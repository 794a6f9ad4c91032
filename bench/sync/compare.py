"""Kept reports beside the targets, as Markdown: `python -m bench.sync.compare FOLDER`."""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Kept = dict[str, Any]

OURS = "ours"


@dataclass(frozen=True, slots=True)
class Target:
    """One line of the table: what is asked of which profiles, and how it is read."""

    what: str
    goal: str
    profiles: tuple[str, ...]
    read: Callable[[Kept], tuple[str, bool]]


def targets(lan_p95_ms: float) -> list[Target]:
    """All of them; drift is judged against what the LAN gave."""

    def unchanged(kept: Kept) -> tuple[str, bool]:
        p95 = kept["figures"]["skew"]["p95"]
        return f"{p95:.2f} ms, {p95 - lan_p95_ms:+.2f} against the LAN", p95 <= lan_p95_ms + 1

    every = ("lan", "wan", "asymmetric", "drift", "jitter30")
    steady = ("lan", "asymmetric", "drift", "jitter30")
    return [
        Target("skew p50 / p95 / p99, hiccups apart", "1 / 3 / 6 ms", ("lan",), _skew((1, 3, 6))),
        Target("the same with them", "3 / 7 / 12 ms", ("lan",), _skew((3, 7, 12), hiccups=True)),
        Target("skew p95", "8 ms (floor 15)", ("wan",), _p95("skew", 8)),
        Target("skew p95", "asymmetry / 2 + 5 = 25 ms", ("asymmetric",), _p95("skew", 25)),
        Target("stated uncertainty covers the truth", "≥ 99 %", every, _covered),
        Target("clock error p95", "0.5 ms", ("lan",), _clock(0.5)),
        Target("clock error p95", "3 ms", ("jitter30",), _clock(3)),
        Target("error against the timeline p95", "floor 8 ms", ("lan",), _p95("error", 8)),
        *_convergence(),
        Target("corrective seeks, steady", "0", steady, _seeks(0)),
        Target("corrective seeks, steady", "≤ 1 an hour", ("wan",), _seeks(1)),
        Target("time off the rate by > 0.1 % / > 0.5 %", "≤ 1 % / 0 %", every, _off_rate),
        Target("pictures apart 300 ms after a pause", "0", every, _pauses),
        Target("skew p95 at ±200 ppm", "unchanged ± 1 ms", ("drift",), unchanged),
    ]


def _skew(
    limits: tuple[float, float, float], *, hiccups: bool = False
) -> Callable[[Kept], tuple[str, bool]]:
    def read(kept: Kept) -> tuple[str, bool]:
        found = kept["figures"]["skew_with_hiccups" if hiccups else "skew"]
        values = [found[name] for name in ("p50", "p95", "p99")]
        met = all(value <= limit for value, limit in zip(values, limits, strict=True))
        return f"{' / '.join(f'{value:.2f}' for value in values)} ms", met

    return read


def _p95(name: str, limit_ms: float) -> Callable[[Kept], tuple[str, bool]]:
    def read(kept: Kept) -> tuple[str, bool]:
        p95 = kept["figures"][name]["p95"]
        return f"{p95:.2f} ms", p95 <= limit_ms

    return read


def _clock(limit_ms: float) -> Callable[[Kept], tuple[str, bool]]:
    def read(kept: Kept) -> tuple[str, bool]:
        p95 = kept["figures"]["clock"]["error"]["p95"]
        return f"{p95:.2f} ms", p95 <= limit_ms

    return read


def _covered(kept: Kept) -> tuple[str, bool]:
    share = kept["figures"]["clock"]["covered"]
    return f"{share:.2%}", share >= 0.99


def _convergence() -> Iterator[Target]:
    for cause in ("play", "seek", "join"):

        def read(kept: Kept, cause: str = cause) -> tuple[str, bool]:
            found = [each for each in kept["figures"]["convergence"] if each["what"] == cause]
            close = [each["close_s"] for each in found]
            exact = [each["exact_s"] for each in found]
            if not found or None in close or None in exact:
                return "never", False
            met = max(close) <= 0.3 and max(exact) <= 1
            return f"{max(close):.2f} s / {max(exact):.2f} s", met

        yield Target(
            f"within 25 / 8 ms after {cause}", "0.3 s (floor 0.5) / 1.0 s", ("lan", "wan"), read
        )


def _seeks(limit: int) -> Callable[[Kept], tuple[str, bool]]:
    def read(kept: Kept) -> tuple[str, bool]:
        figures = kept["figures"]
        found = figures["corrective_seeks"]
        played_s = figures["steady_s"] * figures["pages"]
        return f"{found} in {figures['pages']} × {figures['steady_s']:.0f} s", (
            found * 3600 <= limit * played_s
        )

    return read


def _off_rate(kept: Kept) -> tuple[str, bool]:
    off = kept["figures"]["off_rate"]
    slightly, clearly = off["over_0.1_percent"], off["over_0.5_percent"]
    return f"{slightly:.2%} / {clearly:.2%}", slightly <= 0.01 and clearly == 0


def _pauses(kept: Kept) -> tuple[str, bool]:
    apart = [each["apart"] for each in kept["figures"]["pauses"]]
    return ", ".join(map(str, apart)) or "no pause", bool(apart) and not any(apart)


def lines(reports: Sequence[Kept]) -> Iterator[str]:
    """The targets beside what was measured, then all contenders side by side."""
    ours = [kept for kept in reports if kept["contender"] == OURS]
    lan = [each for each in ours if (each["profile"], each["source"]) == ("lan", "hls")]
    lan_p95_ms = lan[0]["figures"]["skew"]["p95"] if lan else 0.0
    yield "| | Target | Network | Film, pages | Measured | |"
    yield "|---|---|---|---|---|---|"
    for target in targets(lan_p95_ms):
        for kept in ours:
            if kept["profile"] in target.profiles:
                told, met = target.read(kept)
                yield (
                    f"| {target.what} | {target.goal} | {kept['profile']} | {_watched(kept)} "
                    f"| {told} | {_mark(kept, met)} |"
                )
    yield ""
    yield (
        "| Network | Contender | Skew p50 / p95 / p99 | Error p95 | Seeks | Off the rate > 0.1 % "
        "| After play / seek / join ≤ 25 ms |"
    )
    yield "|---|---|---|---|---|---|---|"
    for kept in reports:
        yield _contender(kept)


def _watched(kept: Kept) -> str:
    figures = kept["figures"]
    return f"{kept['source']}, {figures['pages']} × {figures['steady_s']:.0f} s"


def _mark(kept: Kept, met: bool) -> str:
    if kept["void"]:
        return "VOID"
    return "met" if met else "**missed**"


def _contender(kept: Kept) -> str:
    figures = kept["figures"]
    skew, error = figures["skew_with_hiccups"], figures["error_with_hiccups"]
    spread = " / ".join(f"{skew[p]:.1f}" for p in ("p50", "p95", "p99")) if skew else "–"
    after = []
    for cause in ("play", "seek", "join"):
        close = [each["close_s"] for each in figures["convergence"] if each["what"] == cause]
        after.append("never" if None in close or not close else f"{max(close):.2f} s")
    void = " (VOID)" if kept["void"] else ""
    return (
        f"| {kept['profile']}, {_watched(kept)} | {kept['contender']}{void} | {spread} ms "
        f"| {error['p95']:.1f} ms | {figures['corrective_seeks']} "
        f"| {figures['off_rate']['over_0.1_percent']:.1%} | {' / '.join(after)} |"
    )


def main() -> None:
    """Print the tables for every report in a folder and below it."""
    parser = argparse.ArgumentParser(prog="python -m bench.sync.compare", description=__doc__)
    parser.add_argument("folder", type=Path)
    found = sorted(parser.parse_args().folder.rglob("sync-*.json"))
    print("\n".join(lines([json.loads(file.read_text()) for file in found])))


if __name__ == "__main__":
    main()
