"""Pictures over HTTP."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from urllib.parse import urlsplit

from PIL import UnidentifiedImageError
from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.answers import bad_request, not_found
from plexsandbox.ask import Ask, pms
from plexsandbox.pictures import resize, whole

_KEY = re.compile(
    r"^/(?:library/metadata|library/collections|playlists)/(\d+)"
    r"/(thumb|art|banner|composite)(?:/|$)"
)
_LARGEST = 4096


async def picture(ask: Ask) -> Response:
    source = await _source(ask, ask.path("key"), ask.path("kind"))
    return _answer(await asyncio.to_thread(whole, source))


async def transcode(ask: Ask) -> Response:
    """Only pictures of this library: the url is a path here, or on this very server."""
    width, height = ask.number("width", 0), ask.number("height", 0)
    if not (0 < width <= _LARGEST and 0 < height <= _LARGEST):
        raise bad_request()
    found = _KEY.match(urlsplit(ask.query("url")).path)
    if found is None:
        raise not_found()
    source = await _source(ask, found[1], found[2])
    cover, upscale = ask.query("minSize") == "1", ask.query("upscale") == "1"
    try:
        body = await asyncio.to_thread(
            resize, source, (width, height), cover=cover, upscale=upscale
        )
    except (UnidentifiedImageError, OSError) as error:
        raise not_found() from error
    return _answer(body)


async def _source(ask: Ask, key: str, kind: str) -> Path:
    if kind not in {"thumb", "art", "banner", "composite"}:
        raise not_found()
    catalogue = ask.catalogue
    wanted = "art" if kind in {"art", "banner"} else "thumb"
    source = await ask.box.pictures.source(catalogue, ask.item(_pictured(ask, key)), wanted)
    if source is None:
        raise not_found()
    return source


def _pictured(ask: Ask, key: str) -> str:
    """Collections and playlists look like the first item in them."""
    collection = ask.catalogue.collection(key)
    if collection is not None:
        return collection.rating_keys[0]
    playlist = ask.box.playlists.find(ask.who.user, key)
    return playlist.entries[0][1] if playlist is not None and playlist.entries else key


def _answer(body: bytes) -> Response:
    return Response(body, media_type="image/jpeg", headers={"Cache-Control": "max-age=2592000"})


def routes() -> list[Route]:
    return [
        pms("/photo/:/transcode", transcode),
        pms("/library/metadata/{key}/{kind}/{stamp}", picture),
        pms("/library/collections/{key}/{kind}/{stamp}", picture),
        pms("/playlists/{key}/{kind:str}/{stamp:int}", picture),
    ]
