"""What is being played now; for the owner only."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.answers import Node, bad_request, container, not_found
from plexsandbox.ask import Ask, pms
from plexsandbox.describe import Describer
from plexsandbox.playing import Player, Playing
from plexsandbox.pms.sections import describer_of
from plexsandbox.pms.transcode import session_node
from plexsandbox.transcoder.decision import transcoded_media
from plexsandbox.transcoder.session import TranscodeSession


async def sessions(ask: Ask) -> Response:
    describer = describer_of(ask)
    transcodes = {s.order.session_identifier: s for s in ask.box.pool.sessions}
    nodes = [
        _node(describer, playing, transcodes.get(playing.session))
        for playing in ask.box.now_playing.all()
        if playing.rating_key in describer.catalogue.items
    ]
    return ask.plex(container(Metadata=nodes) if nodes else {"size": 0})


def _node(describer: Describer, playing: Playing, transcode: TranscodeSession | None) -> Node:
    item = describer.catalogue.items[playing.rating_key]
    node = describer.full(item, markers=False, chapters=False)
    node |= {"sessionKey": str(playing.number), "viewOffset": playing.time_ms}
    if transcode is not None:
        node["Media"] = [transcoded_media(transcode.plan)]
    account = playing.account
    node["User"] = {
        "id": "1" if account.owner else str(account.id),
        "thumb": f"https://plex.tv/users/{account.uuid}/avatar",
        "title": account.title,
    }
    node["Player"] = _player(playing.player, playing.state, node["User"]["id"])
    bandwidth = transcode.plan.total_kbps if transcode else item.files[0].bit_rate_kbps
    node["Session"] = {"id": playing.session, "bandwidth": bandwidth, "location": "lan"}
    if transcode is not None:
        node["TranscodeSession"] = session_node(transcode)
    return node


def _player(player: Player, state: str, user_id: str) -> Node:
    return {
        "address": player.address,
        "device": player.device,
        "local": True,
        "machineIdentifier": player.identifier,
        "model": "standalone",
        "platform": player.platform,
        "platformVersion": player.platform_version,
        "product": player.product,
        "profile": "Generic",
        "relayed": False,
        "remotePublicAddress": player.address,
        "secure": False,
        "state": state,
        "title": player.title,
        "userID": int(user_id),
        "version": player.version,
    }


async def terminate(ask: Ask) -> Response:
    """The player's next timeline carries the code; its transcode is stopped at once."""
    session = ask.query("sessionId")
    if not session:
        raise bad_request()
    if not ask.box.now_playing.terminate(session, ask.query("reason", "Session terminated")):
        raise not_found()
    for transcode in ask.box.pool.sessions:
        if transcode.order.session_identifier == session:
            await ask.box.pool.stop(transcode.order.session)
    return ask.plex(container(size=0))


async def history(ask: Ask) -> Response:
    return ask.plex(container(size=0))


def routes() -> list[Route]:
    return [
        pms("/status/sessions", sessions, owner=True),
        pms("/status/sessions/terminate", terminate, methods=("GET", "POST"), owner=True),
        pms("/status/sessions/history/all", history, owner=True),
        pms("/status/sessions/background", history, owner=True),
    ]
