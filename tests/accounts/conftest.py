"""A real app with real SQLite, on a fake clock, with cheap password hashes."""

import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import SecretStr
from sqlalchemy import create_engine

from tests.support.clock import FakeClock
from tests.support.provider import CLIENT_ID, CLIENT_SECRET
from watchtogether.accounts import tables  # noqa: F401 - fills the metadata
from watchtogether.accounts.cookies import SecretCookie, SessionCookies
from watchtogether.accounts.endpoints import About, AccountDoor, build_router
from watchtogether.accounts.guard import Guard
from watchtogether.accounts.model import SignUpPolicy
from watchtogether.accounts.passwords import Cost, Passwords
from watchtogether.accounts.providers.endpoints import (
    ERRAND_COOKIE,
    ProviderDoor,
    build_provider_router,
)
from watchtogether.accounts.providers.fetching import Fetcher
from watchtogether.accounts.providers.model import Client
from watchtogether.accounts.providers.oidc import OidcProvider
from watchtogether.accounts.providers.sign_in import ProviderSignIn
from watchtogether.accounts.secrets import SecretBox
from watchtogether.accounts.service import AccountService
from watchtogether.accounts.sessions import SessionService
from watchtogether.accounts.tokens import AccessTokens
from watchtogether.db.base import Base
from watchtogether.db.engine import Database
from watchtogether.kit import problems
from watchtogether.kit.clock import SystemClock
from watchtogether.kit.ids import RoomCode, RoomId, SessionId
from watchtogether.kit.rate_limit import MemoryRateLimiter
from watchtogether.kit.web import PublicAddress, protect
from watchtogether.kit.web.address import Network

CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
ROOM = RoomId("room_1")
BROWSER = {
    "sec-fetch-site": "same-origin",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
}
PASSWORD = "correct horse"


@dataclass
class Server:
    """Everything an accounts test may want to look at."""

    clock: FakeClock
    database: Database
    secrets: SecretBox
    tokens: AccessTokens
    sessions: SessionService
    accounts: AccountService
    guard: Guard
    app: httpx2.ASGITransport
    router: APIRouter
    ended: list[SessionId] = field(default_factory=list)
    base_url: str = "http://127.0.0.1:8000"

    def browser(self, **headers: str) -> httpx2.AsyncClient:
        """A client that looks like a page of ours in a browser, with its own cookies."""
        return self.client(**(BROWSER | headers))

    def client(self, **headers: str) -> httpx2.AsyncClient:
        """A program."""
        return httpx2.AsyncClient(transport=self.app, base_url=self.base_url, headers=headers)


Build = Callable[..., Server]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with every table, made once and copied for each test."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture
async def database(tmp_path: Path, empty_database: Path) -> AsyncIterator[Database]:
    path = tmp_path / "test.db"
    shutil.copy(empty_database, path)
    database = Database(f"sqlite+aiosqlite:///{path}")
    yield database
    await database.close()


@pytest.fixture
async def outside() -> AsyncIterator[httpx2.AsyncClient]:
    """How the server speaks to others."""
    async with httpx2.AsyncClient() as client:
        yield client


@pytest.fixture
def build(database: Database, outside: httpx2.AsyncClient) -> Build:
    """Makes a server with the options a test needs."""

    def _build(
        *,
        sign_up: SignUpPolicy = "open",
        setup_code: str = "",
        public_url: str = "",
        base_path: str = "",
        peer: str = "127.0.0.1",
        trusted: tuple[Network, ...] = (),
        issuer: str = "",
        vouches: bool = False,
    ) -> Server:
        clock = FakeClock()
        secrets = SecretBox(b"root key of the tests")
        tokens = AccessTokens(secrets.derive("access-token"), clock)
        sessions = SessionService(database, tokens, secrets, clock)
        limiter = MemoryRateLimiter(clock)
        accounts = AccountService(
            database=database,
            sessions=sessions,
            passwords=Passwords(CHEAP),
            secrets=secrets,
            limiter=limiter,
            clock=clock,
            sign_up=sign_up,
            setup_code=setup_code,
        )
        address = PublicAddress.of(public_url, base_path)
        cookies = SessionCookies(address)
        guard = Guard(tokens, sessions, cookies, limiter)

        async def room_code_of(room_id: RoomId) -> RoomCode | None:
            return RoomCode("abc-def-ghj") if room_id == ROOM else None

        api = FastAPI()
        problems.install(api)
        about = About(version="0.0.1", demo=False)
        door = AccountDoor(accounts, sessions, guard, cookies, limiter, room_code_of, about)
        router = build_router(door)
        api.include_router(router, prefix=base_path)
        client = Client("oidc", "Ours", CLIENT_ID, SecretStr(CLIENT_SECRET), vouches)
        fetcher = Fetcher(outside)
        provider = OidcProvider(client, issuer, fetcher, SystemClock())
        sign_in = ProviderSignIn(
            providers=[provider] if issuer else [],
            accounts=accounts,
            secrets=secrets,
            limiter=limiter,
            clock=clock,
        )
        api.include_router(
            build_provider_router(
                ProviderDoor(
                    sign_in,
                    accounts,
                    sessions,
                    guard,
                    cookies,
                    SecretCookie(ERRAND_COOKIE, address),
                    address.own_url,
                    base_path,
                )
            ),
            prefix=base_path,
        )
        transport = httpx2.ASGITransport(
            app=protect(api, address=address, trusted_proxies=trusted), client=(peer, 50_000)
        )
        server = Server(
            clock, database, secrets, tokens, sessions, accounts, guard, transport, router
        )
        if public_url:
            server.base_url = public_url

        async def note(session_id: SessionId) -> None:
            server.ended.append(session_id)

        sessions.on_ended.append(note)
        return server

    return _build


@pytest.fixture
def server(build: Build) -> Server:
    return build()


async def register(client: httpx2.AsyncClient, username: str = "ada") -> httpx2.Response:
    """Make an account and sign in."""
    answer = await client.post(
        "/api/auth/register", json={"username": username, "password": PASSWORD}
    )
    assert answer.status_code == 201, answer.text
    return answer


async def login(
    client: httpx2.AsyncClient, username: str = "ada", password: str = PASSWORD
) -> httpx2.Response:
    """Try to sign in."""
    return await client.post("/api/auth/login", json={"username": username, "password": password})


def bearer(token: str) -> dict[str, str]:
    """The header that carries an access token."""
    return {"Authorization": f"Bearer {token}"}


def code_of(answer: httpx2.Response) -> str:
    """The stable code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["code"])
