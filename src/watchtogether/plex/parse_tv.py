"""Documents of plex.tv (people, servers, sign-in codes), read into the values of `model.py`."""

from collections.abc import Iterator

from watchtogether.kit.ids import ServerId
from watchtogether.plex.fields import Fields, count, flag, inner, integer, rows, text
from watchtogether.plex.model import Connection, HomeUser, Pin, PlexAccount, Resource

_TOKEN = 4_000
_MAX_CONNECTIONS = 30
_MAX_HOME = 50


def account(document: Fields) -> PlexAccount | None:
    """`/api/v2/user`, as JSON or XML; None without an id."""
    fields = inner(document, "user") or document
    person_id = text(fields, "id", limit=60)
    if person_id is None:
        return None
    username = text(fields, "username", "title", "friendlyName", limit=100) or f"plex-{person_id}"
    return PlexAccount(
        id=person_id,
        uuid=text(fields, "uuid", limit=100),
        username=username,
        title=text(fields, "friendlyName", "title", limit=100) or username,
    )


def home_users(document: Fields) -> tuple[HomeUser, ...]:
    """`/api/v2/home/users`, as JSON or XML."""
    home = inner(document, "home") or document
    listed = [each for group in rows(home, "users") for each in rows(group, "user")]
    found = (_home_user(row) for row in listed or list(rows(home, "users")))
    return tuple(user for user in found if user is not None)[:_MAX_HOME]


def account_token(document: Fields) -> str | None:
    """The token that switching to a home user, or exchanging a device's proof, gives."""
    fields = inner(document, "user") or document
    return text(fields, "authToken", "auth_token", limit=_TOKEN)


def error_codes(document: Fields) -> frozenset[int]:
    """plex.tv's own numbers for what went wrong."""
    listed = [*rows(document, "errors"), *rows(inner(document, "errors"), "error")]
    codes = (integer(row, "code") for row in listed)
    return frozenset(code for code in codes if code is not None)


def _home_user(row: Fields) -> HomeUser | None:
    uuid = text(row, "uuid", limit=100)
    if uuid is None:
        return None
    return HomeUser(
        uuid=uuid,
        title=text(row, "friendlyName", "title", "username", limit=100) or uuid,
        admin=flag(row, "admin"),
        restricted=flag(row, "restricted"),
        protected=flag(row, "protected"),
    )


def resources(document: Fields) -> tuple[Resource, ...]:
    """The servers of `/api/v2/resources` that this account may use; players are left out."""
    found = (_resource(row) for row in _resource_rows(document))
    return tuple(resource for resource in found if resource is not None)


def pin(document: Fields) -> Pin | None:
    """`/api/v2/pins`; None without id or code."""
    fields = inner(document, "pin") or document
    pin_id, code = text(fields, "id", limit=60), text(fields, "code", limit=200)
    if pin_id is None or code is None:
        return None
    return Pin(
        id=pin_id,
        code=code,
        expires_in_s=count(fields, "expiresIn") or 900,
        auth_token=text(fields, "authToken", limit=_TOKEN),
    )


def _resource_rows(document: Fields) -> Iterator[Fields]:
    """JSON lists them bare; the two XML forms have an element around them."""
    yield from rows(document, "items")
    yield from rows(inner(document, "resources"), "resource")
    yield from rows(inner(document, "MediaContainer"), "Device")


def _resource(row: Fields) -> Resource | None:
    provides = (text(row, "provides") or "").replace(" ", "").split(",")
    server_id = text(row, "clientIdentifier", limit=100)
    token = text(row, "accessToken", limit=_TOKEN)
    if "server" not in provides or server_id is None or token is None:
        return None
    return Resource(
        server_id=ServerId(server_id),
        name=text(row, "name", limit=100) or "Plex",
        owned=flag(row, "owned"),
        home=flag(row, "home"),
        public_address_matches=flag(row, "publicAddressMatches"),
        version=text(row, "productVersion", limit=60),
        access_token=token,
        connections=tuple(_connections(row))[:_MAX_CONNECTIONS],
    )


def _connections(row: Fields) -> Iterator[Connection]:
    nested = [entry for group in rows(row, "connections") for entry in rows(group, "connection")]
    for entry in nested or rows(row, "connections", "Connection"):
        uri = text(entry, "uri", limit=500)
        if uri is not None:
            yield Connection(uri, local=flag(entry, "local"), relay=flag(entry, "relay"))
