"""Items as JSON, rendered once for each account: lists are put together out of these pieces.

A list of sixty items costs a hundred picture links and sixty validated models when it is made
anew; most lists are asked for again, and share their items with other lists.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from watchtogether.kit.ids import AccountId
from watchtogether.plex.cache import Cached
from watchtogether.plex.model import Item
from watchtogether.plex.schemas import ItemSummaryOut
from watchtogether.plex.views import Viewer

_BOOL: Final = {True: b"true", False: b"false"}

MOST: Final = 20_000
"""Pieces kept; about half a kilobyte each."""


class Fragments:
    """The least recently used piece goes first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[AccountId, int], tuple[Item, bytes]] = OrderedDict()

    def items(
        self, view: Viewer, items: Iterable[Item], aged: Cached[object], *, total: int, start: int
    ) -> bytes:
        """An `ItemsOut` as JSON, as old as `aged` is."""
        pieces = b",".join(self._piece(view, item) for item in items)
        return b'{"stale":%b,"renewing":%b,"items":[%b],"total":%d,"start":%d}' % (
            _BOOL[aged.stale],
            _BOOL[aged.renewing],
            pieces,
            total,
            start,
        )

    def _piece(self, view: Viewer, item: Item) -> bytes:
        """Found by the very object, which the piece keeps alive, so that ids mean one thing."""
        key = (view.account_id, id(item))
        kept = self._kept.get(key)
        if kept is not None and kept[0] is item:
            self._kept.move_to_end(key)
            return kept[1]
        shown: ItemSummaryOut = view.summary(item)
        piece = shown.model_dump_json().encode()
        self._kept[key] = (item, piece)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return piece
