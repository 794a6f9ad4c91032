"""Password hashing: Argon2id, off the event loop, a few at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from watchtogether.accounts.errors import WeakPassword

MIN_LENGTH, MAX_LENGTH = 8, 256

_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Cost:
    """Work factors of Argon2id."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password was right, and a newer hash to store when the old one is too cheap."""

    right: bool
    new_hash: str | None = None


_REAL = Cost()


class Passwords:
    """Hashes and verifies, at most two at once, so that sign-ins never starve playback."""

    def __init__(self, cost: Cost = _REAL) -> None:
        hasher = Argon2Hasher(
            time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes
        )
        self._hash = PasswordHash((hasher,))
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._nobodys = self._hash.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """The hash to store. Raises `WeakPassword` outside 8-256 characters."""
        if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
            raise WeakPassword
        async with self._slots:
            return await asyncio.to_thread(self._hash.hash, password)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator["PasswordTurn"]:
        """Wait for a slot; what is done inside, with it, is done by two at a time at most."""
        async with self._slots:
            yield PasswordTurn(self._hash, self._nobodys)


class PasswordTurn:
    """One slot's permission to verify."""

    def __init__(self, hasher: PasswordHash, nobodys: str) -> None:
        self._hasher = hasher
        self._nobodys = nobodys

    async def verify(self, password: str, stored: str | None) -> Verdict:
        """Compare with the stored hash; without one, do the same work and say no."""
        right, new_hash = await asyncio.to_thread(
            self._hasher.verify_and_update, password, stored or self._nobodys
        )
        return Verdict(right and stored is not None, new_hash if right and stored else None)
