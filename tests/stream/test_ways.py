"""What there is to watch, what each viewer is told to watch, and nothing else (STR-3, 9, 10)."""

import asyncio
from typing import Any

import httpx2

from tests.stream.door import Door
from tests.stream.fakes import ts_segment, until, version
from watchtogether.plex.facts import Sound, SubtitlePictures
from watchtogether.stream.plans import FORGOTTEN_S


async def wish(door: Door, member: str = "member_1", **fields: object) -> httpx2.Response:
    address = f"{door.url}/api/stream/{door.ticket(member)}/way"
    return await door.client.post(address, json=fields)


async def way(door: Door, member: str = "member_1", **fields: object) -> dict[str, Any]:
    answer = await wish(door, member, **fields)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_STR9_what_there_is_to_choose_from(door: Door) -> None:
    sounds = (Sound("1", "en", "English", 6, on=True), Sound("2", "fr", "French", 2, on=False))
    pictures = (SubtitlePictures("9", "de", "German (PGS)"),)
    door.stage.titles.now = (
        version(sounds=sounds, pictures=pictures),
        version(index=1, video_type=None, height=2160, hdr=True),
    )
    door.stage.room.show(sound="2")
    found = (await door.get("/ways")).json()
    assert [each["index"] for each in found["files"]] == [0]
    assert found["files"][0]["video_type"] == 'video/mp4; codecs="avc1.640028"'
    assert [each["name"] for each in found["boxes"]] == ["720p", "480p", "360p", "240p", "160p"]
    assert [(each["id"], each["on"]) for each in found["sounds"]] == [("1", False), ("2", True)]
    assert [each["id"] for each in found["pictures"]] == ["9"]
    assert found["source"]["height"] == 1080


async def test_STR10_the_plan_is_the_rooms(door: Door) -> None:
    assert (await way(door, files=[0]))["name"] == "file0"
    assert (await way(door, "member_2", quality="480p"))["why"] == "chosen"
    third = await way(door, "member_3", quality="480p")
    assert third["path"] == "1/480p/master.m3u8"
    assert third["ladder"] == "1/720p/ladder.m3u8"
    assert third["plan"] == {
        "direct": 1,
        "shared": [{"name": "480p", "viewers": 2}],
        "members": {"member_1": "file0", "member_2": "480p", "member_3": "480p"},
    }
    first = await way(door, files=[0])
    assert first["path"] == "1/file0.mp4"
    assert first["ladder"] is None


async def test_STR10_who_asks_no_more_is_forgotten(door: Door) -> None:
    await way(door, "member_2", quality="480p")
    await door.stage.clock.advance(FORGOTTEN_S + 1)
    assert (await way(door, files=[0]))["plan"]["members"] == {"member_1": "file0"}


async def test_STR10_nothing_is_converted_that_nobody_was_told_to_watch(door: Door) -> None:
    assert await door.code("/1/480p/index.m3u8") == (409, "not_planned")
    assert await door.code("/1/480p.s9/0.ts") == (409, "not_planned")
    assert door.stage.transcoder.starts == []
    await way(door, quality="480p")
    assert (await door.get("/1/480p/index.m3u8")).status_code == 200
    assert (await door.get("/1/480p/0.ts")).status_code == 200
    assert [(o.width, o.height) for o in door.stage.transcoder.starts] == [(854, 480)]


async def test_STR10_who_tries_all_sizes_leaves_one_conversion_behind(door: Door) -> None:
    for number, size in enumerate(("720p", "480p", "360p", "240p", "160p")):
        await way(door, quality=size)
        assert (await door.get(f"/1/{size}/{number}.ts")).status_code == 200
        await until(lambda: len(door.stage.transcoder.running) <= 2)
    for _ in range(4):
        await door.stage.clock.advance(5)
        assert (await door.get("/1/160p/4.ts")).status_code == 200
    await until(lambda: len(door.stage.transcoder.running) == 1)
    assert door.stage.transcoder.running == {door.stage.transcoder.starts[-1].session}


async def test_STR10_who_still_fetches_a_size_has_time_to_change(door: Door) -> None:
    stage = door.stage
    await way(door, quality="480p")
    for number in range(3):
        assert (await door.get(f"/1/480p/{number}.ts")).status_code == 200
    await way(door, quality="240p")
    for number in range(3, 9):
        assert (await door.get(f"/1/480p/{number}.ts")).status_code == 200
        await stage.clock.advance(5)
    await until(lambda: len(stage.transcoder.running) == 1)
    await stage.clock.advance(20)
    await until(lambda: not stage.transcoder.running)
    assert await door.code("/1/480p/3.ts") == (409, "not_planned")
    begun = len(stage.transcoder.starts)
    await way(door, quality="480p")
    assert (await door.get("/1/480p/3.ts")).status_code == 200
    assert len(stage.transcoder.starts) == begun, "who changes back has what is kept"


async def test_STR10_the_rooms_usual_size_stays_for_players_that_do_not_ask(door: Door) -> None:
    assert (await door.get("/1/720p/0.ts")).status_code == 200
    await way(door, quality="480p")
    for number in range(8):
        assert (await door.get(f"/1/720p/{number}.ts")).status_code == 200
        await door.stage.clock.advance(5)
    assert len(door.stage.transcoder.starts) == 1
    assert not door.stage.transcoder.stops


async def test_STR10_a_subtitle_that_the_title_does_not_have_is_not_burned(door: Door) -> None:
    door.stage.titles.now = (version(pictures=(SubtitlePictures("9", "de", "German"),)),)
    assert (await way(door, burned="8"))["name"] == "720p"
    assert (await way(door, burned="9"))["name"] == "720p.s9"
    assert (await door.get("/1/720p.s9/0.ts")).status_code == 200
    assert door.stage.transcoder.starts[-1].burned == "9"


async def test_STR3_the_playlists_of_a_rendition(door: Door) -> None:
    await way(door, quality="480p")
    one = await door.get("/1/480p/master.m3u8")
    assert one.text.splitlines()[-1] == "index.m3u8"
    ladder = (await door.get("/1/480p/ladder.m3u8")).text.splitlines()
    assert [line for line in ladder if not line.startswith("#")] == [
        f"../{name}/index.m3u8" for name in ("720p", "480p", "360p", "240p", "160p")
    ]
    for name in ("1080p", "999p", "480p.s", "480p.sx", "480", "480p.s" + "9" * 13):
        assert await door.code(f"/1/{name}/ladder.m3u8") == (404, "not_found"), name
        assert await door.code(f"/1/{name}/0.ts") == (404, "not_found"), name


async def test_a_wish_is_checked(door: Door) -> None:
    for fields in (
        {"quality": "4k"},
        {"files": [-1]},
        {"files": list(range(99))},
        {"line_kbps": 0},
        {"line_kbps": float(10**12)},
        {"burned": "../1"},
        {"account": "acc_1"},
    ):
        assert (await wish(door, **fields)).status_code == 422, fields
    assert (await wish(door, "stranger")).json()["code"] == "ticket_refused"


async def test_STR12_who_waits_is_told_for_what(door: Door) -> None:
    stage = door.stage
    assert (await door.get("/1/720p/progress")).json()["state"] == "ready"
    stage.transcoder.gate = asyncio.Event()
    asking = asyncio.create_task(door.get("/1/720p/0.ts"))
    await until(lambda: bool(stage.transcoder.starts))
    await stage.clock.advance(2.5)
    found = (await door.get("/1/720p/progress")).json()
    assert found == {"state": "starting", "for_s": 2.5, "usual_s": 4.0}
    stage.transcoder.gate.set()
    assert (await asking).status_code == 200
    ready = (await door.get("/1/720p/progress")).json()
    assert ready["state"] == "ready"
    assert ready["usual_s"] < 4.0
    late: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    stage.transcoder.answers[9] = [late]
    asking = asyncio.create_task(door.get("/1/720p/9.ts"))
    await until(lambda: 9 in stage.transcoder.fetched)
    await stage.clock.advance(1.5)
    making = (await door.get("/1/720p/progress")).json()
    assert (making["state"], making["for_s"]) == ("making", 1.5)
    late.set_result(ts_segment(9))
    assert (await asking).status_code == 200
    assert await door.code("/1/9000p/progress") == (404, "not_found")
