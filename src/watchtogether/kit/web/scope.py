"""Reading headers and answering from a bare ASGI scope."""

from starlette.types import Receive, Scope, Send

from watchtogether.kit.errors import AppError
from watchtogether.kit.problems import problem_response


def header_values(scope: Scope, name: bytes) -> list[str]:
    """Every value of a header (lower-case name), in order."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def header(scope: Scope, name: bytes) -> str:
    """The first value of a header (lower-case name), or an empty string."""
    return next(iter(header_values(scope, name)), "")


def is_api(scope: Scope, base_path: str) -> bool:
    """Whether the request is for the API, whether or not the base path was cut off before."""
    path: str = scope["path"]
    return path.removeprefix(base_path).startswith("/api/")


async def refuse(error: AppError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a problem; a WebSocket is closed before it is accepted, which means 403."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": error.code})
        return
    await problem_response(error)(scope, receive, send)
