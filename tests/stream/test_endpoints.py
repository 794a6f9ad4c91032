"""The HTTP door: tickets, places, types, and bodies in pieces."""

import asyncio

import pytest

from tests.stream.door import Door
from tests.stream.fakes import JPEG, ts_segment, until
from watchtogether.stream.bodies import PIECE_BYTES, Sending
from watchtogether.stream.tickets import LIFETIME_S

MEDIA = "/1/720p/index.m3u8"
ALL = ("/master.m3u8", MEDIA, "/1/720p/5.ts")


async def test_STR3_from_the_master_to_a_segment(door: Door) -> None:
    master = await door.get("/master.m3u8")
    assert master.status_code == 200
    assert master.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert master.headers["cache-control"] == "no-store"
    media = await door.get("/" + master.text.splitlines()[-1])
    assert media.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert media.text.count(".ts") == 400
    segment = await door.get("/1/720p/5.ts")
    assert segment.content == ts_segment(5)
    assert segment.headers["content-type"] == "video/mp2t"
    assert segment.headers["cache-control"] == "private, max-age=3600"
    assert segment.headers["x-content-type-options"] == "nosniff"
    assert int(segment.headers["content-length"]) == len(segment.content)


async def test_STR6_subtitles_beside_the_film(door: Door) -> None:
    listed = await door.get("/subtitles")
    assert listed.headers["cache-control"] == "no-store"
    assert listed.json()["tracks"][0] == {
        "id": "7", "language": "en", "title": "English 7", "default": True,
    }  # fmt: skip
    text = await door.get("/subtitles/7.vtt")
    assert text.headers["content-type"] == "text/vtt; charset=utf-8"
    assert text.headers["x-content-type-options"] == "nosniff"
    assert text.text.splitlines() == ["WEBVTT", "", "00:00:01.000 --> 00:00:02.500", "Hello."]


async def test_STR7_chapters_and_markers_for_everybody(door: Door) -> None:
    found = await door.get("/marks")
    assert found.headers["cache-control"] == "no-store"
    assert found.json() == {
        "chapters": [{"title": "Night", "start_s": 0.0, "end_s": 60.5}],
        "markers": [{"kind": "intro", "start_s": 5.0, "end_s": 35.25}],
    }
    other = door.ticket(rating_key="other")
    assert await door.code("/marks", other) == (403, "ticket_refused")


async def test_STR8_previews_along_the_film(door: Door) -> None:
    listed = await door.get("/previews")
    assert listed.headers["cache-control"] == "no-store"
    assert listed.json() == {"interval_s": 2.0, "count": 3, "width": 320, "height": 180}
    picture = await door.get("/previews/2.jpg")
    assert picture.content == JPEG + b"2"
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.headers["cache-control"] == "private, max-age=3600"
    assert picture.headers["x-content-type-options"] == "nosniff"


async def test_STR8_only_what_is_there_and_for_who_may_watch(door: Door) -> None:
    for number in ("3", "-1", "01", "1e0", "٣", "..%2f1", "", "99999999999999999999"):
        assert await door.code(f"/previews/{number}.jpg") == (404, "not_found"), number
    other = door.ticket(rating_key="other")
    for rest in ("/previews", "/previews/0.jpg"):
        assert await door.code(rest, other) == (403, "ticket_refused")


async def test_STR6_what_cannot_be_read_is_said_and_other_titles_have_none(door: Door) -> None:
    for _ in range(3):
        for track in ("8", "9"):
            assert await door.code(f"/subtitles/{track}.vtt") == (502, "subtitle_unreadable")
    for track in ("10", "..", "7%2f8", ""):
        assert (await door.code(f"/subtitles/{track}.vtt"))[0] == 404
    refused = (403, "ticket_refused")
    assert await door.code("/subtitles", door.ticket(rating_key="other")) == refused
    assert await door.code("/subtitles/7.vtt", door.ticket(rating_key="other")) == refused


async def test_attack_52_a_bad_ticket_opens_nothing(door: Door) -> None:
    good = door.ticket()
    await door.stage.clock.advance(LIFETIME_S + 1)
    for ticket in (good, _altered(door.ticket()), "x", "a.b", "%00", "e30.e30"):
        for rest in ALL:
            assert await door.code(rest, ticket) == (403, "ticket_refused")
    assert door.stage.transcoder.starts == []


async def test_attack_53_32_the_ticket_of_somebody_gone_or_of_another_item_opens_nothing(
    door: Door,
) -> None:
    gone, other = door.ticket("member_2"), door.ticket(rating_key="8")
    for rest in ALL:
        assert (await door.get(rest, gone)).status_code == 200
    door.stage.room.members.remove("member_2")
    for rest in ALL:
        assert await door.code(rest, gone) == (403, "ticket_refused")
        assert await door.code(rest, other) == (403, "ticket_refused")
    door.stage.room.now = None
    for rest in ALL:
        assert await door.code(rest) == (403, "ticket_refused")


NO_PLACES = (
    "/1/720p/-1.ts",
    "/1/720p/01.ts",
    "/1/720p/1e3.ts",
    "/1/720p/%31%20.ts",
    "/1/720p/٣.ts",
    "/1/720p/5.ts.ts",
    "/1/720p/5.mp4",
    "/1/720p/..%2f..%2f5.ts",
    "/1/720p/%2e%2e/5.ts",
    "/1/720p/5%00.ts",
    "/1/720p/99999999999999999999.ts",
    "/1/720p/400.ts",
    "/1/1080p/5.ts",
    "/1/4k/index.m3u8",
    "/1/http:%2f%2fevil/index.m3u8",
    "/2/720p/5.ts",
    "/x/720p/index.m3u8",
    "/",
)


async def test_attack_46_47_only_numbers_and_the_rooms_rendition_exist(door: Door) -> None:
    for rest in NO_PLACES:
        assert await door.code(rest) == (404, "not_found"), rest


async def test_what_the_room_left_behind_is_gone(door: Door) -> None:
    door.stage.room.show(generation=3)
    assert await door.code("/1/720p/5.ts") == (410, "generation_over")
    assert await door.code("/2/720p/index.m3u8") == (410, "generation_over")
    assert (await door.get("/3/720p/5.ts")).status_code == 200


async def test_attack_49_a_query_and_headers_of_a_client_reach_nobody(door: Door) -> None:
    answer = await door.get("/1/720p/5.ts?X-Plex-Token=x&protocol=dash&path=/etc", Host="evil")
    assert answer.content == ts_segment(5)
    (order,) = door.stage.transcoder.starts
    assert order.rating_key == "7"


async def test_attack_54_a_thousand_ranges_are_one_whole_segment(door: Door) -> None:
    ranges = ",".join(f"{n}-{n}" for n in range(1000))
    answer = await door.get("/1/720p/5.ts", Range=f"bytes={ranges}")
    assert answer.status_code == 200
    assert answer.content == ts_segment(5)
    assert answer.headers["accept-ranges"] == "none"


async def test_a_large_segment_comes_whole(door: Door) -> None:
    large = ts_segment(6, packets=20_000)
    assert len(large) > 5 * PIECE_BYTES
    door.stage.transcoder.answers[6] = [large]
    assert (await door.get("/1/720p/6.ts")).content == large


async def test_HEAD_says_the_same_and_fetches_no_segment(door: Door) -> None:
    base = f"{door.url}/api/stream/{door.ticket()}"
    listed = await door.client.head(base + MEDIA)
    assert listed.status_code == 200
    assert listed.content == b""
    segment = await door.client.head(base + "/1/720p/200.ts")
    assert segment.status_code == 200
    assert segment.headers["content-type"] == "video/mp2t"
    assert 200 not in door.stage.transcoder.fetched


async def test_a_client_that_leaves_ends_its_own_wait_alone(door: Door) -> None:
    late: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    door.stage.transcoder.answers[4] = [late]
    leaving = asyncio.create_task(door.get("/1/720p/4.ts"))
    staying = asyncio.create_task(door.get("/1/720p/4.ts", door.ticket("member_2")))
    await until(lambda: _waiters(door, 4) == 2)
    leaving.cancel()
    await until(lambda: _waiters(door, 4) == 1)
    late.set_result(ts_segment(4))
    assert (await staying).content == ts_segment(4)
    assert door.stage.transcoder.fetched.count(4) == 1


async def test_when_everybody_has_left_the_fetch_gives_way(door: Door) -> None:
    await door.get("/1/720p/0.ts")
    late: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    door.stage.transcoder.answers[9] = [late]
    leaving = asyncio.create_task(door.get("/1/720p/9.ts"))
    await until(lambda: 9 in door.stage.transcoder.fetched)
    leaving.cancel()
    await until(lambda: _waiters(door, 9) == 0)
    assert (await door.get("/1/720p/5.ts")).content == ts_segment(5)
    assert late.cancelled()


async def test_attack_65_no_ticket_is_logged(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    ticket = door.ticket()
    for rest in ("/master.m3u8", MEDIA, "/1/720p/5.ts", "/1/720p/900.ts"):
        await door.get(rest, ticket)
    said = capsys.readouterr()
    assert ticket not in said.out + said.err


def _altered(ticket: str) -> str:
    return ticket[:-2] + ("A" if ticket[-2] != "A" else "B") + ticket[-1]


def _waiters(door: Door, number: int) -> int:
    sessions = door.stage.service._sessions.values()
    flights = [flight for session in sessions for flight in session._reader.flights]
    return sum(flight.waiters for flight in flights if flight.number == number)


async def test_STR13_what_is_held_already_is_not_sent_again(door: Door) -> None:
    first = await door.get("/1/720p/5.ts")
    again = await door.get("/1/720p/5.ts", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await door.get("/1/720p/6.ts", **{"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200
    assert other.headers["etag"] != first.headers["etag"]


async def test_STR13_a_proxy_that_can_is_told_where_the_file_lies(door: Door) -> None:
    sending = Sending(accel="/kept/")
    first = await door.quick("/1/720p/5.ts", sending=sending)  # fetched, and so sent by us
    assert first.content == ts_segment(5)
    await until(lambda: door.stage.service.file_of(door.stage.now, "720p", 5) is not None)
    passed = await door.quick("/1/720p/5.ts", sending=sending)
    assert passed.content == b""
    place = passed.headers["x-accel-redirect"]
    assert place.startswith("/kept/")
    kept = door.stage.folder / "cache" / "segments" / place.removeprefix("/kept/")
    assert kept.read_bytes() == ts_segment(5)
    refused = await door.quick("/1/720p/5.ts", _altered(door.ticket()), sending)
    assert refused.json()["code"] == "ticket_refused"


async def test_STR13_the_quick_door_answers_as_the_router_does(door: Door) -> None:
    for rest, ticket in (
        ("/1/720p/5.ts", door.ticket()),
        ("/0/720p/5.ts", door.ticket()),
        ("/1/720p/999.ts", door.ticket()),
        ("/1/9000p/5.ts", door.ticket()),
        ("/1/720p/5.ts", _altered(door.ticket())),
    ):
        usual, quick = await door.get(rest, ticket), await door.quick(rest, ticket)
        assert (quick.status_code, quick.content) == (usual.status_code, usual.content), rest
        kept = ("content-type", "cache-control", "etag")
        assert [quick.headers.get(n) for n in kept] == [usual.headers.get(n) for n in kept]


async def test_STR13_for_a_cache_in_front_each_address_names_its_bytes(door: Door) -> None:
    plain = await door.stage.service.playlist(door.stage.now, "720p")
    named = await door.stage.service.playlist(door.stage.now, "720p", named=True)
    assert b"of=" not in plain
    lines = [line for line in named.decode().splitlines() if not line.startswith("#")]
    number, _, content = lines[5].partition(".ts?of=")
    assert (number, len(content)) == ("5", 40)
    edge = Sending(edge=True)
    good = await door.quick(f"/1/720p/5.ts?of={content}", sending=edge)
    assert good.content == ts_segment(5)
    assert good.headers["etag"] == f'"{content}-5"'
    assert good.headers["cdn-cache-control"] == "public, max-age=3600"
    assert good.headers["x-accel-expires"] == "3600"
    assert good.headers["cache-control"] == "private, max-age=3600"


async def test_STR13_a_cache_in_front_keeps_nothing_under_an_address_that_names_no_bytes(
    door: Door,
) -> None:
    """Else its key, which is the name and the number, would be the same for all films."""
    edge = Sending(edge=True)
    (content, _, _) = (
        (await door.quick("/1/720p/5.ts", sending=edge)).headers["etag"].partition("-")
    )
    content = content.strip('"')
    for held in ({}, {"If-None-Match": f'"{content}-5"'}):
        unnamed = await door.quick("/1/720p/5.ts", sending=edge, **held)
        assert unnamed.status_code == (304 if held else 200)
        assert "cdn-cache-control" not in unnamed.headers
        assert "x-accel-expires" not in unnamed.headers
    other = content[::-1]
    for query in (
        f"of={other}",
        "of=",
        f"of={other}&of={content}",
        f"of={content}&of={other}",
        f"OF={other}&of={content}",
        f"%6ff={content}",
        f"x=1&of={content}",
    ):
        answer = await door.quick(f"/1/720p/5.ts?{query}", sending=edge)
        assert answer.json()["code"] == "not_found", query
        asked = await door.quick(f"/1/720p/5.ts?{query}")
        assert asked.content == ts_segment(5), "without a cache in front it says nothing"
