"""What players report: timelines, watched and not watched."""

from __future__ import annotations

import time

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.answers import Node, bad_request, container
from plexsandbox.ask import Ask, pms
from plexsandbox.box import Sandbox
from plexsandbox.describe import LIBRARY
from plexsandbox.model import Item
from plexsandbox.notices import Notice
from plexsandbox.playing import Player, Playing, player_of
from plexsandbox.state import View

_STATES = {"playing", "paused", "buffering", "stopped"}
_WATCHED_PART = 0.9
_TERMINATED = 2006
_PLAYER_HEADERS = [
    "Client-Identifier",
    "Product",
    "Platform",
    "Platform-Version",
    "Device",
    "Device-Name",
    "Version",
]


def player(ask: Ask) -> Player:
    values = {name: ask.header_or_query(f"X-Plex-{name}") for name in _PLAYER_HEADERS}
    client = ask.request.client
    known = {name: value for name, value in values.items() if value}
    return player_of(known, client.host if client else "127.0.0.1")


def session_key(ask: Ask) -> str:
    return ask.header_or_query("X-Plex-Session-Identifier") or ask.header_or_query(
        "X-Plex-Client-Identifier", "unknown"
    )


async def timeline(ask: Ask) -> Response:
    """Keeps the transcode of the same session alive, and stores how far the account has got."""
    state, session = ask.query("state", "playing"), session_key(ask)
    if state not in _STATES:
        raise bad_request()
    key = ask.query("ratingKey") or ask.query("key").rsplit("/", 1)[-1]
    reason = ask.box.now_playing.termination_of(session)
    if reason is not None:
        return ask.plex(container(size=0, terminationCode=_TERMINATED, terminationText=reason))
    item = ask.item(key)
    ask.box.pool.touch_player(session)
    playing = ask.box.now_playing.begin(session, ask.who, player(ask), key)
    playing.state, playing.time_ms = state, max(0, ask.number("time", 0))
    view = _store(ask, item, playing)
    tell_playing(ask.box, playing)
    if state == "stopped":
        ask.box.now_playing.end(session)
    return ask.plex(
        container(
            playbackState="progress" if view.offset_ms else "stop",
            size=0,
            skipCount=0,
            viewCount=view.count,
            viewOffset=view.offset_ms,
        )
    )


def tell_playing(box: Sandbox, playing: Playing) -> None:
    """To the owner's listeners and to the player's own."""
    transcode = next(
        (s for s in box.pool.sessions if s.order.session_identifier == playing.session), None
    )
    entry: Node = {
        "sessionKey": str(playing.number),
        "clientIdentifier": playing.player.identifier,
        "guid": "",
        "ratingKey": playing.rating_key,
        "url": "",
        "key": f"/library/metadata/{playing.rating_key}",
        "viewOffset": playing.time_ms,
        "state": playing.state,
        "transcodeSession": transcode.order.session if transcode else None,
    }
    box.notices.send(
        Notice("playing", "PlaySessionStateNotification", (entry,), user=playing.account.user)
    )


def _store(ask: Ask, item: Item, playing: Playing) -> View:
    """The threshold counts once per session; beyond it there is no offset to come back to."""
    before = ask.box.state.view(ask.who.user, item.rating_key)
    watched = playing.time_ms >= item.duration_ms * _WATCHED_PART
    view = View(
        offset_ms=0 if watched else playing.time_ms,
        count=before.count + (1 if watched and not playing.counted else 0),
        last_viewed_at=int(time.time()),
    )
    playing.counted = playing.counted or watched
    ask.box.state.set_view(ask.who.user, item.rating_key, view)
    return view


async def scrobble(ask: Ask) -> Response:
    for leaf in _leaves(ask):
        before = ask.box.state.view(ask.who.user, leaf.rating_key)
        view = View(0, before.count + 1, int(time.time()))
        ask.box.state.set_view(ask.who.user, leaf.rating_key, view)
    return Response(status_code=200)


async def unscrobble(ask: Ask) -> Response:
    for leaf in _leaves(ask):
        ask.box.state.set_view(ask.who.user, leaf.rating_key, View())
    return Response(status_code=200)


def _leaves(ask: Ask) -> list[Item]:
    if ask.query("identifier") not in {"", LIBRARY} or not ask.query("key"):
        raise bad_request()
    item = ask.item(ask.query("key").rsplit("/", 1)[-1])
    return ask.catalogue.leaves_of(item)


async def progress(ask: Ask) -> Response:
    """An offset set by hand, as `updateProgress` of older clients does."""
    item = ask.item(ask.query("key").rsplit("/", 1)[-1])
    before = ask.box.state.view(ask.who.user, item.rating_key)
    view = View(max(0, ask.number("time", 0)), before.count, int(time.time()))
    ask.box.state.set_view(ask.who.user, item.rating_key, view)
    return Response(status_code=200)


def routes() -> list[Route]:
    return [
        pms("/:/timeline", timeline, methods=("GET", "POST")),
        pms("/:/scrobble", scrobble, methods=("GET", "PUT")),
        pms("/:/unscrobble", unscrobble, methods=("GET", "PUT")),
        pms("/:/progress", progress, methods=("GET", "PUT")),
    ]
