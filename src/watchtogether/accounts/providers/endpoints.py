"""The HTTP door of sign-ins at providers, and of the accounts that are linked."""

import html
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import HTMLResponse, RedirectResponse, Response

from watchtogether.accounts.cookies import SecretCookie, SessionCookies
from watchtogether.accounts.door import door_of
from watchtogether.accounts.errors import NotSignedIn, SessionExpired, SignInForeign
from watchtogether.accounts.guard import Guard
from watchtogether.accounts.model import Principal
from watchtogether.accounts.providers.sign_in import ERRAND_S, ProviderSignIn, own_path
from watchtogether.accounts.service import AccountService
from watchtogether.accounts.sessions import SessionService
from watchtogether.kit.errors import AppError, NotFound, TooManyRequests
from watchtogether.kit.ids import SessionId

ERRAND_COOKIE = "wt_provider"
_SIGN_IN, _SETTINGS = "/sign-in", "/settings"
_PLEX = "plex"
_ELSEWHERE = frozenset({"cross-site", "same-site"})


class IdentityOut(BaseModel):
    """A provider's account that is linked."""

    provider: str
    username: str


class WaysInOut(BaseModel):
    """How somebody can sign in to their account."""

    password: bool
    linked: list[IdentityOut]


class LinkOut(BaseModel):
    """Where to go on."""

    url: str


@dataclass(frozen=True, slots=True)
class ProviderDoor:
    """Everything these endpoints work with. `own_url` gives the address to come back to."""

    sign_in: ProviderSignIn
    accounts: AccountService
    sessions: SessionService
    guard: Guard
    cookies: SessionCookies
    binding: SecretCookie
    own_url: Callable[[Mapping[str, str]], str]
    base_path: str = ""


def build_provider_router(door: ProviderDoor) -> APIRouter:
    """Routes below `/api/auth/oauth`, and `/api/auth/identities`."""
    router = APIRouter(prefix="/api/auth", tags=["accounts"])
    _add_sign_in(router, door)
    _add_identities(router, door)
    return router


def _add_sign_in(router: APIRouter, door: ProviderDoor) -> None:
    @router.get("/oauth/{provider}", status_code=303, response_class=RedirectResponse)
    async def begin(
        provider: str,
        request: Request,
        goes_to: Annotated[str, Query(alias="next", max_length=500)] = "/",
    ) -> Response:
        """Send the browser to a provider, to sign in and come back to `next`.

        Another site's page may not: who comes from one has to press the button here.
        """
        if request.headers.get("sec-fetch-site") in _ELSEWHERE:
            return _to(f"{door.base_path}{_SIGN_IN}?{urlencode({'next': own_path(goes_to)})}")
        try:
            begun = await door.sign_in.begin(
                provider, _redirect_uri(door, request, provider), door_of(request), goes_to=goes_to
            )
        except NotFound:
            raise
        except AppError as error:
            return _back(door, _SIGN_IN, error)
        response = _to(begun.url)
        door.binding.write(response, begun.binding, ERRAND_S, request.headers)
        return response

    @router.post("/oauth/{provider}/link")
    async def link(
        provider: str,
        request: Request,
        response: Response,
        who: Annotated[Principal, Depends(door.guard.account)],
    ) -> LinkOut:
        """Where to go to link a provider's account to this one, in this browser."""
        begun = await door.sign_in.begin(
            provider,
            _redirect_uri(door, request, provider),
            door_of(request),
            goes_to=_SETTINGS,
            linking=who,
        )
        door.binding.write(response, begun.binding, ERRAND_S, request.headers)
        return LinkOut(url=begun.url)

    @router.get("/oauth/{provider}/callback", status_code=303, response_class=RedirectResponse)
    async def callback(provider: str, request: Request) -> Response:
        """The provider's answer, brought by the browser; it ends in the page, signed in."""
        session_id = await _session(door, request)
        binding = door.binding.read(request.cookies, request.headers) or ""
        try:
            finished = await door.sign_in.finish(
                provider,
                dict(request.query_params),
                binding,
                session_id,
                door_of(request),
            )
        except NotFound:
            raise
        except SignInForeign as error:
            return _foreign(door, error)
        except TooManyRequests as error:  # what was begun goes on a moment later
            return _back(door, _SIGN_IN, error)
        except AppError as error:
            response = _back(
                door, _SETTINGS if door.sign_in.is_linking(binding) else _SIGN_IN, error
            )
            door.binding.clear(response, request.headers)
            return response
        response = _to(f"{door.base_path}{finished.goes_to}")
        if not finished.linked:
            if session_id is not None:  # a browser that signs in again leaves its old session
                await door.sessions.end(session_id)
            grant = await door.accounts.sign_in(finished.account, door_of(request).device)
            door.cookies.write(response, grant, request.headers)
        door.binding.clear(response, request.headers)
        return response


def _add_identities(router: APIRouter, door: ProviderDoor) -> None:
    @router.get("/identities")
    async def identities(
        who: Annotated[Principal, Depends(door.guard.account)],
    ) -> WaysInOut:
        """Whether this account has a password, and the accounts elsewhere that are linked to it."""
        linked = [
            IdentityOut(provider=each.provider, username=each.username)
            for each in await door.accounts.identities(who.id)
        ]
        return WaysInOut(password=await door.accounts.has_password(who.id), linked=linked)

    @router.delete("/identities/{provider}", status_code=204)
    async def unlink(provider: str, who: Annotated[Principal, Depends(door.guard.account)]) -> None:
        """Unlink one; the last way into an account stays."""
        if provider == _PLEX:
            raise NotFound  # more than a way in: its own pages look after it
        working = [_PLEX, *(client.provider for client in door.sign_in.clients)]
        await door.accounts.unlink_identity(who, provider, working)


async def _session(door: ProviderDoor, request: Request) -> SessionId | None:
    """This browser's session, also one that is to be renewed: a provider may take its time."""
    with suppress(NotSignedIn, SessionExpired):
        return (await door.guard.identify(request)).session_id
    token = door.cookies.refresh_token(request.cookies, request.headers)
    return None if token is None else await door.sessions.live_session_of(token)


def _redirect_uri(door: ProviderDoor, request: Request, provider: str) -> str:
    return f"{door.own_url(request.headers)}{door.base_path}/api/auth/oauth/{provider}/callback"


def _to(url: str) -> Response:
    return RedirectResponse(url, status_code=303, headers={"Cache-Control": "no-store"})


def _back(door: ProviderDoor, page: str, error: AppError) -> Response:
    return _to(f"{door.base_path}{page}?problem={error.code}")


def _foreign(door: ProviderDoor, error: SignInForeign) -> Response:
    """Refused with words, for a person may have taken too long; no cookie is touched."""
    text, path = html.escape(error.text), html.escape(f"{door.base_path}{_SIGN_IN}")
    return HTMLResponse(
        f'<!doctype html><html lang="en"><title>{text}</title><p>{text}</p>'
        f'<p><a href="{path}">Sign in</a></p></html>',
        status_code=error.status,
        headers={"Cache-Control": "no-store"},
    )
