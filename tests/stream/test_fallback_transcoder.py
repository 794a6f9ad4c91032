"""Plex first, our own encoder where Plex refuses; against the sandbox Plex server."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stream.conftest import FILM_S, Cinema, Sandbox
from tests.stream.fakes import ScriptedTranscoder, screening, version
from tests.stream.fakes import plain_client as client_of
from tests.stream.own_films import ACCESS, an_order, encoders_running, starts_s
from tests.support.clock import FakeClock
from watchtogether.kit.clock import SystemClock
from watchtogether.kit.ids import AccountId, MemberId, ServerId
from watchtogether.plex.client import PlexHttp, Product, ServerAccess
from watchtogether.plex.errors import PlexItemGone, PlexUnreachable
from watchtogether.plex.files import PlexFiles
from watchtogether.plex.transcode import PlexTranscoder, TranscodeRefused
from watchtogether.stream import encoder_command
from watchtogether.stream.fallback_transcoder import FallbackTranscoder
from watchtogether.stream.mpegts import clock_gap_s, is_whole
from watchtogether.stream.own_transcoder import OwnTranscoder
from watchtogether.stream.planner import Wish
from watchtogether.stream.plans import Plans
from watchtogether.stream.service import StreamService


async def test_STR14_each_session_stays_with_who_began_it() -> None:
    plex, own = ScriptedTranscoder(), ScriptedTranscoder()
    both = FallbackTranscoder(plex, own, FakeClock(), 2)
    theirs = await both.start(ACCESS, an_order(version(), "theirs"))
    plex.start_error = TranscodeRefused()
    ours = await both.start(ACCESS, an_order(version(), "ours"))
    assert plex.stops == ["ours"], "a refusal may leave something"
    for job in (theirs, ours):
        await both.segment(ACCESS, job, 1)
        assert await both.ping(ACCESS, job.session)
        await both.stop(ACCESS, job.session)
    assert (plex.pings, own.pings) == (["theirs"], ["ours"])
    assert (plex.fetched, own.fetched) == ([1], [1])
    assert (plex.stops, own.stops) == (["ours", "theirs"], ["ours"])


async def test_STR14_a_refusal_is_remembered_for_ten_minutes() -> None:
    clock = FakeClock()
    plex, own = ScriptedTranscoder(), ScriptedTranscoder()
    plex.start_error = TranscodeRefused()
    both = FallbackTranscoder(plex, own, clock, 2)
    film = version()
    for session in ("one", "two"):
        await both.start(ACCESS, an_order(film, session))
    assert (len(plex.starts), len(own.starts)) == (1, 2)
    await both.start(ACCESS, an_order(film, "other", media_index=1))
    assert len(plex.starts) == 2
    await clock.advance(601)
    await both.start(ACCESS, an_order(film, "later"))
    assert len(plex.starts) == 3


async def test_STR14_the_plan_knows_how_many_films_are_converted_here() -> None:
    clock = FakeClock()
    plex, own = ScriptedTranscoder(), ScriptedTranscoder()
    both = FallbackTranscoder(plex, own, clock, 2)
    plans = Plans(clock, 3, most_of=both.most_of)
    wishes = {"1080p": "m1", "480p": "m2", "240p": "m3"}

    def planned() -> int:
        asked = [
            plans.ask(screening(rendition="1080p"), MemberId(member), Wish(quality=size), [film])
            for size, member in wishes.items()
        ]
        return len(asked[-1][1].shared)

    film = version()
    assert planned() == 3
    plex.start_error = TranscodeRefused()
    await both.start(ACCESS, an_order(film, "refused"))
    assert planned() == 2
    assert both.most_of(screening(rating_key="8")) is None
    await clock.advance(601)
    assert planned() == 2, "it is still converted here"
    await both.stop(ACCESS, "refused")
    assert planned() == 3


async def test_STR14_other_failures_of_plex_stay_failures() -> None:
    plex, own = ScriptedTranscoder(), ScriptedTranscoder()
    plex.start_error = PlexUnreachable()
    both = FallbackTranscoder(plex, own, FakeClock(), 2)
    with pytest.raises(PlexUnreachable):
        await both.start(ACCESS, an_order(version(), "one"))
    assert not own.starts


@pytest.fixture
async def own_cinema(
    cinema: Cinema, sandbox: Sandbox, tmp_path: Path
) -> AsyncIterator[StreamService]:
    """The whole service over the sandbox, with our own encoder behind it."""

    async def access(account_id: AccountId, server_id: ServerId) -> ServerAccess:
        return sandbox.access

    clock = SystemClock()
    cinema.titles.now = await cinema.real_versions()
    async with client_of() as client:
        http = PlexHttp(client, Product("stream-tests"), clock)
        plex = PlexTranscoder(http, clock)
        files = PlexFiles(http, plex)
        own = OwnTranscoder(files, clock, tmp_path / "own" / "encoders", 2)
        service = StreamService(
            audience=cinema.room,
            find_access=access,
            transcoder=FallbackTranscoder(plex, own, clock, 2),
            titles=cinema.titles,
            files=files,
            clock=clock,
            data_dir=tmp_path / "own",
            cache_mb=64,
        )
        async with own.run(), service.run():
            yield service
    assert not encoders_running()
    assert not list((tmp_path / "own" / "encoders").glob("*"))


async def test_STR14_a_film_that_plex_refuses_plays(
    own_cinema: StreamService,
    cinema: Cinema,
    sandbox: Sandbox,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await sandbox.order("faults", mode="refusal", match="decision")
    now = cinema.now
    for number in (0, 1, 90, 91, FILM_S // 3 - 1):
        segment = await own_cinema.segment(now, "720p", number)
        assert is_whole(segment)
        assert clock_gap_s(starts_s(segment), number * 3.0) < 0.3
        everywhere = _command_lines()
        assert not any(
            sandbox.access.token.get_secret_value() in line for line in everywhere.values()
        )
        assert not any("://" in everywhere.get(pid, "") for pid in encoders_running())
    assert own_cinema.stats()["clock_jumps"] == 0
    asked = (await sandbox.stats())["requests"]
    assert asked["/video/:/transcode/universal/decision"] >= 1
    said = capsys.readouterr()
    assert sandbox.access.token.get_secret_value() not in said.out + said.err
    assert "film_converted_here" in said.out + said.err


async def test_STR14_who_tries_three_sizes_has_each_though_two_are_made_at_a_time(
    own_cinema: StreamService, cinema: Cinema, sandbox: Sandbox
) -> None:
    await sandbox.order("faults", mode="refusal", match="decision")
    for size in ("720p", "480p", "360p", "240p"):
        own_cinema.keep_to(cinema.now, [size])
        assert is_whole(await own_cinema.segment(cinema.now, size, 0))
        assert len(encoders_running()) <= 2


async def test_STR14_where_one_run_ends_another_goes_on_unnoticed(
    own_cinema: StreamService,
    cinema: Cinema,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(encoder_command, "MOST_PIECES", 10)
    await sandbox.order("faults", mode="refusal", match="decision")
    for number in range(25):
        segment = await own_cinema.segment(cinema.now, "720p", number)
        assert clock_gap_s(starts_s(segment), number * 3.0) < 0.3
    assert own_cinema.stats()["transcodes"] == 3
    assert own_cinema.stats()["clock_jumps"] == 0


async def test_STR14_a_file_that_is_gone_is_said_to_viewers(
    own_cinema: StreamService, cinema: Cinema, sandbox: Sandbox
) -> None:
    faults = [
        {"mode": "refusal", "match": "decision"},
        {"mode": "error", "status": 404, "match": "/file."},
    ]
    await sandbox.order("faults", faults=faults)
    with pytest.raises(PlexItemGone):
        await own_cinema.segment(cinema.now, "720p", 0)


def _command_lines() -> dict[int, str]:
    """Of every process."""
    lines = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            lines[int(path.parent.name)] = line
    return lines
