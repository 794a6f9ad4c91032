"""`/sandbox/…`: what tests and the demo do to the server from outside; no token is needed."""

from __future__ import annotations

from typing import get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.access import parse_limits
from plexsandbox.answers import Node, json_response
from plexsandbox.ask import control, json_body
from plexsandbox.box import Sandbox
from plexsandbox.faults import BadFault, parse_faults
from plexsandbox.gate import Manner, line_of
from plexsandbox.notices import Notice
from plexsandbox.plextv.servers import Way
from plexsandbox.wild import BadWildness, parse_wildness


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
            "faults": {
                "mode": box.faults.current.mode,
                "struck": box.faults.struck,
                "rules": _rules(box),
            },
        }
    )


async def reset_stats(request: Request) -> Response:
    _box(request).stats.reset()
    return json_response({"ok": True})


def _rules(box: Sandbox) -> list[Node]:
    return [
        {"mode": rule.fault.mode, "match": rule.fault.match}
        | {"where": rule.fault.where, "calls": rule.calls, "struck": rule.struck}
        for rule in box.faults.rules
    ]


async def faults(request: Request) -> Response:
    """In place of all before, unless `keep` is true."""
    body, ordered = await json_body(request), _box(request).faults
    try:
        orders = parse_faults(body)
    except BadFault as error:
        return json_response({"error": str(error)}, 400)
    (ordered.add if body.get("keep") is True else ordered.order)(*orders)
    return json_response({"ok": True})


async def list_faults(request: Request) -> Response:
    return json_response({"faults": _rules(_box(request))})


async def clear_faults(request: Request) -> Response:
    _box(request).faults.order()
    return json_response({"ok": True})


async def wild(request: Request) -> Response:
    try:
        _box(request).wild.order(parse_wildness(await json_body(request)))
    except BadWildness as error:
        return json_response({"error": str(error)}, 400)
    return json_response({"ok": True})


async def list_tokens(request: Request) -> Response:
    """Every token there is, for who looks whether one got out; devices' own expire and are not."""
    issued = [
        token
        for offer in _box(request).directory.offers.values()
        for token in offer.box.tokens.all()
    ]
    return json_response(sorted(set(issued)))


async def tokens(request: Request) -> Response:
    """`{"token" | "user", "where": "server" | "plextv" | "both"}`, revoked or restored."""
    box, body = _box(request), await json_body(request)
    name, where = body.get("token") or body.get("user"), body.get("where", "both")
    if not isinstance(name, str) or where not in {"server", "plextv", "both"}:
        return json_response({"error": "token or user, and where"}, 400)
    revoking = request.path_params["step"] == "revoke"
    for place in ("server", "plextv") if where == "both" else (where,):
        (box.tokens.revoke if revoking else box.tokens.restore)(place, name)
    return json_response({"ok": True})


async def device_tokens(request: Request) -> Response:
    """`{"lifetime_s": 5}`: those issued from now on are good for so long."""
    lifetime_s = (await json_body(request)).get("lifetime_s")
    if not isinstance(lifetime_s, int | float):
        return json_response({"error": "lifetime_s is a number"}, 400)
    _box(request).device_keys.lifetime_s = float(lifetime_s)
    return json_response({"ok": True})


async def restart(request: Request) -> Response:
    """Everything that lived in the server's memory is gone; it answers again after `down_s`.

    Meanwhile it says 503 (`maintenance`), breaks connections (`reset`) or says nothing
    (`silent`); running ones break at once. The account service goes on.
    """
    box, body = _box(request), await json_body(request)
    manner, down_s = body.get("mode", "maintenance"), body.get("down_s", 3)
    if manner not in get_args(Manner) or not isinstance(down_s, int | float):
        return json_response({"error": f"mode is one of {', '.join(get_args(Manner))}"}, 400)
    box.gate.close(down_s, manner)
    box.notices.cut_all()
    box.now_playing.end_all()
    box.play_queues.forget()
    box.tokens.forget_transient()
    await box.pool.close()
    box.gate.cut_lines(spared=line_of(request.scope))
    return json_response({"ok": True})


async def limits(request: Request) -> Response:
    """What an account may see from now on: `{"sections": [1], "content_ratings": ["G"]}`."""
    box, user = _box(request), str(request.path_params["user"])
    if box.people.find(user) is None:
        return json_response({"error": "no such account"}, 404)
    try:
        box.access.limit(user, parse_limits(await json_body(request)))
    except ValueError as error:
        return json_response({"error": str(error)}, 400)
    return json_response({"ok": True})


async def list_servers(request: Request) -> Response:
    """Each with the owner's token, for tests that need no sign-in."""
    offers = _box(request).directory.offers
    listed = [
        {
            "server": name,
            "name": offer.box.options.friendly_name,
            "url": offer.url or str(request.base_url).rstrip("/"),
            "machine_identifier": offer.box.state.machine_identifier,
            "token": offer.box.tokens.for_server(offer.box.people.owner),
            "ways": offer.ways,
            "listed": offer.listed,
        }
        for name, offer in offers.items()
    ]
    return json_response({"servers": listed})


async def change_server(request: Request) -> Response:
    """`{"ways": ["dead", "trap", "local", "remote", "relay"], "listed": true}`, each optional."""
    offer = _box(request).directory.offers.get(str(request.path_params["server"]))
    body = await json_body(request)
    ways = body.get("ways", offer.ways if offer else ())
    if offer is None or not set(ways) <= set(get_args(Way)):
        return json_response({"error": f"a known server; ways of {get_args(Way)}"}, 400)
    offer.ways = tuple(ways)
    offer.listed = bool(body.get("listed", offer.listed))
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
        control("/sandbox/faults", list_faults),
        control("/sandbox/faults", clear_faults, methods=("DELETE",)),
        control("/sandbox/wild", wild, methods=("POST",)),
        control("/sandbox/tokens", list_tokens),
        control("/sandbox/tokens/{step}", tokens, methods=("POST",)),
        control("/sandbox/accounts/{user}/limits", limits, methods=("POST",)),
        control("/sandbox/servers", list_servers),
        control("/sandbox/servers/{server}", change_server, methods=("POST",)),
        control("/sandbox/device-tokens", device_tokens, methods=("POST",)),
        control("/sandbox/restart", restart, methods=("POST",)),
        control("/sandbox/films", films),
        control("/sandbox/scan", scan, methods=("POST",)),
        control("/sandbox/items/{key}/delete", delete_item, methods=("POST",)),
        control("/sandbox/items/{key}/restore", restore_item, methods=("POST",)),
        control("/sandbox/items/{key}/rename", rename_item, methods=("POST",)),
        control("/sandbox/notices", notice, methods=("POST",)),
        control("/sandbox/transcodes/kill", kill_transcodes, methods=("POST",)),
    ]
