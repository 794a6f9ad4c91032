"""Names people choose for themselves (SPEC MEM-4)."""

import re
import unicodedata

from watchtogether.kit.errors import AppError

MAX_LENGTH = 40

_MAX_RAW_LENGTH = 400
_MAX_MARKS_IN_A_ROW = 4
_SPACES = re.compile(r" +")
_JOINERS = "\u200c\u200d"
_BLANK_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_SHOWS_NOTHING = frozenset({"Mn", "Me", "Mc", "Zs", "Cf"})


class InvalidName(AppError):
    """Not a name that others could read."""

    code = "invalid_name"
    status = 422
    message = "Choose a name with 1 to 40 visible characters."


def clean_name(raw: str) -> str:
    """The name as it is kept: NFKC, trimmed, inner spaces collapsed, 1-40 code points.

    Raises `InvalidName` for control characters, direction overrides and other invisible
    characters, and for names that show nothing or pile up accents. Zero-width joiners pass
    between other characters, for emoji and several scripts need them.
    """
    if len(raw) > _MAX_RAW_LENGTH:
        raise InvalidName
    name = _SPACES.sub(" ", unicodedata.normalize("NFKC", raw)).strip(" ")
    if not 1 <= len(name) <= MAX_LENGTH or name[0] in _JOINERS or name[-1] in _JOINERS:
        raise InvalidName
    categories = [unicodedata.category(character) for character in name]
    if any(map(_is_refused, name, categories)) or set(categories) <= _SHOWS_NOTHING:
        raise InvalidName
    if _longest_run_of_marks(categories) > _MAX_MARKS_IN_A_ROW:
        raise InvalidName
    return name


def name_key(name: str) -> str:
    """What two names are compared by: the same for names that differ in case only."""
    return unicodedata.normalize("NFKC", name.casefold())


def _is_refused(character: str, category: str) -> bool:
    if character in _JOINERS:
        return False
    return category in _REFUSED_CATEGORIES or character in _BLANK_LETTERS


def _longest_run_of_marks(categories: list[str]) -> int:
    longest = run = 0
    for category in categories:
        run = run + 1 if category in {"Mn", "Me"} else 0
        longest = max(longest, run)
    return longest
