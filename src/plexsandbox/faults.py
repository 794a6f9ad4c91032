"""Faults on order: the server misbehaves on matching paths until told otherwise.

What a faulty answer looks like is in `spoiling.py`.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

FaultMode = Literal[
    "none",
    "error",
    "slow",
    "garbage",
    "unauthorized",
    "cut",
    "truncated",
    "hang",
    "reset",
    "drip",
    "endless",
    "html",
    "redirect",
    "rate_limited",
    "xml_bomb",
    "compressed_bomb",
    "refusal",
    "burst",
]
Where = Literal["server", "plextv", "both"]


@dataclass(frozen=True, slots=True)
class Fault:
    """`count` limits how many requests it strikes; none means all.

    Of the matching requests it strikes the part `rate`, chosen by `seed`. A `burst` is bad for
    spells of `burst_s` seconds (or `burst_calls` requests, when there is no `burst_s`): a spell is
    bad with the probability `rate`, and in it every request meets one of `kinds`.
    """

    mode: FaultMode = "none"
    status: int = 503
    delay_s: float = 0.0
    match: str = "/"
    count: int | None = None
    where: Where = "server"
    rate: float = 1.0
    seed: int = 0
    burst_s: float | None = None
    burst_calls: int = 10
    kinds: tuple[FaultMode, ...] = ("error", "hang")
    hang_s: float = 30.0
    retry_after_s: int = 2
    location: str = "http://127.0.0.1:9/elsewhere"
    size_bytes: int = 256 * 1024 * 1024
    bytes_per_s: float = 1.0


class BadFault(ValueError):
    """The order was not understood."""


def parse_faults(raw: dict[str, Any]) -> list[Fault]:
    """One fault, or `{"faults": [...]}`."""
    several = raw.get("faults")
    if several is None:
        return [parse_fault(raw)]
    if not isinstance(several, list) or not all(isinstance(each, dict) for each in several):
        raise BadFault("faults is a list of faults")
    return [parse_fault(each) for each in several]


def parse_fault(raw: dict[str, Any]) -> Fault:
    unknown = raw.keys() - {each.name for each in fields(Fault)} - {"keep"}
    if unknown:
        raise BadFault(f"unknown: {', '.join(sorted(unknown))}")
    kinds = raw.get("kinds", Fault().kinds)
    if not isinstance(kinds, list | tuple) or not kinds:
        raise BadFault("kinds is a list of modes")
    for mode in (raw.get("mode", "none"), *kinds):
        if mode not in get_args(FaultMode):
            raise BadFault(f"mode is one of {', '.join(get_args(FaultMode))}")
    if "burst" in kinds:
        raise BadFault("a burst has no burst inside")
    if raw.get("where", "server") not in get_args(Where):
        raise BadFault(f"where is one of {', '.join(get_args(Where))}")
    try:
        return _fault(raw, tuple(kinds))
    except (TypeError, ValueError) as error:
        raise BadFault(str(error)) from error


def _fault(raw: dict[str, Any], kinds: tuple[FaultMode, ...]) -> Fault:
    plain = Fault()

    def number(name: str) -> float:
        return float(raw.get(name, getattr(plain, name)))

    def optional(name: str) -> float | None:
        return None if raw.get(name) is None else float(raw[name])

    count = optional("count")
    return Fault(
        mode=raw.get("mode", "none"),
        status=int(number("status")),
        delay_s=number("delay_s"),
        match=str(raw.get("match", "/")),
        count=None if count is None else int(count),
        where=raw.get("where", "server"),
        rate=number("rate"),
        seed=int(number("seed")),
        burst_s=optional("burst_s"),
        burst_calls=max(1, int(number("burst_calls"))),
        kinds=kinds,
        hang_s=number("hang_s"),
        retry_after_s=int(number("retry_after_s")),
        location=str(raw.get("location", plain.location)),
        size_bytes=int(number("size_bytes")),
        bytes_per_s=number("bytes_per_s"),
    )


@dataclass(slots=True)
class Rule:
    """A fault with what it has done so far."""

    fault: Fault
    struck: int = 0
    calls: int = 0
    began: float = field(default_factory=time.monotonic)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"fault:{self.fault.seed}")  # noqa: S311 not for secrets

    def blow(self, path: str, where: Where) -> Fault | None:
        """The fault that this request meets, if any; a burst as the one of its kinds."""
        fault = self.fault
        if fault.mode == "none" or fault.match not in path or fault.where not in {where, "both"}:
            return None
        if fault.count is not None and self.struck >= fault.count:
            return None
        self.calls += 1
        if not self._is_bad():
            return None
        self.struck += 1
        if fault.mode != "burst":
            return fault
        return replace(fault, mode=self.chance.choice(fault.kinds))

    def _is_bad(self) -> bool:
        fault = self.fault
        if fault.mode != "burst":
            return fault.rate >= 1 or self.chance.random() < fault.rate
        if fault.burst_s is not None:
            spell = int((time.monotonic() - self.began) / fault.burst_s)
        else:
            spell = (self.calls - 1) // fault.burst_calls
        return random.Random(f"{fault.seed}:{spell}").random() < fault.rate  # noqa: S311


class Faults:
    """Several at once; of those that strike a request, the first one makes its answer."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    @property
    def current(self) -> Fault:
        return self.rules[0].fault if self.rules else Fault()

    @property
    def struck(self) -> int:
        return sum(rule.struck for rule in self.rules)

    def order(self, *faults: Fault) -> None:
        """In place of all before."""
        self.rules = [Rule(fault) for fault in faults]

    def add(self, *faults: Fault) -> None:
        self.rules += [Rule(fault) for fault in faults]

    async def strike(self, path: str, where: Where = "server") -> Fault | None:
        """After the delays of all that strike; none when the answer is to be a good one."""
        first: Fault | None = None
        for rule in list(self.rules):
            blow = rule.blow(path, where)
            if blow is None:
                continue
            await asyncio.sleep(blow.hang_s if blow.mode == "hang" else blow.delay_s)
            if first is None and blow.mode != "slow":
                first = blow
        return first
