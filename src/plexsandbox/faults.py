"""Faults on order: the media server misbehaves on matching paths until told otherwise."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Literal, get_args

from starlette.responses import Response

from plexsandbox.answers import PlexError

FaultMode = Literal["none", "error", "slow", "garbage", "unauthorized", "cut"]


@dataclass(frozen=True, slots=True)
class Fault:
    """`count` limits how many requests it strikes; none means all."""

    mode: FaultMode = "none"
    status: int = 503
    delay_s: float = 0.0
    match: str = "/"
    count: int | None = None


class BadFault(ValueError):
    """The order was not understood."""


def parse_fault(raw: dict[str, Any]) -> Fault:
    mode = raw.get("mode", "none")
    if mode not in get_args(FaultMode):
        raise BadFault(f"mode is one of {', '.join(get_args(FaultMode))}")
    try:
        return Fault(
            mode=mode,
            status=int(raw.get("status", 503)),
            delay_s=float(raw.get("delay_s", 0.0)),
            match=str(raw.get("match", "/")),
            count=None if raw.get("count") is None else int(raw["count"]),
        )
    except (TypeError, ValueError) as error:
        raise BadFault(str(error)) from error


class Faults:
    """At most one fault at a time."""

    def __init__(self) -> None:
        self._fault = Fault()
        self._left: int | None = None
        self.struck = 0

    @property
    def current(self) -> Fault:
        return self._fault

    def order(self, fault: Fault) -> None:
        self._fault, self._left, self.struck = fault, fault.count, 0

    async def strike(self, path: str) -> Response | None:
        """The faulty answer for this path, or none when it is to be served normally."""
        fault = self._fault
        if fault.mode == "none" or self._left == 0 or fault.match not in path:
            return None
        self.struck += 1
        if self._left is not None:
            self._left -= 1
        await asyncio.sleep(fault.delay_s)
        return _answer(fault)


def _answer(fault: Fault) -> Response | None:
    match fault.mode:
        case "error":
            return PlexError(fault.status, "Service Unavailable").response()
        case "unauthorized":
            return PlexError(401, "Unauthorized").response()
        case "garbage":
            return Response(
                b'{"MediaContainer": {"size": \xff\xfe<Vid', media_type="application/json"
            )
        case "cut":
            # The promised length is never reached, so the connection breaks off.
            return Response(b'{"MediaContainer":', headers={"Content-Length": "5000"})
        case "slow" | "none":
            return None
