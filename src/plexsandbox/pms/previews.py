"""Preview pictures over HTTP: the whole strip, or the picture at one position."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.answers import not_found
from plexsandbox.ask import Ask, pms
from plexsandbox.pms.parts import part_of

_DIGITS = 9
"""Of a position in ms: beyond the longest film."""


async def strip(ask: Ask) -> Response:
    """The BIF file; 404 for a part that has none."""
    _, file = part_of(ask)
    body = await ask.box.previews.strip(file)
    if body is None:
        raise not_found()
    return Response(body, media_type="application/octet-stream")


async def picture(ask: Ask) -> Response:
    """The last picture up to a position in ms."""
    _, file = part_of(ask)
    at = ask.path("at")
    if not (at.isascii() and at.isdecimal() and len(at) <= _DIGITS):
        raise not_found()
    body = await ask.box.previews.picture(file, int(at))
    if body is None:
        raise not_found()
    return Response(body, media_type="image/jpeg")


def routes() -> list[Route]:
    return [
        pms("/library/parts/{part}/indexes/sd", strip),
        pms("/library/parts/{part}/indexes/sd/{at}", picture),
    ]
