"""A wild library: any field of any answer may be missing, null, of another type, or huge."""

from __future__ import annotations

import random
from dataclasses import dataclass, fields
from typing import Any

KINDS = ("missing", "null", "type", "script", "big")
_BIG_PART = 0.02
_TEXTS = (
    "Ωμέγα",
    "Ж" * 300,
    "日本語の題名",
    "مرحبا\u202eabc",
    "👨‍👩‍👧‍👦" * 5,
    "a\u0300\u0301\u0302\u0303" * 20,
    "<script>alert(1)</script>",
    "&amp;\"'<b>",
    "../../../etc/passwd",
    "\u2028line\u2029end",
    "NaN",
    "-1",
    "",
)
_NUMBERS = (-1, 0, 2**31, 2**63, -(2**63), 1e308, 0.1, 10**30)
_GONE = object()


@dataclass(frozen=True, slots=True)
class Wildness:
    """`rate` is the part of all fields that is struck; 0 means none. `match` is on the path."""

    rate: float = 0.0
    seed: int = 0
    match: str = "/"
    kinds: tuple[str, ...] = KINDS
    big_bytes: int = 10_000_000


class BadWildness(ValueError):
    """The order was not understood."""


def parse_wildness(raw: dict[str, Any]) -> Wildness:
    plain = Wildness()
    unknown = raw.keys() - {each.name for each in fields(Wildness)}
    kinds = raw.get("kinds", KINDS)
    if unknown or not isinstance(kinds, list | tuple) or not set(kinds) <= set(KINDS):
        raise BadWildness(f"rate, seed, match, big_bytes, kinds of {', '.join(KINDS)}")
    try:
        return Wildness(
            rate=float(raw.get("rate", 0.05)),
            seed=int(raw.get("seed", plain.seed)),
            match=str(raw.get("match", plain.match)),
            kinds=tuple(kinds),
            big_bytes=int(raw.get("big_bytes", plain.big_bytes)),
        )
    except (TypeError, ValueError) as error:
        raise BadWildness(str(error)) from error


class Wild:
    """Each answer is struck differently; the same order of requests, the same way."""

    def __init__(self, wildness: Wildness) -> None:
        self._wildness = wildness
        self._answers = 0

    def order(self, wildness: Wildness) -> None:
        self._wildness = wildness
        self._answers = 0

    def spoiled(self, path: str, answer: Any, *, as_json: bool = True) -> Any:
        """The answer itself where nothing is to happen, else a copy; `Any` since it is JSON.

        In XML there is no null and no other type, so that texts are struck there only.
        """
        wildness = self._wildness
        if wildness.rate <= 0 or wildness.match not in path:
            return answer
        self._answers += 1
        name = f"wild:{wildness.seed}:{self._answers}"
        spoiler = _Spoiler(wildness, random.Random(name), as_json)  # noqa: S311
        struck = spoiler.walk(answer)
        return {} if struck is _GONE or (not as_json and not isinstance(struck, dict)) else struck


class _Spoiler:
    """Of one answer; at most one of its values gets big."""

    def __init__(self, wildness: Wildness, chance: random.Random, as_json: bool) -> None:
        self._wildness = wildness
        self._chance = chance
        self._as_json = as_json
        self._has_big = False

    def walk(self, value: Any) -> Any:
        """Inner values are as likely to be struck as outer ones."""
        if self._chance.random() < self._wildness.rate:
            value = self._strike(value)
        if isinstance(value, dict):
            walked = {key: self.walk(inner) for key, inner in value.items()}
            return {key: inner for key, inner in walked.items() if inner is not _GONE}
        if isinstance(value, list):
            return [each for each in map(self.walk, value) if each is not _GONE]
        return value

    def _strike(self, value: Any) -> Any:
        if "big" in self._wildness.kinds and not self._has_big:
            only = self._wildness.kinds == ("big",)
            if (only or self._chance.random() < _BIG_PART) and not isinstance(value, dict | list):
                self._has_big = True
                return "x" * self._wildness.big_bytes
        kinds = [kind for kind in self._wildness.kinds if kind != "big"]
        kind = self._chance.choice(kinds) if kinds else None
        nested = isinstance(value, dict | list)
        if kind == "missing":
            return _GONE
        if kind == "null" and self._as_json:
            return None
        if kind == "script" and not nested:
            return self._chance.choice(_TEXTS)
        if kind == "type":
            return self._other_type(value, nested=nested)
        return value

    def _other_type(self, value: Any, *, nested: bool) -> Any:
        if not self._as_json:
            return value if nested else self._chance.choice(_TEXTS)
        others: list[Any] = [
            self._chance.choice(_NUMBERS),
            self._chance.choice(_TEXTS),
            self._chance.random() < 0.5,
            [],
            {},
            [value],
            {"value": value} if not nested else [[value]],
        ]
        return self._chance.choice(others)
