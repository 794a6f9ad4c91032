"""What the figures say should be done, for the owner's page. No I/O; words are the page's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from watchtogether.plex.figures import EndpointFigures

AdviceCode = Literal[
    "server_offline",
    "server_on_relay",
    "server_is_slow",
    "calls_fail",
    "calls_hang",
    "few_hits",
    "redis_away",
    "not_listening",
]
_ENOUGH: Final = 50
"""Fewer calls or questions say nothing yet."""
_SLOW_MS: Final = 1_500.0
_FAILING: Final = 0.05
_HANGING: Final = 0.05
_FEW_HITS: Final = 0.6


@dataclass(frozen=True, slots=True)
class Advice:
    """`about` are the figures that the words of that code need."""

    code: AdviceCode
    about: Mapping[str, str | float]


@dataclass(frozen=True, slots=True)
class ServerLink:
    """How a server is reached just now. `kind` is None while it is not."""

    name: str
    kind: Literal["local", "remote", "relay"] | None


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that advice is taken from."""

    servers: Sequence[ServerLink]
    endpoints: Sequence[EndpointFigures]
    asked: int
    hit_rate: float | None
    hedges: int
    listening: bool
    redis: str


def advise(now: Situation) -> tuple[Advice, ...]:
    """The most urgent first; nothing when all is well."""
    return (*_of_servers(now), *_of_calls(now), *_of_cache(now))


def _of_servers(now: Situation) -> Iterator[Advice]:
    for server in now.servers:
        if server.kind is None:
            yield Advice("server_offline", {"server": server.name})
        elif server.kind == "relay":
            yield Advice("server_on_relay", {"server": server.name})


def _of_calls(now: Situation) -> Iterator[Advice]:
    calls = sum(each.calls for each in now.endpoints)
    for each in now.endpoints:
        if each.calls >= _ENOUGH and each.failing > _FAILING:
            yield Advice("calls_fail", {"endpoint": each.endpoint, "share": each.failing})
    for each in now.endpoints:
        if each.calls >= _ENOUGH and each.p95_ms is not None and each.p95_ms > _SLOW_MS:
            yield Advice("server_is_slow", {"endpoint": each.endpoint, "p95_ms": each.p95_ms})
    if calls >= _ENOUGH and now.hedges > _HANGING * calls:
        yield Advice("calls_hang", {"share": now.hedges / calls})


def _of_cache(now: Situation) -> Iterator[Advice]:
    if now.asked >= 4 * _ENOUGH and now.hit_rate is not None and now.hit_rate < _FEW_HITS:
        yield Advice("few_hits", {"hit_rate": now.hit_rate})
    if now.redis == "unreachable":
        yield Advice("redis_away", {})
    if now.asked >= _ENOUGH and now.servers and not now.listening:
        yield Advice("not_listening", {})
