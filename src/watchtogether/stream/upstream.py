"""One session's side towards Plex: at most one transcode at a time, begun and ended in order."""

import uuid

import structlog

from watchtogether.kit.errors import AppError
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.errors import PlexItemGone
from watchtogether.plex.facts import version_for
from watchtogether.plex.transcode import Missing, Order, Transcode
from watchtogether.stream.content import Content, StreamKey, adopt
from watchtogether.stream.next_step import Reach
from watchtogether.stream.ports import Titles, Transcoder

log = structlog.get_logger(__name__)

_UNSTOPPED = 4
"""As many transcodes whose stop failed are remembered."""


class Upstream:
    """Not concurrent: the session's reader alone calls it, save `keep_alive`."""

    def __init__(self, transcoder: Transcoder, titles: Titles, key: StreamKey) -> None:
        self._transcoder = transcoder
        self._titles = titles
        self._key = key
        self._access: ServerAccess | None = None
        self._session: str | None = None
        self._job: Transcode | None = None
        self._unstopped: list[tuple[ServerAccess, str]] = []
        self._content: Content | None = None
        self._shift = 0
        self._first = 0
        self._head = 0

    @property
    def running(self) -> bool:
        return self._job is not None

    @property
    def reach(self) -> Reach | None:
        if self._job is None or self._content is None:
            return None
        return Reach(self._content.layout, self._first, self._head)

    async def begin(
        self, access: ServerAccess, known: Content | None, offset_s: float, duration_s: float
    ) -> Content:
        """End what runs, and begin at `offset_s`; on any failure `end` must follow."""
        await self.end()
        self._access, self._session = access, str(uuid.uuid4())
        order = await self._order(self._session, offset_s)
        job = await self._transcoder.start(access, order)
        content, self._shift = adopt(
            known,
            job,
            key=self._key,
            access=access,
            sound=order.sound,
            offset_s=offset_s,
            duration_s=duration_s,
        )
        self._first = self._head = content.layout.number_at(offset_s)
        self._content, self._job = content, job
        return content

    async def fetch(self, number: int) -> bytes | Missing:
        """The title's segment `number`, which must be within reach."""
        if self._job is None or self._access is None:
            return Missing.LOST
        index = number - self._shift
        if not 0 <= index < len(self._job.segments):
            return Missing.LOST
        return await self._transcoder.segment(self._access, self._job, index)

    def arrived(self, number: int) -> None:
        """This segment was fetched."""
        self._head = max(self._head, number)

    async def is_alive(self) -> bool:
        """Whether Plex still knows the transcode; also keeps it alive."""
        if self._access is None or self._session is None:
            return False
        return await self._transcoder.ping(self._access, self._session)

    async def keep_alive(self) -> bool:
        """Ping; False when Plex has ended this very transcode.

        No timeline: each of a room's conversions would be a view of the film, in the name of the
        account with whose access the room watches (`watchstate` tells Plex who got how far).
        """
        access, session = self._access, self._session
        if access is None or session is None or self._job is None:
            return True
        alive = await self._transcoder.ping(access, session)
        return alive or self._session != session

    async def end(self) -> None:
        """Stop what runs or was about to, and what could not be stopped before.

        Never raises `AppError`, and may be called again: what Plex did not confirm is tried anew
        then. (Plex ends a forgotten transcode by itself, minutes later.)
        """
        if self._access is not None and self._session is not None:
            self._unstopped = [*self._unstopped[1 - _UNSTOPPED :], (self._access, self._session)]
        self._job = self._session = self._access = None
        while self._unstopped:
            access, session = self._unstopped[-1]
            try:
                await self._transcoder.stop(access, session)
                self._unstopped.remove((access, session))
            except AppError as error:
                log.info("transcode_stop_failed", room_id=self._key.room_id, code=error.code)
                return

    async def _order(self, session: str, offset_s: float) -> Order:
        """Raises `PlexItemGone` when the title has no such sound or subtitle (any more)."""
        key, box = self._key, self._key.rendition.box
        versions = await self._titles.versions(key.account_id, key.server_id, key.rating_key)
        burned = key.rendition.burned
        version = version_for(versions, box.height, sound=key.sound, burned=burned)
        if version is None:
            raise PlexItemGone
        sound = next((each.id for each in version.sounds if each.on), None)
        return Order(
            session,
            key.rating_key,
            offset_s,
            box.width,
            box.height,
            box.bitrate_kbps,
            media_index=version.index,
            part_id=version.part_id,
            sound=(key.sound or sound) if len(version.sounds) > 1 else None,
            sound_chosen=key.sound is not None,
            burned=burned,
            version=version,
        )
