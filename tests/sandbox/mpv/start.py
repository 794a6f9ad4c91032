"""Starts plex-mpv-shim by its own `main`, with its surroundings changed in three places."""

import signal
import urllib.request
from typing import Any

from plex_mpv_shim import gdm, mpv_shim

_open = urllib.request.urlopen


def _open_anyhow(*arguments: Any, cafile: str | None = None, **options: Any) -> Any:
    """It still names a file of certificates, which Python 3.13 no longer takes."""
    return _open(*arguments, **options)


def _stay_silent(*_: Any, **__: Any) -> None:
    """In place of announcing a player to the whole network."""


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # which ends it and its mpv
    urllib.request.urlopen = _open_anyhow  # type: ignore[assignment]
    gdm.PlexGDM.start_all = _stay_silent
    mpv_shim.main()
