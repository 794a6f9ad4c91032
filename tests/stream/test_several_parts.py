"""A film in two parts, as rips of two discs are, at a sandbox that joins them (SPEC STR-15)."""

import dataclasses
from pathlib import Path

import pytest

from tests.stream.conftest import (
    DISC_FPS,
    FIRST_DISC_S,
    SECOND_DISC_S,
    Cinema,
    Sandbox,
    transcoder_of,
)
from tests.stream.fakes import LINES, ScriptedFile, Shelf, plain_client, screening
from tests.stream.own_films import ACCESS, LENGTH_S, an_order, decoded, film_version, own_over
from tests.support.clock import FakeClock
from tests.support.coded_film import HEIGHT, WIDTH, numbers_in
from watchtogether.kit.clock import SystemClock
from watchtogether.kit.errors import NotFound
from watchtogether.kit.tasks import Background
from watchtogether.plex.beside import Shown, SubtitleTrack
from watchtogether.plex.client import PlexHttp, Product
from watchtogether.plex.facts import SubtitlePictures, Version, versions_of
from watchtogether.plex.files import PlexFiles
from watchtogether.plex.library import Library
from watchtogether.plex.transcode import Missing, Order
from watchtogether.stream.beside import Beside
from watchtogether.stream.errors import FilmUnreadable
from watchtogether.stream.mpegts import first_video_time_s
from watchtogether.stream.own_transcoder import OwnTranscoder

WHOLE_S = FIRST_DISC_S + SECOND_DISC_S
SEGMENT_S = 3
SEAM = FIRST_DISC_S // SEGMENT_S
"""The segment in which the second part begins."""


def shown_in(segment: int) -> list[int]:
    first = segment * SEGMENT_S * DISC_FPS
    return list(range(first, first + SEGMENT_S * DISC_FPS))


async def _show_discs(cinema: Cinema, sandbox: Sandbox, position_s: float = 0.0) -> Version:
    cinema.room.show(
        rating_key=await sandbox.film("Two Discs"),
        duration_s=float(WHOLE_S),
        position_s=position_s,
    )
    (version,) = cinema.titles.now = await cinema.real_versions()
    return version


async def test_STR15_a_room_plays_on_across_the_seam(cinema: Cinema, sandbox: Sandbox) -> None:
    version = await _show_discs(cinema, sandbox)
    assert version.duration_s == pytest.approx(WHOLE_S, abs=0.05)
    playlist = (await cinema.service.playlist(cinema.now, "720p")).decode()
    lengths = [float(line[8:].split(",")[0]) for line in playlist.splitlines() if "EXTINF" in line]
    assert sum(lengths) == pytest.approx(WHOLE_S, abs=0.05)
    for number in range(WHOLE_S // SEGMENT_S):
        segment = await cinema.service.segment(cinema.now, "720p", number)
        assert numbers_in(segment) == shown_in(number)
    stats = await sandbox.stats()
    assert stats["transcodes"]["started"] == 1
    assert cinema.service.stats()["clock_jumps"] == 0


@pytest.mark.parametrize("segment", [SEAM, SEAM + 1])
async def test_STR15_a_room_goes_on_in_the_second_part(
    cinema: Cinema, sandbox: Sandbox, segment: int
) -> None:
    await _show_discs(cinema, sandbox, position_s=float(segment * SEGMENT_S))
    there = await cinema.service.segment(cinema.now, "720p", segment)
    assert numbers_in(there) == shown_in(segment)


async def test_STR15_no_part_is_given_out_as_the_film(cinema: Cinema, sandbox: Sandbox) -> None:
    version = await _show_discs(cinema, sandbox)
    assert (version.video_type, version.playable) == (None, False)
    with pytest.raises(NotFound):
        await cinema.service.version(cinema.now, 0)


async def test_STR15_our_own_encoder_joins_them_too(sandbox: Sandbox, tmp_path: Path) -> None:
    access, clock = sandbox.access, SystemClock()
    async with transcoder_of(clock) as transcoder, plain_client() as client:
        http = PlexHttp(client, Product("stream-tests"), clock)
        film = await sandbox.film("Two Discs")
        (version,) = versions_of(await Library(http).item(access, film))
        order = Order("own", film, 0.0, WIDTH, HEIGHT, 4000, version=version)
        own = OwnTranscoder(PlexFiles(http, transcoder), clock, tmp_path / "encoders", 2)
        async with own.run():

            async def piece(offset_s: float, number: int) -> bytes:
                session = f"{offset_s}"
                here = dataclasses.replace(order, session=session, offset_s=offset_s)
                job = await own.start(access, here)
                assert [each.duration_s for each in job.segments] == pytest.approx([3.0] * 4)
                found = await own.segment(access, job, number)
                while found is Missing.NOT_READY:
                    found = await own.segment(access, job, number)
                assert isinstance(found, bytes)
                await own.stop(access, session)
                return found

            seam = [await piece(at_s, SEAM) for at_s in (0.0, SEAM * SEGMENT_S)]
            after = [await piece(at_s, SEAM + 1) for at_s in (0.0, (SEAM + 1) * SEGMENT_S)]
            heard = decoded(seam[0], "-map", "0:a", "-f", "s16le", "-ar", "48000", "-ac", "1")
            assert len(heard) / 2 / 48_000 == pytest.approx(SEGMENT_S, abs=0.1)
            quiet = [at for at in range(4800, len(heard) - 9600, 960) if not any(heard[at:][:960])]
            assert len(quiet) <= 4, "not silent at the seam"
            for number, found in ((SEAM, seam), (SEAM + 1, after)):
                assert [numbers_in(each) for each in found] == [shown_in(number)] * 2
                times = [first_video_time_s(each) for each in found]
                assert times == pytest.approx([number * SEGMENT_S] * 2, abs=0.01)


@pytest.mark.parametrize(
    "other",
    [{"sounds": ()}, {"pictures": ()}, {"width": 640}, {"duration_s": 0.0}, {"size_bytes": 0}],
    ids=["sound", "subtitle", "size", "length", "file"],
)
async def test_STR15_what_our_own_encoder_could_not_join_it_refuses(
    tmp_path: Path, other: dict[str, object]
) -> None:
    words = SubtitlePictures("80", "en", "English", index=2)
    first = film_version(b"film", pictures=(words,))
    second = dataclasses.replace(first, **other)  # type: ignore[arg-type]
    film = dataclasses.replace(first, duration_s=2 * LENGTH_S, pieces=(first, second))
    async with own_over(ScriptedFile(), tmp_path) as own:
        with pytest.raises(FilmUnreadable):
            await own.start(ACCESS, an_order(film, "odd", burned="80"))
        assert own.encoders == []


class _Discs(Shelf):
    """One subtitle that goes on in the second part."""

    async def tracks(self, shown: Shown) -> tuple[SubtitleTrack, ...]:
        return (SubtitleTrack("6", "en", "English", False, (("6", 0), ("7", 60_000))),)

    async def text(self, *asked: object) -> bytes:
        return LINES.replace(b"Hello", b"Part one") if asked[-1] == "6" else LINES


async def test_STR15_subtitles_of_the_second_part_are_shown_there() -> None:
    async with Background() as background:
        beside = Beside(_Discs(), FakeClock(), background)
        vtt = (await beside.vtt(screening(), "6")).decode()
        with pytest.raises(NotFound):
            await beside.vtt(screening(), "7")
    assert vtt.splitlines()[2:] == [
        *("00:00:01.000 --> 00:00:02.500", "Part one.", ""),
        *("00:01:01.000 --> 00:01:02.500", "Hello."),
    ]
