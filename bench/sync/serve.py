"""Our server with the rig's own files beside it, at the same address: `python -m bench.sync.serve`.

`/bench/films/…` gives films by range, `/bench/page/…` and
`/bench/built/…` the pages of the rig. Everything else is the
server as it is, in the same process and without another hop.
"""

import os
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from watchtogether import serving
from watchtogether.kit.logging import configure
from watchtogether.settings import Settings

FILMS, PAGES, BUILT = "RIG_FILMS", "RIG_PAGES", "RIG_BUILT"


class Beside:
    """An application that takes `/bench` to itself and leaves the rest to another one."""

    def __init__(self, rest: ASGIApp) -> None:
        self._rest = rest
        self._own = Starlette(
            routes=[
                Mount("/bench/films", StaticFiles(directory=os.environ[FILMS])),
                Mount("/bench/page", StaticFiles(directory=os.environ[PAGES], html=True)),
                Mount("/bench/built", StaticFiles(directory=os.environ[BUILT])),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = scope["type"] == "http" and scope["path"].startswith("/bench/")
        await (self._own if own else self._rest)(scope, receive, send)


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    settings = Settings()
    configure(settings.log_format, settings.log_level)
    create_app: Callable[..., ASGIApp] = vars(serving)["create_app"]

    def with_files(*arguments: Any, **options: Any) -> ASGIApp:
        return Beside(create_app(*arguments, **options))

    vars(serving)["create_app"] = with_files
    serving.serve(settings)


if __name__ == "__main__":
    main()
