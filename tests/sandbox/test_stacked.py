"""A film in several parts, as rips of two discs are: listed as one, joined, and each part alone."""

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path, PurePath
from typing import Any

import imageio_ffmpeg
import pytest

from plexsandbox.naming import part_name
from tests.sandbox.client import Client, Playback
from tests.sandbox.conftest import opened
from tests.sandbox.media import Clip, make_clip
from tests.support.coded_film import make_coded_film, numbers_in

FPS = 30
FIRST_S, SECOND_S = 7, 5
WHOLE_S = FIRST_S + SECOND_S
_WORDS = "1\n00:00:01,000 --> 00:00:02,000\n{}\n"


@pytest.fixture(scope="module")
def discs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`Two Discs`, whose pictures are numbered through, and `Two Tongues` with two sounds each."""
    media = tmp_path_factory.mktemp("discs")
    folder = media / "Movies" / "Two Discs (2005)"
    first, second = folder / "Two Discs (2005) - cd1.mp4", folder / "Two Discs (2005) - cd2.mp4"
    make_coded_film(first, FIRST_S, FPS)
    make_coded_film(second, SECOND_S, FPS, first=FIRST_S * FPS)
    for path, words in ((first, "Hello."), (second, "Goodbye.")):
        path.with_suffix(".en.srt").write_text(_WORDS.format(words))
    tongues = media / "Movies" / "Two Tongues (2006)"
    for number, languages in ((1, ("eng", "fra")), (2, ("fra", "eng"))):
        path = tongues / f"Two Tongues (2006) - pt{number}.mkv"
        make_clip(Clip(path, seconds=3, languages=languages))
    return media


@pytest.fixture
async def plexbox(discs: Path, tmp_path: Path) -> AsyncIterator[Client]:
    media = tmp_path / "media"
    media.mkdir()
    (media / "Movies").symlink_to(discs / "Movies")
    async with opened(media) as client:
        yield client


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Film (2020) - part1.mkv", ("Film (2020)", 1)),
        ("Film - CD2.avi", ("Film", 2)),
        ("Film - pt 3.avi", ("Film", 3)),
        ("Film - disc2.mkv", ("Film", 2)),
        ("Film - part10.mkv", None),
        ("Film part1.mkv", None),
        ("Film - 1080p.mkv", None),
    ],
)
def test_the_names_of_parts(name: str, part: tuple[str, int] | None) -> None:
    assert part_name(PurePath(name)) == part


async def media_of(client: Client, title: str) -> dict[str, Any]:
    key = await client.key_of(title)
    (item,) = (await client.get(f"/library/metadata/{key}"))["Metadata"]
    (media,) = item["Media"]
    assert item["duration"] == media["duration"]
    found: dict[str, Any] = media
    return found


async def test_parts_are_one_version_as_long_as_all(plexbox: Client) -> None:
    media = await media_of(plexbox, "Two Discs")
    parts = media["Part"]
    assert [round(part["duration"] / 1000, 1) for part in parts] == [FIRST_S, SECOND_S]
    assert media["duration"] == sum(part["duration"] for part in parts)
    assert [part["file"][-7:] for part in parts] == ["cd1.mp4", "cd2.mp4"]
    assert len({part["id"] for part in parts}) == len({part["key"] for part in parts}) == 2
    streams = [stream["id"] for part in parts for stream in part["Stream"]]
    assert len(set(streams)) == len(streams) == 6
    for part in parts:
        file = await plexbox.ask(part["key"])
        assert len(file.content) == part["size"]
    words = parts[1]["Stream"][-1]
    assert "Goodbye." in (await plexbox.ask(f"/library/streams/{words['id']}.srt")).text


def lengths_of(playlist: str) -> list[float]:
    lines = [line for line in playlist.splitlines() if line.startswith("#EXTINF")]
    return [float(line[8:].split(",")[0]) for line in lines]


async def numbers(playback: Playback, segment: int) -> list[int | None]:
    answer = await playback.segment(segment)
    assert answer.status_code == 200
    return numbers_in(answer.content)


def shown_in(segment: int) -> list[int]:
    return list(range(segment * FPS, (segment + 1) * FPS))


@pytest.mark.parametrize("join", [{"partIndex": -1}, {"partIndex": ""}])
async def test_joined_they_play_through_without_a_seam(
    plexbox: Client, join: dict[str, object]
) -> None:
    playback = await Playback.of(plexbox, "Two Discs", **join)
    assert sum(lengths_of(await playback.begin())) == pytest.approx(WHOLE_S, abs=0.05)
    segments = [(await playback.segment(n)).content for n in range(WHOLE_S)]
    assert [numbers_in(each) for each in segments] == [shown_in(n) for n in range(WHOLE_S)]
    heard = _samples(b"".join(segments))
    assert len(heard) == pytest.approx(WHOLE_S * 48_000, rel=0.005)
    quiet = [at for at in range(0, len(heard) - 4800, 480) if not any(heard[at : at + 480])]
    assert len(quiet) <= 4, "not silent at the seam for more than a few frames of sound"


@pytest.mark.parametrize("segment", [FIRST_S - 1, FIRST_S, FIRST_S + 1, WHOLE_S - 1])
async def test_a_seek_lands_on_the_joined_timeline(plexbox: Client, segment: int) -> None:
    playback = await Playback.of(plexbox, "Two Discs", partIndex=-1, offset=segment)
    await playback.begin()
    for number in range(segment, min(WHOLE_S, segment + 2)):
        assert await numbers(playback, number) == shown_in(number)
    assert (await plexbox.stats())["transcodes"]["started"] == 1


async def test_a_part_alone_has_its_own_length(plexbox: Client) -> None:
    playback = await Playback.of(plexbox, "Two Discs", partIndex=1)
    assert sum(lengths_of(await playback.begin())) == pytest.approx(SECOND_S, abs=0.05)
    assert await numbers(playback, 1) == shown_in(FIRST_S + 1)
    beyond = await Playback.of(plexbox, "Two Discs", partIndex=2)
    assert (await beyond.step("decision")).status_code == 400


async def test_joined_parts_are_not_played_as_they_are(plexbox: Client) -> None:
    for part, code in ((-1, 1001), (0, 1000), (1, 1000)):
        playback = await Playback.of(plexbox, "Two Discs", partIndex=part, directPlay=1)
        answer = (await playback.step("decision")).json()["MediaContainer"]
        assert answer["generalDecisionCode"] == code
    chosen = answer["Metadata"][0]["Media"][0]["Part"]
    assert [part["duration"] for part in chosen] == [pytest.approx(SECOND_S * 1000, abs=50)]


async def test_a_choice_for_all_parts_is_of_the_same_language(plexbox: Client) -> None:
    parts = (await media_of(plexbox, "Two Tongues"))["Part"]
    french = next(each for each in parts[0]["Stream"] if each.get("languageTag") == "fr")

    async def chosen() -> list[list[str]]:
        now = (await media_of(plexbox, "Two Tongues"))["Part"]
        return [[s["languageTag"] for s in part["Stream"] if s.get("selected")] for part in now]

    path = f"/library/parts/{parts[0]['id']}"
    before = await chosen()
    await plexbox.ask(path, "PUT", audioStreamID=french["id"])
    assert await chosen() == [["fr"], before[1]]
    await plexbox.ask(path, "PUT", audioStreamID=parts[0]["Stream"][1]["id"], allParts=1)
    assert await chosen() == [["en"], ["en"]]
    await plexbox.ask(path, "PUT", audioStreamID=french["id"], allParts=1)
    assert await chosen() == [["fr"], ["fr"]]


def _samples(video: bytes) -> memoryview:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", "-", "-map", "0:a"]
    command += ["-f", "s16le", "-ac", "1", "-ar", "48000", "-"]
    sound = subprocess.run(command, input=video, capture_output=True, check=True).stdout
    return memoryview(sound).cast("h")
