"""A scripted transcoder, a room that shows what it is told, and transport streams of any size."""

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
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.transcode import ListedSegment, Missing, Moment, Order, Transcode
from watchtogether.stream.ports import Screening, TicketClaims
from watchtogether.stream.service import StreamService

ROOM = RoomId("room_1")
SEGMENT_S = 3.0


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
        self.moments: list[Moment] = []
        self.answers: dict[int, list[object]] = {}
        self.start_error: AppError | None = None
        self.gate: asyncio.Event | None = None
        self.dead: set[str] = set()
        self.in_flight = 0
        self.most_in_flight = 0
        self.segment_s = SEGMENT_S
        self.source = "part"
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
        return Transcode(order.session, tuple(listed), 4_000_000, (1280, 720), self.source)

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

    async def report(self, access: ServerAccess, session: str, moment: Moment) -> bool:
        self.moments.append(moment)
        return True

    async def stop(self, access: ServerAccess, session: str) -> None:
        self.stops.append(session)


class OneRoom:
    """An audience of one room; `now` is what it shows."""

    def __init__(self, now: Screening | None) -> None:
        self.now = now
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
        return self.now if self.now is not None and self.now.room_id == room_id else None

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


class Stage:
    """A service with everything around it scripted."""

    def __init__(self, folder: Path, transcoder: ScriptedTranscoder | None = None) -> None:
        self.clock = FakeClock()
        self.room = OneRoom(screening())
        self.transcoder = transcoder or ScriptedTranscoder()
        self.token = "token-1"
        self.access_error: AppError | None = None
        self.doubted: list[ServerAccess] = []
        self.service = StreamService(
            audience=self.room,
            find_access=self._access,
            transcoder=self.transcoder,
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
        return asyncio.create_task(self.service.segment(room or self.now, number))


def plain_client(base_url: str = "") -> httpx2.AsyncClient:
    """Without certificates, whose loading takes longer than most tests."""
    return httpx2.AsyncClient(base_url=base_url, verify=False, trust_env=False)


async def until(condition: Callable[[], bool], deadline_s: float = 5.0) -> None:
    """Let the loop run until the condition holds; real threads may be at work."""
    async with asyncio.timeout(deadline_s):
        while not condition():  # noqa: ASYNC110 - any condition, nobody to set an event
            await asyncio.sleep(0.002)
