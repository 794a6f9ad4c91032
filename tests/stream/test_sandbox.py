"""The stream against a server that behaves like Plex, faults included."""

import asyncio
from typing import cast

import imageio_ffmpeg
import pytest

from tests.stream.conftest import FILM_S, Cinema, Sandbox, transcoder_of
from tests.stream.door import served
from tests.stream.fakes import until
from tests.support.clock import FakeClock
from watchtogether.kit.clock import SystemClock
from watchtogether.kit.ids import MemberId, SessionId
from watchtogether.plex.errors import PlexItemGone, PlexUnauthorized, PlexUnreachable
from watchtogether.plex.transcode import Missing, Moment, Order, TranscodeRefused
from watchtogether.stream.beside import Beside
from watchtogether.stream.doorkeeper import Doorkeeper
from watchtogether.stream.endpoints import build_router
from watchtogether.stream.mpegts import clock_gap_s, first_video_time_s, is_whole
from watchtogether.stream.plans import Plans
from watchtogether.stream.segment_endpoints import Segments
from watchtogether.stream.tickets import Tickets

SEGMENTS = FILM_S // 3


async def _order(sandbox: Sandbox, session: str, offset_s: float = 0.0) -> Order:
    return Order(session, await sandbox.film(), offset_s, 1280, 720, 4000)


async def _segments(cinema: Cinema, *numbers: int) -> list[bytes]:
    found = [await cinema.service.segment(cinema.now, "720p", number) for number in numbers]
    assert all(is_whole(segment) for segment in found)
    return found


async def test_the_calls_one_by_one(sandbox: Sandbox) -> None:
    access = sandbox.access
    async with transcoder_of(SystemClock()) as transcoder:
        job = await transcoder.start(access, await _order(sandbox, "calls", 30.0))
        assert len(job.segments) == SEGMENTS
        assert job.resolution == (160, 90)
        assert job.source
        segment = await transcoder.segment(access, job, 10)
        assert isinstance(segment, bytes)
        time_s = first_video_time_s(segment)
        assert time_s is not None
        assert clock_gap_s(time_s, 30.0) < 0.5
        assert await transcoder.ping(access, "calls")
        moment = Moment(await sandbox.film(), "paused", 31.0, FILM_S)
        assert await transcoder.report(access, "calls", moment)
        await transcoder.stop(access, "calls")
        assert not await transcoder.ping(access, "calls")
        await transcoder.stop(access, "calls")
        assert await transcoder.segment(access, job, 10) is Missing.NOT_READY
    assert (await sandbox.stats())["transcodes"]["sessions"] == 0


async def test_a_decision_that_was_not_digested_is_repeated_with_growing_pauses(
    sandbox: Sandbox,
) -> None:
    clock = FakeClock()
    await sandbox.order("faults", mode="error", status=400, match="start.m3u8", count=2)
    async with transcoder_of(clock) as transcoder:
        starting = asyncio.create_task(
            transcoder.start(sandbox.access, await _order(sandbox, "repeated"))
        )
        for pause_s in (1.5, 3.0):
            await until(lambda: bool(clock._sleepers))
            assert not starting.done()
            await clock.advance(pause_s)
        job = await starting
        await transcoder.stop(sandbox.access, job.session)
    asked = (await sandbox.stats())["requests"]
    assert asked["/video/:/transcode/universal/decision"] == 3


async def test_a_decision_that_is_always_refused_is_said(sandbox: Sandbox) -> None:
    clock = FakeClock()
    await sandbox.order("faults", mode="error", status=400, match="decision")
    async with transcoder_of(clock) as transcoder:
        starting = asyncio.create_task(
            transcoder.start(sandbox.access, await _order(sandbox, "refused"))
        )
        for pause_s in (1.5, 3.0, 6.0):
            await until(lambda: bool(clock._sleepers))
            await clock.advance(pause_s)
        with pytest.raises(TranscodeRefused):
            await starting


async def test_STR4_three_viewers_are_one_transcode_and_each_segment_once(
    cinema: Cinema, sandbox: Sandbox
) -> None:
    async def viewer() -> list[bytes]:
        await cinema.service.playlist(cinema.now, "720p")
        return await _segments(cinema, *range(12))

    async with asyncio.TaskGroup() as viewers:
        films = [viewers.create_task(viewer()) for _ in range(3)]
    assert films[0].result() == films[1].result() == films[2].result()
    stats = await sandbox.stats()
    assert stats["transcodes"]["started"] == 1
    assert stats["segments"]["served"] == stats["segments"]["distinct"] <= 12 + 3


async def test_a_far_seek_restarts_once_for_everybody(cinema: Cinema, sandbox: Sandbox) -> None:
    await _segments(cinema, 0, 1)
    async with asyncio.TaskGroup() as viewers:
        for number in (90, 90, 91):
            viewers.create_task(cinema.service.segment(cinema.now, "720p", number))
    (there,) = await _segments(cinema, 90)
    time_s = first_video_time_s(there)
    assert time_s is not None
    assert clock_gap_s(time_s, 270.0) < 0.5
    assert cinema.service.stats()["clock_jumps"] == 0
    stats = await sandbox.stats()
    assert stats["transcodes"]["started"] == 2
    assert stats["transcodes"]["sessions"] == 1
    await _segments(cinema, 0, 1)
    assert (await sandbox.stats())["transcodes"]["started"] == 2


async def test_the_last_segment_is_there(cinema: Cinema) -> None:
    cinema.room.show(position_s=FILM_S - 9.0)
    await _segments(cinema, SEGMENTS - 2, SEGMENTS - 1)


async def test_STR5_the_next_item_leaves_no_encoder(cinema: Cinema, sandbox: Sandbox) -> None:
    await _segments(cinema, 0)
    cinema.service.retire(cinema.now.room_id)
    await until(lambda: not cinema.service.stats()["sessions"])
    assert (await sandbox.stats())["transcodes"]["sessions"] == 0


async def test_a_session_killed_by_plex_is_replaced_unnoticed(
    cinema: Cinema, sandbox: Sandbox
) -> None:
    await _segments(cinema, 0)
    await sandbox.order("transcodes/kill")
    await _segments(cinema, 12, 13)


async def test_an_item_deleted_in_mid_play_is_said(cinema: Cinema, sandbox: Sandbox) -> None:
    await _segments(cinema, 0)
    key = cinema.now.rating_key
    await sandbox.order(f"items/{key}/delete")
    try:
        with pytest.raises(PlexItemGone):
            await _segments(cinema, 20)
    finally:
        await sandbox.order(f"items/{key}/restore")


async def test_a_passing_error_is_not_noticed(cinema: Cinema, sandbox: Sandbox) -> None:
    await _segments(cinema, 0)
    await sandbox.order("faults", mode="error", status=503, match=".ts", count=2)
    await _segments(cinema, 8)


async def test_a_segment_that_breaks_off_is_fetched_again(cinema: Cinema, sandbox: Sandbox) -> None:
    await _segments(cinema, 0)
    await sandbox.order("faults", mode="cut", match=".ts", count=1)
    await _segments(cinema, 8)


async def test_garbage_for_a_segment_is_not_passed_on(cinema: Cinema, sandbox: Sandbox) -> None:
    await _segments(cinema, 0)
    await sandbox.order("faults", mode="garbage", match=".ts", count=1)
    await _segments(cinema, 8)
    assert cinema.service.stats()["broken"] == 1


async def test_a_server_in_trouble_is_said_within_five_seconds(
    cinema: Cinema, sandbox: Sandbox
) -> None:
    await _segments(cinema, 0)
    await sandbox.order("faults", mode="error", status=503, match="/video")
    async with asyncio.timeout(5):
        with pytest.raises(PlexUnreachable):
            await _segments(cinema, 8)
    await _segments(cinema, 0)
    await sandbox.order("faults", mode="none")


async def test_a_revoked_token_is_said(cinema: Cinema, sandbox: Sandbox) -> None:
    await _segments(cinema, 0)
    await sandbox.order("faults", mode="unauthorized", match="/video")
    with pytest.raises(PlexUnauthorized):
        await _segments(cinema, 8)
    await sandbox.order("faults", mode="none")


async def test_attack_65_nothing_logged_or_listed_names_the_token_or_an_upstream_address(
    cinema: Cinema, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = await cinema.service.master(
        cinema.now, "720p", "1/720p/index.m3u8"
    ) + await cinema.service.playlist(cinema.now, "720p")
    await _segments(cinema, 0, 100)
    await sandbox.order("transcodes/kill")
    await sandbox.order("faults", mode="error", status=503, match="/video")
    with pytest.raises(PlexUnreachable):
        await _segments(cinema, 60)
    said = capsys.readouterr()
    text = lists.decode() + said.out + said.err
    assert sandbox.access.token.get_secret_value() not in text
    assert "/video/" not in text
    assert sandbox.url.partition("//")[2] not in text


async def test_another_player_plays_and_seeks_through_our_door(cinema: Cinema) -> None:
    """ffmpeg reads the playlists, decodes across a restart, and finds nothing to complain about."""
    clock = SystemClock()
    tickets = Tickets(b"k" * 32, clock)
    ticket = tickets.issue(
        cinema.now.room_id,
        MemberId("member_1"),
        SessionId("ses"),
        cinema.now.server_id,
        cinema.now.rating_key,
    )
    doorkeeper = Doorkeeper(tickets, cinema.room, cinema.room.session_of)
    subtitles = cast("Beside", None)  # this player asks for none
    async with served(
        build_router(
            service=cinema.service,
            beside=subtitles,
            titles=cinema.titles,
            plans=Plans(clock, 3),
            doorkeeper=doorkeeper,
            segments=Segments(cinema.service, doorkeeper),
        )
    ) as url:
        for seek_s in (0, 240):
            child = await asyncio.create_subprocess_exec(
                imageio_ffmpeg.get_ffmpeg_exe(),
                *("-v", "warning", "-ss", str(seek_s), "-t", "30"),
                *("-i", f"{url}/api/stream/{ticket}/master.m3u8"),
                *("-map", "0:v", "-map", "0:a", "-f", "framecrc", "-"),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            frames, complaints = await asyncio.wait_for(child.communicate(), 30)
            assert child.returncode == 0, complaints.decode()
            assert complaints == b"", complaints.decode()
            pictures = [line for line in frames.splitlines() if line.startswith(b"0,")]
            assert abs(len(pictures) - 30 * 5) <= 2
    assert cinema.service.stats()["clock_jumps"] == 0
