"""`/sandbox/…`: what tests and the demo do to the server from outside; no token is needed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.answers import json_response
from plexsandbox.ask import control, json_body
from plexsandbox.box import Sandbox
from plexsandbox.faults import BadFault, parse_fault
from plexsandbox.notices import Notice


def _box(request: Request) -> Sandbox:
    box: Sandbox = request.app.state.box
    return box


async def stats(request: Request) -> Response:
    box = _box(request)
    return json_response(
        {
            "transcodes": {
                "started": box.stats.encoders_started,
                "running": box.pool.running,
                "sessions_started": box.stats.sessions_started,
                "sessions": len(box.pool.sessions),
            },
            "segments": {
                "served": box.stats.segments_served,
                "distinct": box.stats.segments_distinct,
                "bytes": box.stats.segment_bytes,
            },
            "requests": dict(box.stats.requests),
            "notices": {"sent": box.notices.sent, "listeners": box.notices.listeners},
            "faults": {"mode": box.faults.current.mode, "struck": box.faults.struck},
        }
    )


async def reset_stats(request: Request) -> Response:
    _box(request).stats.reset()
    return json_response({"ok": True})


async def faults(request: Request) -> Response:
    try:
        _box(request).faults.order(parse_fault(await json_body(request)))
    except BadFault as error:
        return json_response({"error": str(error)}, 400)
    return json_response({"ok": True})


async def films(request: Request) -> Response:
    listed = [
        {"title": film.title, "state": film.state, "percent": film.percent}
        for film in _box(request).studio.films
    ]
    return json_response({"films": listed})


async def scan(request: Request) -> Response:
    box = _box(request)
    await box.library.rescan(force=True)
    return json_response({"ok": True, "items": len(box.library.catalogue.items)})


async def delete_item(request: Request) -> Response:
    """As if its owner had deleted it, in the middle of a showing too."""
    box, key = _box(request), str(request.path_params["key"])
    if box.library.item(key) is None:
        return json_response({"error": "no such item"}, 404)
    await box.library.hide(key)
    await box.pool.end_item(key)
    return json_response({"ok": True})


async def restore_item(request: Request) -> Response:
    await _box(request).library.unhide(str(request.path_params["key"]))
    return json_response({"ok": True})


async def rename_item(request: Request) -> Response:
    box, key = _box(request), str(request.path_params["key"])
    title = (await json_body(request)).get("title")
    if box.library.item(key) is None or not isinstance(title, str) or not title:
        return json_response({"error": "no such item, or no title"}, 404)
    await box.library.rename(key, title)
    return json_response({"ok": True})


async def notice(request: Request) -> Response:
    """Any notice at all: `{"type", "class", "entries"}`."""
    body = await json_body(request)
    entries = body.get("entries", [])
    if not isinstance(entries, list):
        return json_response({"error": "entries is a list"}, 400)
    section, user = body.get("section"), body.get("user")
    told = Notice(str(body.get("type")), str(body.get("class")), tuple(entries), section, user)
    _box(request).notices.send(told)
    return json_response({"ok": True, "listeners": _box(request).notices.listeners})


async def kill_transcodes(request: Request) -> Response:
    """As when the real server's transcoder crashes: every session is gone."""
    await _box(request).pool.close()
    return json_response({"ok": True})


def routes() -> list[Route]:
    return [
        control("/sandbox/stats", stats),
        control("/sandbox/reset-stats", reset_stats, methods=("POST",)),
        control("/sandbox/faults", faults, methods=("POST",)),
        control("/sandbox/films", films),
        control("/sandbox/scan", scan, methods=("POST",)),
        control("/sandbox/items/{key}/delete", delete_item, methods=("POST",)),
        control("/sandbox/items/{key}/restore", restore_item, methods=("POST",)),
        control("/sandbox/items/{key}/rename", rename_item, methods=("POST",)),
        control("/sandbox/notices", notice, methods=("POST",)),
        control("/sandbox/transcodes/kill", kill_transcodes, methods=("POST",)),
    ]
