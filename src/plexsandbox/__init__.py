"""A small Plex-compatible server over a folder of videos, for demonstrations and tests."""
