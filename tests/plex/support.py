"""Recordings of real servers, and clients that speak to an app inside the test."""

from collections.abc import Mapping
from pathlib import Path

from watchtogether.plex.reader import read_bytes

RECORDINGS = Path(__file__).parent / "recordings"


def recording(name: str) -> Mapping[str, object]:
    """A recorded answer, read as the client would."""
    return read_bytes((RECORDINGS / name).read_bytes())
