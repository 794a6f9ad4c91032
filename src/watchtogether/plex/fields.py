"""Reading one field of an answer, whatever type Plex gave it. Never raises, never grows."""

import math
import re
from collections.abc import Iterator, Mapping

Fields = Mapping[str, object]

_MAX_NUMBER = 2**53
_MAX_ROWS = 20_000
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u2028\u2029\ufffe\uffff]")
_TRUE = frozenset({"1", "true", "yes"})


def text(fields: Fields, *names: str, limit: int = 300) -> str | None:
    """The first of the named fields that has text or a number, cleaned and shortened."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            continue
        if isinstance(value, int) and abs(value) > _MAX_NUMBER:
            continue
        if cleaned := _UNPRINTABLE.sub("", str(value)[:limit]).strip():
            return cleaned
    return None


def integer(fields: Fields, name: str) -> int | None:
    """A whole number; fractions are cut, what is too large for JavaScript is dropped."""
    value = fields.get(name)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value if abs(value) <= _MAX_NUMBER else None
    if isinstance(value, str):
        try:
            value = float(value[:40])
        except ValueError:
            return None
    if isinstance(value, float) and math.isfinite(value) and abs(value) <= _MAX_NUMBER:
        return int(value)
    return None


def count(fields: Fields, name: str) -> int | None:
    """A whole number that is not negative."""
    value = integer(fields, name)
    return value if value is not None and value >= 0 else None


def decimal(fields: Fields, name: str, most: float) -> float | None:
    """A number from 0 to `most`; anything else is dropped."""
    value = fields.get(name)
    if isinstance(value, str):
        try:
            value = float(value[:40])
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= most else None


def flag(fields: Fields, name: str) -> bool:
    """True, 1, "1" or "true"; everything else is false."""
    value = fields.get(name)
    if isinstance(value, str):
        return value[:8].strip().lower() in _TRUE
    return value is True or (isinstance(value, int | float) and value == 1)


def rows(fields: Fields, *names: str) -> Iterator[Fields]:
    """The objects listed under the names; one object alone counts as a list of one."""
    for name in names:
        value = fields.get(name)
        listed = value if isinstance(value, list) else [value]
        for entry in listed[:_MAX_ROWS]:
            if isinstance(entry, dict):
                yield entry


def inner(fields: Fields, name: str) -> Fields:
    """The object under that name, or an empty one."""
    value = fields.get(name)
    return value if isinstance(value, dict) else {}
