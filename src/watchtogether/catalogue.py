"""The Plex service as rooms see it (implements `rooms.ports.Catalogue`)."""

from dataclasses import asdict

from watchtogether.kit.errors import AppError
from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.plex.service import PlexService
from watchtogether.plex.titles import PlexTitles
from watchtogether.rooms.ports import Seen
from watchtogether.sync.timeline import RoomItem


class PlexCatalogue:
    """Turns Plex's items into a room's, and remembers through whose access it watches."""

    def __init__(self, plex: PlexService, titles: PlexTitles) -> None:
        self._plex = plex
        self._titles = titles

    async def room_item(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> RoomItem:
        found = await self._plex.room_item(account_id, server_id, rating_key)
        return RoomItem(**asdict(found), account_id=account_id)

    async def next_episode(self, item: RoomItem) -> RoomItem | None:
        key = await self._plex.next_episode(item.account_id, item.server, item.rating_key)
        return None if key is None else await self.room_item(item.account_id, item.server, key)

    async def sounds(self, item: RoomItem) -> frozenset[str]:
        versions = await self._titles.versions(item.account_id, item.server, item.rating_key)
        return frozenset(track.id for version in versions for track in version.sounds)

    async def seen(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey, asker: str
    ) -> Seen | None:
        try:
            found = await self._plex.item(
                account_id, server_id, rating_key, charged=f"seen|{asker}", current=True
            )
        except AppError:
            return None
        return Seen(found.value.watched, found.value.view_offset_ms / 1000)
