"""The HTTP door of Plex homes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from watchtogether.accounts.guard import Guard
from watchtogether.accounts.model import Principal
from watchtogether.kit.ids import AccountId
from watchtogether.plex.home import Home, HomeService
from watchtogether.plex.schemas import HomeChoice, HomeOut, HomeUserOut


def build_home_router(service: HomeService, guard: Guard) -> APIRouter:
    """Routes below `/api/plex/home`."""
    router = APIRouter(prefix="/api/plex/home", tags=["plex"])
    account = Annotated[Principal, Depends(guard.account)]

    @router.get("")
    async def home(me: account) -> HomeOut:
        """Everybody in the account's Plex home, and as whom it sees Plex."""
        return _shown(await service.home(AccountId(me.id)))

    @router.put("/{uuid}")
    async def switch(
        uuid: Annotated[str, Path(max_length=100)], body: HomeChoice, me: account
    ) -> HomeOut:
        """See Plex as that user of the home from now on."""
        return _shown(await service.switch(AccountId(me.id), uuid, body.pin))

    @router.delete("", status_code=204)
    async def leave(me: account) -> None:
        """See Plex as oneself again."""
        await service.leave(AccountId(me.id))

    return router


def _shown(home: Home) -> HomeOut:
    users = [
        HomeUserOut(
            uuid=user.uuid,
            title=user.title,
            admin=user.admin,
            restricted=user.restricted,
            protected=user.protected,
        )
        for user in home.users
    ]
    return HomeOut(users=users, current=home.current)
