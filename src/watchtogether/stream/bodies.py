"""How bodies below a ticket leave the server, and the numbers in their addresses."""

import asyncio
import re
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from watchtogether.kit.errors import NotFound

PIECE_BYTES: Final = 512 * 1024
"""Bodies leave in pieces of this size, so that no turn of the loop is long."""
COMMON: Final = {"X-Content-Type-Options": "nosniff", "Accept-Ranges": "none"}
NOT_KEPT: Final = {"Cache-Control": "no-store"}
KEPT: Final = {**COMMON, "Cache-Control": "private, max-age=3600"}
"""For what stays as it is behind its address."""
_EDGE: Final = {"CDN-Cache-Control": "public, max-age=3600", "X-Accel-Expires": "3600"}
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Sending:
    """How segments are sent. `accel` is where the proxy in front of us finds the cache's folder
    (`X-Accel-Redirect`); empty: we send them ourselves. `edge` lets caches that judge each ticket
    for themselves keep segments for all, as long as the address names the bytes.
    """

    accel: str = ""
    edge: bool = False

    def headers(self, name: str | None, *, is_named: bool = False) -> dict[str, str]:
        """Of a segment whose bytes have this name, if it is known; `is_named`, its address says
        so, truly."""
        tag = {} if name is None else {"ETag": f'"{name}"'}
        return KEPT | (_EDGE if self.edge and is_named else {}) | tag


class PiecesResponse(Response):
    """A body in memory, sent piece by piece at the pace of the client.

    `Range` is not looked at: a segment is always sent whole, which RFC 9110 allows and which makes
    a thousand ranges as cheap as none.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        body = memoryview(self.body) if scope["method"] != "HEAD" else memoryview(b"")
        for start in range(0, len(body), PIECE_BYTES):
            piece = bytes(body[start : start + PIECE_BYTES])
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def number_of(text: str) -> int:
    """A number as addresses write it: no sign, no leading zero, nine digits at most.

    Raises `NotFound` for anything else.
    """
    if not _NUMBER.fullmatch(text):
        raise NotFound
    return int(text)
