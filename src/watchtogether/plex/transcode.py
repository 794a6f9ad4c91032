"""Plex's universal transcoder: decision, start, index, segments, keep-alive, stop.

Every step is needed in this order; Plex answers 400 (or nothing) to a start whose decision it has
not digested yet, so the steps are repeated with growing pauses. The key of everything is
`session`: with any other name Plex invents one of its own, and encoders leak.

Which segment is asked for when, and by whom, is decided in `stream`; nothing is cached here.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal
from urllib.parse import urljoin

import m3u8
import structlog

from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import RatingKey
from watchtogether.plex.chosen_tracks import ChosenTracks
from watchtogether.plex.client import PlexHttp, ServerAccess, raise_for_status
from watchtogether.plex.errors import PlexBadAnswer, PlexError
from watchtogether.plex.facts import Version
from watchtogether.plex.reader import read_document
from watchtogether.plex.wire import MIB, Answer, Bounds, Params

log = structlog.get_logger(__name__)

_BASE = "/video/:/transcode/universal/"
_BACK_OFF_S = (1.5, 3.0, 6.0)
_REFUSED_FROM = 2000
"""Decision codes from here on are refusals; 1000 is direct play, 1001 a transcode."""
_PROFILE_EXTRA = (
    "add-transcode-target(type=videoProfile&context=streaming&protocol=hls&container=mpegts"
    "&videoCodec=h264&audioCodec=aac)"
    "+add-transcode-target-audio-codec(type=videoProfile&context=streaming&protocol=hls"
    "&audioCodec=aac)"
)
_DECISION_BOUNDS = Bounds(read_s=8.0, deadline_s=10.0, max_bytes=4 * MIB)
_LIST_BOUNDS = Bounds(read_s=8.0, deadline_s=10.0, max_bytes=8 * MIB)
_SEGMENT_BOUNDS = Bounds(read_s=20.0, deadline_s=25.0, max_bytes=64 * MIB)
_WORD_BOUNDS = Bounds(read_s=4.0, deadline_s=5.0, max_bytes=1 * MIB)
_SOUND = "2"
"""The type of stream that is a sound track."""
_TOLD_PART = 0.5
"""Plex counts a view at 90 % or where the credits begin, as its owner likes."""
_SEGMENT_URI = re.compile(r"[A-Za-z0-9_-]{1,64}(?:\.[A-Za-z0-9]{1,8})?")
_MAX_SEGMENTS = 100_000
_MAX_SEGMENT_S = 60.0


class TranscodeRefused(PlexError):
    """Plex will not convert this title, or kept answering 400."""

    code = "transcode_refused"
    status = 502
    message = "The Plex server refuses to convert this film."


class Missing(Enum):
    """Why there is no segment."""

    NOT_READY = "not_ready"
    """404: listed, and not made yet. (Or the session is gone: a ping tells.)"""
    LOST = "lost"
    """400 or 410: Plex does not know the session any more."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be converted. `session` is new for each order, a random word.

    `media_index` is the version. With a `sound` or a `burned` subtitle, tracks of the file
    `part_id`, Plex is told of that choice first; without, its own choice stands. Unless somebody
    has chosen it (`sound_chosen`), the sound is what Plex would give, as far as is known.
    `version` is all that is known of the file, for whoever converts it without Plex.
    """

    session: str
    rating_key: RatingKey
    offset_s: float
    width: int
    height: int
    bitrate_kbps: int
    media_index: int = 0
    part_id: str = ""
    sound: str | None = None
    sound_chosen: bool = True
    burned: str | None = None
    version: Version | None = None


@dataclass(frozen=True, slots=True)
class ListedSegment:
    """One entry of Plex's index; the path is absolute on the server and of this session."""

    duration_s: float
    path: str


@dataclass(frozen=True, slots=True)
class Transcode:
    """A transcode that was started. `source` names the file that is converted, and the sound of it
    that is heard where that is said; `is_ours`, whether it is made here and not by Plex."""

    session: str
    segments: tuple[ListedSegment, ...] = field(repr=False)
    bandwidth_bps: int
    resolution: tuple[int, int]
    source: str
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """Where playback stands, for Plex's timeline."""

    rating_key: RatingKey
    state: Literal["playing", "paused", "buffering", "stopped"]
    position_s: float
    duration_s: float


class PlexTranscoder:
    """The calls; each is one attempt with bounds in time and size, except `start`."""

    def __init__(self, http: PlexHttp, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._tracks = ChosenTracks(http)

    async def start(self, access: ServerAccess, order: Order) -> Transcode:
        """Start converting, and read the list of segments.

        Raises `TranscodeRefused` and the other errors of `plex.errors`. When it raises or is
        cancelled the encoder may be running: the caller stops `order.session` in any case.
        """
        if order.sound is None and order.burned is None:
            return await self._start(access, order)
        async with self._tracks.choose(
            access,
            order.rating_key,
            order.part_id,
            sound=order.sound,
            subtitle=order.burned,
            needed=order.sound_chosen or order.burned is not None,
        ):
            return await self._start(access, order)

    async def _start(self, access: ServerAccess, order: Order) -> Transcode:
        for pause_s in (*_BACK_OFF_S, None):
            started = await self._try_start(access, order)
            if started is not None:
                return started
            if pause_s is not None:
                log.info("transcode_start_repeated", pause_s=pause_s)
                await self._clock.sleep(pause_s)
        raise TranscodeRefused(retry_after_s=10)

    async def segment(self, access: ServerAccess, job: Transcode, index: int) -> bytes | Missing:
        """The bytes of the list's entry `index`, which may come up short: the caller checks."""
        path = job.segments[index].path
        answer = await self._http.fetch(
            access, path, headers=headers_of(job.session), bounds=_SEGMENT_BOUNDS, lane="stream"
        )
        if answer.status == 404:
            return Missing.NOT_READY
        if answer.status in {400, 410}:
            return Missing.LOST
        raise_for_status(answer)
        return answer.body

    async def ping(self, access: ServerAccess, session: str) -> bool:
        """Keep the encoder alive; False when Plex does not know the session (any more)."""
        answer = await self._say(access, f"{_BASE}ping", {"session": session}, session)
        if answer.status in {400, 404, 410}:
            return False
        raise_for_status(answer)
        return True

    async def report(self, access: ServerAccess, session: str, moment: Moment) -> bool:
        """Tell Plex where playback stands, as long as that is not yet a view of the title: those
        are counted once, by `watchstate`. False when Plex wants it to end."""
        if moment.position_s > _TOLD_PART * moment.duration_s:
            return True
        answer = await self._say(access, "/:/timeline", _timeline_params(moment), session)
        raise_for_status(answer)
        try:
            document = await read_document(answer.body, answer.content_type)
        except PlexBadAnswer:
            return True
        return "terminationCode" not in _container(document)

    async def stop(self, access: ServerAccess, session: str) -> None:
        """End the encoder. A session that Plex does not know is no error."""
        answer = await self._say(access, f"{_BASE}stop", {"session": session}, session)
        if answer.status not in {400, 404, 410}:
            raise_for_status(answer)

    async def _try_start(self, access: ServerAccess, order: Order) -> Transcode | None:
        """None when Plex wants the decision repeated."""
        source = await self._decide(access, order)
        if source is None:
            return None
        master = await self._list(access, f"{_BASE}start.m3u8", order, start_params(order))
        if master is None:
            return None
        path, bandwidth_bps, resolution = read_master(master, order)
        index = await self._list(access, path, order)
        if index is None:
            return None
        segments = await asyncio.to_thread(read_index, index, path)
        return Transcode(order.session, segments, bandwidth_bps, resolution, source)

    async def _decide(self, access: ServerAccess, order: Order) -> str | None:
        answer = await self._http.fetch(
            access,
            f"{_BASE}decision",
            start_params(order),
            headers=headers_of(order.session),
            bounds=_DECISION_BOUNDS,
            lane="stream",
        )
        if answer.status == 400:
            return None
        raise_for_status(answer)
        return read_decision(await read_document(answer.body, answer.content_type))

    async def _list(
        self, access: ServerAccess, path: str, order: Order, params: Params | None = None
    ) -> str | None:
        """A playlist's text; None for 400, 404 and an empty body, which pass."""
        answer = await self._http.fetch(
            access,
            path,
            params,
            headers={**headers_of(order.session), "Accept": "*/*"},
            bounds=_LIST_BOUNDS,
            lane="stream",
        )
        if answer.status in {400, 404}:
            return None
        raise_for_status(answer)
        return answer.body.decode("utf-8", "replace").strip() or None

    async def _say(self, access: ServerAccess, path: str, params: Params, session: str) -> Answer:
        return await self._http.fetch(
            access,
            path,
            params,
            headers=headers_of(session),
            bounds=_WORD_BOUNDS,
            lane="stream",
        )


def start_params(order: Order) -> dict[str, str | int]:
    """The query of decision and start, which have to be identical."""
    return {
        "hasMDE": 1,
        "path": f"/library/metadata/{order.rating_key}",
        "mediaIndex": order.media_index,
        "partIndex": -1 if order.version is not None and order.version.pieces else 0,
        "protocol": "hls",
        "fastSeek": 1,
        "directPlay": 0,
        "directStream": 0,  # copied pictures have untrue lengths and another clock
        "directStreamAudio": 1,
        "location": "lan",
        "videoResolution": f"{order.width}x{order.height}",
        "maxVideoBitrate": order.bitrate_kbps,
        "videoQuality": 100,
        "secondsPerSegment": 3,
        "mediaBufferSize": 102_400,
        "autoAdjustQuality": 0,
        "offset": f"{order.offset_s:g}" if order.offset_s < 1e5 else f"{order.offset_s:.0f}",
        "copyts": 1,
        "subtitles": "none" if order.burned is None else "burn",
        "session": order.session,
        "X-Plex-Session-Identifier": order.session,
        "X-Plex-Platform": "Chrome",
        "X-Plex-Client-Profile-Name": "Generic",
        "X-Plex-Client-Profile-Extra": _PROFILE_EXTRA,
    }


def read_decision(document: Mapping[str, object]) -> str:
    """The name of the file that will be converted, with its sound; raises `TranscodeRefused`."""
    container = _container(document)
    for kind in ("generalDecisionCode", "transcodeDecisionCode"):
        code = str(container.get(kind, ""))
        if code.isdigit() and int(code[:9]) >= _REFUSED_FROM:
            log.info("transcode_refused", decision=code[:9])
            raise TranscodeRefused
    item = _first(container, "Metadata") or _first(container, "Video")
    part = _first(_first(item, "Media"), "Part")
    streams = part.get("Stream")
    heard = [
        each.get("id", "")
        for each in (streams if isinstance(streams, list) else [])
        if isinstance(each, dict) and str(each.get("streamType")) == _SOUND
    ]
    return "|".join(map(str, (part.get("id", ""), item.get("updatedAt", ""), *heard[:1])))


def read_master(text: str, order: Order) -> tuple[str, int, tuple[int, int]]:
    """Path of the index, bits per second and picture size; raises `PlexBadAnswer`.

    Only an address inside this very session is taken.
    """
    try:
        playlist = m3u8.loads(text)
        variant = playlist.playlists[0]
        uri = str(variant.uri)
        bandwidth = int(variant.stream_info.bandwidth or 0)
        resolution = variant.stream_info.resolution or (order.width, order.height)
        width, height = (int(side) for side in resolution)
    except (ValueError, IndexError, TypeError, AttributeError, KeyError) as error:
        raise PlexBadAnswer from error
    if uri != f"session/{order.session}/base/index.m3u8":
        log.warning("playlist_address_dropped", kind="index")
        raise PlexBadAnswer
    return urljoin(_BASE, uri), bandwidth or order.bitrate_kbps * 1000, (width, height)


def read_index(text: str, path: str) -> tuple[ListedSegment, ...]:
    """The listed segments; raises `PlexBadAnswer` for anything but plain names in the folder of
    `path`, for encrypted or fragmented media, and for lengths that cannot be."""
    try:
        playlist = m3u8.loads(text)
        listed = [(float(s.duration or 0.0), str(s.uri)) for s in playlist.segments]
        foreign = any(playlist.keys) or any(playlist.segment_map)
    except (ValueError, IndexError, TypeError, AttributeError, KeyError) as error:
        raise PlexBadAnswer from error
    if foreign or not 0 < len(listed) <= _MAX_SEGMENTS:
        raise PlexBadAnswer
    for duration_s, uri in listed:
        if not _SEGMENT_URI.fullmatch(uri) or not 0 < duration_s <= _MAX_SEGMENT_S:
            log.warning("playlist_address_dropped", kind="segment")
            raise PlexBadAnswer
    folder = path.rpartition("/")[0]
    return tuple(ListedSegment(duration_s, f"{folder}/{uri}") for duration_s, uri in listed)


def _timeline_params(moment: Moment) -> dict[str, str | int]:
    return {
        "ratingKey": moment.rating_key,
        "key": f"/library/metadata/{moment.rating_key}",
        "state": moment.state,
        "time": round(moment.position_s * 1000),
        "duration": round(moment.duration_s * 1000),
    }


def headers_of(session: str) -> dict[str, str]:
    """By which Plex tells one player's requests from another's."""
    return {"X-Plex-Session-Identifier": session, "X-Plex-Platform": "Chrome"}


def _container(document: Mapping[str, object]) -> Mapping[str, object]:
    inner = document.get("MediaContainer", document)
    return inner if isinstance(inner, dict) else {}


def _first(holder: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = holder.get(name)
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, dict) else {}
