"""The universal transcoder over HTTP: decision, start, index, segments, ping, stop."""

from __future__ import annotations

import asyncio
import uuid

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.answers import Node, PlexError, bad_request, container, not_found
from plexsandbox.ask import Ask, pms, token_of
from plexsandbox.describe import library_head, section_head
from plexsandbox.mediainfo import chosen_audio, chosen_subtitle
from plexsandbox.model import Item
from plexsandbox.notices import Notice, Notices
from plexsandbox.pms.progress import player, tell_playing
from plexsandbox.pms.sections import describer_of
from plexsandbox.transcoder import decision
from plexsandbox.transcoder.order import BadOrder, Order, read_order
from plexsandbox.transcoder.plan import Plan, make_plan
from plexsandbox.transcoder.playlist import CONTENT_TYPE, master_playlist, media_playlist
from plexsandbox.transcoder.pool import Tell
from plexsandbox.transcoder.session import EncodingFailed, TranscodeSession

_BASE = "/video/:/transcode/universal"


def _order(ask: Ask) -> Order:
    try:
        return read_order(ask.request.query_params, ask.request.headers, uuid.uuid4().hex)
    except BadOrder as error:
        raise bad_request() from error


def _plan(ask: Ask, order: Order, item: Item) -> Plan:
    if order.media_index >= len(item.files):
        raise bad_request()
    file = item.files[order.media_index]
    if order.part_index >= len(file.parts):
        raise bad_request()
    if order.part_index >= 0:
        file = file.parts[order.part_index]
    choice = ask.box.state.choice(ask.who.user, file.part_id)
    options = ask.box.options
    return make_plan(
        order,
        file,
        chosen_audio(file, choice),
        chosen_subtitle(file, choice) if order.burn else None,
        segment_s=options.segment_s,
        threads=options.encoder_threads,
        speed=options.encoder_speed,
    )


async def decide(ask: Ask) -> Response:
    order = _order(ask)
    item = ask.item(order.rating_key)
    if not item.playable or order.protocol not in {"hls", "http", "dash"}:
        raise bad_request()
    plan = _plan(ask, order, item)
    ask.box.pool.decide(order)
    describer = describer_of(ask)
    full = describer.full(item, markers=False, chapters=False)
    answer = decision.codes(order, plan.file)
    direct = answer["generalDecisionCode"] == 1000
    media = decision.direct_play_media(full, order) if direct else decision.transcoded_media(plan)
    head: Node = {"allowSync": True, **answer, **library_head()}
    head |= section_head(describer.section_of(item))
    node = container(size=1, **head, Metadata=[full | {"Media": [media]}])
    return ask.plex(decision.mixed_types(node))


async def start(ask: Ask) -> Response:
    """400 unless the same parameters have just been decided on."""
    order = _order(ask)
    item = ask.item(order.rating_key)
    if order.protocol != "hls" or not item.playable:
        raise bad_request()
    session = await ask.box.pool.start(order, item, ask.who, _plan(ask, order, item))
    begun = ask.box.now_playing.begin(
        order.session_identifier, ask.who, player(ask), item.rating_key
    )
    tell_playing(ask.box, begun)
    return Response(master_playlist(session.plan, order.session), media_type=CONTENT_TYPE)


def _opened(ask: Ask) -> TranscodeSession:
    """The session in the path; to know its key is enough, but a token that is given must be good.

    The playlists name no token, so most players ask for what they list without one.
    """
    if ask.account is None and token_of(ask.request):
        raise PlexError(401, "Unauthorized")
    return ask.box.pool.find(ask.path("session"))


async def index(ask: Ask) -> Response:
    session = _opened(ask)
    session.touch()
    session.index_served = True
    return Response(media_playlist(session.plan), media_type=CONTENT_TYPE)


async def segment(ask: Ask) -> Response:
    session = _opened(ask)
    name, _, suffix = ask.path("name").partition(".")
    if not session.index_served or suffix != "ts" or not name.isdigit():
        raise not_found()
    try:
        path = await session.segment(int(name))
        if path is None:
            raise not_found()
        body = await asyncio.to_thread(path.read_bytes)
    except FileNotFoundError as error:
        raise not_found() from error
    except EncodingFailed as error:
        raise PlexError(500, "Internal Server Error") from error
    ask.box.stats.segment_served(session.order.session, int(name), len(body))
    return Response(body, media_type="video/MP2T")


async def ping(ask: Ask) -> Response:
    ask.box.pool.find(ask.query("session")).touch()
    return Response(status_code=200)


async def stop(ask: Ask) -> Response:
    """Kills at once; 404 for a session that nobody knows."""
    session = await ask.box.pool.stop(ask.query("session"))
    ask.box.now_playing.end(session.order.session_identifier)
    return Response(status_code=200)


def session_node(session: TranscodeSession) -> Node:
    encoder = session.encoder
    return decision.transcode_session_node(
        session.order.session,
        session.item,
        session.plan,
        head=encoder.head,
        running=encoder.running,
        paused=encoder.paused,
        error=encoder.failed,
    )


def telling(notices: Notices) -> Tell:
    """Tells the owner's listeners of each session."""

    def tell(event: str, session: TranscodeSession) -> None:
        node = session_node(session)
        notices.send(Notice(f"transcodeSession.{event}", "TranscodeSession", (node,)))

    return tell


async def sessions(ask: Ask) -> Response:
    nodes = [session_node(session) for session in ask.box.pool.sessions]
    return ask.plex({"size": 0} if not nodes else container(TranscodeSession=nodes))


async def kill(ask: Ask) -> Response:
    await ask.box.pool.stop(ask.path("session"))
    return Response(status_code=200)


def routes() -> list[Route]:
    return [
        pms(f"{_BASE}/decision", decide),
        pms(f"{_BASE}/start.m3u8", start),
        pms(f"{_BASE}/session/{{session}}/base/index.m3u8", index, token=False),
        pms(f"{_BASE}/session/{{session}}/base/{{name}}", segment, token=False),
        pms(f"{_BASE}/ping", ping),
        pms(f"{_BASE}/stop", stop),
        pms("/transcode/sessions", sessions, owner=True),
        pms("/transcode/sessions/{session}", kill, methods=("DELETE",), owner=True),
    ]
