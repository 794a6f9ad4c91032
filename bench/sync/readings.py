"""What a page logged, with times on the machine's monotonic clock, in milliseconds. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MOTIONS = ("stopped", "starting", "running")


class Frame(NamedTuple):
    """One picture as it went to the screen. `number` is None when it could not be read."""

    number: int | None
    media_s: float
    shown_ms: float
    presented: int
    called_ms: float


class Sample(NamedTuple):
    """The element at one moment. `ready_state` is HTML's 0–4; `ahead_s` is loaded film."""

    at_ms: float
    position_s: float
    rate: float
    paused: bool
    seeking: bool
    ready_state: int
    ahead_s: float

    @property
    def moving(self) -> bool:
        return not self.paused and not self.seeking


class Belief(NamedTuple):
    """What the page believed: server time, where the film should be, how sure it was."""

    at_ms: float
    server_ms: float | None
    expected_s: float | None
    drift_s: float | None
    uncertainty_ms: float | None
    motion: str
    muted: bool


class Jump(NamedTuple):
    """The page set `currentTime`."""

    at_ms: float
    from_s: float
    to_s: float
    paused: bool


class Happening(NamedTuple):
    """A media event."""

    at_ms: float
    kind: str
    position_s: float
    ready_state: int


@dataclass(frozen=True, slots=True)
class Log:
    """One page's log, in order of time."""

    name: str
    frames: list[Frame] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    beliefs: list[Belief] = field(default_factory=list)
    jumps: list[Jump] = field(default_factory=list)
    events: list[Happening] = field(default_factory=list)
    ready_ms: list[float] = field(default_factory=list)
    """When the page told the server that it was ready."""
    reads: list[tuple[float, int | None]] = field(default_factory=list)
    """Pictures read at an agreed time."""

    def between(self, start_ms: float, end_ms: float) -> "Log":
        """What was logged from `start_ms` to before `end_ms`."""

        def within(at_ms: float) -> bool:
            return start_ms <= at_ms < end_ms

        return Log(
            self.name,
            [each for each in self.frames if within(each.shown_ms)],
            [each for each in self.samples if within(each.at_ms)],
            [each for each in self.beliefs if within(each.at_ms)],
            [each for each in self.jumps if within(each.at_ms)],
            [each for each in self.events if within(each.at_ms)],
            [at_ms for at_ms in self.ready_ms if within(at_ms)],
            [each for each in self.reads if within(each[0])],
        )


def read_log(name: str, raw: Mapping[str, Sequence[Any]], origin_ms: float) -> Log:
    """`origin_ms` is the zero of the page's clock on the machine's."""
    log = Log(name)
    for number, media_s, shown, presented, called in raw["frames"]:
        log.frames.append(Frame(number, media_s, origin_ms + shown, presented, origin_ms + called))
    for at, position_s, rate, flags, ready_state, ahead_s, told in raw["samples"]:
        sample = Sample(
            origin_ms + at,
            position_s,
            rate,
            bool(flags & 1),
            bool(flags & 2),
            ready_state,
            ahead_s,
        )
        log.samples.append(sample)
        if told is not None:
            server_ms, read_at, expected_s, drift_s, uncertainty_ms, motion, muted = told
            log.beliefs.append(
                Belief(
                    origin_ms + read_at,
                    server_ms,
                    expected_s,
                    drift_s,
                    uncertainty_ms,
                    MOTIONS[motion],
                    bool(muted),
                )
            )
    for at, from_s, to_s, paused in raw["sets"]:
        log.jumps.append(Jump(origin_ms + at, from_s, to_s, bool(paused)))
    for at, kind, position_s, ready_state in raw["events"]:
        log.events.append(Happening(origin_ms + at, kind, position_s, ready_state))
    log.ready_ms.extend(origin_ms + at for at, message in raw["sent"] if '"ready":true' in message)
    log.reads.extend((origin_ms + at, number) for at, number in raw["reads"])
    return log


def joined(logs: Sequence[Log]) -> Log:
    """Logs of one page, taken one after another, as one."""
    whole = Log(logs[0].name)
    for log in logs:
        whole.frames.extend(log.frames)
        whole.samples.extend(log.samples)
        whole.beliefs.extend(log.beliefs)
        whole.jumps.extend(log.jumps)
        whole.events.extend(log.events)
        whole.ready_ms.extend(log.ready_ms)
        whole.reads.extend(log.reads)
    return whole
