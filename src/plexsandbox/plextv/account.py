"""Who is signed in, their home, their friends, and the servers they may use."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.accounts import ACCOUNTS, FRIDA, KIT, OLIVE, Account
from plexsandbox.answers import Node
from plexsandbox.box import VERSION
from plexsandbox.plextv.ask import AccountAsk, AccountError, plextv

_SINCE = 1577880000
_SINCE_TEXT = "2020-01-01T12:00:00Z"


def _avatar(ask: AccountAsk, account: Account) -> str:
    base = str(ask.request.base_url).rstrip("/")
    return f"{base}/users/{account.uuid}/avatar"


def user_node(ask: AccountAsk, account: Account, token: str) -> Node:
    return {
        "id": account.id,
        "uuid": account.uuid,
        "username": account.email or "",
        "title": account.title,
        "email": account.email or "",
        "friendlyName": account.title,
        "locale": None,
        "confirmed": True,
        "joinedAt": _SINCE,
        "emailOnlyAuth": False,
        "hasPassword": not account.managed,
        "protected": account.pin is not None,
        "thumb": _avatar(ask, account),
        "authToken": token,
        "mailingListStatus": "unsubscribed",
        "mailingListActive": False,
        "scrobbleTypes": "",
        "country": "SE",
        "subscription": {
            "active": False,
            "subscribedAt": None,
            "status": "Inactive",
            "paymentService": None,
            "plan": None,
            "features": ["home"],
        },
        "subscriptionDescription": None,
        "restricted": account.managed,
        "anonymous": None,
        "home": account.home,
        "guest": False,
        "homeSize": 2 if account.home else 1,
        "homeAdmin": account.owner,
        "maxHomeSize": 15,
        "rememberExpiresAt": _SINCE,
        "profile": {
            "autoSelectAudio": True,
            "defaultAudioLanguage": None,
            "defaultSubtitleLanguage": None,
            "autoSelectSubtitle": 0,
            "defaultSubtitleAccessibility": 0,
            "defaultSubtitleForced": 0,
        },
        "entitlements": [],
        "subscriptions": [],
        "pastSubscriptions": [],
        "trials": [],
        "services": [],
        "adsConsent": None,
        "adsConsentSetAt": None,
        "adsConsentReminderAt": None,
        "experimentalFeatures": False,
        "twoFactorEnabled": False,
        "backupCodesCreated": False,
    }


async def user(ask: AccountAsk) -> Response:
    return ask.one("user", user_node(ask, ask.who, ask.token or ""))


async def resources(ask: AccountAsk) -> Response:
    """The server itself, with a token that is this account's own; a stranger has none."""
    token = ask.box.tokens.for_server(ask.who)
    return ask.many("resources", [_server(ask, token)] if token else [])


def _server(ask: AccountAsk, token: str) -> Node:
    where = urlsplit(str(ask.request.base_url))
    account = ask.who
    shared = not account.owner
    return {
        "name": ask.box.options.friendly_name,
        "product": "Plex Media Server",
        "productVersion": VERSION,
        "platform": "Linux",
        "platformVersion": "6.1",
        "device": "PC",
        "clientIdentifier": ask.box.state.machine_identifier,
        "createdAt": _SINCE_TEXT,
        "lastSeenAt": _SINCE_TEXT,
        "provides": "server",
        "ownerId": OLIVE.id if shared else None,
        "sourceTitle": OLIVE.title if shared else None,
        "publicAddress": where.hostname,
        "accessToken": token,
        "owned": account.owner,
        "home": account.home and shared,
        "synced": False,
        "relay": False,
        "presence": True,
        "httpsRequired": False,
        "publicAddressMatches": True,
        "dnsRebindingProtection": False,
        "natLoopbackSupported": True,
        "connections": [
            {
                "protocol": where.scheme,
                "address": where.hostname,
                "port": where.port or (443 if where.scheme == "https" else 80),
                "uri": f"{where.scheme}://{where.netloc}",
                "local": True,
                "relay": False,
                "IPv6": ":" in (where.hostname or ""),
            }
        ],
    }


async def home_users(ask: AccountAsk) -> Response:
    members = [OLIVE, KIT] if ask.who.home else [ask.who]
    users = [_home_user(ask, member) for member in members]
    node: Node = {
        "id": OLIVE.id if ask.who.home else ask.who.id,
        "name": f"{members[0].title}'s home",
        "guestUserID": None,
        "guestUserUUID": "",
        "guestEnabled": False,
        "subscription": False,
        "users": users,
    }
    return ask.one("home", node)


def _home_user(ask: AccountAsk, account: Account) -> Node:
    return {
        "id": account.id,
        "uuid": account.uuid,
        "title": account.title,
        "username": account.email,
        "email": account.email,
        "friendlyName": None,
        "thumb": _avatar(ask, account),
        "hasPassword": not account.managed,
        "restricted": account.managed,
        "restrictionProfile": "older_kid" if account.managed else None,
        "updatedAt": _SINCE,
        "admin": account.owner,
        "guest": False,
        "protected": account.pin is not None,
    }


async def switch(ask: AccountAsk) -> Response:
    """To another member of the same home; a wrong PIN is told apart by its code."""
    wanted = str(ask.request.path_params["uuid"])
    member = next((a for a in (OLIVE, KIT) if a.uuid == wanted and ask.who.home), None)
    if member is None:
        raise AccountError(404, 1002, "User not found")
    if member.pin is not None and ask.value("pin") != member.pin:
        raise AccountError(403, 1041, "Invalid PIN entered")
    token = ask.box.tokens.new_for_account(member)
    return ask.one("user", user_node(ask, member, token), 201)


async def friends(ask: AccountAsk) -> Response:
    nodes = [_friend(ask, FRIDA)] if ask.who.owner else []
    return ask.many("friends", nodes)


def _friend(ask: AccountAsk, account: Account) -> Node:
    return {
        "status": "accepted",
        "sharingSettings": _sharing(),
        "sharedServers": [_shared_server(ask, account)],
        "sharedSources": [],
        "id": account.id,
        "uuid": account.uuid,
        "title": account.title,
        "username": account.email,
        "restricted": False,
        "email": account.email,
        "friendlyName": account.title,
        "thumb": _avatar(ask, account),
        "home": False,
        "restrictionProfile": None,
    }


def _sharing() -> Node:
    return {
        "allowChannels": False,
        "allowSubtitleAdmin": False,
        "filterMovies": "",
        "filterMusic": "",
        "filterPhotos": None,
        "filterTelevision": "",
        "filterAll": None,
        "allowSync": False,
        "allowCameraUpload": False,
        "allowTuners": 0,
    }


def _shared_server(ask: AccountAsk, account: Account) -> Node:
    sections = ask.box.library.catalogue.sections
    return {
        "id": 1,
        "name": ask.box.options.friendly_name,
        "invitedId": account.id,
        "invitedEmail": None,
        "serverId": 1,
        "accepted": True,
        "acceptedAt": _SINCE_TEXT,
        "deletedAt": None,
        "leftAt": None,
        "machineIdentifier": ask.box.state.machine_identifier,
        "lastSeenAt": _SINCE_TEXT,
        "inviteToken": "",
        "sharingSettings": _sharing(),
        "libraries": [
            {"id": 100 + s.id, "key": s.id, "title": s.title, "type": s.type.value}
            for s in sections
        ],
        "ownerId": OLIVE.id,
        "owned": True,
        "numLibraries": len(sections),
        "allLibraries": True,
    }


async def sign_out(ask: AccountAsk) -> Response:
    ask.box.tokens.forget(ask.token or "")
    return Response(status_code=204)


async def avatar(ask: AccountAsk) -> Response:
    """A disc in the account's colour with its first letter."""
    uuid = str(ask.request.path_params["uuid"])
    account = next((account for account in ACCOUNTS.values() if account.uuid == uuid), None)
    if account is None:
        raise AccountError(404, 1002, "User not found")
    hue = account.id * 67 % 360
    body = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">'
        f'<circle cx="48" cy="48" r="48" fill="hsl({hue} 45% 42%)"/>'
        '<text x="48" y="64" text-anchor="middle" font-family="sans-serif" font-size="46"'
        f' fill="#fff">{account.title[0]}</text></svg>'
    )
    return Response(body, media_type="image/svg+xml")


def routes() -> list[Route]:
    return [
        plextv("/api/v2/user", user),
        plextv("/api/v2/resources", resources),
        plextv("/api/v2/home/users", home_users),
        plextv("/api/v2/home/users/{uuid}/switch", switch, methods=("POST",)),
        plextv("/api/home/users/{uuid}/switch", switch, methods=("POST",)),
        plextv("/api/v2/friends", friends),
        plextv("/users/account", user),
        plextv("/users/account.json", user),
        plextv("/api/v2/users/signout", sign_out, methods=("DELETE", "POST")),
        plextv("/users/{uuid}/avatar", avatar, signed_in=False),
    ]
