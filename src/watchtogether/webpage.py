"""Serves the built page: hashed assets for a year, `index.html` for every other path."""

import mimetypes
from html import escape
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response

from watchtogether.kit.errors import NotFound

PAGE_DIR: Final = Path(__file__).parent / "page"
_BASE_META: Final = '<meta name="base-path" content="" />'
_RELATIVE: Final = '="./'
_NOT_BUILT: Final = (
    "<!doctype html><title>Watch Together</title>"
    "<h1>The page is not built yet</h1><p>Run <code>make page</code> and reload.</p>"
)
_FOREVER: Final = "public, max-age=31536000, immutable"


def install(app: FastAPI, base_path: str, folder: Path = PAGE_DIR) -> None:
    """Answer every GET that no endpoint has taken."""
    files = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    index = _index(files.get("index.html"), base_path)

    @app.get("/{path:path}", include_in_schema=False)
    async def page(path: str) -> Response:
        """A file of the build, or the page itself, whose router knows the rest."""
        if path.split("/", maxsplit=1)[0] in ("api", "socket.io", "metrics"):
            raise NotFound
        file = files.get(path)
        if file is None or path == "index.html":
            return HTMLResponse(index, headers={"Cache-Control": "no-cache"})
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        cache = _FOREVER if path.startswith("assets/") else "no-cache"
        return Response(file.read_bytes(), media_type=kind, headers={"Cache-Control": cache})


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []


def _index(path: Path | None, base_path: str) -> str:
    if path is None:
        return _NOT_BUILT
    base = escape(base_path)
    told = path.read_text().replace(_BASE_META, f'<meta name="base-path" content="{base}" />')
    return told.replace(_RELATIVE, f'="{base}/')
