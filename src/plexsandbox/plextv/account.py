"""Who is signed in, their home, and their friends."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.accounts import Account
from plexsandbox.answers import Node
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
        "homeSize": len(ask.box.people.home) if account.home else 1,
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


async def home_users(ask: AccountAsk) -> Response:
    members = ask.box.people.home if ask.who.home else [ask.who]
    users = [_home_user(ask, member) for member in members]
    node: Node = {
        "id": members[0].id,
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
    member, token = switch_to(ask, str(ask.request.path_params["uuid"]))
    return ask.one("user", user_node(ask, member, token), 201)


def switch_to(ask: AccountAsk, wanted: str) -> tuple[Account, str]:
    """Another member of the same home, by uuid or number, and a token for them.

    A wrong PIN is told apart by its code.
    """
    home = ask.box.people.home if ask.who.home else []
    member = next((each for each in home if wanted in {each.uuid, str(each.id)}), None)
    if member is None:
        raise AccountError(404, 1002, "User not found")
    if member.pin is not None and ask.value("pin") != member.pin:
        raise AccountError(403, 1041, "Invalid PIN entered")
    return member, ask.box.tokens.new_for_account(member)


async def friends(ask: AccountAsk) -> Response:
    nodes = [_friend(ask, friend) for friend in ask.box.people.friends] if ask.who.owner else []
    return ask.many("friends", nodes)


def _friend(ask: AccountAsk, account: Account) -> Node:
    return {
        "status": "accepted",
        "sharingSettings": _sharing(ask, account),
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


def _sharing(ask: AccountAsk, account: Account) -> Node:
    ratings = ask.box.access.of(account.user).content_ratings
    allowed = f"contentRating={quote(','.join(sorted(ratings)))}" if ratings else ""
    return {
        "allowChannels": False,
        "allowSubtitleAdmin": False,
        "filterMovies": allowed,
        "filterMusic": "",
        "filterPhotos": None,
        "filterTelevision": allowed,
        "filterAll": None,
        "allowSync": False,
        "allowCameraUpload": False,
        "allowTuners": 0,
    }


def _shared_server(ask: AccountAsk, account: Account) -> Node:
    catalogue = ask.box.library.catalogue
    sections = ask.box.access.seen_by(account.user, catalogue).sections
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
        "sharingSettings": _sharing(ask, account),
        "libraries": [
            {"id": 100 + s.id, "key": s.id, "title": s.title, "type": s.type.value}
            for s in sections
        ],
        "ownerId": ask.box.people.owner.id,
        "owned": True,
        "numLibraries": len(sections),
        "allLibraries": len(sections) == len(catalogue.sections),
    }


async def sign_out(ask: AccountAsk) -> Response:
    ask.box.tokens.forget(ask.token or "")
    return Response(status_code=204)


async def avatar(ask: AccountAsk) -> Response:
    """A disc in the account's colour with its first letter."""
    uuid = str(ask.request.path_params["uuid"])
    account = next((each for each in ask.box.people.all if each.uuid == uuid), None)
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
        plextv("/api/v2/home/users", home_users),
        plextv("/api/v2/home/users/{uuid}/switch", switch, methods=("POST",)),
        plextv("/api/home/users/{uuid}/switch", switch, methods=("POST",)),
        plextv("/api/v2/friends", friends),
        plextv("/users/account", user),
        plextv("/users/account.json", user),
        plextv("/api/v2/users/signout", sign_out, methods=("DELETE", "POST")),
        plextv("/users/{uuid}/avatar", avatar, signed_in=False),
    ]
