"""The account service's older form (XML whatever is asked), as python-plexapi still uses it."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.accounts import Account
from plexsandbox.answers import Node, account_xml, to_xml
from plexsandbox.plextv.account import switch_to, user_node
from plexsandbox.plextv.ask import AccountAsk, plextv


async def users(ask: AccountAsk) -> Response:
    """The other members of the asker's home, and the owner's friends."""
    people = ask.box.people
    known = [member for member in people.home if ask.who.home and member.user != ask.who.user]
    known += people.friends if ask.who.owner else []
    head = {
        "friendlyName": "myPlex",
        "identifier": "com.plexapp.plugins.myplex",
        "machineIdentifier": ask.box.state.machine_identifier,
        "totalSize": len(known),
        "size": len(known),
    }
    node: Node = {**head, "User": [_user(ask, account) for account in known]}
    return Response(to_xml("MediaContainer", node), media_type="application/xml")


def _user(ask: AccountAsk, account: Account) -> Node:
    server: Node = {
        "id": account.id * 10,
        "serverId": 1,
        "machineIdentifier": ask.box.state.machine_identifier,
        "name": ask.box.options.friendly_name,
        "lastSeenAt": 1577880000,
        "numLibraries": len(
            ask.box.access.seen_by(account.user, ask.box.library.catalogue).sections
        ),
        "allLibraries": True,
        "owned": True,
        "pending": False,
    }
    return {
        "id": account.id,
        "title": account.title,
        "username": account.email or "",
        "email": account.email or "",
        "thumb": f"{str(ask.request.base_url).rstrip('/')}/users/{account.uuid}/avatar",
        "home": account.home,
        "restricted": account.managed,
        "protected": account.pin is not None,
        "allowTuners": 0,
        "allowSync": False,
        "allowCameraUpload": False,
        "allowChannels": False,
        "Server": [server] if account.server else [],
    }


async def switch(ask: AccountAsk) -> Response:
    """By the account's number; the token comes under its older name as well."""
    member, token = switch_to(ask, str(ask.request.path_params["id"]))
    node = user_node(ask, member, token) | {"authenticationToken": token}
    return Response(account_xml("user", node), 201, media_type="application/xml")


def routes() -> list[Route]:
    return [
        plextv("/api/users", users),
        plextv("/api/users/", users),
        plextv("/api/home/users/{id:int}/switch", switch, methods=("POST",)),
    ]
