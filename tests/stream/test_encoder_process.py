"""The encoder as a process: held, counted, forgotten, killed; nothing is left of it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path

import pytest

from tests.stream.fakes import ScriptedFile, until
from tests.stream.own_films import (
    ACCESS,
    a_piece,
    an_order,
    encoders_running,
    environment_of,
    film_version,
    make_film,
    own_over,
    state_of,
)
from tests.support.clock import FakeClock
from watchtogether.plex.transcode import Missing, Transcode
from watchtogether.stream.encoder import HELD_AHEAD_S
from watchtogether.stream.errors import EncoderBusy
from watchtogether.stream.own_transcoder import ABANDONED_S


@pytest.fixture(scope="module")
def film_mp4(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_film(tmp_path_factory.mktemp("film") / "film.mp4", rate="8")


async def test_STR14_the_encoder_keeps_near_what_is_asked(
    film_mp4: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHTOGETHER_SECRET_KEY", "not for children")
    ahead = int(HELD_AHEAD_S / 3)
    async with own_over(ScriptedFile(film_mp4), tmp_path) as own:
        job = await own.start(ACCESS, an_order(film_version(film_mp4), "held"))
        (encoder,) = own.encoders
        await until(lambda: encoder.paused, 20)
        pid = encoder.pid
        assert pid is not None
        await until(lambda: state_of(pid) == "T")
        assert b"not for children" not in environment_of(pid)
        assert ahead <= encoder.head <= ahead + 2
        assert isinstance(await own.segment(ACCESS, job, 3), bytes)
        await until(lambda: encoder.head >= ahead + 3, 20)
        assert len(list((tmp_path / "encoders").glob("*/*.ts"))) <= ahead + 6
        await own.stop(ACCESS, "held")
        assert not list((tmp_path / "encoders").glob("*"))
        assert not encoders_running()
        assert await own.segment(ACCESS, job, 3) is Missing.LOST
        assert not await own.ping(ACCESS, "held")


@pytest.mark.long
async def test_STR14_pieces_far_behind_are_deleted(tmp_path: Path) -> None:
    content = await asyncio.to_thread(make_film, tmp_path / "long.mp4", rate="1", seconds=420)
    film = film_version(content, duration_s=420.0, frame_rate=1.0, has_sound=False)
    async with own_over(ScriptedFile(content), tmp_path) as own:
        job = await own.start(ACCESS, an_order(film, "long"))
        for number in range(0, 136, 15):
            await a_piece(own, job, number)
        (encoder,) = own.encoders
        await until(lambda: not encoder.running, 20)
        kept = sorted(int(path.stem) for path in (tmp_path / "encoders").glob("*/*.ts"))
        assert kept == list(range(35, 140))
        assert await own.segment(ACCESS, job, 0) is Missing.NOT_READY
        assert await own.ping(ACCESS, "long"), "it has ended as it should"


async def test_STR14_at_most_so_many_at_a_time(film_mp4: bytes, tmp_path: Path) -> None:
    film = film_version(film_mp4)
    async with own_over(ScriptedFile(film_mp4), tmp_path, most=1) as own:
        await own.start(ACCESS, an_order(film, "one"))
        with pytest.raises(EncoderBusy):
            await own.start(ACCESS, an_order(film, "two"))
        await own.stop(ACCESS, "one")
        await own.start(ACCESS, an_order(film, "three"))


async def test_STR14_an_encoder_that_nobody_asks_makes_room(
    film_mp4: bytes, tmp_path: Path
) -> None:
    """One that is held, as in a paused room, counts like all; being kept alive is no asking."""
    clock, film = FakeClock(), film_version(film_mp4)
    async with own_over(ScriptedFile(film_mp4), tmp_path, clock=clock, most=2) as own:
        one = await own.start(ACCESS, an_order(film, "one"))
        two = await own.start(ACCESS, an_order(film, "two"))
        await clock.advance(9)
        assert await own.ping(ACCESS, "two")
        await a_piece(own, one, 1)
        waiting = asyncio.create_task(own.start(ACCESS, an_order(film, "three")))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        await clock.advance(2)
        await waiting
        with pytest.raises(EncoderBusy):
            await _within(clock, own.start(ACCESS, an_order(film, "four")))
        assert await own.segment(ACCESS, two, 1) is Missing.LOST
        assert not await own.ping(ACCESS, "two")
        await a_piece(own, one, 2)
        assert len(encoders_running()) == 2


async def _within(clock: FakeClock, work: Coroutine[None, None, Transcode]) -> Transcode:
    """As it ends while the clock goes on."""
    task = asyncio.create_task(work)
    while not task.done():
        await asyncio.sleep(0.005)
        await clock.advance(0.5)
    return task.result()


async def test_STR14_a_forgotten_encoder_is_ended(film_mp4: bytes, tmp_path: Path) -> None:
    clock = FakeClock()
    async with own_over(ScriptedFile(film_mp4), tmp_path, clock=clock) as own:
        await own.start(ACCESS, an_order(film_version(film_mp4), "forgotten"))
        await clock.advance(ABANDONED_S - 5)
        assert await own.ping(ACCESS, "forgotten")
        await clock.advance(ABANDONED_S - 5)
        assert own.encoders
        await clock.advance(20)
        await until(lambda: not own.encoders and not encoders_running())


async def test_STR14_an_encoder_that_is_killed_is_lost_and_begins_anew(
    film_mp4: bytes, tmp_path: Path
) -> None:
    film = film_version(film_mp4)
    async with own_over(ScriptedFile(film_mp4), tmp_path) as own:
        job = await own.start(ACCESS, an_order(film, "killed"))
        (encoder,) = own.encoders
        assert encoder.pid is not None
        os.kill(encoder.pid, signal.SIGKILL)
        await until(lambda: encoder.failed)
        assert await own.segment(ACCESS, job, 70) is Missing.LOST
        assert not await own.ping(ACCESS, "killed")
        await own.stop(ACCESS, "killed")
        again = await own.start(ACCESS, an_order(film, "again", 210.0))
        await a_piece(own, again, 70)


async def test_STR14_no_encoder_outlives_a_server_that_is_killed(
    film_mp4: bytes, tmp_path: Path
) -> None:
    """Not even one that stands still; and its pieces are removed at the next start."""
    (tmp_path / "film.mp4").write_bytes(film_mp4)
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.stream.own_transcoder_process", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert server.stdout is not None
    lines = [line async for line in until_pid(server.stdout)]
    pid = int(lines[-1].split()[1])
    os.kill(pid, signal.SIGSTOP)
    await until(lambda: state_of(pid) == "T")
    server.kill()
    await server.wait()
    await until(lambda: not Path(f"/proc/{pid}").exists() or state_of(pid) == "Z")
    assert list((tmp_path / "encoders").glob("*/*.ts"))
    async with own_over(ScriptedFile(film_mp4), tmp_path):
        assert not list((tmp_path / "encoders").glob("*"))


async def until_pid(said: asyncio.StreamReader) -> AsyncIterator[bytes]:
    async for line in said:
        yield line
        if line.startswith(b"pid "):
            return
