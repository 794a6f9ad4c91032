"""What the logs of one party say: skew, error, clock, convergence, corrections, waits. Pure."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.sync import moments
from bench.sync.fits import Window, clock_errors, content_offset_s, quantile, windows
from bench.sync.readings import Log
from bench.sync.truth import Run, Truth

OFF_SLIGHTLY, OFF_CLEARLY = 0.001, 0.005
CLOSE_MS, EXACT_MS = 25.0, 8.0
FIRST_MS = 4_000.0
AFTER_S, NEAR_MS = (0.3, 0.5, 1.0), 30.0


@dataclass(frozen=True, slots=True)
class Party:
    """Everything that was logged. The steady part is what skew and error are taken from."""

    logs: Sequence[Log]
    truth: Truth
    fps: int
    steady: tuple[float, float]
    end_ms: float
    joins: Sequence[tuple[int, float]] = ()
    """Page, and when it began to come back."""
    offsets_s: Mapping[str, float] = field(default_factory=dict)
    """Content offset by page; found from its pictures when absent."""

    def offset_s(self, log: Log) -> float:
        known = self.offsets_s.get(log.name)
        return content_offset_s(log.frames, self.fps) if known is None else known


def spread(values: Sequence[float]) -> dict[str, float] | None:
    """Percentiles of absolute values; None without any."""
    if not values:
        return None
    sizes = [abs(each) for each in values]
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: quantile(sizes, share) for name, share in shares.items()} | {
        "n": float(len(sizes))
    }


def score(party: Party) -> dict[str, Any]:
    """All figures, in milliseconds unless their name says otherwise, and the series behind them."""
    start_ms, end_ms = party.steady
    steady = [log.between(start_ms, end_ms) for log in party.logs]
    found = [
        windows(log, party.truth, party.fps, party.offset_s(log), start_ms, end_ms)
        for log in party.logs
    ]
    hiccups = [moments.hiccups(log) for log in steady]
    shadows = moments.shadows(hiccups)
    clean = [
        {at: window for at, window in each.items() if not moments.shaded(at, shadows)}
        for each in found
    ]
    return {
        "skew": spread(pairwise(clean)),
        "skew_with_hiccups": spread(pairwise(found)),
        "error": spread([w.error_ms for each in clean for w in each.values()]),
        "error_with_hiccups": spread([w.error_ms for each in found for w in each.values()]),
        "error_by_page": {
            log.name: quantile([w.error_ms for w in each.values()], 0.5) if each else None
            for log, each in zip(steady, clean, strict=True)
        },
        "content_offset_ms": {log.name: party.offset_s(log) * 1000 for log in party.logs},
        "picture_lag_ms": {
            log.name: picture_lag_ms(log, each, party.truth)
            for log, each in zip(steady, found, strict=True)
        },
        "clock": clock(steady),
        "off_rate": off_rate(steady, party.truth),
        "corrective_seeks": sum(len(moments.corrections(log, party.truth)) for log in steady),
        "hiccups": [
            told
            for log, each in zip(steady, hiccups, strict=True)
            for told in moments.told_hiccups(log, each)
        ],
        "stalls_s": [each for log in steady for each in moments.stalls(log)],
        "steady_s": (end_ms - start_ms) / 1000,
        "pages": len(party.logs),
        "convergence": convergence(party, found),
        "waits_s": moments.waits(party.truth),
        "pauses": moments.pauses(party.logs, party.truth, party.end_ms),
        "series": series(steady, found, start_ms),
        "starts": starts(party, found),
    }


def pairwise(found: Sequence[Mapping[float, Window]]) -> list[float]:
    """Differences of every two pages in every window that both have."""
    apart = []
    for one, other in itertools.combinations(found, 2):
        apart += [one[at].error_ms - other[at].error_ms for at in one.keys() & other.keys()]
    return apart


def picture_lag_ms(log: Log, found: Mapping[float, Window], truth: Truth) -> float | None:
    """How far the pictures are from what `currentTime` says, in the middle; None without both."""
    errors = clock_errors(log, truth)
    lags = []
    for window in found.values():
        near = [error for at_ms, error in errors if abs(at_ms - window.at_ms) <= 500]
        if near:
            lags.append(window.error_ms - sum(near) / len(near))
    return quantile(lags, 0.5) if lags else None


def clock(logs: Sequence[Log]) -> dict[str, Any]:
    """The pages' idea of server time against the server's clock, and whether they knew how sure."""
    errors: list[float] = []
    covered: list[bool] = []
    stated: list[float] = []
    for belief in (each for log in logs for each in log.beliefs):
        if belief.server_ms is None:
            continue
        errors.append(belief.server_ms - belief.at_ms)
        if belief.uncertainty_ms is not None:
            stated.append(belief.uncertainty_ms)
            covered.append(abs(errors[-1]) <= belief.uncertainty_ms)
    return {
        "error": spread(errors),
        "stated": spread(stated),
        "covered": sum(covered) / len(covered) if covered else None,
    }


def off_rate(logs: Sequence[Log], truth: Truth) -> dict[str, float]:
    """Shares of the time at which a page played clearly faster or slower than the room."""
    total = slightly = clearly = 0
    for log in logs:
        for sample in log.samples:
            vector = truth.at(sample.at_ms)
            if vector is None or not vector.playing or not sample.moving:
                continue
            off = abs(sample.rate / vector.rate - 1)
            total += 1
            slightly += off > OFF_SLIGHTLY + 1e-9
            clearly += off > OFF_CLEARLY + 1e-9
    return {
        "over_0.1_percent": slightly / max(1, total),
        "over_0.5_percent": clearly / max(1, total),
    }


def convergence(party: Party, found: Sequence[Mapping[float, Window]]) -> list[dict[str, Any]]:
    """For each start, seek and join: how long until the last page was close, and exact."""
    tracks = [_track(log, each, party.truth) for log, each in zip(party.logs, found, strict=True)]
    runs = party.truth.runs(party.end_ms)
    told = [_start(run, tracks, party) for run in runs if run.end_ms - run.start_ms > 2_000]
    for page, began_ms in party.joins:
        ready = [at_ms for at_ms in party.logs[page].ready_ms if at_ms > began_ms]
        run = next((r for r in runs if r.start_ms <= began_ms < r.end_ms), None)
        if ready and run:
            since_ms = ready[0]
            told.append(
                {
                    "what": "join",
                    "at_ms": since_ms,
                    "loading_s": (since_ms - began_ms) / 1000,
                    "close_s": _reached(tracks[page], CLOSE_MS, since_ms, since_ms, run.end_ms),
                    "exact_s": _reached(tracks[page], EXACT_MS, since_ms, since_ms, run.end_ms),
                    "error_ms": _worst([tracks[page]], since_ms),
                }
            )
    return told


def _start(run: Run, tracks: Sequence[list[tuple[float, float]]], party: Party) -> dict[str, Any]:
    """Pages that were not there at the start do not count."""
    there = [t for t in tracks if any(run.start_ms - 500 <= at <= run.start_ms for at, _ in t)]

    def last(limit_ms: float) -> float | None:
        times = [_reached(t, limit_ms, run.start_ms, run.heard_ms, run.end_ms) for t in there]
        known = [each for each in times if each is not None]
        return max(known, default=None) if len(known) == len(times) else None

    before = party.truth.at(run.start_ms - 0.001)
    cause = before.cause if before and before.state == "waiting" else run.cause
    return {
        "what": cause,
        "at_ms": run.start_ms,
        "lead_s": (run.start_ms - run.heard_ms) / 1000,
        "close_s": last(CLOSE_MS),
        "exact_s": last(EXACT_MS),
        "error_ms": _worst(there, run.heard_ms),
    }


def _worst(tracks: Sequence[list[tuple[float, float]]], since_ms: float) -> dict[str, float | None]:
    """The largest error of any page at some times after `since_ms`."""
    found: dict[str, float | None] = {}
    for after_s in AFTER_S:
        at_ms = since_ms + after_s * 1000
        near = [abs(e) for track in tracks for t, e in track if abs(t - at_ms) <= NEAR_MS]
        found[f"{after_s:g}"] = max(near, default=None)
    return found


def _track(log: Log, found: Mapping[float, Window], truth: Truth) -> list[tuple[float, float]]:
    """The page's error over time by `currentTime`, put right by what its pictures show."""
    lag_ms = picture_lag_ms(log, found, truth) or 0.0
    return [(at_ms, error_ms + lag_ms) for at_ms, error_ms in clock_errors(log, truth)]


def _reached(
    track: Sequence[tuple[float, float]],
    limit_ms: float,
    from_ms: float,
    since_ms: float,
    until_ms: float,
) -> float | None:
    """Seconds from `since_ms` until the error is within the limit for half a second."""
    reached_ms: float | None = None
    for at_ms, error_ms in track:
        if not from_ms <= at_ms < until_ms:
            continue
        if abs(error_ms) > limit_ms:
            reached_ms = None
        elif reached_ms is None:
            reached_ms = at_ms
        elif at_ms - reached_ms >= 500:
            break
    return None if reached_ms is None else max(0.0, reached_ms - since_ms) / 1000


def starts(party: Party, found: Sequence[Mapping[float, Window]]) -> list[dict[str, Any]]:
    """The first seconds of each run: seconds from its start, error in ms, rate; by page."""
    told = []
    for run in party.truth.runs(party.end_ms):
        pages = {}
        for log, each in zip(party.logs, found, strict=True):
            lag_ms = picture_lag_ms(log, each, party.truth) or 0.0
            rates = {sample.at_ms: sample.rate for sample in log.samples}
            pages[log.name] = [
                (round((at - run.start_ms) / 1000, 3), round(error + lag_ms, 1), rates[at])
                for at, error in clock_errors(log, party.truth)
                if -200 <= at - run.start_ms <= FIRST_MS
            ]
        told.append({"what": run.cause, "pages": pages})
    return told


def series(
    logs: Sequence[Log], found: Sequence[Mapping[float, Window]], start_ms: float
) -> dict[str, list[tuple[float, float]]]:
    """Error by window of each page; seconds from the start, milliseconds."""
    return {
        log.name: [
            (round((at - start_ms) / 1000, 3), round(window.error_ms, 3))
            for at, window in sorted(each.items())
        ]
        for log, each in zip(logs, found, strict=True)
    }
