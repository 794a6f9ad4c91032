"""The live library: the current catalogue, rescanned in the background."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from plexsandbox.archive.archive import Archive
from plexsandbox.gathering import with_collections
from plexsandbox.model import Catalogue, Item, ItemType, VideoFile
from plexsandbox.notices import Notices
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
        *,
        notices: Notices,
        warm: Callable[[Catalogue], None] = lambda _: None,
        lender: Library | None = None,
    ) -> None:
        """`warm` is called in a thread, before a new catalogue is shown.

        With a `lender` there are no sections of its own but the archive, which plays his films.
        """
        self._dir = media_dir
        self._archive = archive
        self._warm = warm
        self._lender = lender
        self._lent: list[VideoFile] = []
        self._notices = notices
        self._state = state
        self._scanner = Scanner(media_dir, state)
        self._scanning = asyncio.Lock()
        self._stamps: dict[Path, Stamp] | None = None
        self._scanned = Catalogue()
        self._catalogue = Catalogue()
        self._hidden: set[str] = set()
        self._renamed: dict[str, tuple[str, int]] = {}

    @property
    def catalogue(self) -> Catalogue:
        return self._catalogue

    def item(self, rating_key: str) -> Item | None:
        """None when it does not exist or has been deleted."""
        return self._catalogue.items.get(rating_key)

    def clips(self) -> list[VideoFile]:
        """The real films, for what is invented to play."""
        return _clips(self._scanned)

    async def rescan(self, *, force: bool = False) -> None:
        """One scan at a time, in a thread; does nothing when no file has changed."""
        async with self._scanning:
            stamps = await asyncio.to_thread(fingerprint, self._dir)
            lent = self._lender.clips() if self._lender is not None else []
            if (stamps, lent) == (self._stamps, self._lent) and not force:
                return
            self._lent = lent
            if self._stamps is None:
                await self._scan(stamps)
                return
            with self._notices.activity("library.update.section", "Scanning", "All libraries"):
                self._notices.status("Library scan", "Scanning the libraries", "LIBRARY_UPDATE")
                before = self._catalogue
                await self._scan(stamps)
                self._notices.library_changed(before, self._catalogue)
            self._notices.status("Library scan", "Library scan complete", "LIBRARY_UPDATE")

    async def _scan(self, stamps: dict[Path, Stamp]) -> None:
        def scan() -> Catalogue:
            scanned = self._scanner.scan(stamps, int(time.time()))
            if self._lender is not None:
                return self._archive.joined(replace(scanned, sections=()), self._lent)
            return self._archive.joined(scanned, _clips(scanned))

        self._scanned = await asyncio.to_thread(scan)
        self._stamps = stamps
        await self._show()
        log.info("library_scanned items=%d", len(self._catalogue.items))

    async def _show(self) -> None:
        """What was scanned, with what has been done to it from outside."""

        def prepare() -> Catalogue:
            shown = _without(_called(self._scanned, self._renamed), self._hidden)
            catalogue = with_collections(shown, self._state)
            self._warm(catalogue)
            return catalogue

        self._catalogue = await asyncio.to_thread(prepare)

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
        await self._change()

    async def unhide(self, rating_key: str) -> None:
        self._hidden.discard(rating_key)
        await self._change()

    async def rename(self, rating_key: str, title: str) -> None:
        """As if the owner had edited it; for this process only."""
        self._renamed[rating_key] = (title, int(time.time()))
        await self._change()

    async def _change(self) -> None:
        async with self._scanning:
            before = self._catalogue
            await self._show()
            self._notices.library_changed(before, self._catalogue)


def _clips(catalogue: Catalogue) -> list[VideoFile]:
    films = catalogue.of_type(ItemType.MOVIE)
    return [film.files[0].parts[0] for film in films if film.playable and film.invented is None]


def _called(catalogue: Catalogue, renamed: dict[str, tuple[str, int]]) -> Catalogue:
    """With other titles, and the time at which they were given."""
    known = {key: value for key, value in renamed.items() if key in catalogue.items}
    if not known:
        return catalogue
    items = dict(catalogue.items)
    for key, (title, at) in known.items():
        item = items[key]
        details = replace(item.details, title=title, title_sort=None)
        items[key] = replace(item, title=title, details=details, updated_at=at)
    return replace(catalogue, items=items, _known={})


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
