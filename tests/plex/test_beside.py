"""Subtitles of a title, at the sandbox: a file beside the film."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tests.plex.conftest import SUBTITLE, World
from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.plex import parse
from watchtogether.plex.beside import PlexBeside, Shown
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
