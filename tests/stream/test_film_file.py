"""A film's own file through the door: ranges, one fetch per block, and no more than allowed."""

import asyncio
import os

import httpx2
import pytest

from tests.stream.door import Door
from tests.stream.fakes import until, version
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


async def test_attack54_several_ranges_and_ranges_outside_are_refused(film: Door) -> None:
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


async def test_attack32_who_is_shown_out_gets_no_more_of_the_body(film: Door) -> None:
    async with film.client.stream("GET", f"{film.url}/api/stream/{film.ticket()}{FILE}") as body:
        pieces = body.aiter_raw(64 * 1024)
        got = len(await anext(pieces))
        film.stage.room.members.discard("member_1")
        with pytest.raises(httpx2.RemoteProtocolError):
            got += sum([len(piece) async for piece in pieces])
    assert got < len(CONTENT)


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
