"""Watch films from your own Plex server together with friends."""

__version__ = "0.1.0"
