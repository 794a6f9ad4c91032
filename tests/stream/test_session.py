"""The stream service against a scripted transcoder, on a clock that the test moves."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import m3u8
import pytest

from tests.stream.fakes import ROOM, Stage, screening, ts_segment, until, version
from watchtogether.kit.errors import NotFound
from watchtogether.plex.errors import PlexBadAnswer, PlexItemGone, PlexUnauthorized, PlexUnreachable
from watchtogether.plex.facts import Sound
from watchtogether.plex.transcode import Missing
from watchtogether.stream.errors import (
    ConversionChanged,
    GenerationOver,
    SegmentBroken,
    SegmentLate,
    StreamStopped,
    TitleChanged,
    TranscodeLost,
)
from watchtogether.stream.renditions import CODECS


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    stage = Stage(tmp_path)
    async with stage.service.run():
        yield stage
    assert not stage.transcoder.running, "an encoder was left behind"
    assert stage.transcoder.in_flight == 0


async def _play(stage: Stage, *numbers: int) -> None:
    for number in numbers:
        assert await stage.service.segment(stage.now, "720p", number) == ts_segment(number)


async def _quiet(stage: Stage) -> None:
    """Until nothing is wanted any more."""
    sessions = stage.service._sessions.values()
    await until(lambda: not any(len(session._reader.flights) for session in sessions))


async def test_STR4_many_viewers_of_one_segment_are_one_fetch(stage: Stage) -> None:
    waiting = [stage.ask(5) for _ in range(20)]
    assert set(await asyncio.gather(*waiting)) == {ts_segment(5)}
    await _quiet(stage)
    assert stage.transcoder.fetched.count(5) == 1
    assert len(stage.transcoder.starts) == 1


async def test_STR4_three_viewers_of_the_film_fetch_each_segment_once(stage: Stage) -> None:
    async def viewer() -> None:
        await _play(stage, *range(30))

    async with asyncio.TaskGroup() as viewers:
        for _ in range(3):
            viewers.create_task(viewer())
    await _quiet(stage)
    fetched = stage.transcoder.fetched
    assert sorted(fetched) == sorted(set(fetched))
    assert fetched == sorted(fetched), "the reader goes forwards"
    assert stage.transcoder.most_in_flight == 1
    assert len(stage.transcoder.starts) == 1


async def test_the_list_is_asked_for_once_by_however_many(stage: Stage) -> None:
    async with asyncio.TaskGroup() as viewers:
        lists = [viewers.create_task(stage.service.playlist(stage.now, "720p")) for _ in range(10)]
    assert len({task.result() for task in lists}) == 1
    assert lists[0].result() is lists[1].result()
    assert b"399.ts" in lists[0].result()
    assert len(stage.transcoder.starts) == 1


async def test_STR3_a_master_tells_of_the_one_rendition_what_plex_said_of_it(stage: Stage) -> None:
    master = m3u8.loads((await stage.service.master(stage.now, "720p", "here/index.m3u8")).decode())
    (variant,) = master.playlists
    assert variant.uri == "here/index.m3u8"
    assert variant.stream_info.bandwidth == 4_000_000
    assert variant.stream_info.resolution == (1280, 720)
    assert variant.stream_info.codecs == CODECS
    assert not master.segments


async def test_prefetch_stays_three_ahead_and_stops_with_the_viewers(stage: Stage) -> None:
    await _play(stage, 0)
    await _quiet(stage)
    assert stage.transcoder.fetched == [0, 1, 2, 3]
    await _play(stage, 1)
    await _quiet(stage)
    assert stage.transcoder.fetched == [0, 1, 2, 3, 4]


async def test_beyond_the_end_there_is_nothing(stage: Stage) -> None:
    with pytest.raises(NotFound):
        await stage.service.segment(stage.now, "720p", 400)
    with pytest.raises(NotFound):
        await stage.service.segment(stage.now, "720p", 10**8)


async def test_the_first_transcode_begins_where_the_room_is(stage: Stage) -> None:
    stage.room.show(position_s=600.0)
    await stage.service.playlist(stage.now, "720p")
    assert stage.transcoder.starts[0].offset_s == 594.0
    await _play(stage, 200)
    assert len(stage.transcoder.starts) == 1


async def test_a_list_that_begins_at_the_offset_gives_the_same_film(stage: Stage) -> None:
    stage.transcoder.from_offset = True
    stage.room.show(position_s=606.0)
    assert stage.transcoder.count * 3 == stage.now.duration_s
    assert b"399.ts" in await stage.service.playlist(stage.now, "720p")
    await _play(stage, 202, 203)
    far = stage.ask(50)
    await _restarted(stage, 2)
    assert await far == ts_segment(50)


async def _time_passes(stage: Stage, condition: Callable[[], bool]) -> None:
    """Move the clock on in small steps until the condition holds."""
    async with asyncio.timeout(10):
        while not condition():
            await stage.clock.advance(0.1)
            await asyncio.sleep(0.001)


async def _restarted(stage: Stage, starts: int) -> None:
    await _time_passes(stage, lambda: len(stage.transcoder.starts) >= starts)


async def test_a_far_seek_restarts_once_and_stops_the_old_one_first(stage: Stage) -> None:
    await _play(stage, 0, 1)
    waiting = [stage.ask(300), stage.ask(300), stage.ask(301)]
    await stage.clock.advance(0.02)
    assert len(stage.transcoder.starts) == 1, "the others may want one before"
    await _restarted(stage, 2)
    await asyncio.gather(*waiting)
    await _quiet(stage)
    first, second = stage.transcoder.starts
    assert stage.transcoder.stops == [first.session]
    assert second.offset_s == 300 * 3.0
    assert second.session != first.session


async def test_near_the_beginning_of_a_segment_the_one_before_is_made_too(stage: Stage) -> None:
    await _play(stage, 0)
    stage.room.show(position_s=900.2)
    far = stage.ask(300)
    await _restarted(stage, 2)
    await far
    assert stage.transcoder.starts[1].offset_s == 299 * 3.0


async def test_a_seek_back_into_the_cache_asks_nothing(stage: Stage) -> None:
    await _play(stage, 0, 1, 2)
    await _quiet(stage)
    far = stage.ask(300)
    await _restarted(stage, 2)
    await far
    await _quiet(stage)
    before = list(stage.transcoder.fetched)
    await _play(stage, 0, 1, 2)
    await _quiet(stage)
    assert stage.transcoder.fetched == before
    assert len(stage.transcoder.starts) == 2


@pytest.mark.parametrize("pace_s", [0.05, 0.2, 0.5])
async def test_STR16_ten_seeks_in_a_row_are_restarts_for_the_first_and_the_last(
    stage: Stage, pace_s: float
) -> None:
    await _play(stage, 0)
    for turn in range(10):
        viewers = [stage.ask(100 + turn * 25), stage.ask(100 + turn * 25)]
        await stage.clock.advance(pace_s)
        if turn < 9:
            for viewer in viewers:
                viewer.cancel()
    await _time_passes(stage, lambda: all(viewer.done() for viewer in viewers))
    assert viewers[0].result() == ts_segment(325)
    assert len(stage.transcoder.starts) - 1 <= 2


async def test_a_viewer_who_leaves_does_not_cancel_the_others(stage: Stage) -> None:
    late: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    stage.transcoder.answers[4] = [late]
    one, two = stage.ask(4), stage.ask(4)
    await until(lambda: 4 in stage.transcoder.fetched)
    one.cancel()
    await stage.clock.advance(0.1)
    late.set_result(ts_segment(4))
    assert await two == ts_segment(4)
    assert one.cancelled()
    assert stage.transcoder.fetched.count(4) == 1


async def test_a_fetch_that_nobody_waits_for_gives_way_to_a_seek(stage: Stage) -> None:
    await _play(stage, 0)
    stuck: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    stage.transcoder.answers[9] = [stuck]
    viewer = stage.ask(9)
    await until(lambda: 9 in stage.transcoder.fetched)
    viewer.cancel()
    other = stage.ask(300)
    await _restarted(stage, 2)
    assert await other == ts_segment(300)
    assert stuck.cancelled()


async def test_a_segment_that_is_not_ready_is_asked_for_again(stage: Stage) -> None:
    stage.transcoder.answers[2] = [Missing.NOT_READY] * 4
    viewer = stage.ask(2)
    await _time_passes(stage, viewer.done)
    assert viewer.result() == ts_segment(2)
    assert len(stage.transcoder.starts) == 1


async def test_a_segment_that_never_comes_is_late_after_twenty_seconds(stage: Stage) -> None:
    stage.transcoder.answers[2] = [Missing.NOT_READY] * 1000
    viewer = stage.ask(2)
    await _time_passes(stage, viewer.done)
    with pytest.raises(SegmentLate):
        await viewer
    assert 20_000 <= stage.clock.monotonic_ms() < 21_000
    assert stage.transcoder.fetched.count(2) < 40
    assert stage.service.stats()["late"] == 1


async def test_a_hanging_request_is_late_too(stage: Stage) -> None:
    stage.transcoder.answers[2] = [asyncio.get_running_loop().create_future()]
    viewer = stage.ask(2)
    await until(lambda: 2 in stage.transcoder.fetched)
    await _time_passes(stage, viewer.done)
    with pytest.raises(SegmentLate):
        await viewer
    assert 20_000 <= stage.clock.monotonic_ms() < 21_000
    await _play(stage, 3)


async def test_a_session_killed_by_plex_is_replaced_unnoticed(stage: Stage) -> None:
    await _play(stage, 0, 1)
    await _quiet(stage)
    stage.transcoder.dead.add(stage.transcoder.starts[0].session)
    viewer = stage.ask(7)
    await _time_passes(stage, viewer.done)
    assert viewer.result() == ts_segment(7)
    assert len(stage.transcoder.starts) == 2


async def test_a_session_that_is_lost_again_and_again_is_an_error(stage: Stage) -> None:
    stage.transcoder.answers[2] = [Missing.LOST] * 5
    with pytest.raises(TranscodeLost):
        await stage.service.segment(stage.now, "720p", 2)
    assert len(stage.transcoder.starts) == 2


async def test_a_truncated_segment_is_fetched_once_more(stage: Stage) -> None:
    stage.transcoder.answers[2] = [ts_segment(2)[:-7]]
    await _play(stage, 2)
    assert stage.transcoder.fetched[:2] == [2, 2]


async def test_a_segment_that_is_truncated_twice_is_broken(stage: Stage) -> None:
    stage.transcoder.answers[2] = [ts_segment(2)[:-7], b"<html>"]
    with pytest.raises(SegmentBroken):
        await stage.service.segment(stage.now, "720p", 2)
    await _play(stage, 3)


async def test_a_passing_failure_is_repeated_a_lasting_one_is_said(stage: Stage) -> None:
    stage.transcoder.answers[2] = [PlexBadAnswer()]
    viewer = stage.ask(2)
    await _time_passes(stage, viewer.done)
    assert await viewer == ts_segment(2)
    stage.transcoder.answers[8] = [PlexUnreachable()] * 9
    viewer = stage.ask(8)
    await _time_passes(stage, viewer.done)
    with pytest.raises(PlexUnreachable):
        await viewer
    assert len(stage.doubted) == 1, "the next transcode may begin at another address"
    await stage.clock.advance(2.1)
    await _play(stage, 30)
    assert len(stage.transcoder.starts) == 2


@pytest.mark.parametrize("error", [PlexUnreachable(), PlexItemGone(), PlexUnauthorized()])
async def test_a_start_that_fails_is_told_to_all_and_not_hammered(
    stage: Stage, error: PlexUnreachable
) -> None:
    stage.transcoder.start_error = error
    viewers = [stage.ask(1), stage.ask(2)]
    listing = asyncio.create_task(stage.service.playlist(stage.now, "720p"))
    for task in (*viewers, listing):
        with pytest.raises(type(error)):
            await task
    for _ in range(5):
        with pytest.raises(type(error)):
            await stage.service.segment(stage.now, "720p", 1)
    assert len(stage.transcoder.starts) == 1
    stage.transcoder.start_error = None
    await stage.clock.advance(2.1)
    await _play(stage, 1)


async def test_without_access_nothing_is_started(stage: Stage) -> None:
    stage.access_error = PlexUnauthorized()
    with pytest.raises(PlexUnauthorized):
        await stage.service.segment(stage.now, "720p", 1)
    assert stage.transcoder.starts == []


async def test_an_item_deleted_in_mid_play_is_said(stage: Stage) -> None:
    await _play(stage, 0)
    await _quiet(stage)
    stage.transcoder.answers[9] = [PlexItemGone()]
    with pytest.raises(PlexItemGone):
        await stage.service.segment(stage.now, "720p", 9)


async def test_what_is_cached_goes_on_while_plex_is_away(stage: Stage) -> None:
    await _play(stage, 0, 1)
    await _quiet(stage)
    stage.transcoder.start_error = PlexUnreachable()
    stage.transcoder.answers[200] = [PlexUnreachable()] * 9
    far = stage.ask(200)
    await _restarted(stage, 2)
    with pytest.raises(PlexUnreachable):
        await far
    await _play(stage, 0, 1, 2)


async def test_STR5_keep_alive_every_ten_seconds(stage: Stage) -> None:
    await _play(stage, 0)
    await _quiet(stage)
    stage.room.show(state="paused", position_s=12.0)
    await stage.clock.advance(10.1)
    await until(lambda: len(stage.transcoder.pings) == 1)
    await stage.clock.advance(40)
    assert len(stage.transcoder.pings) == 5


async def test_STR5_stops_sixty_seconds_after_the_last_request(stage: Stage) -> None:
    await _play(stage, 0)
    await _quiet(stage)
    await stage.clock.advance(59)
    assert stage.transcoder.running
    await stage.clock.advance(2)
    await until(lambda: not stage.transcoder.running)
    await until(lambda: stage.service.stats()["sessions"] == 0)
    pings = len(stage.transcoder.pings)
    await stage.clock.advance(300)
    assert len(stage.transcoder.pings) == pings, "nothing goes on when idle"


async def test_after_an_idle_end_the_cache_answers_without_plex(stage: Stage) -> None:
    await _play(stage, 0, 1)
    await _quiet(stage)
    await stage.clock.advance(61)
    await until(lambda: stage.service.stats()["sessions"] == 0)
    await stage.service.playlist(stage.now, "720p")
    await _play(stage, 0)
    assert len(stage.transcoder.starts) == 1
    await _play(stage, 5)
    assert len(stage.transcoder.starts) == 2
    assert stage.transcoder.starts[1].offset_s == 15.0


async def test_attack_55_another_access_is_not_given_what_was_cached(stage: Stage) -> None:
    await _play(stage, 0)
    await _quiet(stage)
    stage.token = "token-2"
    stage.room.show(generation=2)
    await _play(stage, 0)
    assert stage.transcoder.fetched.count(0) == 2
    assert len(stage.transcoder.starts) == 2


async def test_another_room_with_the_same_access_shares_the_cache(stage: Stage) -> None:
    await _play(stage, 0, 1)
    await _quiet(stage)
    other = screening(room_id="room_2")
    stage.room.others.append(other)
    assert await stage.service.segment(other, "720p", 1) == ts_segment(1)
    assert stage.transcoder.fetched.count(1) == 1


async def test_PB26_what_is_cached_of_one_sound_is_never_given_as_another(tmp_path: Path) -> None:
    """Nobody has chosen one: what Plex gives of itself is another track after a restart."""
    sounds = (Sound("1", "en", "English", 2, on=True), Sound("2", "fr", "French", 2, on=False))
    french = tuple(dataclasses.replace(each, on=not each.on) for each in sounds)
    for own, fetched in ((sounds, [0]), (french, [0]), (sounds, [])):
        stage = Stage(tmp_path)
        stage.titles.now = (version(sounds=own),)
        async with stage.service.run():
            await stage.service.playlist(stage.now, "720p")
            await _play(stage, 0)
            assert [order.sound for order in stage.transcoder.starts] == [
                next(each.id for each in own if each.on)
            ]
            assert [each for each in stage.transcoder.fetched if each == 0] == fetched


async def test_STR5_the_rooms_next_item_stops_the_old_transcode(stage: Stage) -> None:
    await _play(stage, 0)
    stage.room.show(generation=2, rating_key="8")
    stage.service.retire(ROOM, before=2)
    await until(lambda: not stage.transcoder.running)
    await _play(stage, 0)
    stage.service.retire(ROOM)
    await until(lambda: not stage.transcoder.running)
    await until(lambda: stage.service.stats()["sessions"] == 0)


async def test_STR3_a_late_request_of_what_is_over_ends_nothing_of_what_is_on(
    stage: Stage,
) -> None:
    """Somebody let in before the room went on, and held up, asks with what was on then."""
    before = stage.now
    await _play(stage, 0)
    stage.room.show(generation=2, rating_key="8")
    await _play(stage, 0)
    await _quiet(stage)
    await until(lambda: len(stage.transcoder.stops) == 1)
    for rendition in ("720p", "480p"):
        with pytest.raises(GenerationOver):
            await stage.service.segment(before, rendition, 1)
    with pytest.raises(GenerationOver):
        await stage.service.block(before, version(), 0)
    stage.service.retire(ROOM, before=1)  # word of an earlier change that comes late
    await _play(stage, 9)
    await _quiet(stage)
    assert len(stage.transcoder.starts) == 2
    assert len(stage.transcoder.stops) == 1


async def test_STR3_who_waits_for_the_end_of_what_is_over_begins_nothing(stage: Stage) -> None:
    stage.transcoder.gate = asyncio.Event()
    stage.ask(1)
    await until(lambda: len(stage.transcoder.starts) == 1)
    before = stage.now
    stage.service.retire(ROOM)
    late = stage.ask(1, before)
    stage.room.show(generation=2, rating_key="8")
    stage.transcoder.gate.set()
    with pytest.raises(GenerationOver):
        await late
    assert len(stage.transcoder.starts) == 1


async def test_who_waits_when_the_item_changes_is_told(stage: Stage) -> None:
    stage.transcoder.answers[2] = [asyncio.get_running_loop().create_future()]
    viewer = stage.ask(2)
    await until(lambda: 2 in stage.transcoder.fetched)
    stage.service.retire(ROOM)
    with pytest.raises(StreamStopped):
        await viewer


async def test_a_room_that_shows_nothing_any_more_ends_at_the_next_beat(stage: Stage) -> None:
    await _play(stage, 0)
    await _quiet(stage)
    stage.room.now = None
    await stage.clock.advance(10.1)
    await until(lambda: not stage.transcoder.running)


async def test_plex_ending_the_session_is_noticed_by_the_beat(stage: Stage) -> None:
    await _play(stage, 0)
    await _quiet(stage)
    stage.transcoder.dead.add(stage.transcoder.starts[0].session)
    await stage.clock.advance(10.1)
    await until(lambda: len(stage.transcoder.stops) == 1)
    await _play(stage, 9)
    assert len(stage.transcoder.starts) == 2


async def test_a_replaced_file_is_said_and_then_played(stage: Stage) -> None:
    await _play(stage, 0)
    await _quiet(stage)
    stage.transcoder.count = 300
    far = stage.ask(200)
    await _restarted(stage, 2)
    with pytest.raises(TitleChanged):
        await far
    await stage.clock.advance(2.1)
    assert b"299.ts" in await stage.service.playlist(stage.now, "720p")
    assert b"300.ts" not in await stage.service.playlist(stage.now, "720p")


async def test_STR14_another_cut_is_not_another_film(stage: Stage) -> None:
    """Plex converts no more in the middle of a film, and our encoder goes on."""
    await _play(stage, 0)
    await _quiet(stage)
    transcoder = stage.transcoder
    transcoder.is_ours, transcoder.source, transcoder.segment_s = True, "own", 4.0
    transcoder.count = 300
    far = stage.ask(200)
    await _restarted(stage, 2)
    with pytest.raises(ConversionChanged):
        await far
    await stage.clock.advance(2.1)
    assert b"299.ts" in await stage.service.playlist(stage.now, "720p")
    await _play(stage, 1)


async def test_STR14_whoever_goes_on_with_the_film_has_the_same_clock(stage: Stage) -> None:
    await _play(stage, 0)
    stage.transcoder.is_ours, stage.transcoder.source = True, "own"
    stage.transcoder.answers[300] = [ts_segment(300, base_s=0.0)]
    far = stage.ask(300)
    await _restarted(stage, 2)
    await far
    assert stage.service.stats()["clock_jumps"] == 1


async def test_another_clock_after_a_restart_is_noticed(stage: Stage) -> None:
    await _play(stage, 0)
    stage.transcoder.answers[300] = [ts_segment(300, base_s=400.0)]
    far = stage.ask(300)
    await _restarted(stage, 2)
    await far
    assert stage.service.stats()["clock_jumps"] == 1


async def test_closing_during_a_start_leaves_no_encoder(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.transcoder.gate = asyncio.Event()
    async with stage.service.run():
        viewer = stage.ask(1)
        await until(lambda: len(stage.transcoder.starts) == 1)
    with pytest.raises(StreamStopped):
        await viewer
    assert not stage.transcoder.running
    with pytest.raises(StreamStopped):
        await stage.service.segment(stage.now, "720p", 1)


async def test_one_rooms_crash_leaves_the_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = screening(room_id="room_2", rating_key="9")
    stage.room.others.append(other)
    assert await stage.service.segment(other, "720p", 0) == ts_segment(0)
    (session,) = stage.service._sessions.values()

    def boom(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(session._reader.flights, "tidy", boom)
    with pytest.raises(StreamStopped):
        await stage.service.segment(other, "720p", 50)
    monkeypatch.undo()
    await _play(stage, 0)
    assert await stage.service.segment(other, "720p", 0) == ts_segment(0)


async def test_a_far_viewer_who_has_to_wait_does_not_disturb_the_fetch(stage: Stage) -> None:
    await _play(stage, 0)
    await _quiet(stage)
    stage.transcoder.answers[9] = [asyncio.get_running_loop().create_future()]
    far = stage.ask(300)
    await stage.clock.advance(0.02)
    here = stage.ask(9)
    await until(lambda: 9 in stage.transcoder.fetched)
    await stage.clock.advance(10)
    assert stage.transcoder.fetched.count(9) == 1
    await _time_passes(stage, lambda: far.done() and here.done())
    for viewer in (far, here):
        with pytest.raises(SegmentLate):
            await viewer
