"""Requests whose head never ends: cut after a time, and after a length (attack 61, Slowloris).

uvicorn bounds the pause between two requests, until the first byte of the next. The head itself it
would wait for, and keep, without end; so it does with trailers, which nothing here reads.
"""

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_CLOSING = b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_TIMED_OUT = b"HTTP/1.1 408 Request Timeout" + _CLOSING
_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large" + _CLOSING


class BoundedHeadProtocol(HttpToolsProtocol):
    """uvicorn's connection, with ten seconds and 32 KiB for the head of each request."""

    HEAD_S: ClassVar[float] = 10.0
    HEAD_BYTES: ClassVar[int] = 32 * 1024

    _head_timer: asyncio.TimerHandle | None = None
    _head_bytes: int | None = None
    """So much of a head has come; None outside of one."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_over()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > self.HEAD_BYTES:
                self._cut(_TOO_LONG)
        elif self.cycle is None or self.cycle.response_complete:
            self._expect_head()  # a byte has ended uvicorn's own wait, and begun no request

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head_bytes is not None:  # else a trailer, which could pretend to be a header
            super().on_header(name, value)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect_head()
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        self._head_over()
        super().on_headers_complete()

    def _expect_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.HEAD_S, self._cut, _TIMED_OUT)

    def _head_over(self) -> None:
        self._head_bytes = None
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _cut(self, answer: bytes) -> None:
        self._head_over()
        if self.cycle is None or self.cycle.response_complete:  # not into another's answer
            self.transport.write(answer)
        self.transport.close()
