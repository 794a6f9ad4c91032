"""A real sandbox Plex server with one small film, shared by this package's tests."""

import contextlib
import dataclasses
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest
from pydantic import SecretStr

from tests.stream.door import Door, served
from tests.stream.fakes import (
    OneRoom,
    OneTitle,
    Shelf,
    Stage,
    plain_client,
    screening,
)
from tests.support.coded_film import make_coded_film
from watchtogether.kit.clock import Clock, SystemClock
from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.kit.tasks import Background
from watchtogether.plex.client import PlexHttp, Product, ServerAccess
from watchtogether.plex.facts import Version, versions_of
from watchtogether.plex.files import PlexFiles
from watchtogether.plex.library import Library
from watchtogether.plex.transcode import PlexTranscoder
from watchtogether.stream.beside import Beside
from watchtogether.stream.doorkeeper import Doorkeeper
from watchtogether.stream.endpoints import build_router
from watchtogether.stream.ports import Screening
from watchtogether.stream.segment_endpoints import Segments
from watchtogether.stream.service import StreamService
from watchtogether.stream.tickets import Tickets

FILM_S = 360
FIRST_DISC_S, SECOND_DISC_S = 7, 5
DISC_FPS = 30
"""Of `Two Discs`, whose pictures are numbered through."""


@dataclasses.dataclass(frozen=True)
class Sandbox:
    """The running server, and an account's access to it."""

    url: str
    access: ServerAccess

    async def stats(self) -> dict[str, dict[str, int]]:
        async with plain_client(self.url) as client:
            answer: dict[str, dict[str, int]] = (await client.get("/sandbox/stats")).json()
            return answer

    async def order(self, path: str, **body: object) -> None:
        async with plain_client(self.url) as client:
            (await client.post(f"/sandbox/{path}", json=body)).raise_for_status()

    async def film(self, title: str = "Long Night") -> RatingKey:
        async with plain_client(self.url) as client:
            answer = await client.get(
                "/library/sections/1/all",
                headers={
                    "Accept": "application/json",
                    "X-Plex-Token": self.access.token.get_secret_value(),
                },
            )
        listed = answer.json()["MediaContainer"]["Metadata"]
        return RatingKey(next(str(each["ratingKey"]) for each in listed if each["title"] == title))


@pytest.fixture(scope="session")
def sandbox_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    media = tmp_path_factory.mktemp("media")
    _make_film(media / "Movies" / "Long Night (2020).mp4")
    discs = media / "Movies" / "Two Discs (2005)"
    for number, first, seconds in ((1, 0, FIRST_DISC_S), (2, FIRST_DISC_S, SECOND_DISC_S)):
        path = discs / f"Two Discs (2005) - cd{number}.mp4"
        make_coded_film(path, seconds, DISC_FPS, first=first * DISC_FPS)
    command = [sys.executable, "-m", "plexsandbox", "--media", str(media), "--port", "0"]
    with (media / "log.txt").open("wb") as log:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
    try:
        ready = _ready(child)
        access = ServerAccess(
            ServerId(ready["machine_identifier"]),
            ready["url"],
            SecretStr(ready["token"]),
            AccountId("acc_1"),
        )
        yield Sandbox(ready["url"], access)
    finally:
        child.terminate()
        child.wait(10)


@pytest.fixture
async def sandbox(sandbox_server: Sandbox) -> AsyncIterator[Sandbox]:
    """The server without faults and with its counters at zero."""
    await sandbox_server.order("reset-stats")
    yield sandbox_server
    await sandbox_server.order("faults", mode="none")


@dataclasses.dataclass
class Cinema:
    """The whole service over the sandbox server."""

    room: OneRoom
    service: StreamService
    titles: OneTitle
    library: Library
    access: ServerAccess

    async def real_versions(self) -> tuple[Version, ...]:
        """As the server lists them."""
        return versions_of(await self.library.item(self.access, self.now.rating_key))

    @property
    def now(self) -> Screening:
        assert self.room.now is not None
        return self.room.now


@contextlib.asynccontextmanager
async def transcoder_of(clock: Clock) -> AsyncIterator[PlexTranscoder]:
    async with plain_client() as client:
        http = PlexHttp(client, Product("stream-tests"), clock)
        yield PlexTranscoder(http, clock)


@pytest.fixture
async def cinema(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Cinema]:
    """Fails when an encoder is left behind."""

    async def access(account_id: AccountId, server_id: ServerId) -> ServerAccess:
        return sandbox.access

    clock = SystemClock()
    titles = OneTitle()
    room = OneRoom(
        screening(
            server_id=sandbox.access.server_id,
            rating_key=await sandbox.film(),
            duration_s=float(FILM_S),
        )
    )
    async with plain_client() as client:
        http = PlexHttp(client, Product("stream-tests"), clock)
        transcoder = PlexTranscoder(http, clock)
        service = StreamService(
            audience=room,
            find_access=access,
            transcoder=transcoder,
            titles=titles,
            files=PlexFiles(http, transcoder),
            clock=clock,
            data_dir=tmp_path,
            cache_mb=64,
        )
        async with service.run():
            yield Cinema(room, service, titles, Library(http), sandbox.access)
    await sandbox.order("faults", mode="none")
    left = await sandbox.stats()
    assert left["transcodes"]["sessions"] == 0, "a transcode was left behind"


def _ready(child: "subprocess.Popen[bytes]") -> dict[str, str]:
    assert child.stdout is not None
    for line in child.stdout:
        said: dict[str, str] = json.loads(line)
        if said.get("ready"):
            return said
    raise RuntimeError("the sandbox server did not start")


def _make_film(path: Path) -> None:
    path.parent.mkdir(parents=True)
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(),
            *("-v", "error", "-f", "lavfi", "-i", "testsrc=size=160x90:rate=5"),
            *("-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo", "-t", str(FILM_S)),
            *("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p"),
            *("-c:a", "aac", "-b:a", "32k", str(path)),
        ],
        check=True,
        timeout=60,
    )


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    stage = Stage(tmp_path)
    tickets = Tickets(b"k" * 32, stage.clock)
    async with Background() as background:
        subtitles = Beside(Shelf(), stage.clock, background)
        doorkeeper = Doorkeeper(tickets, stage.room, stage.room.session_of)
        router = build_router(
            service=stage.service,
            beside=subtitles,
            titles=stage.titles,
            plans=stage.plans,
            doorkeeper=doorkeeper,
            segments=Segments(stage.service, doorkeeper),
        )
        async with stage.service.run(), served(router) as url, plain_client() as client:
            yield Door(stage, tickets, url, client)
