"""The live library: the current catalogue, rescanned in the background."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from plexsandbox.archive.archive import Archive
from plexsandbox.model import Catalogue, Item
from plexsandbox.scan import Scanner, Stamp, fingerprint
from plexsandbox.state import State

log = logging.getLogger(__name__)


class Library:
    """Requests take `catalogue` once and work on that value."""

    def __init__(
        self,
        media_dir: Path,
        state: State,
        archive: Archive,
        warm: Callable[[Catalogue], None] = lambda _: None,
    ) -> None:
        """`warm` is called in the scanning thread, before a new catalogue is shown."""
        self._dir = media_dir
        self._archive = archive
        self._warm = warm
        self._scanner = Scanner(media_dir, state)
        self._scanning = asyncio.Lock()
        self._stamps: dict[Path, Stamp] | None = None
        self._catalogue = Catalogue()
        self._hidden: set[str] = set()

    @property
    def catalogue(self) -> Catalogue:
        return self._catalogue

    def item(self, rating_key: str) -> Item | None:
        """None when it does not exist or has been deleted."""
        return self._catalogue.items.get(rating_key)

    async def rescan(self, *, force: bool = False) -> None:
        """One scan at a time, in a thread; does nothing when no file has changed."""
        async with self._scanning:
            stamps = await asyncio.to_thread(fingerprint, self._dir)
            if stamps == self._stamps and not force:
                return
            scanned = await asyncio.to_thread(self._scan, stamps)
            self._stamps = stamps
            self._catalogue = scanned
            log.info("library_scanned items=%d", len(self._catalogue.items))

    def _scan(self, stamps: dict[Path, Stamp]) -> Catalogue:
        scanned = self._archive.joined(self._scanner.scan(stamps, int(time.time())))
        catalogue = _without(scanned, self._hidden)
        self._warm(catalogue)
        return catalogue

    async def watch(self, every_s: float) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            try:
                await self.rescan()
            except OSError as error:
                log.warning("scan_failed reason=%s", error)

    async def hide(self, rating_key: str) -> None:
        """As if the owner had deleted it, with all below it; for this process only."""
        self._hidden.add(rating_key)
        self._catalogue = _without(self._catalogue, self._hidden)

    async def unhide(self, rating_key: str) -> None:
        self._hidden.discard(rating_key)
        await self.rescan(force=True)


def _without(catalogue: Catalogue, hidden: set[str]) -> Catalogue:
    if not hidden:
        return catalogue
    gone = set(hidden)
    while True:
        below = {key for parent in gone for key in catalogue.children.get(parent, ())}
        if below <= gone:
            break
        gone |= below
    items = {key: item for key, item in catalogue.items.items() if key not in gone}
    children = {
        parent: tuple(key for key in keys if key not in gone)
        for parent, keys in catalogue.children.items()
        if parent not in gone
    }
    return replace(catalogue, items=items, children=children, _known={})
