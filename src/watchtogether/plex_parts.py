"""The Plex layer's parts, built once each, when first asked for."""

from functools import cached_property

import httpx2

from watchtogether import __version__
from watchtogether.accounts.secrets import SecretBox
from watchtogether.accounts.service import AccountService
from watchtogether.db.engine import Database
from watchtogether.db.redis import RedisLink
from watchtogether.kit.clock import Clock
from watchtogether.kit.metrics import Metrics
from watchtogether.kit.rate_limit import MemoryRateLimiter
from watchtogether.kit.tasks import Background
from watchtogether.plex.account_tokens import AccountTokens
from watchtogether.plex.addresses import AddressPolicy, open_client
from watchtogether.plex.asking import PASSING, Asking
from watchtogether.plex.client import PlexHttp, Product
from watchtogether.plex.device_key import DeviceKeys
from watchtogether.plex.figures import PlexFigures
from watchtogether.plex.home import HomeService, HomeTokens
from watchtogether.plex.home_repository import HomeRepository
from watchtogether.plex.images import CACHE_BYTES, ImageLinks, Images, PictureCache
from watchtogether.plex.library import Library
from watchtogether.plex.listening import Listening
from watchtogether.plex.plextv import PlexTv
from watchtogether.plex.repository import ServerRepository
from watchtogether.plex.servers import ServerDirectory
from watchtogether.plex.service import PlexService
from watchtogether.plex.shared_answers import SharedAnswers
from watchtogether.plex.signin import PlexSignIn
from watchtogether.plex.titles import PlexTitles
from watchtogether.plex.transcode import PlexTranscoder
from watchtogether.settings import Settings


class PlexParts:
    """What stands between accounts and their Plex servers, in one process."""

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        secrets: SecretBox,
        database: Database,
        redis: RedisLink,
        limiter: MemoryRateLimiter,
        background: Background,
        metrics: Metrics,
        accounts: AccountService,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._secrets = secrets
        self._database = database
        self._redis = redis
        self._limiter = limiter
        self._background = background
        self._metrics = metrics
        self._accounts = accounts

    @cached_property
    def http_client(self) -> httpx2.AsyncClient:
        policy = AddressPolicy(
            allow_loopback=self._settings.plex_allow_loopback,
            allowed_networks=self._settings.plex_allowed_networks,
        )
        return open_client(policy)

    @cached_property
    def product(self) -> Product:
        identifier = self._secrets.derive("plex-client-identifier").hex()[:32]
        return Product(identifier, __version__)

    @cached_property
    def figures(self) -> PlexFigures:
        return PlexFigures(self._metrics)

    @cached_property
    def http(self) -> PlexHttp:
        return PlexHttp(self.http_client, self.product, self._clock, observer=self.figures)

    @cached_property
    def plextv(self) -> PlexTv:
        return PlexTv(self.http_client, self.product, self._settings.plex_tv_url)

    @cached_property
    def library(self) -> Library:
        return Library(self.http)

    @cached_property
    def servers(self) -> ServerDirectory:
        return ServerDirectory(
            repository=ServerRepository(self._database, self._secrets),
            source=self.http,
            plextv=self.plextv,
            tokens=HomeTokens(self.tokens, self.home_users),
            clock=self._clock,
            background=self._background,
        )

    @cached_property
    def device_keys(self) -> DeviceKeys:
        return DeviceKeys(self._secrets.derive, self.product.client_identifier, self._clock)

    @cached_property
    def tokens(self) -> AccountTokens:
        return AccountTokens(
            stored=self._accounts,
            replace=self._accounts.replace_token,
            plextv=self.plextv,
            keys=self.device_keys,
            clock=self._clock,
        )

    @cached_property
    def home_users(self) -> HomeRepository:
        return HomeRepository(self._database, self._secrets)

    @cached_property
    def home(self) -> HomeService:
        return HomeService(
            plextv=self.plextv,
            accounts=self.tokens,
            chosen=self.home_users,
            servers=self.servers,
            limiter=self._limiter,
        )

    @cached_property
    def image_links(self) -> ImageLinks:
        return ImageLinks(self._secrets.derive("images"))

    @cached_property
    def images(self) -> Images:
        cache = PictureCache(
            self._clock,
            self._background,
            capacity=CACHE_BYTES,
            weigh=lambda picture: len(picture.body),
            passing=PASSING,
        )
        return Images(self.image_links, self.servers, self.library, cache)

    @cached_property
    def asking(self) -> Asking:
        return Asking(
            servers=self.servers,
            limiter=self._limiter,
            figures=self.figures,
            clock=self._clock,
            background=self._background,
            second=self.shared_answers if self._redis.configured else None,
        )

    @cached_property
    def shared_answers(self) -> SharedAnswers:
        return SharedAnswers(self._redis, self._clock)

    @cached_property
    def listening(self) -> Listening:
        return Listening(
            http=self.http,
            servers=self.servers,
            asking=self.asking,
            shared=self.shared_answers if self._redis.configured else None,
            clock=self._clock,
            background=self._background,
        )

    @cached_property
    def service(self) -> PlexService:
        return PlexService(
            servers=self.servers,
            library=self.library,
            links=self.image_links,
            asking=self.asking,
            figures=self.figures,
        )

    @cached_property
    def transcoder(self) -> PlexTranscoder:
        return PlexTranscoder(self.http, self._clock)

    @cached_property
    def titles(self) -> PlexTitles:
        return PlexTitles(self.service)

    @cached_property
    def sign_in(self) -> PlexSignIn:
        return PlexSignIn(
            plextv=self.plextv,
            accounts=self._accounts,
            servers=self.servers,
            home=self.home,
            library=self.library,
            limiter=self._limiter,
            clock=self._clock,
            key=self._secrets.derive("plex-pin"),
            device_keys=self.device_keys if self._settings.plex_device_keys else None,
        )

    def tie(self) -> None:
        """Servers that are asked are listened to, and what they tell makes answers old."""
        self.asking.on_ask = self.listening.want
        self.asking.cache.unchanged = self.listening.unchanged
