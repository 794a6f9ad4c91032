"""The Plex layer over the sandbox server, in process, with real SQLite and a fake clock."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import httpx2
import pytest
import structlog
from fastapi import FastAPI
from PIL import Image
from starlette.applications import Starlette

from plexsandbox.app import create_app
from plexsandbox.box import Sandbox
from tests.support.clock import FakeClock
from watchtogether.accounts import tables as account_tables
from watchtogether.accounts.cookies import SecretCookie, SessionCookies
from watchtogether.accounts.door import Door
from watchtogether.accounts.endpoints import About, AccountDoor, build_router
from watchtogether.accounts.guard import Guard
from watchtogether.accounts.model import SignUpPolicy
from watchtogether.accounts.passwords import Cost, Passwords
from watchtogether.accounts.secrets import SecretBox
from watchtogether.accounts.service import AccountService
from watchtogether.accounts.sessions import SessionService
from watchtogether.accounts.tokens import AccessTokens
from watchtogether.db.base import Base
from watchtogether.db.engine import Database
from watchtogether.db.redis import RedisLink
from watchtogether.kit import problems
from watchtogether.kit.ids import AccountId, RatingKey, RoomCode, RoomId, ServerId
from watchtogether.kit.metrics import Metrics
from watchtogether.kit.rate_limit import MemoryRateLimiter
from watchtogether.kit.tasks import Background
from watchtogether.kit.web import PublicAddress
from watchtogether.plex import tables as plex_tables
from watchtogether.plex.account_tokens import AccountTokens
from watchtogether.plex.asking import PASSING, Asking
from watchtogether.plex.attempts import Patience
from watchtogether.plex.client import PlexHttp, Product
from watchtogether.plex.device_key import DeviceKeys
from watchtogether.plex.endpoints import build_router as build_plex_router
from watchtogether.plex.figures import PlexFigures
from watchtogether.plex.home import HomeService, HomeTokens
from watchtogether.plex.home_endpoints import build_home_router
from watchtogether.plex.home_repository import HomeRepository
from watchtogether.plex.images import CACHE_BYTES, ImageLinks, Images, PictureCache
from watchtogether.plex.library import Library
from watchtogether.plex.listening import Listening
from watchtogether.plex.plextv import PlexTv
from watchtogether.plex.report import build_report_router
from watchtogether.plex.reports import Reports
from watchtogether.plex.repository import ServerRepository
from watchtogether.plex.servers import ServerDirectory
from watchtogether.plex.service import PlexService
from watchtogether.plex.shared_answers import SharedAnswers
from watchtogether.plex.signin import PlexSignIn
from watchtogether.plex.signin_endpoints import PIN_COOKIE, SignInDoor, build_sign_in_router

TABLES = (account_tables, plex_tables)
SANDBOX = "http://plex.test"
QUICK = Patience(
    deadline_s=2.0,
    most=3,
    first_pause_s=0.001,
    longest_pause_s=0.002,
    hedge_from_s=0.2,
    hedge_to_s=0.2,
)
"""Three attempts as in earnest, without the pauses."""
OURS = "http://127.0.0.1:8000"
DOOR = Door(address="192.0.2.1", loopback=True)
FILMS = (
    "Movies/Night Mail (1936)/Night Mail (1936).mp4",
    "Movies/The Long Way (1999)/The Long Way (1999).mp4",
    "TV/Night Trains (2020)/Night Trains S00E01 Making of.mp4",
    "TV/Night Trains (2020)/Night Trains S01E01 Departure.mp4",
    "TV/Night Trains (2020)/Night Trains S01E02 Border.mp4",
    "TV/Night Trains (2020)/Night Trains S02E01 Return.mp4",
)

SUBTITLE = "1\n00:00:00,000 --> 00:00:00,800\nThis is the night mail.\n"
"""Beside the first film."""


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[structlog.typing.EventDict]]:
    """What was logged, unrendered."""
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture(scope="session")
def media_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of films that are a second long."""
    folder = tmp_path_factory.mktemp("media")
    first = folder / FILMS[0]
    first.parent.mkdir(parents=True)
    _film(first)
    for name in FILMS[1:]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(first.read_bytes())
    night_mail = next(folder / name for name in FILMS if "Night Mail" in name)
    night_mail.with_suffix(".en.srt").write_text(SUBTITLE, encoding="utf-8")
    return folder


def _film(path: Path) -> None:
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=10)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        for shade in range(10):
            picture = Image.new("RGB", (320, 180), (20 * shade, 60, 90))
            container.mux(video.encode(_frame(picture)))
        container.mux(video.encode(None))


def _frame(picture: Image.Image) -> av.VideoFrame:
    frame: av.VideoFrame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
    return frame


@pytest.fixture
async def sandbox(media_dir: Path) -> Sandbox:
    """The sandbox without its background tasks; a fresh one for each test."""
    app = create_app(media_dir)
    box: Sandbox = app.state.box
    await box.library.rescan()
    return box


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield database
    await database.close()


class Switch(httpx2.AsyncBaseTransport):
    """The way to the sandbox; it can be cut, and remembers what was sent over it."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner
        self.cut = False
        self.cut_below: str | None = None
        self.hangs = False
        self.requests: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if self.hangs:
            await asyncio.Event().wait()
        if self.cut or (self.cut_below and request.url.path.startswith(self.cut_below)):
            raise httpx2.ConnectError("cut")
        return await self._inner.handle_async_request(request)

    def paths(self) -> list[str]:
        """Paths asked for so far, but for `/identity`."""
        return [r.url.path for r in self.requests if r.url.path != "/identity"]


@dataclass
class World:
    """Everything a test may want to look at."""

    clock: FakeClock
    box: Sandbox
    wire: Switch
    accounts: AccountService
    http: PlexHttp
    library: Library
    reports: Reports
    plextv: PlexTv
    repository: ServerRepository
    servers: ServerDirectory
    links: ImageLinks
    images: Images
    asking: Asking
    service: PlexService
    sign_in: PlexSignIn
    account_tokens: AccountTokens
    limiter: MemoryRateLimiter
    app: FastAPI

    @property
    def server_id(self) -> ServerId:
        return ServerId(self.box.state.machine_identifier)

    def browser(self) -> httpx2.AsyncClient:
        """A page of ours in a browser, with its own cookies."""
        return self._client({"sec-fetch-site": "same-origin", "user-agent": "Firefox/1 Linux"})

    def program(self) -> httpx2.AsyncClient:
        return self._client({})

    def _client(self, headers: dict[str, str]) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=self.app, client=("127.0.0.1", 50_000))
        return httpx2.AsyncClient(transport=transport, base_url=OURS, headers=headers)

    async def approve(self, code: str, user: str) -> None:
        """What the person does on plex.tv's page."""
        pin = self.box.pins.by_code(code, time.time())
        assert pin is not None
        self.box.pins.approve(pin, self.box.state.new_account_token(user))

    async def signed_in(self, user: str = "olive") -> httpx2.AsyncClient:
        """A browser that has signed in with Plex."""
        browser = self.browser()
        started = (await browser.post("/api/auth/plex/pin")).json()
        await self.approve(started["code"], user)
        answer = await browser.get(f"/api/auth/plex/pin/{started['id']}")
        assert answer.json()["status"] == "approved", answer.text
        return browser

    async def account(self, user: str = "olive") -> AccountId:
        """An account linked to a person of the sandbox, its servers known."""
        client = await self.signed_in(user)
        return AccountId((await client.get("/api/auth/me")).json()["account"]["id"])

    def key_of(self, title: str) -> RatingKey:
        """The rating key of an item by its title."""
        catalogue = self.box.library.catalogue
        items = [*catalogue.items.values()]
        return RatingKey(str(next(item.rating_key for item in items if item.title == title)))


@pytest.fixture
async def background() -> AsyncIterator[Background]:
    async with Background() as background:
        yield background


@pytest.fixture
def world(sandbox: Sandbox, database: Database, media_dir: Path, background: Background) -> World:
    return build_world(sandbox, database, background)


def build_world(
    sandbox: Sandbox,
    database: Database,
    background: Background,
    *,
    sign_up: SignUpPolicy = "plex",
    setup_code: str = "",
    redis: RedisLink | None = None,
    clock: FakeClock | None = None,
    device_keys: bool = False,
) -> World:
    """The whole layer, wired as in `app.py`."""
    clock = clock or FakeClock()
    secrets = SecretBox(b"root key of the tests")
    tokens = AccessTokens(secrets.derive("access-token"), clock)
    sessions = SessionService(database, tokens, secrets, clock)
    limiter = MemoryRateLimiter(clock)
    accounts = AccountService(
        database=database,
        sessions=sessions,
        passwords=Passwords(Cost(memory_kib=8, passes=1, lanes=1)),
        secrets=secrets,
        limiter=limiter,
        clock=clock,
        sign_up=sign_up,
        setup_code=setup_code,
    )
    cookies = SessionCookies(PublicAddress.of())
    guard = Guard(tokens, sessions, cookies, limiter)

    wire = Switch(httpx2.ASGITransport(app=_app_of(sandbox)))
    client = httpx2.AsyncClient(transport=wire)
    product = Product("client-of-the-tests")
    figures = PlexFigures(Metrics())
    http = PlexHttp(client, product, clock, observer=figures)
    library = Library(http)
    plextv = PlexTv(client, product, SANDBOX)
    repository = ServerRepository(database, secrets)
    chosen = HomeRepository(database, secrets)
    keys = DeviceKeys(secrets.derive, product.client_identifier, clock)
    account_tokens = AccountTokens(
        stored=accounts,
        replace=accounts.replace_token,
        plextv=plextv,
        keys=keys,
        clock=clock,
    )
    servers = ServerDirectory(
        repository=repository,
        source=http,
        plextv=plextv,
        tokens=HomeTokens(account_tokens, chosen),
        clock=clock,
        background=background,
    )
    links = ImageLinks(secrets.derive("images"))
    pictures = PictureCache(
        clock,
        background,
        capacity=CACHE_BYTES,
        weigh=lambda picture: len(picture.body),
        passing=PASSING,
    )
    images = Images(links, servers, library, pictures)
    asking = Asking(
        servers=servers,
        limiter=limiter,
        figures=figures,
        clock=clock,
        background=background,
        second=SharedAnswers(redis, clock) if redis is not None else None,
        patience=QUICK,
    )
    service = PlexService(
        servers=servers, library=library, links=links, asking=asking, figures=figures
    )
    home = HomeService(
        plextv=plextv, accounts=account_tokens, chosen=chosen, servers=servers, limiter=limiter
    )
    sign_in = PlexSignIn(
        plextv=plextv,
        accounts=accounts,
        servers=servers,
        home=home,
        library=library,
        limiter=limiter,
        clock=clock,
        key=secrets.derive("plex-pin"),
        device_keys=keys if device_keys else None,
    )

    async def room_code_of(_: RoomId) -> RoomCode | None:
        return None

    app = FastAPI()
    problems.install(app)
    about = About(version="0", demo=False)
    app.include_router(
        build_router(AccountDoor(accounts, sessions, guard, cookies, limiter, room_code_of, about))
    )
    binding = SecretCookie(PIN_COOKIE, PublicAddress.of())
    app.include_router(build_sign_in_router(SignInDoor(sign_in, accounts, guard, cookies, binding)))
    app.include_router(build_plex_router(service, images, guard))
    app.include_router(build_home_router(home, guard))
    listening = Listening(
        http=http,
        servers=servers,
        asking=asking,
        shared=None,
        clock=clock,
        background=background,
    )
    app.include_router(
        build_report_router(
            servers=servers,
            asking=asking,
            figures=figures,
            http=http,
            listening=listening,
            redis=(redis or RedisLink("", clock)).report,
            guard=guard,
        )
    )
    return World(
        clock, sandbox, wire, accounts, http, library, Reports(http), plextv,
        repository, servers, links, images, asking, service, sign_in, account_tokens, limiter, app,
    )  # fmt: skip


def _app_of(sandbox: Sandbox) -> Starlette:
    """The app around an existing sandbox."""
    app = create_app(sandbox.media_dir)
    app.state.box = sandbox
    return app
