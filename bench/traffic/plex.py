"""A Plex server that answers at once: titles in the order of their names, which are numbers."""

from typing import Final

from pydantic import SecretStr

from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.kit.rate_limit import Tier
from watchtogether.plex import parse
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.library import HubName
from watchtogether.plex.model import Hub, Item, ItemPage, Letter, Listing, Menu, Section

SERVER: Final = ServerId("machine")
SECTION: Final = "1"
_SHELF: Final = 30
_FOUND: Final = 20


def access_of(account_id: AccountId) -> ServerAccess:
    """Everybody has a token of their own."""
    return ServerAccess(SERVER, "http://plex.test", SecretStr(account_id), account_id)


class Plex:
    """Stands for the directory of servers, the limiter and the library of the production layer."""

    def __init__(self, titles: int) -> None:
        self._titles = [_item(number) for number in range(titles)]
        self.calls = 0

    async def find(self, account_id: AccountId, server_id: ServerId) -> ServerAccess:
        return access_of(account_id)

    async def ready(self, account_id: AccountId, server_id: ServerId) -> ServerAccess:
        return access_of(account_id)

    async def hit(self, tier: Tier, key: str) -> None:
        """Called before each call to Plex."""
        self.calls += 1

    async def sections(self, access: ServerAccess) -> tuple[Section, ...]:
        return (Section(SECTION, "Films", "movie", None),)

    async def menu(self, access: ServerAccess, section: str) -> Menu:
        return Menu((), ())

    async def letters(
        self, access: ServerAccess, section: str, listing: Listing
    ) -> tuple[Letter, ...]:
        return (Letter("#", len(self._titles)),)

    async def items(
        self, access: ServerAccess, section: str, start: int, size: int, listing: Listing
    ) -> ItemPage:
        return ItemPage(tuple(self._titles[start : start + size]), len(self._titles), start)

    async def item(self, access: ServerAccess, rating_key: RatingKey) -> Item:
        return self._titles[int(rating_key)]

    async def related(self, access: ServerAccess, rating_key: RatingKey) -> tuple[Hub, ...]:
        return ()

    async def playlists(self, access: ServerAccess) -> ItemPage:
        return ItemPage((), 0)

    async def promoted(self, access: ServerAccess) -> tuple[Hub, ...]:
        return ()

    async def hub(self, access: ServerAccess, name: HubName) -> tuple[Item, ...]:
        return tuple(self._titles[-_SHELF:])

    async def search(self, access: ServerAccess, query: str, limit: int) -> tuple[Item, ...]:
        found = (each for each in self._titles if each.title.startswith(query))
        return tuple(found)[:_FOUND]


def _item(number: int) -> Item:
    found = parse.item({"ratingKey": str(number), "type": "movie", "title": str(number)})
    assert found is not None
    return found
