"""Every part of one process: built here, tied here, and run from here."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from functools import cached_property

from watchtogether.accounts.cookies import SessionCookies
from watchtogether.accounts.guard import Guard
from watchtogether.accounts.passwords import Passwords
from watchtogether.accounts.secrets import SecretBox
from watchtogether.accounts.service import AccountService
from watchtogether.accounts.sessions import SessionService
from watchtogether.accounts.tokens import AccessTokens
from watchtogether.catalogue import PlexCatalogue
from watchtogether.chat.history import History
from watchtogether.chat.sockets import ChatSockets
from watchtogether.db.engine import Database
from watchtogether.db.redis import RedisLink
from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import StorageUnavailable
from watchtogether.kit.metrics import Metrics
from watchtogether.kit.names import clean_name
from watchtogether.kit.rate_limit import MemoryRateLimiter
from watchtogether.kit.tasks import Background, keep_running
from watchtogether.kit.web.hosts import PublicAddress
from watchtogether.plex.beside import PlexBeside
from watchtogether.plex.files import PlexFiles
from watchtogether.plex.reports import Reports
from watchtogether.plex_parts import PlexParts
from watchtogether.provider_parts import ProviderParts
from watchtogether.realtime import clock_exchange
from watchtogether.realtime.gateway import Gateway
from watchtogether.realtime.watch import close_ended_sessions, close_slow_connections
from watchtogether.rooms.announcer import RoomAnnouncer
from watchtogether.rooms.audience import EndedSessions, RoomAudience
from watchtogether.rooms.figures import SyncFigures
from watchtogether.rooms.invites import Invites
from watchtogether.rooms.log import Record, RoomLog
from watchtogether.rooms.registry import Registry
from watchtogether.rooms.seating import Seating
from watchtogether.rooms.service import RoomService
from watchtogether.rooms.sockets import RoomSockets
from watchtogether.rooms.upnext import UpNext
from watchtogether.rooms.wire import renderer
from watchtogether.settings import Settings, load_secret_key
from watchtogether.stream.beside import Beside
from watchtogether.stream.bodies import Sending
from watchtogether.stream.doorkeeper import Doorkeeper
from watchtogether.stream.fallback_transcoder import FallbackTranscoder
from watchtogether.stream.own_transcoder import OwnTranscoder
from watchtogether.stream.plans import Plans
from watchtogether.stream.ports import Transcoder
from watchtogether.stream.segment_endpoints import Segments
from watchtogether.stream.service import StreamService
from watchtogether.stream.tickets import Tickets
from watchtogether.sync.events import PlaybackChanged
from watchtogether.sync.room import Room
from watchtogether.watchstate import WatchState

PRUNE_EVERY_S = 24 * 3600.0


class Server:
    """Every part of one process, each built once, when first asked for."""

    def __init__(self, settings: Settings, clock: Clock, share_url: str) -> None:
        self.settings = settings
        self.clock = clock
        self._share_url = share_url
        self.secrets = SecretBox(load_secret_key(settings))
        self.database = Database(settings.sqlalchemy_url)
        self.redis = RedisLink(settings.redis_url, clock)
        self.limiter = MemoryRateLimiter(clock)
        self.background = Background()
        self.address = PublicAddress.of(settings.public_url, settings.base_path)

    # accounts

    @cached_property
    def tokens(self) -> AccessTokens:
        return AccessTokens(self.secrets.derive("access-tokens"), self.clock)

    @cached_property
    def sessions(self) -> SessionService:
        return SessionService(self.database, self.tokens, self.secrets, self.clock)

    @cached_property
    def cookies(self) -> SessionCookies:
        return SessionCookies(self.address)

    @cached_property
    def guard(self) -> Guard:
        return Guard(self.tokens, self.sessions, self.cookies, self.limiter)

    @cached_property
    def accounts(self) -> AccountService:
        return AccountService(
            database=self.database,
            sessions=self.sessions,
            passwords=Passwords(),
            secrets=self.secrets,
            limiter=self.limiter,
            clock=self.clock,
            sign_up=self.settings.sign_up,
            setup_code=self.setup_code,
            proxied=bool(self.settings.public_url),
        )

    @cached_property
    def providers(self) -> ProviderParts:
        return ProviderParts(self.settings, self.clock, self.secrets, self.limiter, self.accounts)

    @cached_property
    def setup_code(self) -> str:
        """What somebody on another machine must type to become the owner."""
        return setup_code(self.secrets)

    @cached_property
    def plex(self) -> PlexParts:
        return PlexParts(
            settings=self.settings,
            clock=self.clock,
            secrets=self.secrets,
            database=self.database,
            redis=self.redis,
            limiter=self.limiter,
            background=self.background,
            metrics=self.metrics,
            accounts=self.accounts,
        )

    # rooms, chat, stream

    @cached_property
    def gateway(self) -> Gateway:
        return Gateway(
            self.guard.authenticate_handshake,
            self.clock,
            public_url=self.settings.public_url,
            polling=self.settings.socket_polling,
        )

    @cached_property
    def room_log(self) -> RoomLog:
        return RoomLog(self.database)

    @cached_property
    def announcer(self) -> RoomAnnouncer:
        rendition = self.settings.stream_rendition
        render = renderer(self.link, rendition)
        return RoomAnnouncer(self.gateway, render, self.clock, rendition)

    @cached_property
    def registry(self) -> Registry:
        return Registry(self.room_log, self.clock, self.announcer, SyncFigures(self.metrics))

    @cached_property
    def metrics(self) -> Metrics:
        return Metrics()

    @cached_property
    def rooms(self) -> RoomService:
        return RoomService(
            registry=self.registry,
            room_log=self.room_log,
            invites=Invites(self.database, self.clock),
            catalogue=PlexCatalogue(self.plex.service, self.plex.titles),
            clean_name=clean_name,
        )

    @cached_property
    def up_next(self) -> UpNext:
        return UpNext(self.registry, self.rooms.follow_up, self.background.start)

    @cached_property
    def watch_state(self) -> WatchState:
        return WatchState(
            registry=self.registry,
            servers=self.plex.servers,
            reports=Reports(self.plex.http),
            clock=self.clock,
            background=self.background,
        )

    @cached_property
    def history(self) -> History:
        return History(self.room_log)

    @cached_property
    def ended_sessions(self) -> EndedSessions:
        return EndedSessions()

    @cached_property
    def audience(self) -> RoomAudience:
        rendition = self.settings.stream_rendition
        return RoomAudience(
            self.registry, self.clock, rendition, self.ended_sessions, self.sessions.is_live
        )

    @cached_property
    def tickets(self) -> Tickets:
        return Tickets(self.secrets.derive("tickets"), self.clock)

    @cached_property
    def stream(self) -> StreamService:
        return StreamService(
            audience=self.audience,
            find_access=self.plex.service.access,
            doubt=self.plex.service.doubt,
            transcoder=self.transcoder,
            files=self.files,
            titles=self.plex.titles,
            is_planned=self.plans.allows,
            clock=self.clock,
            data_dir=self.settings.data_dir,
            cache_mb=self.settings.stream_cache_mb,
            shared_cache=bool(self.settings.stream_accel),
        )

    @cached_property
    def files(self) -> PlexFiles:
        return PlexFiles(self.plex.http, self.plex.transcoder)

    @cached_property
    def own_transcoder(self) -> OwnTranscoder:
        folder = self.settings.data_dir / "cache" / "encoders"
        return OwnTranscoder(self.files, self.clock, folder, self.settings.stream_own_encoders)

    @cached_property
    def fallback_transcoder(self) -> FallbackTranscoder:
        most = self.settings.stream_own_encoders
        return FallbackTranscoder(self.plex.transcoder, self.own_transcoder, self.clock, most)

    @cached_property
    def transcoder(self) -> Transcoder:
        """Plex's, and ours where Plex refuses, if the owner lets it."""
        own = self.settings.stream_own_encoder
        return self.fallback_transcoder if own else self.plex.transcoder

    @cached_property
    def doorkeeper(self) -> Doorkeeper:
        return Doorkeeper(self.tickets, self.audience, self.guard.session_of)

    @cached_property
    def segments(self) -> Segments:
        sending = Sending(self.settings.stream_accel, self.settings.stream_edge)
        return Segments(self.stream, self.doorkeeper, sending)

    @cached_property
    def plans(self) -> Plans:
        return Plans(
            self.clock,
            self.settings.stream_transcodes,
            direct=self.settings.stream_direct,
            most_of=self.fallback_transcoder.most_of,
        )

    @cached_property
    def beside(self) -> Beside:
        source = PlexBeside(self.plex.service, self.plex.http)
        return Beside(source, self.clock, self.background)

    def link(self, room: Room) -> str:
        """The address to share for a room."""
        return f"{self._share_url}r/{room.code}"

    # tying and running

    def tie(self) -> None:
        """Fill the ports that cross layers."""
        self.sessions.on_ended += [self.gateway.close_session, self.ended_sessions.add]
        self.announcer.listeners += [self._retire_streams, self.up_next.heard]
        self.plex.tie()
        self._measure_rooms()
        clock_exchange.install(self.gateway, self.clock)
        rendition = self.settings.stream_rendition
        seating = Seating(
            gateway=self.gateway,
            rooms=self.rooms,
            history=self.history.on_joining,
            clock=self.clock,
            link=self.link,
            rendition=rendition,
        )
        RoomSockets(gateway=self.gateway, rooms=self.rooms, seating=seating, rendition=rendition)
        ChatSockets(self.gateway, self.history)

    def _measure_rooms(self) -> None:
        """What is read off the live rooms whenever somebody asks."""
        self.metrics.gauge("rooms_live", "Rooms in memory", lambda: len(tuple(self.registry)))
        self.metrics.gauge(
            "members_connected",
            "Members with at least one connection, over all rooms",
            lambda: sum(p.online for live in self.registry for p in live.room.presence.values()),
        )

    def _retire_streams(self, room: Room, records: Sequence[Record]) -> None:
        """A transcode ends as soon as its room goes on to another item, or closes (SPEC STR-5)."""
        if room.closed:
            self.stream.retire(room.id)
        elif any(isinstance(record.event, PlaybackChanged) for record in records):
            self.stream.retire(room.id, room.timeline.generation)

    async def _watch_sessions(self) -> None:
        await close_ended_sessions(self.gateway, self.sessions.is_live, self.clock)

    async def _watch_slow_sockets(self) -> None:
        await close_slow_connections(self.gateway, self.clock)

    async def _prune_for_ever(self) -> None:
        """Forget sessions that nobody can use any more, once a day."""
        while True:
            with contextlib.suppress(StorageUnavailable):
                await self.sessions.prune()
            await self.clock.sleep(PRUNE_EVERY_S)

    @contextlib.asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Own every long-running task from start to stop."""
        try:
            encoders = self.own_transcoder.run() if self.settings.stream_own_encoder else None
            async with (
                self.background,
                encoders or contextlib.nullcontext(),
                self.stream.run(),
                asyncio.TaskGroup() as tasks,
            ):
                lasting = [
                    tasks.create_task(self.registry.run(), name="rooms"),
                    *(
                        tasks.create_task(keep_running(name, work, self.clock), name=name)
                        for name, work in (
                            ("announcer", self.announcer.run),
                            ("sessions", self._watch_sessions),
                            ("slow sockets", self._watch_slow_sockets),
                            ("pruning", self._prune_for_ever),
                            ("watch state", self.watch_state.run),
                        )
                    ),
                ]
                try:
                    yield
                finally:
                    for task in lasting:
                        task.cancel()
        finally:
            await self.plex.http_client.aclose()
            await self.providers.http.aclose()
            await self.redis.close()
            await self.database.close()


def setup_code(secrets: SecretBox) -> str:
    """Eight letters that only who reads the server's output knows."""
    return secrets.derive("setup-code").hex()[:8]
