"""What struck requests get: an answer in place of the true one, or the true one spoiled."""

from __future__ import annotations

import asyncio
import functools
import zlib
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import cast

from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from plexsandbox.answers import Node, PlexError, json_response
from plexsandbox.faults import Fault
from plexsandbox.gate import line_of

SPOILING = frozenset({"drip", "truncated"})
"""These need the true answer."""
_BLOCK = 4 * 1024 * 1024
_LAUGHS = 9
_PAGE = (
    "<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body></body></html>"
)
_REFUSAL: Node = {
    "MediaContainer": {
        "size": 0,
        "generalDecisionCode": 2000,
        "generalDecisionText": "Neither direct play nor conversion is available.",
        "transcodeDecisionCode": 4000,
        "transcodeDecisionText": "Cannot convert this item.",
    }
}


async def in_place(fault: Fault) -> Response | None:
    """None when the true answer is needed, see `Spoiled`."""
    match fault.mode:
        case "error":
            return PlexError(fault.status, "Service Unavailable").response()
        case "unauthorized":
            return PlexError(401, "Unauthorized").response()
        case "hang":
            return PlexError(504, "Gateway Timeout").response()
        case "rate_limited":
            answer = PlexError(429, "Too Many Requests").response()
            answer.headers["Retry-After"] = str(fault.retry_after_s)
            return answer
        case "redirect":
            return Response(status_code=302, headers={"Location": fault.location})
        case "reset":
            return _Reset()
        case _:
            return await _false(fault)


async def _false(fault: Fault) -> Response | None:
    """An answer that says 200 and is none."""
    match fault.mode:
        case "garbage":
            broken = b'{"MediaContainer": {"size": \xff\xfe<Vid'
            return Response(broken, media_type="application/json")
        case "refusal":
            return json_response(_REFUSAL)
        case "html":
            return Response(_PAGE, media_type="text/html")
        case "xml_bomb":
            return Response(_xml_bomb(), media_type="text/xml;charset=utf-8")
        case "compressed_bomb":
            body = await asyncio.to_thread(compressed_bomb, fault.size_bytes)
            headers = {"Content-Encoding": "gzip"}
            return Response(body, media_type="application/json", headers=headers)
        case "endless":
            return StreamingResponse(_endless(), media_type="application/json")
        case "cut":
            # The promised length is never reached, so the connection breaks off.
            return Response(b'{"MediaContainer":', headers={"Content-Length": "5000"})
        case _:
            return None


class Spoiled(Response):
    """The true answer, sent byte by byte (`drip`) or only by half (`truncated`)."""

    def __init__(self, true: Response, fault: Fault) -> None:
        super().__init__()
        self._true = true
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line, fault = line_of(scope), self._fault
        sent = 0

        async def spoil(message: Message) -> None:
            nonlocal sent
            body = cast("bytes", message.get("body", b""))
            if message["type"] != "http.response.body" or not body:
                await send(message)
                return
            if fault.mode == "drip":
                for at in range(len(body)):
                    await send({**message, "body": body[at : at + 1], "more_body": True})
                    await asyncio.sleep(1 / fault.bytes_per_s)
                await send({**message, "body": b""})
                return
            if sent:
                return
            sent = max(1, len(body) // 2)
            await send({**message, "body": body[:sent], "more_body": line is not None})
            if line is not None:
                line.close()

        await self._true(scope, receive, spoil)


class _Reset(Response):
    """No answer: the connection breaks. Without a connection, it is an error of the request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = line_of(scope)
        if line is None:
            raise ConnectionResetError("reset on order")
        line.abort()


async def _endless() -> AsyncIterator[bytes]:
    yield b'{"MediaContainer":{"size":1,"Metadata":[{"title":"'
    while True:
        yield b"on and on and " * 2_000
        await asyncio.sleep(0)


def _xml_bomb() -> str:
    """A billion laughs: a few lines that a careless reader makes gigabytes of."""
    names = [f"l{number}" for number in range(_LAUGHS + 1)]
    lines = [f'<!ENTITY {names[0]} "laugh">']
    for inner, outer in pairwise(names):
        lines.append(f'<!ENTITY {outer} "{f"&{inner};" * 10}">')
    head = f'<?xml version="1.0"?>\n<!DOCTYPE MediaContainer [\n{chr(10).join(lines)}\n]>\n'
    return f'{head}<MediaContainer size="1"><Video title="&{names[-1]};"/></MediaContainer>\n'


@functools.lru_cache(maxsize=4)
def compressed_bomb(size_bytes: int) -> bytes:
    """Valid gzip of valid JSON, a thousandth as long as what it becomes.

    A flushed block stands by itself, so that one can be repeated instead of compressed again.
    """
    head, tail, block = b'{"MediaContainer":{"size":1,"title":"', b'"}}', b"A" * _BLOCK
    repeats = max(1, size_bytes // _BLOCK)
    body = b"".join(
        [_flushed(head), _flushed(block) * repeats, _flushed(tail), _squeezer().flush()]
    )
    check = zlib.crc32(head)
    for _ in range(repeats):
        check = zlib.crc32(block, check)
    check = zlib.crc32(tail, check)
    length = len(head) + repeats * _BLOCK + len(tail)
    begin = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    return begin + body + check.to_bytes(4, "little") + (length % 2**32).to_bytes(4, "little")


def _flushed(raw: bytes) -> bytes:
    squeezer = _squeezer()
    return squeezer.compress(raw) + squeezer.flush(zlib.Z_FULL_FLUSH)


def _squeezer() -> zlib._Compress:
    return zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
