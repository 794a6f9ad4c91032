"""The simulator's log in memory and the real one keep the same contract (LOG-2, LOG-3, LOG-5)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from tests.simulation.shelf import MemoryLog, Shelf
from tests.support.databases import opened
from watchtogether.kit.ids import AccountId, MemberId, RoomCode, RoomId
from watchtogether.rooms.errors import EpochLost
from watchtogether.rooms.log import Record, RoomLog
from watchtogether.sync.events import Event, MessageDeleted, MessageSent, RoomClosed

ROOM, CODE = RoomId("room_1"), RoomCode("abc-def-ghj")
OWNER = AccountId("acc_olive")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RoomLog]:
    if request.param == "memory":
        yield MemoryLog(Shelf())
        return
    async with opened(request.param, tmp_path) as database:
        yield RoomLog(database)


def said(seq: int, epoch: int = 1, event: Event | None = None) -> Record:
    message = MessageSent(f"msg_{seq}", MemberId("mem_1"), "Olive", 0, f"line {seq}", None, None)
    return Record(
        seq=seq,
        epoch=epoch,
        event=event or message,
        by=MemberId("mem_1"),
        command_id=f"cmd_{seq}",
        at_ms=float(seq),
        clock_id="clk_1",
        wall_ms=1_000 + seq,
    )


async def test_what_was_appended_is_read_in_order(log: RoomLog) -> None:
    await log.create(ROOM, CODE, OWNER, "clk_1", 1_000)
    await log.append(ROOM, 1, [said(1), said(2)])
    await log.append(ROOM, 1, [said(3)])
    assert await log.read(ROOM) == [said(1), said(2), said(3)]
    assert await log.read(ROOM, after=1) == [said(2), said(3)]
    assert await log.read(ROOM, before=3, last=1) == [said(2)]
    assert await log.tail(ROOM) == 3
    assert await log.message(ROOM, "msg_2") == said(2)
    assert await log.message(ROOM, "msg_9") is None


async def test_LOG2_no_seq_is_written_twice(log: RoomLog) -> None:
    await log.create(ROOM, CODE, OWNER, "clk_1", 1_000)
    await log.append(ROOM, 1, [said(1)])
    with pytest.raises(IntegrityError):
        await log.append(ROOM, 1, [said(1)])
    assert await log.read(ROOM) == [said(1)]


async def test_LOG3_each_owner_has_a_higher_epoch_and_the_one_before_is_fenced(
    log: RoomLog,
) -> None:
    first = await log.create(ROOM, CODE, OWNER, "clk_1", 1_000)
    await log.append(ROOM, 1, [said(1)])
    second = await log.take_over(CODE, "clk_2", 2_000)
    assert second is not None
    assert second.epoch == first.epoch + 1
    with pytest.raises(EpochLost):
        await log.append(ROOM, first.epoch, [said(2)])
    await log.append(ROOM, second.epoch, [said(2, epoch=2)])
    assert await log.tail(ROOM) == 2
    assert await log.take_over(RoomCode("not-the-re"), "clk_2", 2_000) is None


async def test_LOG5_a_batch_is_written_whole_or_not_at_all(log: RoomLog) -> None:
    await log.create(ROOM, CODE, OWNER, "clk_1", 1_000)
    await log.append(ROOM, 1, [said(1)])
    with pytest.raises(IntegrityError):
        await log.append(ROOM, 1, [said(2), said(1)])
    assert await log.read(ROOM) == [said(1)]


async def test_only_what_is_there_is_held(log: RoomLog) -> None:
    await log.create(ROOM, CODE, OWNER, "clk_1", 1_000)
    await log.append(ROOM, 1, [said(1), said(2, event=MessageDeleted("msg_1"))])
    assert await log.holds(ROOM, 2, 1)
    assert not await log.holds(ROOM, 2, 2)
    assert not await log.holds(ROOM, 3, 1)
    assert not await log.holds(ROOM, 0, 1)


async def test_a_beat_says_which_rooms_are_still_owned(log: RoomLog) -> None:
    await log.create(ROOM, CODE, OWNER, "clk_1", 1_000)
    assert await log.beat([ROOM], "clk_1", 1_500) == frozenset({ROOM})
    await log.take_over(CODE, "clk_2", 2_000)
    assert await log.beat([ROOM], "clk_1", 2_500) == frozenset()


async def test_a_closed_room_has_no_code_any_more(log: RoomLog) -> None:
    await log.create(ROOM, CODE, OWNER, "clk_1", 1_000)
    assert await log.code_of(ROOM) == CODE
    await log.append(ROOM, 1, [said(1, event=RoomClosed("closed"))])
    assert await log.code_of(ROOM) is None
    tenure = await log.take_over(CODE, "clk_2", 2_000)
    assert tenure is not None
    assert tenure.closed
