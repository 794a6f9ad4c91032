"""Keys of sections and items as they may stand in a path."""

import re
from typing import Final

from watchtogether.plex.errors import PlexItemGone

_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def checked_key(value: str) -> str:
    """The key itself; what cannot be one is not there, so it raises `PlexItemGone`."""
    if not _KEY.fullmatch(value):
        raise PlexItemGone
    return value
