"""What is known of a title before it is played: from recorded answers, and from ones we made up."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.plex import parse
from watchtogether.plex.facts import Version, version_for, versions_of, with_sound
from watchtogether.plex.playable import playing_time_ms
from watchtogether.plex.titles import PlexTitles
from watchtogether.plex.transcode import Order, start_params

RECORDED = Path(__file__).parent / "recordings"


FIRST_MS, SECOND_MS = 4_000_000, 3_500_000


def stream(kind: int, number: int, **fields: object) -> dict[str, object]:
    return {"id": number, "streamType": kind, **fields}


def versions(*media: dict[str, object]) -> tuple[Version, ...]:
    row: dict[str, object] = {
        "ratingKey": "7", "type": "movie", "title": "Film", "Media": list(media),
    }  # fmt: skip
    item = parse.item(row)
    assert item is not None
    return versions_of(item)


def media(
    *streams: dict[str, object], container: str = "mp4", **fields: object
) -> dict[str, object]:
    part: dict[str, object] = {
        "id": 70, "key": f"/library/parts/70/1/file.{container}", "container": container,
        "size": 9_000_000, "duration": 60_000, "Stream": list(streams),
    }  # fmt: skip
    return {"id": 1, "container": container, "duration": 60_000, "Part": [part], **fields}


def in_parts(*lengths_ms: int | None) -> dict[str, object]:
    """As two discs are: each part has ids of its own, and the length is that of all."""
    parts = [
        {
            "id": 70 + n, "key": f"/library/parts/{70 + n}/1/file.mp4", "container": "mp4",
            "size": 9_000_000 + n, "duration": length_ms,
            "Stream": [
                stream(1, 10 * n + 1, codec="h264", profile="high", level=40, index=0),
                stream(2, 10 * n + 2, codec="aac", languageTag="en", index=1, selected=True),
                stream(2, 10 * n + 3, codec="aac", languageTag="fr", index=2),
            ],
        }
        for n, length_ms in enumerate(lengths_ms, start=1)
    ]  # fmt: skip
    return {"id": 1, "container": "mp4", "duration": FIRST_MS + SECOND_MS, "Part": parts}


H264 = stream(1, 1, codec="h264", profile="high", level=40, width=1920, height=1080)
AAC = stream(2, 2, codec="aac", languageTag="en", selected=True)


@pytest.mark.parametrize(
    ("picture", "codec"),
    [
        ({"codec": "h264", "profile": "high", "level": 40}, "avc1.640028"),
        ({"codec": "h264", "profile": "constrained baseline", "level": "31"}, "avc1.42E01F"),
        ({"codec": "hevc", "profile": "main 10", "level": 153}, "hvc1.2.4.L153.B0"),
        ({"codec": "hevc", "profile": "main", "level": 120}, "hvc1.1.6.L120.B0"),
        ({"codec": "av1", "level": 8, "bitDepth": 10}, "av01.0.08M.10"),
        ({"codec": "vp9"}, "vp09.00.41.08"),
    ],
)
def test_the_names_that_browsers_are_asked_about(picture: dict[str, object], codec: str) -> None:
    (found,) = versions(media(stream(1, 1, **picture), AAC))
    assert found.video_type == f'video/mp4; codecs="{codec}"'
    assert found.audio_type == 'audio/mp4; codecs="mp4a.40.2"'
    assert found.playable


@pytest.mark.parametrize(
    ("container", "picture", "sound"),
    [
        ("avi", {"codec": "h264", "profile": "high", "level": 40}, {"codec": "aac"}),
        ("mp4", {"codec": "mpeg4"}, {"codec": "aac"}),
        ("mp4", {"codec": "h264", "profile": "high 4:2:2", "level": 40}, {"codec": "aac"}),
        ("mp4", {"codec": "h264", "profile": "high"}, {"codec": "aac"}),
        ("mkv", {"codec": "h264", "profile": "high", "level": 40}, {"codec": "dca"}),
    ],
)
def test_what_no_browser_plays(
    container: str, picture: dict[str, object], sound: dict[str, object]
) -> None:
    (found,) = versions(media(stream(1, 1, **picture), stream(2, 2, **sound), container=container))
    assert not found.playable


def test_a_browser_plays_the_first_sound_alone() -> None:
    french = stream(2, 3, codec="aac", languageTag="fr")
    (found,) = versions(media(H264, AAC, french))
    assert [each.on for each in found.sounds] == [True, False]
    assert found.playable
    (heard,) = with_sound((found,), "3")
    assert not heard.playable
    (silent,) = versions(media(H264))
    assert silent.playable


def test_sound_tracks_without_ids_are_converted() -> None:
    (found,) = versions(media(H264, {"streamType": 2, "codec": "aac"}))
    assert found.has_sound
    assert found.sounds == ()
    assert not found.playable


def test_the_version_that_costs_least_and_has_what_is_asked_for() -> None:
    small = media(stream(1, 1, codec="h264", height=480, width=854), AAC)
    hdr = media(stream(1, 1, codec="hevc", height=2160, width=3840, colorTrc="smpte2084"), AAC)
    full = media(
        H264,
        stream(2, 5, codec="ac3", selected=True),
        stream(3, 6, codec="pgs"),
        stream(3, 8, codec="srt"),
    )
    found = versions(small, hdr, full)

    def chosen(height: int, sound: str | None = None, burned: str | None = None) -> int | None:
        version = version_for(found, height, sound=sound, burned=burned)
        return None if version is None else version.index

    assert [chosen(240), chosen(480), chosen(720), chosen(1080)] == [0, 0, 2, 2]
    assert chosen(240, sound="5") == 2
    assert chosen(240, burned="6") == 2
    assert chosen(240, burned="8") is None
    assert found[1].hdr
    assert [each.id for each in found[2].pictures] == ["6"]


def test_STR15_several_parts_are_one_version_that_is_converted_as_a_whole() -> None:
    (found,) = versions(in_parts(FIRST_MS, SECOND_MS))
    assert found.duration_s == 7500.0
    assert [each.part_id for each in found.parts] == ["71", "72"]
    assert [each.duration_s for each in found.parts] == [4000.0, 3500.0]
    assert [each.id for each in found.sounds] == ["12", "13"]
    assert (found.video_type, found.playable) == (None, False)
    order = Order("s", RatingKey("7"), 0.0, 1280, 720, 4000, version=found)
    assert start_params(order)["partIndex"] == -1
    (alone,) = versions(in_parts(FIRST_MS))
    assert (alone.duration_s, alone.parts, alone.playable) == (4000.0, (alone,), True)
    assert start_params(replace(order, version=alone))["partIndex"] == 0


def test_STR15_where_no_part_says_how_long_it_is_the_whole_does() -> None:
    (found,) = versions(in_parts(FIRST_MS, None))
    assert found.duration_s == 7500.0


def test_a_clip_is_played_like_a_film() -> None:
    """A trailer, a music video, a home video among photos."""
    row = {"ratingKey": "7", "type": "clip", "subtype": "trailer", "title": "Trailer",
           "Media": [media(H264, AAC)]}  # fmt: skip
    item = parse.item(row)
    assert item is not None
    assert (item.kind, item.plex_type) == ("movie", "clip")
    assert playing_time_ms(item) == 60_000


def test_a_home_video_is_a_film() -> None:
    """In libraries of "other videos" Plex calls it a film of the subtype clip."""
    page = parse.page(json.loads((RECORDED / "section_all_4.json").read_text()))
    assert page.items
    assert {each.kind for each in page.items} == {"movie"}


def test_recorded_films_are_read_and_never_more_than_there_is() -> None:
    seen = 0
    for path in sorted(RECORDED.glob("item_*.json")):
        item = parse.first_item(json.loads(path.read_text()))
        for found in versions_of(item) if item else ():
            seen += 1
            assert found.part_id
            assert found.part_key.startswith("/library/parts/")
            assert len([each for each in found.sounds if each.on]) <= 1
    assert seen > 0


async def test_a_title_keeps_its_own_sound_in_mind_when_a_room_has_chosen_another() -> None:
    english = {"id": 2, "streamType": 2, "codec": "aac"}
    french = {"id": 3, "streamType": 2, "codec": "aac"}
    library = _Library([media(H264, {**english, "selected": True}, french)])
    titles = PlexTitles(library)  # type: ignore[arg-type]
    asked = (AccountId("a"), ServerId("s"), RatingKey("7"))
    (before,) = await titles.versions(*asked)
    library.media = [media(H264, english, {**french, "selected": True})]
    (after,) = await titles.versions(*asked)
    assert (
        [each.on for each in before.sounds] == [each.on for each in after.sounds] == [True, False]
    )
    (elsewhere,) = await titles.versions(AccountId("b"), *asked[1:])
    assert [each.on for each in elsewhere.sounds] == [False, True]


class _Library:
    """What the server says of the title at this moment."""

    def __init__(self, media: list[dict[str, object]]) -> None:
        self.media = media

    async def item(self, *_: object, **__: object) -> Any:  # Any: of it only `value` is read
        row = {"ratingKey": "7", "type": "movie", "title": "Film", "Media": self.media}
        return SimpleNamespace(value=parse.item(row))
