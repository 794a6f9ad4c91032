"""What is known of one finished call to a media server; for figures, never for logs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

Lane = Literal["library", "image", "stream", "notices"]
Outcome = Literal["answered", "refused", "slow", "unreachable", "gateway", "bad", "cancelled"]
"""`refused`: a status of 400 to 499; `gateway`: 502 to 504; `bad`: no answer of Plex's."""
OUTCOMES: Final[tuple[Outcome, ...]] = (
    "answered",
    "refused",
    "slow",
    "unreachable",
    "gateway",
    "bad",
    "cancelled",
)
FAILED: Final = frozenset({"slow", "unreachable", "gateway", "bad"})


@dataclass(frozen=True, slots=True)
class FinishedCall:
    """`endpoint` is one of few names; `received_bytes` those of the body."""

    lane: Lane
    endpoint: str
    outcome: Outcome
    elapsed_ms: float
    received_bytes: int


CallObserver = Callable[[FinishedCall], None]
"""Told about every finished call."""

_NAMES: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"/identity", "identity"),
        (r"/library/sections", "sections"),
        (r"/library/sections/[^/]+/all", "section items"),
        (r"/library/sections/[^/]+/firstCharacter", "section letters"),
        (r"/library/sections/[^/]+/collections", "section collections"),
        (r"/library/sections/[^/]+/[^/]+", "section choices"),
        (r"/library/metadata/[^/]+", "item"),
        (r"/library/metadata/[^/]+/(children|allLeaves)", "item children"),
        (r"/library/metadata/[^/]+/(related|similar)", "item related"),
        (r"/library/collections/[^/]+/children", "item children"),
        (r"/library/parts/.*", "part"),
        (r"/library/streams/.*", "subtitle"),
        (r"/playlists(/.*)?", "playlists"),
        (r"/hubs/search", "search"),
        (r"/(hubs/.*|library/(onDeck|recentlyAdded))", "hubs"),
        (r"/photo/.*", "picture"),
        (r"/video/:/transcode/.*|/transcode/.*", "transcode"),
        (r"/:/timeline", "timeline"),
        (r"/:/(un)?scrobble", "scrobble"),
        (r"/:/eventsource/.*", "notices"),
    )
)
ENDPOINTS: Final = (*dict.fromkeys(name for _, name in _NAMES), "other")


def endpoint_of(path: str) -> str:
    """Which of `ENDPOINTS` a path belongs to: names for figures, without anybody's keys."""
    return next((name for pattern, name in _NAMES if pattern.fullmatch(path)), "other")
