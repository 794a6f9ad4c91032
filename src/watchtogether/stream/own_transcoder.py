"""Our own ffmpeg in the part of Plex's transcoder, for films that Plex refuses (SPEC STR-14).

Plex's address and token stay in this process: ffmpeg reads the film from `film_tap`.
"""

import asyncio
import contextlib
import itertools
import shutil
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import AppError
from watchtogether.kit.tasks import Background
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.facts import Sound, SubtitlePictures, Version
from watchtogether.plex.transcode import ListedSegment, Missing, Order, Transcode
from watchtogether.stream.encoder import Encoder, can_tone_map
from watchtogether.stream.encoder_command import SEGMENT_S, Conversion, cut, fitted, script
from watchtogether.stream.errors import EncoderBusy, FilmUnreadable, StreamStopped
from watchtogether.stream.film_tap import FilmTap, TappedFilm
from watchtogether.stream.ports import FileSource
from watchtogether.stream.waker import or_error

log = structlog.get_logger(__name__)

ABANDONED_S: Final = 60.0
"""An encoder that nobody asks or pings for so long is ended."""
_LOOK_EVERY_S: Final = 10.0
_UNASKED_S: Final = 10.0
"""An encoder that nobody has asked for a piece for so long makes room for another."""
_ROOM_S: Final = 2.0
"""For so long a start waits for room: a session that makes some is just about to end."""
_POLL_S: Final = 0.1
_FIRST_S: Final = 10.0
"""For so long a start waits for the first piece, which shows that the film can be read."""
_WAIT_S: Final = 3.0
"""For so long a question for a segment waits for it."""
_EARLIER: Final = 20
"""A start where the film has no pictures any more is repeated so many segments before."""
_INDEXED: Final = frozenset({"mp4", "mkv", "webm"})
_LEAD_S: Final = 10.0
"""In other files, such as recordings, ffmpeg finds a time and not the keyframe before it."""
_REFUSE_S: Final = 60.0
_REMEMBERED: Final = 100

_Track = Sound | SubtitlePictures


@dataclass(slots=True)
class _Work:
    """One session: its encoder, and what that reads. A piece was asked of it at `asked_ms`, and it
    was kept alive at `alive_ms`. `error`: why Plex gave no more of it."""

    encoder: Encoder
    films: tuple[TappedFilm, ...]
    asked_ms: float
    alive_ms: float
    error: AppError | None = None


class OwnTranscoder:
    """Fills the port `Transcoder`; works inside `async with run():` only.

    At most `most` encoders run at a time, those included that are held; one that nobody asks makes
    room for one that somebody wants. Their pieces are in folders below `folder`, which is
    this process's own: what it holds at the start was left by a crash, and is removed.
    """

    def __init__(self, files: FileSource, clock: Clock, folder: Path, most: int) -> None:
        self._files = files
        self._clock = clock
        self._folder = folder
        self._most = most
        self._tap = FilmTap()
        self._background: Background | None = None
        self._works: dict[str, _Work] = {}
        self._numbers = itertools.count(1)
        self._failures: OrderedDict[tuple[str, int], float] = OrderedDict()

    @contextlib.asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Owns every encoder; none is left at the end."""
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
        async with Background() as background:
            self._background = background
            try:
                await self._tap.open(background)
                background.start("idle encoders", self._end_idle())
                yield
            finally:
                self._tap.close()
                for session in list(self._works):
                    await self._end(session)
                self._background = None

    @property
    def encoders(self) -> list[Encoder]:
        """Of all sessions, the running ones and those that have reached the film's end."""
        return [each.encoder for each in self._works.values()]

    async def start(self, access: ServerAccess, order: Order) -> Transcode:
        """Begin where the order says. The list is the whole film's, in segments of equal length.

        Raises `EncoderBusy`; `FilmUnreadable`, which is then said of this place for a minute
        without trying; and what Plex raises when the file is read. The caller stops
        `order.session` in any case.
        """
        version = order.version
        if version is None or not _has_lengths(version):
            raise FilmUnreadable
        lengths_s = cut(version.duration_s, version.frame_rate)
        first = min(int(order.offset_s / SEGMENT_S), len(lengths_s) - 1)
        self._check_readable(version, first)
        await or_error(self._files.announce(access, order.rating_key, version, order.session))
        conversion = await _conversion(order, version, first, len(lengths_s))
        work = await self._begin(access, order, version, conversion)
        if work.encoder.ended_early and first > 0:
            await self._end(order.session)
            conversion = await _conversion(order, version, max(0, first - _EARLIER), len(lengths_s))
            work = await self._begin(access, order, version, conversion)
        if work.encoder.failed or work.encoder.ended_early:
            await self._end(order.session)
            raise work.error or self._unreadable(version, first)
        log.info("encoder_began", first=conversion.first, segments=conversion.segments)
        return Transcode(
            order.session,
            tuple(ListedSegment(each, f"{n:05d}.ts") for n, each in enumerate(lengths_s)),
            order.bitrate_kbps * 1000,
            fitted(conversion.source, conversion.box),
            "|".join(("own", *(f"{each.part_id}|{each.size_bytes}" for each in version.parts))),
            is_ours=True,
        )

    async def segment(self, access: ServerAccess, job: Transcode, index: int) -> bytes | Missing:
        work = self._works.get(job.session)
        if work is None:
            return Missing.LOST
        work.asked_ms = work.alive_ms = self._clock.monotonic_ms()
        piece = await work.encoder.piece(index, _WAIT_S)
        if piece is not None:
            return piece
        encoder = work.encoder
        is_over = not encoder.running and index >= encoder.conversion.end
        return Missing.LOST if encoder.failed or is_over else Missing.NOT_READY

    async def ping(self, access: ServerAccess, session: str) -> bool:
        work = self._works.get(session)
        if work is None or work.encoder.failed:
            return False
        work.alive_ms = self._clock.monotonic_ms()
        return True

    async def stop(self, access: ServerAccess, session: str) -> None:
        """Returns when nothing is left of it."""
        await self._end(session)

    async def _begin(
        self, access: ServerAccess, order: Order, version: Version, conversion: Conversion
    ) -> _Work:
        """Start an encoder, and wait for its first piece or its end."""
        if self._background is None:
            raise StreamStopped(retry_after_s=5)
        await self._make_room()

        def fail(error: AppError) -> None:
            work.error = work.error or error
            encoder.kill()

        films = tuple(
            TappedFilm(self._files, access, part, order.session, self._clock, fail)
            for part in version.parts
        )
        offered = [(self._tap.offer(each), each.version.duration_s) for each in films]
        folder = self._folder / str(next(self._numbers))
        encoder = Encoder(conversion, script(offered), folder)
        now_ms = self._clock.monotonic_ms()
        work = _Work(encoder, films, asked_ms=now_ms, alive_ms=now_ms)
        self._works[order.session] = work
        self._background.start("encoder", encoder.run())
        await encoder.piece(conversion.first, _FIRST_S)
        return work

    async def _make_room(self) -> None:
        """For one more encoder: the one that was not asked for longest goes, if it can.

        Raises `EncoderBusy`; when it returns there is room until the next `await`.
        """
        until_ms = self._clock.monotonic_ms() + _ROOM_S * 1000
        while True:
            running = {s: each for s, each in self._works.items() if each.encoder.running}
            if len(running) < self._most:
                return
            now_ms = self._clock.monotonic_ms()
            session = min(running, key=lambda each: running[each].asked_ms)
            if running[session].asked_ms <= now_ms - _UNASKED_S * 1000:
                log.info("encoder_made_room")
                await self._end(session)
            elif now_ms < until_ms:
                await self._clock.sleep(_POLL_S)
            else:
                raise EncoderBusy(retry_after_s=10)

    async def _end(self, session: str) -> None:
        work = self._works.pop(session, None)
        if work is not None:
            work.encoder.close()
            await work.encoder.gone.wait()
            for film in work.films:
                self._tap.withdraw(film)

    async def _end_idle(self) -> None:
        while True:
            await self._clock.sleep(_LOOK_EVERY_S)
            long_ago_ms = self._clock.monotonic_ms() - ABANDONED_S * 1000
            for session, work in list(self._works.items()):
                if work.alive_ms < long_ago_ms:
                    log.info("encoder_forgotten")
                    await self._end(session)

    def _check_readable(self, version: Version, first: int) -> None:
        until_ms = self._failures.get((version.part_key, first), 0.0)
        left_s = (until_ms - self._clock.monotonic_ms()) / 1000
        if left_s > 0:
            raise FilmUnreadable(retry_after_s=max(1, int(left_s)))

    def _unreadable(self, version: Version, first: int) -> FilmUnreadable:
        self._failures[version.part_key, first] = self._clock.monotonic_ms() + _REFUSE_S * 1000
        if len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)
        return FilmUnreadable(retry_after_s=int(_REFUSE_S))


def _has_lengths(version: Version) -> bool:
    return all(each.duration_s > 0 and each.size_bytes > 0 for each in version.parts)


async def _conversion(order: Order, version: Version, first: int, segments: int) -> Conversion:
    """Raises `FilmUnreadable` for a subtitle that is not inside the file, and for parts that cannot
    be joined."""
    sound = next((each for each in version.sounds if each.on), None)
    if order.sound is not None:
        sound = version.sound(order.sound)
    burned = version.picture(order.burned) if order.burned is not None else None
    if order.burned is not None and (burned is None or burned.index is None):
        raise FilmUnreadable
    if not all(_goes_on(version, part, sound, burned) for part in version.pieces):
        raise FilmUnreadable
    return Conversion(
        duration_s=version.duration_s,
        segments=segments,
        first=first,
        source=(version.width, version.height),
        box=(order.width, order.height),
        kbps=order.bitrate_kbps,
        has_sound=version.has_sound,
        sound=sound.index if sound is not None else None,
        burned=burned.index if burned is not None else None,
        tone_map=version.hdr and await asyncio.to_thread(can_tone_map),
        lead_s=0.0 if all(each.extension in _INDEXED for each in version.parts) else _LEAD_S,
    )


def _goes_on(
    version: Version, part: Version, sound: Sound | None, burned: SubtitlePictures | None
) -> bool:
    """Whether ffmpeg, which keeps to the numbers of streams, joins what belongs together."""
    return (
        (part.width, part.height) == (version.width, version.height)
        and (sound is None or any(_is_like(each, sound) for each in part.sounds))
        and (burned is None or any(_is_like(each, burned) for each in part.pictures))
    )


def _is_like(track: _Track, before: _Track) -> bool:
    return (track.index, track.language) == (before.index, before.language)
