"""The live room on virtual time: one writer, durability classes, deadlines, replay."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from tests.support.clock import FakeClock
from tests.support.databases import KINDS, opened
from tests.support.rooms import HOST, OWNER, film
from watchtogether.db.engine import Database
from watchtogether.kit.errors import StorageUnavailable
from watchtogether.kit.ids import AccountId, GuestId, MemberId, RoomCode, RoomId
from watchtogether.rooms.errors import CommandRefused, EpochLost, RoomIsClosed, RoomNotFound
from watchtogether.rooms.live import LiveRoom
from watchtogether.rooms.log import Record, RoomLog
from watchtogether.rooms.registry import Registry
from watchtogether.rooms.tables import RoomRow
from watchtogether.sync import commands as c
from watchtogether.sync.events import RoomClosed
from watchtogether.sync.presence import Excuse
from watchtogether.sync.room import Room, Rules
from watchtogether.sync.timeline import Cause, State
from watchtogether.sync.togetherness import Together

CODE = RoomCode("abc-def-ghj")
ANN = MemberId("mem_ann")


@dataclass
class Notebook:
    """An announcer that writes down what it was told."""

    records: list[Record] = field(default_factory=list)
    uncertain: list[Record] = field(default_factory=list)
    """Told although not in the database."""
    changed: list[MemberId] = field(default_factory=list)
    beacons: int = 0
    figures: list[Together] = field(default_factory=list)
    lost_rooms: list[str] = field(default_factory=list)

    async def happened(self, room: Room, records: Sequence[Record], *, durable: bool) -> None:
        self.records += records
        self.uncertain += () if durable else records

    async def presence_changed(self, room: Room, members: frozenset[MemberId]) -> None:
        self.changed += members

    async def beacon(self, room: Room) -> None:
        self.beacons += 1

    async def together(self, room: Room, together: Together) -> None:
        self.figures.append(together)

    async def lost(self, room: Room) -> None:
        self.lost_rooms.append(room.code)


class SwitchableLog(RoomLog):
    """The real log, with a database that can be taken away."""

    away = False
    hangs = False
    hanging = False
    denies = False
    """Commits, and then says that it could not."""
    deaf = False
    """Does not even say how far the log reaches."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.works_again = asyncio.Event()

    async def tail(self, room_id: RoomId) -> int:
        if self.deaf:
            raise StorageUnavailable
        return await super().tail(room_id)

    async def append(self, room_id: RoomId, epoch: int, records: Sequence[Record]) -> None:
        if self.hangs:
            self.hanging = True
            await self.works_again.wait()
        if self.away:
            raise StorageUnavailable
        await super().append(room_id, epoch, records)
        if self.denies:
            raise StorageUnavailable


@dataclass
class House:
    """One process's rooms."""

    log: SwitchableLog
    clock: FakeClock
    notebook: Notebook
    registry: Registry

    async def room(self) -> LiveRoom:
        live = await self.registry.create(RoomId("room_1"), CODE, OWNER, Rules(name="Friday"))
        await live.execute(c.Enter(HOST, "Olive", account_id=OWNER))
        await live.execute(c.Connect(HOST))
        await live.execute(c.Load(HOST, 0, film(), 0.0, play=False))
        await live.execute(c.Ready(HOST, True, live.room.timeline.revision))
        return live

    async def playing(self) -> LiveRoom:
        live = await self.room()
        await live.execute(c.Play(HOST, live.room.timeline.revision))
        return live

    async def until(self, look: Callable[[], bool]) -> None:
        """Let time go by in small steps until it is so."""
        async with asyncio.timeout(20):
            while not look():
                await self.clock.advance(0.1)


@pytest.fixture(params=KINDS)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(request.param, tmp_path) as found:
        yield found


@contextlib.asynccontextmanager
async def house(database: Database, clock: FakeClock) -> AsyncIterator[House]:
    """A process, from start to stop."""
    log, notebook = SwitchableLog(database), Notebook()
    registry = Registry(log, clock, notebook)
    runner = asyncio.ensure_future(registry.run())
    try:
        yield House(log, clock, notebook, registry)
    finally:
        runner.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await runner


async def test_deadlines_run_without_anybody_asking(database: Database) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.playing()
        await one.clock.advance(601)
        async with asyncio.timeout(5):
            while live.room.timeline.cause is not Cause.ENDED:
                await one.clock.advance(0.1)
        assert live.room.timeline.state is State.PAUSED


async def test_PB17_a_playing_room_sends_beacons(database: Database) -> None:
    async with house(database, FakeClock()) as one:
        await one.playing()
        for _ in range(4):
            await one.clock.advance(5.01)
        assert one.notebook.beacons >= 3


async def test_SYN1_a_playing_room_tells_every_two_seconds_how_well_it_is_together(
    database: Database,
) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.room()
        await live.execute(c.Status(HOST, False, 30, 700.0, 20))
        await one.clock.advance(10)
        assert one.notebook.figures == []
        await live.execute(c.Play(HOST, live.room.timeline.revision))
        for _ in range(5):
            await live.execute(c.Status(HOST, False, 30, -4.0, 20))
            await one.clock.advance(2.01)
        assert len(one.notebook.figures) >= 4
        last = one.notebook.figures[-1]
        assert (last.p95_ms, last.spread_ms, last.members) == (4.0, None, 1)


async def test_SYN3_a_drift_from_another_timeline_is_not_counted(database: Database) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.playing()
        revision = live.room.timeline.revision
        await live.execute(c.Status(HOST, False, 30, 900.0, 20, revision=revision - 1))
        await one.until(lambda: bool(one.notebook.figures))
        assert one.notebook.figures[-1].p95_ms is None
        await live.execute(c.Status(HOST, False, 30, 3.0, 20, revision=revision))
        await one.until(lambda: one.notebook.figures[-1].p95_ms == 3.0)


async def test_PB20_who_can_not_keep_up_counts_again_after_thirty_seconds_without_a_stall(
    database: Database,
) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.room()
        await live.execute(c.Enter(ANN, "Ann", guest_id=GuestId("gst_ann")))
        await live.execute(c.Connect(ANN))
        await live.execute(c.Ready(ANN, True, live.room.timeline.revision))
        await live.execute(c.Play(HOST, live.room.timeline.revision))
        for _ in range(2):
            await live.execute(c.Status(ANN, True, 0, None, 20))
            await one.until(lambda: live.room.timeline.state is State.WAITING)
            await live.execute(c.Status(ANN, False, 10, None, 20))
            await live.execute(c.Ready(ANN, True, live.room.timeline.revision))
            await one.until(lambda: live.room.timeline.state is State.PLAYING)
        await live.execute(c.Status(ANN, True, 0, None, 20))
        await one.until(lambda: live.room.presence_of(ANN).excuse is Excuse.STALLS)
        assert live.room.timeline.state is State.PLAYING
        await live.execute(c.Status(ANN, False, 10, None, 20))
        await live.told()
        one.notebook.changed.clear()
        steady_ms = one.clock.monotonic_ms()
        await one.until(lambda: live.room.presence_of(ANN).counts)
        assert 30_000 <= one.clock.monotonic_ms() - steady_ms < 31_000
        await live.told()
        assert ANN in one.notebook.changed


async def test_LOG6_a_ready_check_goes_on_without_the_database(database: Database) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.room()
        one.log.away = True
        outcome = await live.execute(c.OpenCheck(HOST), "check-1")
        assert outcome.durable is False
        assert live.room.timeline.cause is Cause.CHECK
        assert (await live.execute(c.OpenCheck(HOST), "check-1")).repeated


async def test_LOG5_what_was_announced_is_in_the_log(database: Database) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.playing()
        await live.told()
        assert await one.log.read(live.room.id) == one.notebook.records
        assert [r.seq for r in one.notebook.records] == list(range(1, live.room.seq + 1))


async def test_LOG6_playback_goes_on_without_the_database_and_is_written_later(
    database: Database,
) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.playing()
        one.log.away = True
        outcome = await live.execute(c.Pause(HOST, live.room.timeline.revision))
        assert outcome.durable is False
        await live.told()
        assert one.notebook.uncertain == list(outcome.records)  # SPEC WIRE-8
        with pytest.raises(StorageUnavailable):
            await live.execute(c.Say(HOST, "msg", "lost?", None))
        one.log.away = False
        async with asyncio.timeout(5):
            while not live.durable:
                await one.clock.advance(1)
        await live.told()
        assert await one.log.read(live.room.id) == one.notebook.records


async def test_LOG6_a_refused_message_leaves_no_trace(database: Database) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.room()
        before = live.room
        one.log.away = True
        with pytest.raises(StorageUnavailable):
            await live.execute(c.Say(HOST, "msg", "hello", None), "cmd-1")
        one.log.away = False
        assert live.room == before
        outcome = await live.execute(c.Say(HOST, "msg", "hello", None), "cmd-1")
        assert not outcome.repeated


async def test_LOG3_the_owner_before_may_not_write_any_more(database: Database) -> None:
    clock = FakeClock()
    async with house(database, clock) as one, house(database, clock) as two:
        old = await one.room()
        new = await two.registry.get(CODE)
        assert new.room.epoch == old.room.epoch + 1
        with pytest.raises(EpochLost):
            await old.execute(c.Say(HOST, "msg", "from the past", None))


async def test_LOG3_members_are_told_to_join_anew_when_the_room_moves(database: Database) -> None:
    clock = FakeClock()
    async with house(database, clock) as one, house(database, clock) as two:
        await one.playing()
        await two.registry.get(CODE)
        async with asyncio.timeout(5):
            while not one.notebook.lost_rooms:
                await clock.advance(60)
    assert one.notebook.lost_rooms == [CODE]


async def test_LOG1_another_process_gets_the_same_room(database: Database) -> None:
    clock = FakeClock()
    async with house(database, clock) as one:
        before = (await one.room()).room
    async with house(database, FakeClock("clk_two", clock.wall_ms())) as two:
        after = (await two.registry.get(CODE)).room
    assert after.members == before.members
    assert after.timeline.item == before.timeline.item
    assert (after.host, after.rules, after.queue) == (before.host, before.rules, before.queue)


async def test_LOG8_after_a_long_absence_the_room_is_paused_where_it_was(
    database: Database,
) -> None:
    clock = FakeClock()
    async with house(database, clock) as one:
        live = await one.playing()
        await clock.advance(20)
        wall_ms = clock.wall_ms()
        await _beaten(database, wall_ms - 10_000)
        expected_s = live.room.timeline.position_at(clock.monotonic_ms())
    async with house(database, FakeClock("clk_two", wall_ms + 8 * 3_600_000)) as two:
        timeline = (await two.registry.get(CODE)).room.timeline
    assert (timeline.state, timeline.cause) == (State.PAUSED, Cause.RESTART)
    assert timeline.position_s == pytest.approx(expected_s, abs=10.1)


async def test_one_command_at_a_time_whatever_comes_at_once(database: Database) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.room()
        await asyncio.gather(
            *(live.execute(c.Say(HOST, f"msg_{n}", f"{n}", None), f"cmd-{n}") for n in range(50)),
            *(live.execute(c.Say(HOST, f"msg_x{n}", f"{n}", None), f"cmd-{n}") for n in range(50)),
        )
        said = await one.log.read(live.room.id, kinds=["message.sent"])
        assert len(said) == 50


async def test_what_is_refused_changes_nothing(database: Database) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.room()
        before = live.room
        with pytest.raises(CommandRefused):
            await live.execute(c.Seek(HOST, before.timeline.revision, 10_000))
        assert live.room == before


async def test_a_closed_room_is_closed_for_every_process(database: Database) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.room()
        await live.execute(c.Close(HOST))
    async with house(database, FakeClock()) as two:
        with pytest.raises(RoomIsClosed):
            await two.registry.get(CODE)
        with pytest.raises(RoomNotFound):
            await two.registry.get(RoomCode("zzz-zzz-zzz"))


async def test_a_socket_that_ends_while_it_is_told_does_not_stop_the_room(
    database: Database,
) -> None:
    """Telling a dead socket runs its departure at once, which is a command itself."""
    async with house(database, FakeClock()) as one:
        live = await one.playing()

        async def told_and_gone(room: Room, records: Sequence[Record], *, durable: bool) -> None:
            await live.execute(c.Disconnect(HOST))

        one.notebook.happened = told_and_gone  # type: ignore[method-assign]
        async with asyncio.timeout(5):
            await live.execute(c.Say(HOST, "msg", "anybody there?", None))
            await live.told()
            await live.execute(c.Say(HOST, "msg_2", "still", None))
        assert not live.room.presence_of(HOST).online


async def test_an_announcement_that_fails_harms_no_command(database: Database) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.playing()

        async def broken(room: Room, records: Sequence[Record], *, durable: bool) -> None:
            raise RuntimeError("a socket went wrong")

        one.notebook.happened = broken  # type: ignore[method-assign]
        await live.execute(c.Say(HOST, "msg", "one", None))
        await live.told()
        await live.execute(c.Say(HOST, "msg_2", "two", None))
        assert not live.over


async def test_LOG5_a_commit_that_was_reported_failed_ends_the_copy_not_the_room(
    database: Database,
) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.room()
        one.log.denies = True
        with pytest.raises(StorageUnavailable):
            await live.execute(c.Say(HOST, "msg", "was it written?", None), "cmd-1")
        one.log.denies = False
        with pytest.raises(EpochLost):
            await live.execute(c.Say(HOST, "msg_2", "next", None), "cmd-2")
        again = await one.registry.get(CODE)
        assert again is not live
        outcome = await again.execute(c.Say(HOST, "msg", "was it written?", None), "cmd-1")
        assert outcome.repeated


async def test_LOG5_a_commit_that_was_cancelled_ends_the_copy_not_the_room(
    database: Database,
) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.room()
        one.log.hangs = True
        asking = asyncio.ensure_future(live.execute(c.Say(HOST, "msg", "hello", None)))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        one.log.hangs = False
        again = await one.registry.get(CODE)
        assert again is not live
        await again.execute(c.Say(HOST, "msg_2", "hello again", None))


async def test_LOG6_a_database_that_hangs_delays_playback_once_and_briefly(
    database: Database,
) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.playing()
        one.log.hangs = True
        async with asyncio.timeout(2):
            first = await live.execute(c.Pause(HOST, live.room.timeline.revision))
        async with asyncio.timeout(0.2):
            second = await live.execute(c.Play(HOST, live.room.timeline.revision))
        assert (first.durable, second.durable) == (False, False)


async def test_a_deadline_that_meets_a_room_closed_meanwhile_is_no_crash(
    database: Database,
) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.playing()
        one.log.hangs = True
        closing = asyncio.ensure_future(live.execute(c.Close(HOST)))
        await one.until(lambda: one.log.hanging)
        with capture_logs() as logs:
            await one.clock.advance(601)  # the film has ended
            one.log.works_again.set()
            await closing
            await one.until(lambda: isinstance(one.notebook.records[-1].event, RoomClosed))
            await one.until(lambda: CODE not in {each.room.code for each in one.registry})
        assert [entry for entry in logs if entry["event"] == "room_crashed"] == []


async def test_a_retired_room_takes_no_command(database: Database) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.room()
        live.retire()
        with pytest.raises(EpochLost):
            await live.execute(c.Say(HOST, "msg", "hello", None))
        assert await one.registry.get(CODE) is not live


async def _flushed(one: House, live: LiveRoom) -> None:
    """Until everything is in the database."""
    async with asyncio.timeout(5):
        while not live.durable:
            await one.clock.advance(1)


async def _beaten(database: Database, since_wall_ms: int) -> None:
    """Until the owner's hold on the room was renewed this late."""
    async with asyncio.timeout(5):
        while True:
            async with database.transaction() as session:
                alive_ms = await session.scalar(select(RoomRow.alive_wall_ms))
            if alive_ms is not None and alive_ms >= since_wall_ms:
                return


async def test_LOG6_after_a_refused_message_playback_still_goes_on(database: Database) -> None:
    """Whether the message was written is not known then; that holds up nothing that may go on."""
    async with house(database, FakeClock()) as one:
        live = await one.playing()
        one.log.away = True
        with pytest.raises(StorageUnavailable):
            await live.execute(c.Say(HOST, "msg", "hello", None))
        one.log.deaf = True
        outcome = await live.execute(c.Pause(HOST, live.room.timeline.revision))
        assert outcome.durable is False
        one.log.away = one.log.deaf = False
        await _flushed(one, live)
        assert (await one.log.read(live.room.id))[-1].seq == live.room.seq


async def test_LOG6_what_was_written_after_all_is_not_written_again(database: Database) -> None:
    async with house(database, FakeClock()) as one:
        live = await one.playing()
        one.log.denies = True
        await live.execute(c.Pause(HOST, live.room.timeline.revision))
        one.log.denies, one.log.away = False, True
        await live.execute(c.Seek(HOST, live.room.timeline.revision, 30.0))
        one.log.away = False
        await _flushed(one, live)
        seqs = [record.seq for record in await one.log.read(live.room.id)]
        assert seqs == list(range(1, live.room.seq + 1))


async def test_LOG3_a_quiet_room_that_another_process_took_is_let_go_at_the_next_beat(
    database: Database,
) -> None:
    clock = FakeClock()
    async with house(database, clock) as one, house(database, FakeClock("clk_two")) as two:
        old = await one.room()
        await two.registry.get(CODE)
        async with asyncio.timeout(5):
            while not one.notebook.lost_rooms:
                await clock.advance(1)
        assert old.over
        assert one.notebook.lost_rooms == [CODE]


async def test_WIRE6_a_beacon_never_overtakes_an_event(database: Database) -> None:
    """One that did would show a seq whose event is still to come: a gap where there is none."""
    async with house(database, FakeClock()) as one:
        live = await one.playing()
        await live.told()
        told: list[int] = []

        async def happened(room: Room, records: Sequence[Record], *, durable: bool) -> None:
            told.extend(record.seq for record in records)

        async def beacon(room: Room) -> None:
            assert not told or told[-1] == room.seq

        one.notebook.happened = happened  # type: ignore[method-assign]
        one.notebook.beacon = beacon  # type: ignore[method-assign]
        friend = MemberId("mem_ann")
        await live.execute(c.Enter(friend, "Ann", account_id=AccountId("acc_ann")))
        await live.execute(c.Connect(friend))
        await live.execute(c.Disconnect(HOST))
        await one.clock.advance(20.001)  # beacon and succession are due at once
        await live.told()
        assert told
