"""The durable, ordered log of every room (SPEC LOG-1 to LOG-6). All of its SQL is here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update

from watchtogether.db.engine import Database
from watchtogether.kit.ids import AccountId, MemberId, RoomCode, RoomId
from watchtogether.rooms import codec
from watchtogether.rooms.errors import EpochLost
from watchtogether.rooms.tables import RoomEventRow, RoomPersonRow, RoomRow
from watchtogether.sync.events import Event, MemberJoined, RoomClosed


@dataclass(frozen=True, slots=True)
class Record:
    """An event with its place in the log."""

    seq: int
    epoch: int
    event: Event
    by: MemberId | None
    command_id: str | None
    at_ms: float
    clock_id: str
    wall_ms: int


@dataclass(frozen=True, slots=True)
class Tenure:
    """A process's hold on a room: what `RoomLog.take_over` gives."""

    room_id: RoomId
    code: RoomCode
    epoch: int
    alive_wall_ms: int
    """When the process before was last known to be there."""
    closed: bool


class RoomLog:
    """Reads and appends. Every append names the epoch and is refused when it is over."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, room_id: RoomId, code: RoomCode, owner: AccountId, clock_id: str, wall_ms: int
    ) -> Tenure:
        """Add a room with an empty log, owned by this process."""
        async with self._database.transaction() as session:
            session.add(
                RoomRow(
                    id=room_id,
                    code=code,
                    owner_account_id=owner,
                    epoch=1,
                    clock_id=clock_id,
                    alive_wall_ms=wall_ms,
                    created_wall_ms=wall_ms,
                )
            )
        return Tenure(room_id, code, 1, wall_ms, closed=False)

    async def take_over(self, code: RoomCode, clock_id: str, wall_ms: int) -> Tenure | None:
        """Become the room's owner: the epoch rises (SPEC LOG-3). None when there is none."""
        async with self._database.transaction() as session:
            row = await session.scalar(
                select(RoomRow).where(RoomRow.code == code).with_for_update()
            )
            if row is None:
                return None
            before_ms = row.alive_wall_ms
            if not row.closed:
                row.epoch += 1
                row.clock_id = clock_id
                row.alive_wall_ms = wall_ms
            return Tenure(RoomId(row.id), code, row.epoch, before_ms, row.closed)

    async def append(self, room_id: RoomId, epoch: int, records: Sequence[Record]) -> None:
        """Add records in one transaction. Raises `EpochLost` when another process owns the room."""
        async with self._database.transaction() as session:
            owned = await session.execute(
                update(RoomRow)
                .where(RoomRow.id == room_id, RoomRow.epoch == epoch)
                .values(alive_wall_ms=records[-1].wall_ms, closed=_closes(records))
            )
            if owned.rowcount != 1:  # type: ignore[attr-defined]  # CursorResult, typed as Result
                raise EpochLost
            session.add_all(_row(room_id, record) for record in records)
            for person in _people(records):
                await session.merge(RoomPersonRow(room_id=room_id, person_id=person))

    async def read(
        self,
        room_id: RoomId,
        *,
        after: int = 0,
        before: int | None = None,
        kinds: Iterable[str] = (),
        last: int | None = None,
    ) -> list[Record]:
        """Records by `seq`, within `after < seq < before`; only the `last` ones if given."""
        query = select(RoomEventRow).where(RoomEventRow.room_id == room_id)
        query = query.where(RoomEventRow.seq > after)
        if before is not None:
            query = query.where(RoomEventRow.seq < before)
        if wanted := tuple(kinds):
            query = query.where(RoomEventRow.kind.in_(wanted))
        query = query.order_by(RoomEventRow.seq.desc() if last else RoomEventRow.seq)
        async with self._database.transaction() as session:
            rows = (await session.scalars(query.limit(last) if last else query)).all()
        return [_record(row) for row in (reversed(rows) if last else rows)]

    async def tail(self, room_id: RoomId) -> int:
        """The highest `seq` of a room's log; 0 when it is empty."""
        query = select(func.max(RoomEventRow.seq)).where(RoomEventRow.room_id == room_id)
        async with self._database.transaction() as session:
            return await session.scalar(query) or 0

    async def holds(self, room_id: RoomId, seq: int, epoch: int) -> bool:
        """Whether the log has an event at exactly this place."""
        query = select(RoomEventRow.seq).where(
            RoomEventRow.room_id == room_id, RoomEventRow.seq == seq, RoomEventRow.epoch == epoch
        )
        async with self._database.transaction() as session:
            return await session.scalar(query) is not None

    async def message(self, room_id: RoomId, message_id: str) -> Record | None:
        """The chat message with this id."""
        query = select(RoomEventRow).where(
            RoomEventRow.room_id == room_id,
            RoomEventRow.kind == "message.sent",
            RoomEventRow.body["message_id"].as_string() == message_id,
        )
        async with self._database.transaction() as session:
            row = await session.scalar(query)
        return None if row is None else _record(row)

    async def beat(
        self, room_ids: Sequence[RoomId], clock_id: str, wall_ms: int
    ) -> frozenset[RoomId]:
        """Say that this process still owns these rooms (one statement for all of them).

        Gives those that it really does: another process may have taken the others over.
        """
        async with self._database.transaction() as session:
            owned = await session.scalars(
                update(RoomRow)
                .where(RoomRow.id.in_(room_ids), RoomRow.clock_id == clock_id)
                .values(alive_wall_ms=wall_ms)
                .returning(RoomRow.id)
            )
            return frozenset(RoomId(room_id) for room_id in owned)

    async def codes_of(self, person_id: str, limit: int = 50) -> list[RoomCode]:
        """Open rooms in which this person is or was a member, those last alive first."""
        query = (
            select(RoomRow.code)
            .join(RoomPersonRow, RoomPersonRow.room_id == RoomRow.id)
            .where(RoomPersonRow.person_id == person_id, RoomRow.closed.is_(False))
            .order_by(RoomRow.alive_wall_ms.desc())
            .limit(limit)
        )
        async with self._database.transaction() as session:
            return [RoomCode(code) for code in (await session.scalars(query)).all()]

    async def code_of(self, room_id: RoomId) -> RoomCode | None:
        """A room's code; None when there is no such room or it is closed."""
        query = select(RoomRow.code).where(RoomRow.id == room_id, RoomRow.closed.is_(False))
        async with self._database.transaction() as session:
            found = await session.scalar(query)
        return RoomCode(found) if found else None

    async def id_of(self, code: RoomCode) -> RoomId | None:
        """The room with this code, closed or not; None when there is none."""
        async with self._database.transaction() as session:
            found = await session.scalar(select(RoomRow.id).where(RoomRow.code == code))
        return RoomId(found) if found else None

    async def created_wall_ms(self, room_id: RoomId) -> int:
        """When the room was made, milliseconds since 1970."""
        query = select(func.max(RoomRow.created_wall_ms)).where(RoomRow.id == room_id)
        async with self._database.transaction() as session:
            return await session.scalar(query) or 0


def _closes(records: Sequence[Record]) -> bool:
    return any(isinstance(record.event, RoomClosed) for record in records)


def _people(records: Sequence[Record]) -> list[str]:
    joined = (r.event.member for r in records if isinstance(r.event, MemberJoined))
    return [str(m.account_id or m.guest_id) for m in joined]


def _row(room_id: RoomId, record: Record) -> RoomEventRow:
    return RoomEventRow(
        room_id=room_id,
        seq=record.seq,
        epoch=record.epoch,
        kind=codec.kind_of(record.event),
        by=record.by,
        command_id=record.command_id,
        at_ms=record.at_ms,
        clock_id=record.clock_id,
        wall_ms=record.wall_ms,
        body=codec.encode(record.event),
    )


def _record(row: RoomEventRow) -> Record:
    return Record(
        seq=row.seq,
        epoch=row.epoch,
        event=codec.decode(row.kind, row.body),
        by=MemberId(row.by) if row.by else None,
        command_id=row.command_id,
        at_ms=row.at_ms,
        clock_id=row.clock_id,
        wall_ms=row.wall_ms,
    )
