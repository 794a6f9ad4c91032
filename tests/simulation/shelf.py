"""The rooms' logs in memory, by the contract of `rooms.log.RoomLog`, with a database's troubles.

`test_log_contract.py` holds this and the real one to the same contract.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from sqlalchemy.exc import IntegrityError

from watchtogether.kit.errors import StorageUnavailable
from watchtogether.kit.ids import AccountId, RoomCode, RoomId
from watchtogether.rooms import codec
from watchtogether.rooms.errors import EpochLost
from watchtogether.rooms.log import Record, RoomLog, Tenure
from watchtogether.sync.events import MemberJoined, MessageSent, RoomClosed

DRIVER_PATIENCE_S = 10.0
"""After so long without an answer the driver gives up, as PostgreSQL's is told to."""


@dataclass
class Book:
    """One room's rows."""

    code: RoomCode
    clock_id: str
    alive_wall_ms: int
    created_wall_ms: int
    epoch: int = 1
    closed: bool = False
    records: list[Record] = field(default_factory=list)
    people: dict[str, None] = field(default_factory=dict)
    keys: dict[tuple[str | None, str], int] = field(default_factory=dict)
    """(member, command) → seq of its first event, for whoever checks."""


@dataclass
class Shelf:
    """What the database holds; it outlives every process."""

    books: dict[RoomId, Book] = field(default_factory=dict)

    def by_code(self, code: RoomCode) -> tuple[RoomId, Book] | None:
        return next(((i, book) for i, book in self.books.items() if book.code == code), None)


@dataclass
class Trouble:
    """What is wrong with the database right now."""

    rng: Random = field(default_factory=lambda: Random(0))
    away: bool = False
    hanging: asyncio.Event | None = None
    """Set when it answers again."""
    denying: float = 0.0
    """Share of commits that are made and then reported as failed."""
    slow_s: float = 0.0
    """Up to this long for each answer."""


class MemoryLog(RoomLog):
    """One process's access to the shelf."""

    fenced = True

    def __init__(self, shelf: Shelf, trouble: Trouble | None = None) -> None:
        self._shelf = shelf
        self._trouble = trouble or Trouble()
        self.alive = True
        """Whether the process lives; a dead one writes nothing."""

    async def create(
        self, room_id: RoomId, code: RoomCode, owner: AccountId, clock_id: str, wall_ms: int
    ) -> Tenure:
        await self._reach()
        if room_id in self._shelf.books or self._shelf.by_code(code):
            raise _taken()
        self._shelf.books[room_id] = Book(code, clock_id, wall_ms, wall_ms)
        return Tenure(room_id, code, 1, wall_ms, closed=False)

    async def take_over(self, code: RoomCode, clock_id: str, wall_ms: int) -> Tenure | None:
        await self._reach()
        found = self._shelf.by_code(code)
        if found is None:
            return None
        room_id, book = found
        before_ms = book.alive_wall_ms
        if not book.closed:
            book.epoch += 1
            book.clock_id, book.alive_wall_ms = clock_id, wall_ms
        return Tenure(room_id, code, book.epoch, before_ms, book.closed)

    async def append(self, room_id: RoomId, epoch: int, records: Sequence[Record]) -> None:
        try:
            await self._reach()
        except asyncio.CancelledError:
            self._late(room_id, epoch, records)
            raise
        self._write(room_id, epoch, records)
        denying = self._trouble.denying
        if denying and self._trouble.rng.random() < denying:
            raise StorageUnavailable(retry_after_s=5)

    def _write(self, room_id: RoomId, epoch: int, records: Sequence[Record]) -> None:
        book = self._shelf.books[room_id]
        if book.epoch != epoch and self.fenced:
            raise EpochLost
        if book.records and any(r.seq <= book.records[-1].seq for r in records):
            raise _taken()
        book.alive_wall_ms = records[-1].wall_ms
        book.closed = any(isinstance(r.event, RoomClosed) for r in records)
        for record in records:
            book.records.append(record)
            if record.command_id is not None:
                book.keys.setdefault((record.by, record.command_id), record.seq)
            if isinstance(record.event, MemberJoined):
                member = record.event.member
                book.people[str(member.account_id or member.guest_id)] = None

    def _late(self, room_id: RoomId, epoch: int, records: Sequence[Record]) -> None:
        """Whoever stops waiting for a commit does not stop the commit: it may be made later."""
        if not self.alive or self._trouble.hanging is None or self._trouble.rng.random() < 0.5:
            return
        hanging = self._trouble.hanging

        async def commit() -> None:
            await hanging.wait()
            try:
                self._write(room_id, epoch, records)
            except (EpochLost, IntegrityError):
                return

        self._commits = asyncio.ensure_future(commit())

    async def read(
        self,
        room_id: RoomId,
        *,
        after: int = 0,
        before: int | None = None,
        kinds: Iterable[str] = (),
        last: int | None = None,
    ) -> list[Record]:
        await self._reach()
        records = self._shelf.books[room_id].records if room_id in self._shelf.books else []
        wanted = tuple(kinds)
        chosen = [
            r
            for r in records[max(0, after) :]  # `seq` counts from 1 without gaps
            if (before is None or r.seq < before)
            and (not wanted or codec.kind_of(r.event) in wanted)
        ]
        return chosen[-last:] if last else chosen

    async def tail(self, room_id: RoomId) -> int:
        await self._reach()
        book = self._shelf.books.get(room_id)
        return book.records[-1].seq if book and book.records else 0

    async def holds(self, room_id: RoomId, seq: int, epoch: int) -> bool:
        await self._reach()
        book = self._shelf.books.get(room_id)
        if book is None or not 1 <= seq <= len(book.records):
            return False
        return book.records[seq - 1].epoch == epoch

    async def message(self, room_id: RoomId, message_id: str) -> Record | None:
        await self._reach()
        book = self._shelf.books.get(room_id)
        for record in book.records if book else ():
            if isinstance(record.event, MessageSent) and record.event.message_id == message_id:
                return record
        return None

    async def beat(
        self, room_ids: Sequence[RoomId], clock_id: str, wall_ms: int
    ) -> frozenset[RoomId]:
        await self._reach()
        owned = [i for i in room_ids if i in self._shelf.books]
        owned = [i for i in owned if self._shelf.books[i].clock_id == clock_id]
        for room_id in owned:
            self._shelf.books[room_id].alive_wall_ms = wall_ms
        return frozenset(owned)

    async def codes_of(self, person_id: str, limit: int = 50) -> list[RoomCode]:
        await self._reach()
        books = [b for b in self._shelf.books.values() if person_id in b.people and not b.closed]
        books.sort(key=lambda book: -book.alive_wall_ms)
        return [book.code for book in books[:limit]]

    async def code_of(self, room_id: RoomId) -> RoomCode | None:
        await self._reach()
        book = self._shelf.books.get(room_id)
        return None if book is None or book.closed else book.code

    async def created_wall_ms(self, room_id: RoomId) -> int:
        await self._reach()
        book = self._shelf.books.get(room_id)
        return book.created_wall_ms if book else 0

    async def _reach(self) -> None:
        """The way to the database and back, such as it is today."""
        trouble = self._trouble
        if not self.alive:
            await asyncio.Event().wait()
        if trouble.away:
            raise StorageUnavailable(retry_after_s=5)
        if trouble.hanging is not None:
            try:
                async with asyncio.timeout(DRIVER_PATIENCE_S):
                    await trouble.hanging.wait()
            except TimeoutError:
                raise StorageUnavailable(retry_after_s=5) from None
        if trouble.slow_s:
            await asyncio.sleep(trouble.rng.random() * trouble.slow_s)


def _taken() -> IntegrityError:
    return IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed"))
