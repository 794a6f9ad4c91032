"""A scripted transcoder, a room that shows what it is told, a shelf beside the film, and transport
streams of any size."""

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path

import httpx2
from pydantic import SecretStr
from starlette.requests import Request

from tests.support.clock import FakeClock
from watchtogether.kit.errors import AppError
from watchtogether.kit.ids import AccountId, MemberId, RatingKey, RoomId, ServerId, SessionId
from watchtogether.plex.beside import Marks, Shown, SubtitleTrack
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.errors import PlexItemGone, PlexTooMuch
from watchtogether.plex.facts import Sound, Version
from watchtogether.plex.model import Chapter, Marker
from watchtogether.plex.previews import Strip
from watchtogether.plex.transcode import ListedSegment, Missing, Moment, Order, Transcode
from watchtogether.stream.plans import Plans
from watchtogether.stream.ports import Screening, TicketClaims
from watchtogether.stream.service import StreamService

ROOM = RoomId("room_1")
SEGMENT_S = 3.0
LINES = b"1\n00:00:01,000 --> 00:00:02,500\nHello.\n"
JPEG = b"\xff\xd8\xff\xe0"


def ts_packet(time_s: float | None = None, filler: int = 0xAA) -> bytes:
    """One transport packet; with a time it begins a video PES packet."""
    if time_s is None:
        return bytes([0x47, 0x01, 0x00, 0x10]) + bytes([filler]) * 184
    ticks = round(time_s * 90_000) & (2**33 - 1)
    stamp = bytes(
        [
            0x21 | (ticks >> 29 & 0x0E),
            ticks >> 22 & 0xFF,
            0x01 | (ticks >> 14 & 0xFE),
            ticks >> 7 & 0xFF,
            0x01 | (ticks << 1 & 0xFE),
        ]
    )
    pes = b"\x00\x00\x01\xe0\x00\x00\x80\x80\x05" + stamp
    return bytes([0x47, 0x41, 0x00, 0x10]) + pes + bytes([filler]) * (184 - len(pes))


def ts_segment(number: int, packets: int = 4, base_s: float = 10.0) -> bytes:
    """A whole segment whose clock is film time plus `base_s`."""
    return ts_packet(base_s + number * SEGMENT_S) + ts_packet(filler=number % 256) * (packets - 1)


class ScriptedTranscoder:
    """Makes any segment at once, unless told otherwise; remembers all that was asked.

    `answers[n]` is a list of what the next requests for segment n give: bytes, `Missing`, an
    error, or a future that decides later. `gate`, when set, holds every start.
    """

    def __init__(self, segments: int = 400) -> None:
        self.count = segments
        self.from_offset = False
        self.starts: list[Order] = []
        self.stops: list[str] = []
        self.fetched: list[int] = []
        self.pings: list[str] = []
        self.answers: dict[int, list[object]] = {}
        self.start_error: AppError | None = None
        self.gate: asyncio.Event | None = None
        self.dead: set[str] = set()
        self.in_flight = 0
        self.most_in_flight = 0
        self.segment_s = SEGMENT_S
        self.source = "part"
        self.is_ours = False
        self.shift: dict[str, int] = {}

    @property
    def running(self) -> set[str]:
        return {order.session for order in self.starts} - set(self.stops)

    async def start(self, access: ServerAccess, order: Order) -> Transcode:
        self.starts.append(order)
        if self.gate is not None:
            await self.gate.wait()
        if self.start_error is not None:
            raise self.start_error
        first = int(order.offset_s / self.segment_s) if self.from_offset else 0
        self.shift[order.session] = first
        listed = [
            ListedSegment(self.segment_s, f"/base/{index:05d}.ts")
            for index in range(self.count - first)
        ]
        return Transcode(
            order.session, tuple(listed), 4_000_000, (1280, 720), self.source, self.is_ours
        )

    async def segment(self, access: ServerAccess, job: Transcode, index: int) -> bytes | Missing:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return await self._segment(job, index + self.shift[job.session])
        finally:
            self.in_flight -= 1

    async def _segment(self, job: Transcode, number: int) -> bytes | Missing:
        self.fetched.append(number)
        await asyncio.sleep(0)
        if job.session in self.dead:
            return Missing.NOT_READY
        script = self.answers.get(number)
        answer = script.pop(0) if script else ts_segment(number)
        if isinstance(answer, asyncio.Future):
            answer = await answer
        if isinstance(answer, AppError):
            raise answer
        assert isinstance(answer, bytes | Missing)
        return answer

    async def ping(self, access: ServerAccess, session: str) -> bool:
        self.pings.append(session)
        return session in self.running - self.dead

    async def stop(self, access: ServerAccess, session: str) -> None:
        self.stops.append(session)


class OneRoom:
    """An audience of one room; `now` is what it shows. `others` are what other rooms show."""

    def __init__(self, now: Screening | None) -> None:
        self.now = now
        self.others: list[Screening] = []
        self.members: set[str] = {"member_1", "member_2", "member_3"}

    async def session_of(self, request: Request) -> SessionId | None:
        return None

    async def wake(self, claims: TicketClaims) -> None:
        pass

    def watching(self, claims: TicketClaims) -> Screening | None:
        now = self.now
        if now is None or claims.member_id not in self.members:
            return None
        same = (claims.room_id, claims.server_id, claims.rating_key) == (
            now.room_id,
            now.server_id,
            now.rating_key,
        )
        return now if same else None

    def screening(self, room_id: RoomId) -> Screening | None:
        shown = [*self.others, self.now] if self.now is not None else self.others
        return next((each for each in shown if each.room_id == room_id), None)

    def show(self, **changes: object) -> Screening:
        assert self.now is not None
        self.now = dataclasses.replace(self.now, **changes)  # type: ignore[arg-type]
        return self.now


def screening(**changes: object) -> Screening:
    usual = Screening(
        room_id=ROOM,
        generation=1,
        server_id=ServerId("server"),
        rating_key=RatingKey("7"),
        account_id=AccountId("acc_1"),
        duration_s=1200.0,
        rendition="720p",
        state="playing",
        position_s=0.0,
    )
    return dataclasses.replace(usual, **changes)  # type: ignore[arg-type]


def claims(**changes: object) -> TicketClaims:
    usual = TicketClaims(
        ROOM,
        MemberId("member_1"),
        SessionId("ses_1"),
        ServerId("server"),
        RatingKey("7"),
        0,
    )
    return dataclasses.replace(usual, **changes)  # type: ignore[arg-type]


def version(**changes: object) -> Version:
    """An H.264 file in 1080p with one sound track."""
    usual = Version(
        index=0,
        part_id="70",
        part_key="/library/parts/70/1/file.mp4",
        extension="mp4",
        size_bytes=5_000_000,
        width=1920,
        height=1080,
        kbps=6_000,
        frame_rate=24.0,
        video_codec="h264",
        video_type='video/mp4; codecs="avc1.640028"',
        audio_type='audio/mp4; codecs="mp4a.40.2"',
        has_sound=True,
        hdr=False,
        sounds=(Sound("71", "en", "English", 2, on=True),),
        pictures=(),
    )
    return dataclasses.replace(usual, **changes)  # type: ignore[arg-type]


class ScriptedFile:
    """Gives any range of its content at once; `errors` come first, one for each read."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = content
        self.reads: list[tuple[int, int]] = []
        self.errors: list[AppError] = []
        self.moments: list[Moment] = []
        self.announced = 0
        self.gate: asyncio.Event | None = None
        self.gone_from: int | None = None
        """From this byte on Plex has nothing any more."""
        self.at_once = 0
        self.most_at_once = 0

    async def announce(
        self, access: ServerAccess, rating_key: RatingKey, version: Version, session: str
    ) -> None:
        self.announced += 1

    async def report(self, access: ServerAccess, session: str, moment: Moment) -> bool:
        self.moments.append(moment)
        return True

    async def read(
        self, access: ServerAccess, version: Version, session: str, start: int, length: int
    ) -> bytes:
        self.reads.append((start, length))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            if self.gate is not None:
                await self.gate.wait()
        finally:
            self.at_once -= 1
        if self.errors:
            raise self.errors.pop(0)
        if self.gone_from is not None and start >= self.gone_from:
            raise PlexItemGone
        return self.content[start : start + length]


class OneTitle:
    """What every title is made of."""

    def __init__(self) -> None:
        self.now: tuple[Version, ...] = (version(),)

    async def versions(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> tuple[Version, ...]:
        return self.now


class Stage:
    """A service with everything around it scripted."""

    def __init__(self, folder: Path, transcoder: ScriptedTranscoder | None = None) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.room = OneRoom(screening())
        self.transcoder = transcoder or ScriptedTranscoder()
        self.token = "token-1"
        self.access_error: AppError | None = None
        self.doubted: list[ServerAccess] = []
        self.titles = OneTitle()
        self.files = ScriptedFile()
        self.plans = Plans(self.clock, 3)
        self.service = StreamService(
            audience=self.room,
            find_access=self._access,
            transcoder=self.transcoder,
            titles=self.titles,
            files=self.files,
            is_planned=self.plans.allows,
            clock=self.clock,
            data_dir=folder,
            cache_mb=64,
            doubt=self.doubted.append,
        )

    async def _access(self, account_id: AccountId, server_id: ServerId) -> ServerAccess:
        if self.access_error is not None:
            raise self.access_error
        return ServerAccess(server_id, "http://plex.test", SecretStr(self.token), account_id)

    @property
    def now(self) -> Screening:
        assert self.room.now is not None
        return self.room.now

    def ask(self, number: int, room: Screening | None = None) -> asyncio.Task[bytes]:
        return asyncio.create_task(self.service.segment(room or self.now, "720p", number))


class Shelf:
    """Three subtitles: one that is well, one that is none, and one that is beyond all bounds.

    And three previews, unless there is something wrong with them.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.strips_asked = 0
        self.trouble: AppError | None = None

    async def tracks(self, shown: Shown) -> tuple[SubtitleTrack, ...]:
        return tuple(
            SubtitleTrack(each, "en", f"English {each}", default=each == "7")
            for each in ("7", "8", "9")
        )

    async def marks(self, shown: Shown) -> Marks:
        return Marks((Chapter("Night", 0, 60_500),), (Marker("intro", 5_000, 35_250),))

    async def text(self, account_id: AccountId, server_id: ServerId, track_id: str) -> bytes:
        self.asked.append(track_id)
        if track_id == "9":
            raise PlexTooMuch
        return LINES if track_id == "7" else b"\xff\xfenothing of the kind"

    async def previews(self, shown: Shown) -> Strip:
        self.strips_asked += 1
        await asyncio.sleep(0)
        if self.trouble is not None:
            raise self.trouble
        return Strip(2000, 320, 180, tuple(JPEG + b"%d" % number for number in range(3)))


def plain_client(base_url: str = "") -> httpx2.AsyncClient:
    """Without certificates, whose loading takes longer than most tests."""
    return httpx2.AsyncClient(base_url=base_url, verify=False, trust_env=False)


async def until(condition: Callable[[], bool], deadline_s: float = 5.0) -> None:
    """Let the loop run until the condition holds; real threads may be at work."""
    async with asyncio.timeout(deadline_s):
        while not condition():  # noqa: ASYNC110 - any condition, nobody to set an event
            await asyncio.sleep(0.002)
