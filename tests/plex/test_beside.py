"""Subtitles of a title, at the sandbox: a file beside the film."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tests.plex.conftest import SUBTITLE, World
from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.plex import parse
from watchtogether.plex.beside import PlexBeside, Shown, SubtitleTrack
from watchtogether.plex.errors import PlexItemGone


async def test_what_a_title_has_and_what_one_says(world: World) -> None:
    olive: AccountId = await world.account("olive")
    subtitles = PlexBeside(world.service, world.http)
    shown = Shown(olive, world.server_id, world.key_of("Night Mail"), 720)
    (track,) = await subtitles.tracks(shown)
    assert track.language == "en"
    text = await subtitles.text(olive, world.server_id, track.id)
    assert text.decode() == SUBTITLE
    assert await subtitles.tracks(replace(shown, rating_key=world.key_of("The Long Way"))) == ()


@pytest.mark.parametrize("odd", ["", "..", "1/../2", "9999999", "x"])
async def test_what_is_no_track_is_not_asked_for(world: World, odd: str) -> None:
    olive = await world.account("olive")
    with pytest.raises(PlexItemGone):
        await PlexBeside(world.service, world.http).text(olive, world.server_id, odd)


class _Title:
    """A title of several versions, as the library tells of it."""

    def __init__(self, *media: dict[str, object]) -> None:
        row = {"ratingKey": "7", "type": "movie", "title": "Film", "Media": list(media)}
        self._item = parse.item(row)

    async def item(self, *_: object, **__: object) -> Any:  # Any: of it only `value` is read
        return SimpleNamespace(value=self._item)


def _version(
    number: int, height: int, *, subtitle: int | None = None, seconds: float = 60.0
) -> dict[str, object]:
    streams: list[dict[str, object]] = [
        {"id": 10 * number, "streamType": 1, "codec": "h264", "height": height},
        {"id": 10 * number + 1, "streamType": 2, "codec": "aac", "selected": True},
    ]
    if subtitle is not None:
        streams.append({"id": subtitle, "streamType": 3, "codec": "srt", "languageTag": "en"})
    part = {
        "id": 70 + number, "key": f"/library/parts/7{number}/1/file.mkv", "container": "mkv",
        "size": 9_000_000, "duration": seconds * 1000, "Stream": streams,
    }  # fmt: skip
    return {"id": number, "container": "mkv", "duration": seconds * 1000, "Part": [part]}


def _in_parts(*subtitles: list[tuple[int, str]], seconds: float | None = 60.0) -> dict[str, object]:
    """A version of as many parts, each with these subtitles: number and language."""
    media = _version(1, 1080)
    length_ms = seconds * 1000 if seconds is not None else None
    media["Part"] = [
        {
            "id": 70 + n, "key": f"/library/parts/7{n}/1/file.mkv", "container": "mkv",
            "size": 9_000_000, "duration": length_ms, "indexes": "sd",
            "Stream": [
                {"id": number, "streamType": 3, "codec": "srt", "languageTag": language}
                for number, language in each
            ],
        }
        for n, each in enumerate(subtitles)
    ]  # fmt: skip
    return media


async def _tracks(*media: dict[str, object]) -> tuple[SubtitleTrack, ...]:
    beside = PlexBeside(_Title(*media), None)  # type: ignore[arg-type]
    return await beside.tracks(Shown(AccountId("a"), ServerId("s"), RatingKey("7"), 720))


async def test_STR15_subtitles_go_on_in_the_next_part_in_their_language() -> None:
    first, second = [(5, "en"), (6, "de")], [(7, "de"), (8, "en"), (9, "en")]
    tracks = await _tracks(_in_parts(first, second))
    assert [(each.id, each.language, each.pieces) for each in tracks] == [
        ("5", "en", (("5", 0), ("8", 60_000))),
        ("6", "de", (("6", 0), ("7", 60_000))),
        ("9", "en", (("9", 60_000),)),
    ]


async def test_STR15_after_a_part_of_unknown_length_there_are_none() -> None:
    (track,) = await _tracks(_in_parts([(5, "en")], [(8, "en")], seconds=None))
    assert track.files == (("5", 0),)


async def _ids(*media: dict[str, object], height: int = 720, sound: str | None = None) -> list[str]:
    beside = PlexBeside(_Title(*media), None)  # type: ignore[arg-type]
    shown = Shown(AccountId("a"), ServerId("s"), RatingKey("7"), height, sound)
    return [each.id for each in await beside.tracks(shown)]


async def test_STR6_subtitles_are_those_of_the_version_that_is_converted() -> None:
    large, small = _version(1, 2160, subtitle=5), _version(2, 1080, subtitle=6)
    assert await _ids(large, small) == ["6"]
    assert await _ids(large, small, height=2160) == ["5"]
    assert await _ids(large, small, sound="11") == ["5"]


async def test_STR6_or_else_of_one_of_the_same_cut() -> None:
    silent = _version(2, 1080)
    assert await _ids(_version(1, 2160, subtitle=5, seconds=60.5), silent) == ["5"]
    assert await _ids(_version(1, 2160, subtitle=5, seconds=64.0), silent) == []
    assert await _ids() == []
