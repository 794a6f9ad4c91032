"""Two hours of film in four minutes: pauses of twenty, seeks, somebody who comes late, through all
the rules by which a Plex server throttles, deletes and kills."""

import asyncio
import dataclasses
import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest
import structlog
from pydantic import SecretStr

from tests.stream.fakes import OneRoom, OneTitle, plain_client, screening
from tests.support.processes import Sandbox, sandbox
from watchtogether.kit.clock import Clock, SystemClock
from watchtogether.kit.errors import AppError
from watchtogether.kit.ids import AccountId, RatingKey, RoomId, ServerId
from watchtogether.plex.client import PlexHttp, Product, ServerAccess
from watchtogether.plex.files import PlexFiles
from watchtogether.plex.transcode import PlexTranscoder
from watchtogether.stream.ports import PlaybackState, Screening, TicketClaims
from watchtogether.stream.service import StreamService

pytestmark = [pytest.mark.long, pytest.mark.timeout(1_200)]

FASTER = 30
FILM_S, SEGMENT_S = 7_200, 3.0
BUFFER_S = 30.0
"""A page loads so far ahead."""
SETTLED_S = 15.0
"""After a start or a seek a page may have to wait for so long."""


class QuickClock:
    """The machine's clock, so many times as fast."""

    def __init__(self) -> None:
        self._own = SystemClock()
        self.clock_id = self._own.clock_id

    def monotonic_ms(self) -> float:
        return self._own.monotonic_ms() * FASTER

    def wall_ms(self) -> int:
        return self._own.wall_ms()

    async def sleep(self, seconds: float) -> None:
        await self._own.sleep(seconds / FASTER)


class MovingRoom(OneRoom):
    """A room whose film runs on the quick clock."""

    def __init__(self, now: Screening, clock: Clock) -> None:
        super().__init__(now)
        self._clock = clock
        self._since_ms = clock.monotonic_ms()
        self.jumps = 0
        self.settled_ms = clock.monotonic_ms() + SETTLED_S * 1000

    def position_s(self) -> float:
        shown = self.now
        assert shown is not None
        if shown.state != "playing":
            return shown.position_s
        return min(shown.position_s + self._since_s(), float(FILM_S))

    def move(self, state: PlaybackState, position_s: float | None = None) -> None:
        """Play or pause, from here or from there."""
        here_s = self.position_s() if position_s is None else position_s
        self.show(state=state, position_s=here_s)
        self._since_ms = self._clock.monotonic_ms()
        if position_s is not None:
            self.jumps += 1
            self.settled_ms = self._since_ms + SETTLED_S * 1000

    async def until(self, position_s: float) -> None:
        """Play on to there."""
        await self._clock.sleep(position_s - self.position_s())

    def screening(self, room_id: RoomId) -> Screening | None:
        shown = super().screening(room_id)
        return shown and dataclasses.replace(shown, position_s=self.position_s())

    def watching(self, claims: TicketClaims) -> Screening | None:
        return self.screening(claims.room_id)

    def _since_s(self) -> float:
        return (self._clock.monotonic_ms() - self._since_ms) / 1000


@dataclasses.dataclass
class Page:
    """Loads ahead as a page does, and notes when what it needs now is not there."""

    name: str
    room: MovingRoom
    service: StreamService
    clock: Clock
    dry: list[str] = dataclasses.field(default_factory=list)

    async def watch(self) -> None:
        next_number, jumps = int(self.room.position_s() / SEGMENT_S), self.room.jumps
        comes_ms = self.clock.monotonic_ms()
        while next_number < FILM_S / SEGMENT_S:
            if jumps != self.room.jumps:
                next_number, jumps = int(self.room.position_s() / SEGMENT_S), self.room.jumps
            if next_number * SEGMENT_S > self.room.position_s() + BUFFER_S:
                await self.clock.sleep(1.0)
                continue
            assert self.room.now is not None
            try:
                await self.service.segment(self.room.now, "720p", next_number)
            except AppError as error:
                self.dry.append(f"{self.name}: {next_number} refused, {error.code}")
                await self.clock.sleep(2.0)
                continue
            late_s = self.room.position_s() - next_number * SEGMENT_S
            now_ms = self.clock.monotonic_ms()
            settled = now_ms > max(self.room.settled_ms, comes_ms + SETTLED_S * 1000)
            if late_s > SEGMENT_S and settled and jumps == self.room.jumps:
                self.dry.append(f"{self.name}: {next_number} came {late_s:.1f} s late")
            next_number += 1


@pytest.fixture(scope="module")
def long_plex(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A film of two hours. A real server kills after 330 s without a word; so does this, at the
    party's pace."""
    folder = tmp_path_factory.mktemp("long")
    film = folder / "Movies" / "Two Hours (2020)" / "Two Hours (2020).mp4"
    film.parent.mkdir(parents=True)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi"]
    command += ["-i", "testsrc=size=160x90:rate=5", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono"]
    command += ["-t", str(FILM_S), "-c:v", "libx264", "-preset", "ultrafast", "-g", "25"]
    command += ["-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "32k", str(film)]
    subprocess.run(command, check=True, timeout=300)
    options = ("--idle-s", f"{330 / FASTER}", "--wait-s", f"{8 / FASTER}")
    with sandbox(folder, *options) as running:
        yield running


async def test_STR5_two_hours_with_pauses_of_twenty_minutes(
    long_plex: Sandbox, tmp_path: Path
) -> None:
    clock = QuickClock()
    async with plain_client() as client:
        headers = {"Accept": "application/json", "X-Plex-Token": long_plex.token}
        listed = await client.get(f"{long_plex.url}/library/sections/1/all", headers=headers)
        key = RatingKey(str(listed.json()["MediaContainer"]["Metadata"][0]["ratingKey"]))
        access = ServerAccess(
            ServerId("s"), long_plex.url, SecretStr(long_plex.token), AccountId("acc_1")
        )
        room = MovingRoom(
            screening(rating_key=key, duration_s=float(FILM_S), state="playing"), clock
        )
        http = PlexHttp(client, Product("two-hours"), SystemClock())
        transcoder = PlexTranscoder(http, clock)

        async def find_access(account_id: AccountId, server_id: ServerId) -> ServerAccess:
            return access

        service = StreamService(
            audience=room,
            find_access=find_access,
            transcoder=transcoder,
            titles=OneTitle(),
            files=PlexFiles(http, transcoder),
            clock=clock,
            data_dir=tmp_path,
            cache_mb=2_000,
        )
        with structlog.testing.capture_logs() as logs:
            async with service.run():
                pages = await _party(room, service, clock)
        print(f"\n{service.stats()}")
        stats = (await client.get(f"{long_plex.url}/sandbox/stats")).json()
    print(stats["transcodes"], stats["segments"])
    assert [line for page in pages for line in page.dry] == []
    assert [line for line in logs if line["event"] == "transcode_ended_by_plex"] == []
    assert stats["transcodes"]["sessions"] == 0
    assert stats["transcodes"]["started"] <= 5  # the start, two pauses, two far seeks
    assert service.stats()["late"] == 0


async def _party(room: MovingRoom, service: StreamService, clock: Clock) -> list[Page]:
    """Three from the start, one from the middle; seeks and long pauses."""
    pages = [Page(name, room, service, clock) for name in ("ann", "ben", "cleo", "late")]
    async with asyncio.TaskGroup() as tasks:
        watching = [tasks.create_task(page.watch()) for page in pages[:3]]
        await room.until(1_800)
        room.move("paused")
        await clock.sleep(1_200)
        room.move("playing")
        await room.until(2_700)
        watching.append(tasks.create_task(pages[3].watch()))
        await room.until(3_600)
        room.move("playing", 1_200.0)  # back to what is cached
        await room.until(1_500)
        room.move("playing", 5_000.0)  # where nobody has been
        await room.until(5_400)
        room.move("paused")
        await clock.sleep(1_200)
        room.move("playing")
        await room.until(FILM_S)
        await clock.sleep(10)
        for watcher in watching:
            watcher.cancel()
    return pages
