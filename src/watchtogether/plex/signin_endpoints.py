"""The HTTP door of signing in with Plex, and the cookie that binds a code to its browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from watchtogether.accounts.cookies import SecretCookie, SessionCookies
from watchtogether.accounts.door import door_of, hand_out, is_program
from watchtogether.accounts.guard import Guard
from watchtogether.accounts.model import Principal
from watchtogether.accounts.schemas import AccountOut
from watchtogether.accounts.service import AccountService
from watchtogether.kit.ids import AccountId
from watchtogether.plex.errors import PinForeign
from watchtogether.plex.schemas import PinOut, PinStartedOut
from watchtogether.plex.signin import Outcome, PlexSignIn

PIN_COOKIE = "wt_plex_pin"


@dataclass(frozen=True, slots=True)
class SignInDoor:
    """Everything these endpoints work with. `binding` keeps a code with its browser."""

    sign_in: PlexSignIn
    accounts: AccountService
    guard: Guard
    cookies: SessionCookies
    binding: SecretCookie


def build_sign_in_router(door: SignInDoor) -> APIRouter:
    """Routes below `/api/auth/plex`."""
    router = APIRouter(prefix="/api/auth/plex", tags=["plex"])

    @router.post("/pin", status_code=201, response_model_exclude_unset=True)
    async def start(
        request: Request,
        response: Response,
        who: Annotated[Principal | None, Depends(door.guard.optional)],
    ) -> PinStartedOut:
        """A code to approve at `url`. Signed in, it links Plex to this account."""
        program = is_program(request.headers)
        started = await door.sign_in.start(_account(who), program=program, door=door_of(request))
        fields = {"binding": started.binding} if program else {}
        if not program:
            door.binding.write(response, started.binding, started.expires_in_s, request.headers)
        return PinStartedOut(
            id=started.pin_id,
            code=started.code,
            url=started.url,
            expires_in_s=started.expires_in_s,
            **fields,
        )

    @router.get("/pin/{pin_id}", response_model_exclude_unset=True)
    async def poll(
        *,
        pin_id: str,
        request: Request,
        response: Response,
        who: Annotated[Principal | None, Depends(door.guard.optional)],
        x_pin_binding: Annotated[str, Header(max_length=300)] = "",
        x_setup_code: Annotated[str, Header(max_length=100)] = "",
    ) -> PinOut:
        """How the code stands; once approved this signs in, or links. Ask once a second.

        Programs send `X-Pin-Binding`. `X-Setup-Code` is for the first account of all.
        """
        cookie = door.binding.read(request.cookies, request.headers) or ""
        program = bool(x_pin_binding) and not cookie
        binding = x_pin_binding if program else cookie
        if not binding:
            raise PinForeign
        outcome = await door.sign_in.poll(
            pin_id, binding, _account(who), program=program, door=door_of(request, x_setup_code)
        )
        return await _answer(door, request, response, outcome, program=program)

    return router


async def _answer(
    door: SignInDoor, request: Request, response: Response, outcome: Outcome, *, program: bool
) -> PinOut:
    account = outcome.account
    if account is None:
        return PinOut(status=outcome.status, account=None)
    fields: Mapping[str, object] = {}
    if not outcome.linked:
        grant = await door.accounts.sign_in(account, door_of(request).device)
        if program:
            fields = hand_out(request, response, grant, door.cookies)
        else:  # a same-origin GET does not always look like a browser's; the cookie proved it
            door.cookies.write(response, grant, request.headers)
    shown = AccountOut.of(account, await door.accounts.plex_username(account.id))
    return PinOut.model_validate({"status": outcome.status, "account": shown, **fields})


def _account(who: Principal | None) -> AccountId | None:
    """Guests count as strangers here: they sign in, they don't link."""
    return AccountId(who.id) if who is not None and who.kind == "account" else None
