"""Is a figure to be believed? What must hold of instrument and machine. Pure but for `idle`."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.sync.fits import Window, quantile
from bench.sync.readings import Log

NULL_MS, PLANT_MS, PLANT_WITHIN_MS = 1.0, 20.0, 2.0
LOST_SHARE = 0.35
"""Of the pictures that were due; callbacks alone skip 10–20 %."""
IDLE_SHARE, STARVED_SHARE = 0.30, 0.03
"""Least idle processor time, and how many seconds may have had next to none."""
RELAY_LATE_MS = 3.0
_STARVED_BELOW = 0.03
REST_LIMIT_S = 30


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition; a report whose gates do not all hold says nothing."""

    name: str
    figure: str
    limit: str
    holds: bool


def null_gate(found: Sequence[Mapping[float, Window]]) -> Gate:
    """Players without an app, held on one position: the median of what they are apart."""
    apart_ms = abs(between(found))
    return Gate("null test", f"{apart_ms:.2f} ms", f"< {NULL_MS:g} ms", apart_ms < NULL_MS)


def plant_gate(
    before: Sequence[Mapping[float, Window]], after: Sequence[Mapping[float, Window]]
) -> Gate:
    """The same, the first one believing to be 20 ms further than it is."""
    read_ms = abs(between(after) - between(before))
    holds = abs(read_ms - PLANT_MS) <= PLANT_WITHIN_MS
    return Gate("planted 20 ms", f"{read_ms:.2f} ms", f"± {PLANT_WITHIN_MS:g} ms", holds)


def between(found: Sequence[Mapping[float, Window]]) -> float:
    """The first page's median lead over the others, in milliseconds. NaN without pictures."""
    first, others = found[0], found[1:]
    apart = [
        first[at].error_ms - other[at].error_ms
        for other in others
        for at in first.keys() & other.keys()
    ]
    return quantile(apart, 0.5) if apart else float("nan")


def lost_gate(logs: Sequence[Log], fps: int) -> Gate:
    """Pictures that no callback told of, on the worst page."""
    worst = max((lost_share(log, fps) for log in logs), default=1.0)
    return Gate("pictures not seen", f"{worst:.0%}", f"≤ {LOST_SHARE:.0%}", worst <= LOST_SHARE)


def lost_share(log: Log, fps: int) -> float:
    """Of the pictures due between the first and the last one told of. 1 without any."""
    if len(log.frames) < 2:
        return 1.0
    passed_s = 0.0
    for one, other in itertools.pairwise(log.frames):
        step_s = other.media_s - one.media_s
        passed_s += step_s if 0 < step_s < 1 else 0.0
    return max(0.0, 1 - len(log.frames) / max(1.0, passed_s * fps))


def idle_gate(idle: Sequence[float]) -> Gate:
    """Idle processor time, second by second."""
    if not idle:
        return Gate("idle processor", "unknown", f"≥ {IDLE_SHARE:.0%}", False)
    mean = sum(idle) / len(idle)
    starved = sum(each < _STARVED_BELOW for each in idle) / len(idle)
    figure = f"{mean:.0%}, starved {starved:.0%} of the time"
    holds = mean >= IDLE_SHARE and starved <= STARVED_SHARE
    return Gate("idle processor", figure, f"≥ {IDLE_SHARE:.0%}, ≤ {STARVED_SHARE:.0%}", holds)


def relay_gate(carried: Mapping[str, float]) -> Gate:
    """How late the relay itself was, on top of what it was to add."""
    late_ms = carried["late_p99_ms"]
    figure = f"p99 {late_ms:.1f} ms, {carried['packets']:.0f} packets"
    return Gate("relay late", figure, f"≤ {RELAY_LATE_MS:g} ms", late_ms <= RELAY_LATE_MS)


def clocks_gate(doubts_ms: Sequence[float]) -> Gate:
    """The pages' untouched clocks against the machine's."""
    worst = max(doubts_ms, default=float("nan"))
    return Gate("clocks of the pages", f"{worst:.2f} ms", "≤ 0.5 ms", worst <= 0.5)


@dataclass
class Idle:
    """Share of idle processor time in each second."""

    shares: list[float] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    """Another second has been added."""

    def forget(self) -> None:
        self.shares.clear()

    async def rest(self) -> None:
        """Until the processors have time to spare for two seconds on end, half a minute at most.

        Viewers have a machine each; here their browsers' loading would be in each other's way.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(REST_LIMIT_S):
                self.forget()
                while len(self.shares) < 2 or min(self.shares[-2:]) < IDLE_SHARE:
                    await self.heard.wait()
                    self.heard.clear()


@contextlib.asynccontextmanager
async def idle() -> AsyncIterator[Idle]:
    """Watches the processors while the context is open."""
    watched = Idle()

    async def watch() -> None:
        before = _processor_times()
        while True:
            await asyncio.sleep(1)
            after = _processor_times()
            passed = [b - a for a, b in zip(before, after, strict=True)]
            watched.shares.append((passed[3] + passed[4]) / max(1, sum(passed)))
            watched.heard.set()
            before = after

    task = asyncio.create_task(watch())
    try:
        yield watched
    finally:
        task.cancel()


def _processor_times() -> list[int]:
    line = Path("/proc/stat").read_text().partition("\n")[0]
    return [int(each) for each in line.split()[1:9]]
