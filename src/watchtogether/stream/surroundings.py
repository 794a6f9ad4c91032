"""What all streams of a process share, and what they count."""

from dataclasses import dataclass
from typing import Final, Literal

from watchtogether.kit.clock import Clock
from watchtogether.stream.cache import SegmentCache
from watchtogether.stream.content import Memory
from watchtogether.stream.ports import Audience, Doubt, FindAccess, Titles, Transcoder

_NEW_SHARE: Final = 0.3
"""How much the last beginning counts."""


@dataclass(slots=True)
class StreamStats:
    """Counts since the start, over all sessions."""

    transcodes: int = 0
    restarts: int = 0
    upstream_fetches: int = 0
    upstream_bytes: int = 0
    broken: int = 0
    late: int = 0
    clock_jumps: int = 0


@dataclass(slots=True)
class StartPace:
    """How long it took of late to begin a transcode, over all sessions."""

    start_s: float = 4.0

    def took(self, seconds: float) -> None:
        self.start_s += (seconds - self.start_s) * _NEW_SHARE


@dataclass(frozen=True, slots=True)
class Progress:
    """What a session is doing for those who wait: nothing, beginning a transcode, or waiting for
    the encoder; since when, and how long beginning usually takes, in seconds."""

    state: Literal["ready", "starting", "making"]
    for_s: float
    usual_s: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every session shares."""

    audience: Audience
    find_access: FindAccess
    transcoder: Transcoder
    titles: Titles
    cache: SegmentCache
    memory: Memory
    clock: Clock
    stats: StreamStats
    doubt: Doubt
    pace: StartPace
