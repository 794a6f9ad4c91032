"""What a client asks of the transcoder, read from its query and headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ITEM_PATH = re.compile(r"/library/metadata/(\d+)$")
_RESOLUTION = re.compile(r"^(\d{2,5})x(\d{2,5})$")

KNOWN_PLATFORMS = frozenset(
    "Android Chrome Chromecast Edge Firefox Generic iOS Linux macOS MacOSX Opera PlayStation "
    "Roku Safari Samsung tvOS webOS Windows Xbox".casefold().split()
) | {"plex home theater"}
_UNSIGNED = frozenset({"X-Plex-Token", "X-Plex-Client-Identifier", "hasMDE", "offset"})


class BadOrder(ValueError):
    """Answered with 400."""


@dataclass(frozen=True, slots=True)
class Order:
    """`signature` holds what the start must repeat of the decision exactly.

    That is every parameter, with two of which players take liberties: `hasMDE` speaks of the
    decision alone, and an offset of zero need not be said.
    """

    session: str
    rating_key: str
    media_index: int
    part_index: int
    """-1: all parts, joined."""
    protocol: str
    direct_play: bool
    copy: bool
    burn: bool
    offset_s: float
    size: tuple[int, int] | None
    max_bitrate_kbps: int | None
    client_identifier: str
    session_identifier: str
    signature: frozenset[tuple[str, str]]


def read_order(query: Mapping[str, str], headers: Mapping[str, str], invented: str) -> Order:
    """`invented` is the key used when the client names no `session`."""

    def either(name: str) -> str:
        return query.get(name) or headers.get(name, "")

    _check_platform(either("X-Plex-Platform"), either("X-Plex-Client-Profile-Name"))
    found = _ITEM_PATH.search(query.get("path", ""))
    if found is None:
        raise BadOrder("no item path")
    session = query.get("session") or invented
    offset_s = max(0.0, _decimal(query, "offset"))
    signed = {name: value for name, value in query.items() if name not in _UNSIGNED}
    return Order(
        session=session,
        rating_key=found[1],
        media_index=max(0, _integer(query, "mediaIndex", 0)),
        part_index=max(-1, _integer(query, "partIndex", -1)),
        protocol=query.get("protocol", "hls"),
        direct_play=query.get("directPlay", "0") == "1",
        copy=query.get("directStream", "0") == "1",
        burn=query.get("subtitles") == "burn",
        offset_s=offset_s,
        size=_size(query.get("videoResolution", "")),
        max_bitrate_kbps=_integer(query, "maxVideoBitrate", 0) or None,
        client_identifier=either("X-Plex-Client-Identifier"),
        session_identifier=either("X-Plex-Session-Identifier") or session,
        signature=frozenset((signed | {"offset": f"{offset_s:g}"}).items()),
    )


def _check_platform(platform: str, profile: str) -> None:
    if platform and platform.casefold() not in KNOWN_PLATFORMS:
        raise BadOrder("unknown platform")
    if not platform and not profile:
        raise BadOrder("neither platform nor profile")


def _size(raw: str) -> tuple[int, int] | None:
    found = _RESOLUTION.match(raw)
    return (int(found[1]), int(found[2])) if found else None


def _integer(query: Mapping[str, str], name: str, usual: int) -> int:
    raw = query.get(name)
    if not raw:
        return usual
    try:
        return int(raw)
    except ValueError as error:
        raise BadOrder(name) from error


def _decimal(query: Mapping[str, str], name: str) -> float:
    try:
        return float(query.get(name) or 0.0)
    except ValueError as error:
        raise BadOrder(name) from error
