"""A film's own file, read piece by piece (what Plex calls direct play)."""

import re
from typing import Final

import structlog

from watchtogether.kit.ids import RatingKey
from watchtogether.plex.client import PlexHttp, ServerAccess, raise_for_status
from watchtogether.plex.errors import PlexBadAnswer, PlexItemGone
from watchtogether.plex.facts import Version
from watchtogether.plex.transcode import Moment, PlexTranscoder, headers_of
from watchtogether.plex.wire import MIB, Bounds

log = structlog.get_logger(__name__)

_PATH: Final = re.compile(r"/library/parts/[0-9]{1,12}/[0-9]{1,16}/file\.[A-Za-z0-9]{1,8}")
_RANGE: Final = re.compile(r"bytes ([0-9]{1,16})-([0-9]{1,16})/([0-9]{1,16})")
_BOUNDS: Final = Bounds(read_s=15.0, deadline_s=20.0, max_bytes=4 * MIB)


class PlexFiles:
    """Reads ranges of a part."""

    def __init__(self, http: PlexHttp, transcoder: PlexTranscoder) -> None:
        self._http = http
        self._transcoder = transcoder

    async def read(
        self, access: ServerAccess, version: Version, session: str, start: int, length: int
    ) -> bytes:
        """Bytes `start` to `start + length`, exactly those.

        Raises the errors of `errors.py`; `PlexItemGone` when the file is no longer the same size.
        """
        if not _PATH.fullmatch(version.part_key):
            log.warning("file_address_dropped")
            raise PlexItemGone
        end = start + length - 1
        answer = await self._http.fetch(
            access,
            version.part_key,
            headers={"Accept": "*/*", "Range": f"bytes={start}-{end}", **headers_of(session)},
            bounds=_BOUNDS,
            lane="stream",
        )
        if answer.status == 416:
            raise PlexItemGone
        raise_for_status(answer)
        told = _RANGE.fullmatch(answer.headers.get("content-range", ""))
        if answer.status != 206 or told is None:
            raise PlexBadAnswer
        if int(told[3]) != version.size_bytes:
            raise PlexItemGone
        if (int(told[1]), int(told[2])) != (start, end) or len(answer.body) != length:
            raise PlexBadAnswer
        return answer.body

    async def report(self, access: ServerAccess, session: str, moment: Moment) -> bool:
        """Tell Plex where playback stands; False when Plex wants it to end."""
        return await self._transcoder.report(access, session, moment)

    async def announce(
        self, access: ServerAccess, rating_key: RatingKey, version: Version, session: str
    ) -> None:
        """Ask Plex whether the file may be played as it is, which some servers expect first.

        What it answers does not matter here: the file itself is given or refused.
        """
        params: dict[str, str | int] = {
            "hasMDE": 1,
            "path": f"/library/metadata/{rating_key}",
            "mediaIndex": version.index,
            "partIndex": 0,
            "protocol": "http",
            "directPlay": 1,
            "directStream": 1,
            "session": session,
            "X-Plex-Platform": "Chrome",
            "X-Plex-Client-Profile-Name": "Generic",
        }
        await self._http.fetch(
            access,
            "/video/:/transcode/universal/decision",
            params,
            headers=headers_of(session),
            bounds=Bounds(read_s=8.0, deadline_s=10.0, max_bytes=4 * MIB),
            lane="stream",
        )
