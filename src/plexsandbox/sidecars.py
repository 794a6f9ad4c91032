"""Files beside a film: what is said about it (JSON), pictures and subtitles."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from plexsandbox.model import Artwork, Details, Marker, Role

log = logging.getLogger(__name__)

SIDECAR_SUFFIXES = frozenset({".json", ".srt", ".jpg", ".jpeg", ".png"})
_PICTURES = (".jpg", ".jpeg", ".png")


def read_details(path: Path) -> Details:
    """Nothing known when the file is missing; a broken one is told in the log and ignored."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return _details(raw)
    except FileNotFoundError:
        return Details()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("details_ignored file=%s reason=%s", path.name, error)
        return Details()


def write_details(path: Path, details: dict[str, Any]) -> None:
    """In the form that `read_details` understands."""
    path.write_text(json.dumps(details, indent=1, ensure_ascii=False), encoding="utf-8")


def artwork_of_file(video: Path) -> Artwork:
    """`<stem>.poster.jpg` and `<stem>.art.jpg`, else the folder's (for a film in its own)."""
    return Artwork(
        thumb=_picture(video.parent, f"{video.stem}.poster", f"{video.stem}.thumb"),
        art=_picture(video.parent, f"{video.stem}.art"),
    )


def artwork_of_folder(folder: Path) -> Artwork:
    return Artwork(
        thumb=_picture(folder, "poster", "cover", "folder"),
        art=_picture(folder, "art", "fanart", "backdrop"),
    )


def subtitles_of(video: Path) -> list[tuple[Path, str | None]]:
    """`<stem>.srt` and `<stem>.<language>.srt`, each with its language, ordered by name."""
    found = []
    for path in sorted(video.parent.glob("*.srt")):
        if path.name.startswith(f"{video.stem}."):
            between = path.name.removeprefix(video.stem).removesuffix(".srt").strip(".")
            found.append((path, between or None))
    return found


def _picture(folder: Path, *stems: str) -> Path | None:
    candidates = (folder / f"{stem}{suffix}" for stem in stems for suffix in _PICTURES)
    return next((path for path in candidates if path.is_file()), None)


def _details(raw: dict[str, Any]) -> Details:
    return Details(
        title=raw.get("title"),
        title_sort=raw.get("title_sort"),
        year=raw.get("year"),
        summary=raw.get("summary", ""),
        tagline=raw.get("tagline"),
        studio=raw.get("studio"),
        content_rating=raw.get("content_rating"),
        originally_available_at=raw.get("originally_available_at"),
        rating=raw.get("rating"),
        audience_rating=raw.get("audience_rating"),
        genres=tuple(raw.get("genres", ())),
        countries=tuple(raw.get("countries", ())),
        directors=tuple(raw.get("directors", ())),
        writers=tuple(raw.get("writers", ())),
        roles=tuple(Role(role["name"], role.get("character", "")) for role in raw.get("roles", ())),
        collections=tuple(raw.get("collections", ())),
        markers=tuple(_marker(marker) for marker in raw.get("markers", ())),
        has_previews=bool(raw.get("previews", True)),
    )


def _marker(raw: dict[str, Any]) -> Marker:
    start_ms, end_ms = round(raw["start_s"] * 1000), round(raw["end_s"] * 1000)
    return Marker(raw["type"], start_ms, end_ms, bool(raw.get("final", False)))
