"""A film's own file through the door: ranges, one fetch per block, and no more than allowed."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import structlog

from tests.stream.door import Door
from tests.stream.fakes import Stage, until, version
from watchtogether.plex.errors import PlexItemGone, PlexSlow, PlexUnreachable
from watchtogether.plex.facts import Sound
from watchtogether.stream.film_file import BLOCK_BYTES

CONTENT = os.urandom(BLOCK_BYTES) * 5 + b"the end"
FILE = "/1/file0.mp4"


@pytest.fixture
def film(door: Door) -> Door:
    door.stage.files.content = CONTENT
    door.stage.titles.now = (version(size_bytes=len(CONTENT)),)
    return door


async def test_STR11_the_whole_file_and_its_ranges(film: Door) -> None:
    whole = await film.get(FILE)
    assert whole.status_code == 200
    assert whole.content == CONTENT
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["accept-ranges"] == "bytes"
    for asked, start, end in (
        ("bytes=0-0", 0, 1),
        ("bytes=5-", 5, len(CONTENT)),
        ("bytes=-3", len(CONTENT) - 3, len(CONTENT)),
        (f"bytes={BLOCK_BYTES - 2}-{BLOCK_BYTES + 1}", BLOCK_BYTES - 2, BLOCK_BYTES + 2),
        ("bytes=3-99999999999", 3, len(CONTENT)),
    ):
        part = await film.get(FILE, Range=asked)
        assert part.status_code == 206, asked
        assert part.content == CONTENT[start:end], asked
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{len(CONTENT)}"


async def test_attack_54_several_ranges_and_ranges_outside_are_refused(film: Door) -> None:
    many = "bytes=" + ",".join(f"{n}-{n}" for n in range(1_000))
    for asked in (many, "bytes=9-3", f"bytes={len(CONTENT)}-", "bytes=-", "bytes=-0", "lines=1-2"):
        answer = await film.get(FILE, Range=asked)
        assert (answer.status_code, answer.json()["code"]) == (416, "range_refused"), asked
    assert film.stage.files.reads == []


async def test_STR11_what_is_held_already_is_not_sent_again(film: Door) -> None:
    tag = (await film.get(FILE, Range="bytes=0-0")).headers["etag"]
    again = await film.get(FILE, **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = await film.get(FILE, **{"If-Range": '"other"', "Range": "bytes=0-0"})
    assert other.status_code == 200


async def test_STR11_each_block_is_fetched_once_for_all(film: Door) -> None:
    async with asyncio.TaskGroup() as viewers:
        bodies = [viewers.create_task(film.get(FILE)) for _ in range(12)]
    assert all(body.result().content == CONTENT for body in bodies)
    assert sorted(film.stage.files.reads) == [
        (n * BLOCK_BYTES, min(BLOCK_BYTES, len(CONTENT) - n * BLOCK_BYTES)) for n in range(6)
    ]
    assert film.stage.files.announced == 1
    again = await film.get(FILE, Range="bytes=7-9")
    assert again.content == CONTENT[7:10]
    assert len(film.stage.files.reads) == 6


async def test_STR11_only_what_a_browser_may_play_with_the_rooms_sound(film: Door) -> None:
    refused = (404, "not_found")
    for rest in ("/1/file1.mp4", "/1/file0.mkv", "/1/file00.mp4", "/2/file0.mp4"):
        assert await film.code(rest) == refused, rest
    film.stage.room.show(generation=2)
    assert await film.code(FILE) == (410, "generation_over")
    sounds = (Sound("1", "en", "E", 2, on=True), Sound("2", "fr", "F", 2, on=False))
    film.stage.titles.now = (version(size_bytes=len(CONTENT), sounds=sounds),)
    film.stage.room.show(generation=1, sound="2")
    assert await film.code(FILE) == refused
    film.stage.room.show(sound="1")
    assert (await film.get(FILE, Range="bytes=0-1")).status_code == 206
    assert await film.code(FILE, film.ticket(member="stranger")) == (403, "ticket_refused")


async def test_attack_32_who_is_shown_out_gets_no_more_of_the_body(
    film: Door, caplog: pytest.LogCaptureFixture
) -> None:
    with structlog.testing.capture_logs() as logged:
        async with film.client.stream(
            "GET", f"{film.url}/api/stream/{film.ticket()}{FILE}"
        ) as body:
            pieces = body.aiter_raw(64 * 1024)
            got = len(await anext(pieces))
            film.stage.room.members.discard("member_1")
            with pytest.raises(httpx2.RemoteProtocolError):
                got += sum([len(piece) async for piece in pieces])
        assert got < len(CONTENT)
    _assert_quiet(caplog, logged, "not_found")


async def test_STR11_a_body_that_plex_ends_breaks_off_and_is_no_crash(
    film: Door, caplog: pytest.LogCaptureFixture
) -> None:
    address = f"{film.url}/api/stream/{film.ticket()}{FILE}"
    film.stage.files.gone_from = 3 * BLOCK_BYTES
    got = bytearray()
    with structlog.testing.capture_logs() as logged:
        async with film.client.stream("GET", address) as body:
            with pytest.raises(httpx2.RemoteProtocolError):
                await _read_into(got, body)
    assert body.headers["content-length"] == str(len(CONTENT))
    assert got == CONTENT[: 3 * BLOCK_BYTES]
    _assert_quiet(caplog, logged, "plex_item_gone")


async def _read_into(got: bytearray, body: httpx2.Response) -> None:
    async for piece in body.aiter_raw(64 * 1024):
        got += piece


def _assert_quiet(
    caplog: pytest.LogCaptureFixture, logged: list[structlog.typing.EventDict], code: str
) -> None:
    """Said once, as what happened; nothing is a crash."""
    said = [each for each in logged if each["event"] == "file_body_broken_off"]
    assert [(each["code"], each["log_level"]) for each in said] == [(code, "info")]
    assert all(each["log_level"] != "error" for each in logged)
    assert [record for record in caplog.records if record.exc_info] == []


async def test_a_read_that_fails_is_tried_again_and_then_said(film: Door) -> None:
    film.stage.files.errors = [PlexSlow()]
    asking = asyncio.create_task(film.get(FILE, Range="bytes=0-5"))
    await until(lambda: len(film.stage.files.reads) >= 2 and bool(film.stage.clock._sleepers))
    await film.stage.clock.advance(1.0)
    assert (await asking).content == CONTENT[:6]
    film.stage.files.content = b"x" * len(CONTENT)
    film.stage.titles.now = (version(size_bytes=len(CONTENT), part_key="/other"),)
    film.stage.files.errors = [PlexItemGone()] * 6
    assert await film.code(FILE) == (404, "plex_item_gone")
    film.stage.files.errors = [PlexUnreachable() for _ in range(30)]
    asking = asyncio.create_task(film.get(FILE))
    while not asking.done():
        await asyncio.sleep(0.005)
        await film.stage.clock.advance(1.0)
    assert asking.result().json()["code"] == "plex_unreachable"
    assert film.stage.doubted


async def test_STR5_plex_hears_of_it_every_10_s_and_at_the_end(film: Door) -> None:
    await film.get(FILE, Range="bytes=0-5")
    await until(lambda: len(film.stage.files.reads) == 5)
    for _ in range(7):
        await film.stage.clock.advance(10.0)
    await until(lambda: film.stage.service.stats()["files"] == 0)
    states = [moment.state for moment in film.stage.files.moments]
    assert states == ["playing"] * (len(states) - 1) + ["stopped"]
    assert len(states) >= 5
    assert (await film.get(FILE, Range="bytes=0-5")).status_code == 206


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Without the door; the film has 64 blocks."""
    stage = Stage(tmp_path)
    stage.files.content = bytes(64 * BLOCK_BYTES)
    stage.titles.now = (version(size_bytes=64 * BLOCK_BYTES),)
    async with stage.service.run():
        yield stage


def _block(stage: Stage, number: int) -> asyncio.Task[bytes]:
    return asyncio.create_task(stage.service.block(stage.now, stage.titles.now[0], number))


def _numbers(stage: Stage) -> list[int]:
    """The blocks that Plex was asked for, in this order."""
    return [start // BLOCK_BYTES for start, _ in stage.files.reads]


async def test_STR11_after_a_look_up_that_failed_plex_is_asked_again(stage: Stage) -> None:
    await _block(stage, 0)
    stage.files.gone_from = 10 * BLOCK_BYTES
    with pytest.raises(PlexItemGone):
        await _block(stage, 30)
    stage.files.gone_from = None
    stage.access_error = PlexUnreachable()
    for _ in range(3):
        with pytest.raises(PlexUnreachable):
            await _block(stage, 40)
    stage.access_error = None
    with pytest.raises(PlexUnreachable):  # still, for a moment: nobody is to be asked too often
        await _block(stage, 40)
    await stage.clock.advance(2.1)
    assert len(await _block(stage, 40)) == BLOCK_BYTES
    assert stage.files.announced == 2


async def test_STR11_a_seek_waits_for_nothing_that_nobody_wants_any_more(stage: Stage) -> None:
    stage.files.gate = asyncio.Event()
    for place in range(0, 54, 6):
        scrub = _block(stage, place)
        await until(lambda: place in _numbers(stage))  # noqa: B023 - awaited within the turn
        scrub.cancel()
        await asyncio.wait([scrub])
    wanted = _block(stage, 60)
    await until(lambda: 60 in _numbers(stage))
    assert len(stage.files.reads) < 20
    stage.files.gate.set()
    assert len(await wanted) == BLOCK_BYTES
    await until(lambda: _numbers(stage)[-1] == 63)
    assert stage.files.most_at_once <= 3, "two, and one that is being given up"


async def test_STR11_who_waits_goes_before_what_is_read_ahead(stage: Stage) -> None:
    stage.files.gate = asyncio.Event()
    first = _block(stage, 10)
    await until(lambda: _numbers(stage) == [10, 11])
    second = _block(stage, 40)
    await until(lambda: _numbers(stage) == [10, 11, 40])
    third = _block(stage, 13)
    stage.files.gate.set()
    for viewer in (first, second, third):
        assert len(await viewer) == BLOCK_BYTES
    assert _numbers(stage)[3] == 13
    await until(lambda: 17 in _numbers(stage))
    assert not {12, 42, 43, 44} & set(_numbers(stage)), "only what comes after the last read"


async def test_STR11_a_block_is_given_before_it_lies_on_the_disk(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = threading.Event()
    write = stage.service._cache._write

    def write_slowly(path: Path, draft: str, block: bytes) -> None:
        slow.wait(10)
        write(path, draft, block)

    monkeypatch.setattr(stage.service._cache, "_write", write_slowly)
    try:
        async with asyncio.timeout(5):
            assert len(await _block(stage, 63)) == BLOCK_BYTES
            assert len(await _block(stage, 63)) == BLOCK_BYTES
    finally:
        slow.set()
    assert _numbers(stage) == [63]


async def test_a_client_that_leaves_waits_no_more_for_its_first_block(film: Door) -> None:
    film.stage.files.gate = asyncio.Event()
    leaving = asyncio.create_task(film.get(FILE))
    await until(lambda: _waiters(film) == 1)
    leaving.cancel()
    await until(lambda: _waiters(film) == 0)


def _waiters(film: Door) -> int:
    sessions = film.stage.service._readings.values()
    return sum(each.waiters for s in sessions for each in s._blocks._flights.values())
