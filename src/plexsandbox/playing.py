"""Who plays what at this moment, as told by timelines; not persisted."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from plexsandbox.accounts import Account

_FORGOTTEN_AFTER_S = 330.0


@dataclass(frozen=True, slots=True)
class Player:
    """From the `X-Plex-…` headers."""

    identifier: str
    product: str
    platform: str
    platform_version: str
    device: str
    title: str
    version: str
    address: str


@dataclass(slots=True)
class Playing:
    session: str
    number: int
    account: Account
    player: Player
    rating_key: str
    state: str = "playing"
    time_ms: int = 0
    counted: bool = False
    """Whether this session has crossed the threshold of "watched" already."""
    seen_at: float = field(default_factory=time.monotonic)


class NowPlaying:
    def __init__(self) -> None:
        self._playing: dict[str, Playing] = {}
        self._terminated: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._counted: set[tuple[str, str]] = set()

    def all(self) -> list[Playing]:
        now = time.monotonic()
        recent = {
            session: playing
            for session, playing in self._playing.items()
            if now - playing.seen_at < _FORGOTTEN_AFTER_S
        }
        self._playing = recent
        return list(recent.values())

    def begin(self, session: str, account: Account, player: Player, rating_key: str) -> Playing:
        """The known session if it plays the same item, else a fresh one."""
        known = self._playing.get(session)
        if known is None or known.rating_key != rating_key:
            known = Playing(session, next(self._numbers), account, player, rating_key)
            known.counted = (session, rating_key) in self._counted
            self._playing[session] = known
        known.seen_at = time.monotonic()
        return known

    def end(self, session: str) -> None:
        """That it has counted is remembered, should the player speak up once more."""
        ended = self._playing.pop(session, None)
        if ended is not None and ended.counted:
            self._counted.add((session, ended.rating_key))

    def end_all(self) -> None:
        self._playing.clear()
        self._terminated.clear()
        self._counted.clear()

    def terminate(self, session: str, reason: str) -> bool:
        """The player learns of it by its next timeline; false when there is no such session."""
        if session not in self._playing:
            return False
        self._terminated[session] = reason
        self.end(session)
        return True

    def termination_of(self, session: str) -> str | None:
        return self._terminated.get(session)


def player_of(either: Mapping[str, str], address: str) -> Player:
    """`either` holds what `X-Plex-…` values the request carries, by their names' last part."""
    return Player(
        identifier=either.get("Client-Identifier", ""),
        product=either.get("Product", "Unknown"),
        platform=either.get("Platform", "Generic"),
        platform_version=either.get("Platform-Version", ""),
        device=either.get("Device", "Server"),
        title=either.get("Device-Name") or either.get("Device") or either.get("Product", "Unknown"),
        version=either.get("Version", ""),
        address=address,
    )
