"""Our own ffmpeg over real files: the film that comes out, and what may go wrong."""

import asyncio
import dataclasses
import subprocess
from pathlib import Path

import httpx2
import imageio_ffmpeg
import pytest

from tests.stream.fakes import ScriptedFile, until
from tests.stream.fakes import plain_client as client_of
from tests.stream.own_films import (
    ACCESS,
    CROPPED,
    FRAME_RATE,
    HEAVY_S,
    LENGTH_S,
    a_piece,
    an_order,
    decoded,
    film_version,
    film_with_words,
    hdr_film,
    make_film,
    own_over,
    starts_s,
)
from tests.support.clock import FakeClock
from tests.support.coded_film import HEIGHT, WIDTH
from tests.support.picture_subtitles import (
    BLOCK_HEIGHT,
    BLOCK_WIDTH,
    BLOCK_X,
    BLOCK_Y,
)
from watchtogether.kit.clock import SystemClock
from watchtogether.kit.tasks import Background
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.errors import PlexItemGone, PlexUnauthorized, PlexUnreachable
from watchtogether.plex.facts import Sound, SubtitlePictures, Version
from watchtogether.plex.transcode import Missing
from watchtogether.stream import encoder_command
from watchtogether.stream.encoder import can_tone_map
from watchtogether.stream.encoder_command import Conversion, arguments, cut, fitted
from watchtogether.stream.errors import FilmUnreadable
from watchtogether.stream.film_tap import READ_BYTES, FilmTap, TappedFilm


@pytest.fixture(scope="module")
def film_mp4(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_film(tmp_path_factory.mktemp("film") / "film.mp4", rate="8")


@pytest.fixture(scope="module")
def heavy_films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A film that fills no buffer on its way, in three containers; one has no index."""
    folder = tmp_path_factory.mktemp("films")
    first = folder / "film.mp4"
    films = {"mp4": make_film(first, "-vf", "noise=alls=60:allf=t", "-crf", "22", seconds=HEAVY_S)}
    for kind in ("mkv", "ts"):
        other = folder / f"film.{kind}"
        offset = ("-output_ts_offset", "5000") if kind == "ts" else ()
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(first), "-c", "copy"]
        subprocess.run([*command, *offset, str(other)], check=True)
        films[kind] = other.read_bytes()
    return films


@pytest.mark.parametrize("kind", ["mp4", "mkv", "ts"])
async def test_STR14_every_start_has_the_same_clock_and_reads_from_there(
    heavy_films: dict[str, bytes], tmp_path: Path, kind: str
) -> None:
    content = heavy_films[kind]
    files = ScriptedFile(content)
    extension = kind if kind != "ts" else ""
    film = film_version(content, extension=extension, duration_s=HEAVY_S)
    zero_s = 0.0 if kind != "ts" else 0.0213  # there the sound begins first
    async with own_over(files, tmp_path) as own:
        begun = await own.start(ACCESS, an_order(film, "one"))
        assert [each.duration_s for each in begun.segments] == [3.0] * 40
        assert begun.resolution == (160, 90)
        assert starts_s(await a_piece(own, begun, 0)) == pytest.approx(zero_s, abs=0.001)
        assert starts_s(await a_piece(own, begun, 1)) == pytest.approx(3.003 + zero_s, abs=0.001)
        await own.stop(ACCESS, "one")

        files.reads.clear()
        far = await own.start(ACCESS, an_order(film, "far", 90.0))
        from_far = await a_piece(own, far, 31)
        size = len(content)
        between = [start for start, _ in files.reads if size * 0.2 < start < size * 0.6]
        assert len(between) < size * 0.4 / READ_BYTES / 4, "only looked at, to find the place"
        await own.stop(ACCESS, "far")

        near = await own.start(ACCESS, an_order(film, "near", 93.0))
        from_near = await a_piece(own, near, 31)
        assert starts_s(from_far) == pytest.approx(starts_s(from_near), abs=0.0001)
        assert 0 <= starts_s(from_near) - 93.0 < 1 / FRAME_RATE
        pictures = len(decoded(from_near)) / (160 * 90)
        assert abs(pictures - 3.0 * FRAME_RATE) <= 1
        sounds = decoded(from_near, "-map", "0:a", "-f", "s16le", "-ar", "48000", "-ac", "2")
        assert len(sounds) / 4 / 48_000 == pytest.approx(3.0, abs=0.1)
        last = await a_piece(own, near, 39)
        assert 0 <= starts_s(last) - 117.0 < 1 / FRAME_RATE


@pytest.mark.long
async def test_STR14_sound_and_pictures_that_end_early_leave_no_hole(
    film_mp4: bytes, tmp_path: Path
) -> None:
    """The library says that the film is longer than it is."""
    film = film_version(film_mp4, duration_s=LENGTH_S + 12)
    async with own_over(ScriptedFile(film_mp4), tmp_path) as own:
        job = await own.start(ACCESS, an_order(film, "late", LENGTH_S + 6))
        assert len(job.segments) == 84
        assert starts_s(await a_piece(own, job, 83)) == pytest.approx(249.0, abs=0.1)


async def test_STR14_a_film_without_sound_and_a_second_sound(tmp_path: Path) -> None:
    more = ("-map", "0:v", "-map", "1:a", "-map", "1:a", "-filter:a:1", "volume=0")
    content = make_film(tmp_path / "two.mkv", *more, seconds=9)
    loud, silent = (
        Sound("71", "en", "English", 2, on=True, index=1),
        Sound("72", "de", "Deutsch", 2, on=False, index=2),
    )
    film = film_version(content, duration_s=9.0, sounds=(loud, silent))
    raw = ("-map", "0:a", "-f", "s16le", "-ac", "1")
    async with own_over(ScriptedFile(content), tmp_path) as own:
        first = await own.start(ACCESS, an_order(film, "first"))
        assert any(decoded(await a_piece(own, first, 1), *raw))
        second = await own.start(ACCESS, an_order(film, "second", sound="72"))
        assert not any(decoded(await a_piece(own, second, 1), *raw)[4096:])
        await own.stop(ACCESS, "first")
        mute = dataclasses.replace(film, has_sound=False, sounds=())
        none = await own.start(ACCESS, an_order(mute, "none"))
        assert starts_s(await a_piece(own, none, 2)) == pytest.approx(6.006, abs=0.01)


async def test_STR14_subtitles_of_pictures_are_laid_over_the_film(tmp_path: Path) -> None:
    content = await asyncio.to_thread(film_with_words, tmp_path)
    film = film_version(
        content,
        width=WIDTH,
        height=CROPPED,
        duration_s=9.0,
        frame_rate=24.0,
        has_sound=False,
        sounds=(),
        pictures=(SubtitlePictures("80", "en", "English", index=1),),
    )
    async with own_over(ScriptedFile(content), tmp_path) as own:
        order = an_order(film, "burned", burned="80", width=WIDTH // 2, height=CROPPED // 2)
        job = await own.start(ACCESS, order)
        before, during = [decoded(await a_piece(own, job, number)) for number in (0, 1)]
        assert max(before) < 30
        width, height = WIDTH // 2, CROPPED // 2
        picture = during[24 * width * height :][: width * height]
        middle = BLOCK_X + BLOCK_WIDTH // 2, BLOCK_Y + BLOCK_HEIGHT // 2 - (HEIGHT - CROPPED)
        assert picture[middle[1] // 2 * width + middle[0] // 2] > 200
        assert picture[(height - 3) * width + middle[0] // 2] < 30
        beside = dataclasses.replace(film, pictures=(SubtitlePictures("80", "en", "English"),))
        with pytest.raises(FilmUnreadable):
            await own.start(ACCESS, an_order(beside, "beside", burned="80"))


@pytest.mark.long
async def test_STR14_hdr_is_brought_to_what_every_screen_shows(tmp_path: Path) -> None:
    """Full white of a screen is half of the scale in HDR, and must be white again."""
    assert can_tone_map()
    content = await asyncio.to_thread(hdr_film, tmp_path / "hdr.mkv")
    film = film_version(content, duration_s=6.0, frame_rate=24.0, has_sound=False, hdr=True)
    plain = dataclasses.replace(film, hdr=False)
    async with own_over(ScriptedFile(content), tmp_path) as own:
        jobs = [await own.start(ACCESS, an_order(each, str(each.hdr))) for each in (film, plain)]
        mapped, not_mapped = [decoded(await a_piece(own, job, 0))[5_000] for job in jobs]
        assert mapped > not_mapped + 20


def test_the_cut_and_the_size() -> None:
    assert cut(9.0, 25.0) == (3.0, 3.0, 3.0)
    assert cut(9.02, 25.0) == pytest.approx((3.0, 3.0, 3.02))
    assert cut(10.0, 25.0) == pytest.approx((3.0, 3.0, 3.0, 1.0))
    assert cut(0.5, 0.0) == (0.5,)
    assert fitted((1920, 800), (1280, 720)) == (1280, 532)
    assert fitted((160, 90), (1280, 720)) == (160, 90)
    assert fitted((0, 0), (1280, 720)) == (1280, 720)


@pytest.mark.parametrize("hours", [2.0, 10.5, 100.0])
def test_STR14_however_long_the_film_the_command_line_has_bounds(hours: float) -> None:
    """Windows allows 32,767 characters in all, Linux 131,072 in each argument."""
    duration_s = hours * 3600
    count = len(cut(duration_s, 25.0))
    for first in (0, count // 2, count - 1):
        conversion = Conversion(
            duration_s, count, first, (3840, 2160), (1920, 1080), 8_000, burned=12
        )
        assert len(subprocess.list2cmdline(arguments(conversion))) < 32_000
        assert first < conversion.end <= count


async def test_STR14_one_run_after_the_other_makes_the_whole_film(
    film_mp4: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_command, "MOST_PIECES", 4)
    film = film_version(film_mp4)
    async with own_over(ScriptedFile(film_mp4), tmp_path) as own:
        one = await own.start(ACCESS, an_order(film, "one", 6.0))
        pieces = [await a_piece(own, one, number) for number in range(2, 6)]
        (encoder,) = own.encoders
        await until(lambda: not encoder.running, 20)
        assert await own.segment(ACCESS, one, 6) is Missing.LOST
        assert isinstance(await own.segment(ACCESS, one, 5), bytes)
        await own.stop(ACCESS, "one")
        two = await own.start(ACCESS, an_order(film, "two", 15.0))
        assert len(decoded(await a_piece(own, two, 5))) == len(decoded(pieces[-1]))
        assert starts_s(await a_piece(own, two, 5)) == starts_s(pieces[-1])
        assert starts_s(await a_piece(own, two, 6)) == pytest.approx(18.0, abs=0.001)


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01 this is no film " * 4_000,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nhttp://127.0.0.1:%d/x.ts\n",
        b"ffconcat version 1.0\nfile 'http://127.0.0.1:%d/x.mp4'\n",
    ],
)
async def test_STR14_a_file_that_is_no_film_is_said_and_not_tried_for_a_while(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list of addresses in a film's place makes ffmpeg speak to nobody."""
    callers: list[object] = []
    trap = await asyncio.start_server(lambda *caller: callers.append(caller), "127.0.0.1", 0)
    content = content.replace(b"%d", str(trap.sockets[0].getsockname()[1]).encode())
    files = ScriptedFile(content)
    clock = FakeClock()
    async with own_over(files, tmp_path, clock=clock) as own:
        for session in ("one", "two"):
            with pytest.raises(FilmUnreadable):
                await own.start(ACCESS, an_order(film_version(content), session))
        assert files.announced == 1, "the second was not tried"
        assert not own.encoders
        await clock.advance(61)
        with pytest.raises(FilmUnreadable):
            await own.start(ACCESS, an_order(film_version(content), "three"))
        assert files.announced == 2
    assert not callers
    trap.close()
    said = capsys.readouterr()
    assert "://" not in said.out + said.err
    assert "encoder_failed" in said.out + said.err


async def test_STR14_what_plex_says_about_the_file_is_said(film_mp4: bytes, tmp_path: Path) -> None:
    files = ScriptedFile(film_mp4)
    files.errors = [PlexUnauthorized()]
    async with own_over(files, tmp_path) as own:
        with pytest.raises(PlexUnauthorized):
            await own.start(ACCESS, an_order(film_version(film_mp4), "refused"))
        job = await own.start(ACCESS, an_order(film_version(film_mp4), "passing", 3.0))
        assert job.segments, "that is not remembered"


class Torn(ScriptedFile):
    """A file whose middle is gone."""

    async def read(
        self, access: ServerAccess, version: Version, session: str, start: int, length: int
    ) -> bytes:
        if 0.2 < start / len(self.content) < 0.9:
            raise PlexItemGone
        return await super().read(access, version, session, start, length)


@pytest.mark.long
async def test_STR14_a_film_that_breaks_off_does_not_end_in_a_still_picture(
    heavy_films: dict[str, bytes], tmp_path: Path
) -> None:
    film = film_version(heavy_films["mkv"], extension="mkv", duration_s=HEAVY_S)
    async with own_over(Torn(heavy_films["mkv"]), tmp_path) as own:
        job = await own.start(ACCESS, an_order(film, "torn"))
        (encoder,) = own.encoders
        await until(lambda: encoder.failed, 20)
        assert encoder.head * 3.0 <= HEAVY_S * 0.25
        assert await own.segment(ACCESS, job, encoder.head) is Missing.LOST
        with pytest.raises(PlexItemGone):
            await own.start(ACCESS, an_order(film, "again", 60.0))


async def test_STR14_the_tap_gives_ranges_to_who_knows_the_word(film_mp4: bytes) -> None:
    failures: list[str] = []
    files = ScriptedFile(film_mp4)
    film = TappedFilm(
        files,
        ACCESS,
        film_version(film_mp4),
        "session",
        SystemClock(),
        lambda error: failures.append(error.code),
    )
    tap = FilmTap()
    async with Background() as background, client_of() as client:
        await tap.open(background)
        address = tap.offer(film)
        files.errors = [PlexUnauthorized()]
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.get(address)
        assert failures == ["plex_unauthorized"]
        files.errors = [PlexUnreachable()]
        assert (await client.get(address)).content == film_mp4
        some = await client.get(address, headers={"Range": "bytes=300000-300009"})
        assert (some.status_code, some.content) == (206, film_mp4[300_000:300_010])
        beyond = await client.get(address, headers={"Range": "bytes=99999999-"})
        assert beyond.status_code == 416
        wrong = await client.get(address[:-1] + ("a" if address[-1] != "a" else "b"))
        assert wrong.status_code == 404
        tap.withdraw(film)
        assert (await client.get(address)).status_code == 404
        tap.close()
    assert failures == ["plex_unauthorized"]
