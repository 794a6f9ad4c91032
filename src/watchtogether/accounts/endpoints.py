"""The HTTP door of accounts: set-up, sign-in, sessions."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import JSONResponse

from watchtogether.accounts.cookies import SessionCookies
from watchtogether.accounts.door import door_of, hand_out, is_program
from watchtogether.accounts.errors import NotSignedIn, SessionExpired
from watchtogether.accounts.guard import Guard
from watchtogether.accounts.model import Account, Grant, Principal
from watchtogether.accounts.schemas import (
    AccountOut,
    GuestOut,
    LoginBody,
    MeOut,
    OtherProvider,
    PasswordBody,
    RefreshBody,
    RegisterBody,
    SessionOut,
    SetupOut,
    SignedInOut,
    TokensOut,
)
from watchtogether.accounts.service import AccountService
from watchtogether.accounts.sessions import SessionService
from watchtogether.kit.errors import NotFound
from watchtogether.kit.ids import RoomCode, RoomId, SessionId
from watchtogether.kit.problems import problem_response
from watchtogether.kit.rate_limit import GENERAL, RateLimiter
from watchtogether.kit.web.address import client_address

RoomCodeOf = Callable[[RoomId], Awaitable[RoomCode | None]]
"""A port that rooms fill: the code of a guest's room, None when it is gone."""


@dataclass(frozen=True, slots=True)
class About:
    """What `GET /api/setup` says about this installation."""

    version: str
    demo: bool
    providers: tuple[str, ...] = ("local", "plex")
    others: tuple[tuple[str, str], ...] = ()
    """Further providers that are configured: name and label of each."""


@dataclass(frozen=True, slots=True)
class AccountDoor:
    """Everything the account endpoints work with."""

    accounts: AccountService
    sessions: SessionService
    guard: Guard
    cookies: SessionCookies
    limiter: RateLimiter
    room_code_of: RoomCodeOf
    about: About


def build_router(door: AccountDoor) -> APIRouter:
    """Routes below `/api/setup` and `/api/auth`."""
    router = APIRouter(prefix="/api", tags=["accounts"])
    _add_setup(router, door)
    _add_sign_in(router, door)
    _add_renewal(router, door)
    _add_me(router, door)
    _add_sessions(router, door)
    return router


def _add_setup(router: APIRouter, door: AccountDoor) -> None:
    @router.get("/setup")
    async def setup(request: Request) -> SetupOut:
        """What the sign-in page needs to know before anybody is signed in."""
        first_run = await door.accounts.is_first_run()
        return SetupOut(
            first_run=first_run,
            sign_up=door.accounts.sign_up,
            providers=list(door.about.providers),
            others=[OtherProvider(name=name, label=label) for name, label in door.about.others],
            demo=door.about.demo,
            secure=door.cookies.is_secure(request.headers),
            version=door.about.version,
            setup_code_needed=first_run and door.accounts.needs_setup_code(door_of(request)),
        )


def _add_sign_in(router: APIRouter, door: AccountDoor) -> None:
    async def welcome(request: Request, response: Response, account: Account) -> SignedInOut:
        await _leave_old_session(door, request)
        grant = await door.accounts.sign_in(account, door_of(request).device)
        fields = hand_out(request, response, grant, door.cookies)
        return SignedInOut.model_validate({"account": await _account_out(door, account)} | fields)

    @router.post("/auth/register", status_code=201, response_model_exclude_unset=True)
    async def register(request: Request, response: Response, body: RegisterBody) -> SignedInOut:
        """Make a local account and sign in."""
        account = await door.accounts.register(
            body.username, body.password, body.display_name, door_of(request, body.setup_code)
        )
        return await welcome(request, response, account)

    @router.post("/auth/login", response_model_exclude_unset=True)
    async def login(request: Request, response: Response, body: LoginBody) -> SignedInOut:
        """Sign in with a local account."""
        account = await door.accounts.login(body.username, body.password, door_of(request))
        return await welcome(request, response, account)


def _add_renewal(router: APIRouter, door: AccountDoor) -> None:
    @router.post("/auth/refresh", response_model=TokensOut, response_model_exclude_unset=True)
    async def refresh(
        request: Request, response: Response, body: RefreshBody | None = None
    ) -> TokensOut | JSONResponse:
        """Renew the session, once; the refresh token is replaced."""
        try:
            grant = await _refreshed(door, request, body)
        except NotSignedIn as error:
            await door.limiter.hit(GENERAL, f"refresh|{client_address(request)}")
            refusal = problem_response(error)
            door.cookies.clear(refusal, request.headers)
            return refusal
        return TokensOut.model_validate(hand_out(request, response, grant, door.cookies))

    @router.post("/auth/logout", status_code=204)
    async def logout(request: Request, response: Response) -> None:
        """End this session. Also fine when there is none."""
        token = door.cookies.refresh_token(request.cookies, request.headers)
        if token is not None:
            await door.sessions.end_by_refresh_token(token)
        await _leave_session(door, request)
        door.cookies.clear(response, request.headers)


def _add_me(router: APIRouter, door: AccountDoor) -> None:
    @router.get("/auth/me")
    async def me(who: Annotated[Principal, Depends(door.guard.principal)]) -> MeOut:
        """Who is signed in."""
        if who.kind == "account":
            account = await door.accounts.require_account(who)
            return MeOut(account=await _account_out(door, account), guest=None)
        code = await door.room_code_of(who.room_id) if who.room_id is not None else None
        return MeOut(account=None, guest=GuestOut(id=who.id, name=who.name, room_code=code))

    @router.post("/auth/password", status_code=204)
    async def password(
        request: Request,
        body: PasswordBody,
        who: Annotated[Principal, Depends(door.guard.account)],
    ) -> None:
        """Change the password; every other session of the account ends."""
        await door.accounts.change_password(
            who, body.current_password, body.new_password, door_of(request)
        )


def _add_sessions(router: APIRouter, door: AccountDoor) -> None:
    @router.get("/auth/sessions")
    async def sessions(
        who: Annotated[Principal, Depends(door.guard.principal)],
    ) -> list[SessionOut]:
        """Where this person is signed in, the last seen first."""
        return [SessionOut.of(s, who.session_id) for s in await door.sessions.list_for(who)]

    @router.delete("/auth/sessions/{session_id}", status_code=204)
    async def end_session(
        session_id: str, who: Annotated[Principal, Depends(door.guard.principal)]
    ) -> None:
        """Sign one of one's own devices out."""
        own = {session.id for session in await door.sessions.list_for(who)}
        if session_id not in own:
            raise NotFound
        await door.sessions.end(SessionId(session_id))


async def _account_out(door: AccountDoor, account: Account) -> AccountOut:
    return AccountOut.of(account, await door.accounts.plex_username(account.id))


async def _refreshed(door: AccountDoor, request: Request, body: RefreshBody | None) -> Grant:
    given = None if body is None else body.refresh_token
    token = given or door.cookies.refresh_token(request.cookies, request.headers)
    if token is None:
        raise NotSignedIn
    return await door.sessions.refresh(token)


async def _leave_old_session(door: AccountDoor, request: Request) -> None:
    """A browser that signs in again leaves its old session; a program may hold several."""
    if not is_program(request.headers):
        await _leave_session(door, request)


async def _leave_session(door: AccountDoor, request: Request) -> None:
    with suppress(NotSignedIn, SessionExpired):
        who = await door.guard.identify(request)
        await door.sessions.end(who.session_id)
