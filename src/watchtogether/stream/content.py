"""What one title in one rendition is, once Plex has listed it: its cut, its name in the cache."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from watchtogether.kit.ids import AccountId, RatingKey, RoomId, ServerId
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.transcode import Transcode
from watchtogether.stream.errors import ConversionChanged, TitleChanged
from watchtogether.stream.layout import Layout, lay_out
from watchtogether.stream.playlist import media_playlist
from watchtogether.stream.renditions import Rendition

CONTENT = 40
"""Length of a content's name."""
_REMEMBERED = 128


@dataclass(frozen=True, slots=True)
class StreamKey:
    """One room's stream of one item in one rendition: there is one session, and one transcode,
    for each. `sound` is the track that the room has chosen; None: Plex's own choice."""

    room_id: RoomId
    generation: int
    server_id: ServerId
    rating_key: RatingKey
    account_id: AccountId
    rendition: Rendition
    sound: str | None = None


@dataclass(slots=True)
class Content:
    """`name` stands for the bytes and for whoever may have them; `playlist` is ready to send.

    `clock_base_s` is what the stream's clock shows at the start of the film, once known. `is_ours`:
    it is converted here and not by Plex.
    """

    layout: Layout
    name: str
    playlist: bytes
    clock_base_s: float | None = None
    is_ours: bool = False


def adopt(
    known: Content | None,
    job: Transcode,
    *,
    key: StreamKey,
    access: ServerAccess,
    sound: str | None,
    offset_s: float,
    duration_s: float,
) -> tuple[Content, int]:
    """The content that this transcode makes, and how many segments come before its list.

    `sound` is the track that was ordered: what Plex gives of itself may be another one tomorrow.

    Raises `TitleChanged` when the title was cut otherwise before, and `ConversionChanged` when that
    is no wonder since somebody else converts it now.
    """
    listed_s = [segment.duration_s for segment in job.segments]
    layout = known.layout if known else None
    if layout is None:
        layout = lay_out(
            listed_s,
            offset_s,
            duration_s,
            bandwidth_bps=job.bandwidth_bps,
            resolution=job.resolution,
        )
    shift = layout.shift_of(listed_s, offset_s)
    if shift is None:
        same_maker = known is None or known.is_ours == job.is_ours
        raise TitleChanged if same_maker else ConversionChanged
    name = _name(key, access, sound or "", job.source, layout.digest)
    if known is not None and known.name == name:
        return known, shift
    clock_base_s = known.clock_base_s if known else None
    return Content(layout, name, media_playlist(layout), clock_base_s, job.is_ours), shift


class Memory:
    """Contents seen lately, so that what is cached can be played without asking Plex again."""

    def __init__(self) -> None:
        self._contents: OrderedDict[tuple[str, ...], Content] = OrderedDict()

    def find(self, key: StreamKey, access: ServerAccess) -> Content | None:
        return self._contents.get(_place(key, access))

    def keep(self, key: StreamKey, access: ServerAccess, content: Content) -> None:
        self._contents[_place(key, access)] = content
        self._contents.move_to_end(_place(key, access))
        while len(self._contents) > _REMEMBERED:
            self._contents.popitem(last=False)

    def forget(self, key: StreamKey, access: ServerAccess) -> None:
        self._contents.pop(_place(key, access), None)


def _place(key: StreamKey, access: ServerAccess) -> tuple[str, ...]:
    rendition = f"{key.rendition.name}.a{key.sound or ''}"
    return key.server_id, key.rating_key, rendition, access.permission_hash


def _name(key: StreamKey, access: ServerAccess, *made_of: str) -> str:
    title = (key.server_id, key.rating_key, key.rendition.name, access.permission_hash)
    parts = (*title, *made_of)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:CONTENT]
