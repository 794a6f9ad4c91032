"""What a full room costs the server that owns the film, counted there (STR-4, STR-11, STR-16)."""

import asyncio

from tests.stream.conftest import FILM_S, Cinema, Sandbox
from tests.stream.fakes import version
from watchtogether.stream.film_file import BLOCK_BYTES
from watchtogether.stream.mpegts import is_whole
from watchtogether.stream.next_step import PREFETCH

WATCHED = 20
"""Segments."""


async def _watch(cinema: Cinema, rendition: str, late_s: float = 0.0) -> list[bytes]:
    """As a page does: the list, then one segment after the other."""
    await asyncio.sleep(late_s)  # a viewer who comes later, not a wait for something
    await cinema.service.playlist(cinema.now, rendition)
    segments = [await cinema.service.segment(cinema.now, rendition, n) for n in range(WATCHED)]
    assert all(map(is_whole, segments))
    return segments


async def _settled(sandbox: Sandbox) -> dict[str, dict[str, int]]:
    """The counts, once what is fetched ahead has come too."""
    async with asyncio.timeout(10):
        while True:
            stats = await sandbox.stats()
            if stats["segments"]["served"] >= WATCHED + PREFETCH:
                return stats
            await asyncio.sleep(0.02)


async def test_STR4_twelve_viewers_cost_what_one_costs(cinema: Cinema, sandbox: Sandbox) -> None:
    await _watch(cinema, "480p")
    one = await _settled(sandbox)
    await sandbox.order("reset-stats")
    async with asyncio.TaskGroup() as viewers:
        films = [viewers.create_task(_watch(cinema, "360p", n / 20)) for n in range(12)]
    assert len({tuple(film.result()) for film in films}) == 1
    twelve = await _settled(sandbox)
    assert twelve["transcodes"]["started"] == 1
    assert twelve["segments"]["served"] == twelve["segments"]["distinct"]
    requests = [sum(each["requests"].values()) for each in (one, twelve)]
    assert requests[1] <= requests[0] * 1.05, requests
    assert twelve["segments"]["served"] == one["segments"]["served"]


async def test_STR4_three_renditions_are_three_transcodes(cinema: Cinema, sandbox: Sandbox) -> None:
    names = ("720p", "480p", "240p")
    async with asyncio.TaskGroup() as viewers:
        for name in names * 4:
            viewers.create_task(_watch(cinema, name))
    stats = await sandbox.stats()
    assert stats["transcodes"]["started"] == 3
    assert stats["transcodes"]["sessions"] == 3
    assert stats["segments"]["served"] == stats["segments"]["distinct"] <= 3 * (WATCHED + 3)


async def test_STR16_ten_seeks_in_five_seconds_are_restarts_for_the_first_and_the_last(
    cinema: Cinema, sandbox: Sandbox
) -> None:
    await _watch(cinema, "720p")
    places = range(115, 55, -6)  # each one before where the last restart would have begun
    async with asyncio.TaskGroup() as viewers:
        for place in places:
            seekers = [
                viewers.create_task(cinema.service.segment(cinema.now, "720p", place))
                for _ in range(3)
            ]
            await asyncio.sleep(0.5)  # the pace of somebody who looks about
            if place != places[-1]:
                for seeker in seekers:
                    seeker.cancel()
    stats = await sandbox.stats()
    assert stats["transcodes"]["started"] == 1 + 2
    assert stats["transcodes"]["sessions"] == 1


async def test_STR11_the_file_itself_is_read_once_for_twelve(
    cinema: Cinema, sandbox: Sandbox
) -> None:
    (film,) = await cinema.real_versions()
    assert film.video_type is not None
    assert film.playable
    cinema.titles.now = (film,)
    blocks = -(-film.size_bytes // BLOCK_BYTES)

    async def viewer() -> bytes:
        found = [await cinema.service.block(cinema.now, film, n) for n in range(blocks)]
        return b"".join(found)

    async with asyncio.TaskGroup() as viewers:
        films = [viewers.create_task(viewer()) for _ in range(12)]
    whole = films[0].result()
    assert len(whole) == film.size_bytes
    assert whole[4:8] == b"ftyp"
    assert {each.result() for each in films} == {whole}
    stats = await sandbox.stats()
    assert stats["transcodes"]["started"] == 0
    part = next(count for route, count in stats["requests"].items() if "/library/parts" in route)
    assert part == blocks


async def test_a_version_knows_its_length_in_the_library(cinema: Cinema) -> None:
    (film,) = await cinema.real_versions()
    usual = version()
    assert (film.extension, film.has_sound) == (usual.extension, usual.has_sound)
    assert abs(film.duration_s - FILM_S) < 0.5
    assert 0.5 < film.kbps * film.duration_s * 1000 / 8 / film.size_bytes < 2
