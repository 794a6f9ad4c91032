"""From the values of `model.py` to the answers of `schemas.py`."""

from dataclasses import dataclass
from typing import Final

from watchtogether.kit.ids import AccountId, ServerId
from watchtogether.plex.cache import Cached
from watchtogether.plex.images import ImageLinks
from watchtogether.plex.model import Ancestor, Hub, Item, Media
from watchtogether.plex.playable import pictures, playing_time_ms, subtitle
from watchtogether.plex.schemas import (
    AncestorOut,
    CastMemberOut,
    ChapterOut,
    ItemOut,
    ItemSummaryOut,
    MarkerOut,
    ShelfOut,
    ShelvesOut,
    StreamOut,
    VersionOut,
)

_SHOWN: Final = frozenset({"movie", "show", "season", "episode", "collection"})


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom, and of which server, items are shown: what picture links are made of."""

    account_id: AccountId
    server_id: ServerId
    links: ImageLinks

    def shelves(self, found: Cached[tuple[Hub, ...]]) -> ShelvesOut:
        """Rows of films, shows, seasons, episodes and collections; what is left of them."""
        rows = (
            ShelfOut(
                id=hub.identifier,
                title=hub.title,
                items=[self.summary(i) for i in hub.items if i.kind in _SHOWN],
            )
            for hub in found.value
        )
        return ShelvesOut(
            shelves=[row for row in rows if row.items], stale=found.stale, renewing=found.renewing
        )

    def summary(self, item: Item) -> ItemSummaryOut:
        return ItemSummaryOut.model_validate(self._summary(item))

    def whole(self, found: Cached[Item]) -> ItemOut:
        item = found.value
        details = {
            "summary": item.summary,
            "tagline": item.tagline,
            "original_title": item.original_title,
            "released_on": item.released_on,
            "rating": item.rating,
            "genres": list(item.genres),
            "directors": list(item.directors),
            "cast": [CastMemberOut(name=c.name, role=c.role) for c in item.cast],
            "content_rating": item.content_rating,
            "studio": item.studio,
            "show": _ancestor(item.show),
            "season": _ancestor(item.season),
            "versions": [_version(media) for media in item.media],
            "chapters": [
                ChapterOut(title=c.title, start_s=c.start_ms / 1000, end_s=c.end_ms / 1000)
                for c in item.chapters
            ],
            "markers": [
                MarkerOut(kind=m.kind, start_s=m.start_ms / 1000, end_s=m.end_ms / 1000)
                for m in item.markers
            ],
            "stale": found.stale,
            "renewing": found.renewing,
        }
        return ItemOut.model_validate(self._summary(item) | details)

    def _summary(self, item: Item) -> dict[str, object]:
        poster, backdrop = pictures(item)
        duration_ms = playing_time_ms(item)
        season = item.season
        return {
            "server": self.server_id,
            "rating_key": item.rating_key,
            "kind": item.kind,
            "title": item.title,
            "subtitle": subtitle(item),
            "year": item.year,
            "duration_s": duration_ms / 1000 if duration_ms is not None else None,
            "poster": self.links.url(self.server_id, poster, "poster", self.account_id),
            "backdrop": self.links.url(self.server_id, backdrop, "backdrop", self.account_id),
            "view_offset_s": item.view_offset_ms / 1000,
            "watched": item.watched,
            "index": item.index if item.kind in {"season", "episode"} else None,
            "parent_index": season.index if season else None,
            "child_count": item.child_count if item.child_count is not None else item.leaf_count,
        }


def _ancestor(found: Ancestor | None) -> AncestorOut | None:
    return AncestorOut(rating_key=found.rating_key, title=found.title) if found else None


def _version(media: Media) -> VersionOut:
    tracks = media.parts[0].streams if media.parts else ()
    return VersionOut(
        id=media.id,
        container=media.container,
        resolution=media.resolution,
        video_codec=media.video_codec,
        audio_codec=media.audio_codec,
        bitrate_kbps=media.bitrate_kbps,
        width=media.width,
        height=media.height,
        size_bytes=sum(part.size_bytes or 0 for part in media.parts) or None,
        parts=len(media.parts),
        streams=[
            StreamOut(
                id=track.id,
                kind=track.kind,
                codec=track.codec,
                language=track.language,
                title=track.title,
                default=track.default,
                channels=track.channels,
            )
            for track in tracks
        ],
    )
