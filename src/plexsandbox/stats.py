"""Counts what was asked of the server, for tests that assert how little they caused."""

from __future__ import annotations

from collections import Counter


class Stats:
    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.requests: Counter[str] = Counter()
        self.encoders_started = 0
        self.sessions_started = 0
        self.segments_served = 0
        self.segment_bytes = 0
        self._distinct: set[tuple[str, int]] = set()

    @property
    def segments_distinct(self) -> int:
        return len(self._distinct)

    def segment_served(self, session: str, index: int, size_bytes: int) -> None:
        self.segments_served += 1
        self.segment_bytes += size_bytes
        self._distinct.add((session, index))
