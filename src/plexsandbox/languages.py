"""Language names for the few codes that the films and tests use, and any others as they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    name: str
    tag: str
    code: str


_KNOWN = (
    Language("English", "en", "eng"),
    Language("Français", "fr", "fra"),
    Language("Deutsch", "de", "deu"),
    Language("Español", "es", "spa"),
    Language("Svenska", "sv", "swe"),
    Language("Italiano", "it", "ita"),
    Language("日本語", "ja", "jpn"),
)
_BY_CODE = {key: language for language in _KNOWN for key in (language.tag, language.code)}
_OLD_CODES = {"fre": "fra", "ger": "deu"}


def language_of(code: str | None) -> Language | None:
    """Of a two- or three-letter code, with or without a region."""
    if not code:
        return None
    short = code.lower().split("-")[0]
    short = _OLD_CODES.get(short, short)
    return _BY_CODE.get(short, Language(code, short[:2], short))
