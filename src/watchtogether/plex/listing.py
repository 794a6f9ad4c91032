"""Long libraries in windows: one call to Plex brings several pages of ours.

A page of a library is cut out of aligned windows of 240 titles, so that scrolling through 20,000
takes 84 calls and not 334, and so that different pages share what was fetched. The very first
page has a small window of its own: it is what people wait for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from watchtogether.plex.model import Item, ItemPage

FIRST: Final = 60
WINDOW: Final = 240


@dataclass(frozen=True, slots=True)
class Window:
    """What one call asks for."""

    start: int
    size: int


def windows(start: int, size: int) -> Iterator[Window]:
    """Those that cover a page, in order."""
    if start + size <= FIRST:
        yield Window(0, FIRST)
        return
    for at in range(start // WINDOW * WINDOW, start + size, WINDOW):
        yield Window(at, WINDOW)


def cut(pages: Sequence[ItemPage], start: int, size: int) -> ItemPage:
    """The page out of the windows that cover it; the last one knows best how many there are."""
    items: list[Item] = []
    for page in pages:
        at = start + len(items) - page.start
        if at > len(page.items):  # fewer than were asked for: nothing stands in for them
            break
        items += page.items[at : start + size - page.start]
    return ItemPage(tuple(items), pages[-1].total, start)
