"""What a title is made of, and which sound Plex would give of itself."""

from collections import OrderedDict
from dataclasses import replace

from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.plex.facts import Version, versions_of
from watchtogether.plex.service import PlexService

_REMEMBERED = 1_000

_File = tuple[AccountId, ServerId, str]


class PlexTitles:
    """Remembers each file's own sound as it was first seen. While a conversion with another one
    begins, Plex says that this is chosen (`chosen_tracks`), and somebody may choose another in
    Plex while the film is on: rooms that chose nothing would follow.
    """

    def __init__(self, service: PlexService) -> None:
        self._service = service
        self._own_sounds: OrderedDict[_File, str] = OrderedDict()

    async def versions(
        self, account_id: AccountId, server_id: ServerId, rating_key: RatingKey
    ) -> tuple[Version, ...]:
        """In the order of the library. Raises the errors of `errors.py`."""
        item = (await self._service.item(account_id, server_id, rating_key, current=True)).value
        return tuple(
            self._as_before((account_id, server_id, version.part_id), version)
            for version in versions_of(item)
        )

    def _as_before(self, file: _File, version: Version) -> Version:
        found = next((each.id for each in version.sounds if each.on), "")
        own = self._own_sounds.setdefault(file, found)
        self._own_sounds.move_to_end(file)
        if len(self._own_sounds) > _REMEMBERED:
            self._own_sounds.popitem(last=False)
        if own == found or version.sound(own) is None:
            return version
        sounds = tuple(replace(each, on=each.id == own) for each in version.sounds)
        return replace(version, sounds=sounds)
