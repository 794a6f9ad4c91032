"""Takes secrets and control characters out of whatever is about to be logged."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

REDACTED: Final = "[redacted]"

_SECRET_WORDS = frozenset(
    {"token", "password", "authorization", "cookie", "cookies", "ticket", "secret", "invite", "jwt"}
)
_SECRET_KEYS = frozenset({"setup_code", "api_key", "secret_key", "text"})
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<=token=)[^\s&\"'<>]+",
        r"(?<=x-plex-token)(?:['\"]?\s*[:=,]\s*['\"]?)[^\s&\"'<>,)]+",
        r"(?<=invite=)[^\s&\"'<>]+",
        r"(?<=bearer )[\w.~+/=-]+",
        r"(?<=/api/stream/)[^\s/?\"']+",
        r"\beyJ[\w-]{5,500}\.[\w-]+\.[\w-]*",
        r"\bses_[0-9a-f]{24}\.[\w-]{20,80}\.[0-9a-f]{8,}",
        r"(?<=://)[^\s/@:]{0,200}:[^\s/@]{1,500}(?=@)",
    )
)
_MAX_TEXT, _MAX_TRACE = 4_000, 20_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def is_secret_key(key: str) -> bool:
    """Whether a field of this name is dropped whatever it holds."""
    lowered = key.lower().replace("-", "_")
    return lowered in _SECRET_KEYS or not _SECRET_WORDS.isdisjoint(lowered.split("_"))


def clean_text(text: str) -> str:
    """One line of at most 4,000 characters, without secrets, control characters escaped."""
    return _CONTROL.sub(_escaped, _without_secrets(_shortened(text, _MAX_TEXT)))


def clean_trace(text: str) -> str:
    """A traceback's last 20,000 characters, without secrets; its own line ends stay."""
    return _CONTROL_BUT_LINES.sub(_escaped, _without_secrets(text[-_MAX_TRACE:]))


def clean(value: object) -> object:
    """Any logged value, made plain and safe; containers are cleaned within."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {
            clean_text(str(key)): REDACTED if is_secret_key(str(key)) else clean(item)
            for key, item in value.items()
        }
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes):
        return [clean(item) for item in value]
    return clean_text(value if isinstance(value, str) else str(value))


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"


def _without_secrets(text: str) -> str:
    for pattern in _PATTERNS:
        text = pattern.sub(REDACTED, text)
    return text


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()
