"""Pictures: links that carry their own permission, and the bytes behind them.

A link names server, path and size in the open; `sig` is the account whose access is used,
encrypted deterministically (AES-SIV) and bound to the other three. So a link cannot be altered,
tells nobody's id, stays the same (browsers keep the picture), and works for guests.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import quote, unquote, urlencode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from watchtogether.kit.errors import NotFound
from watchtogether.kit.ids import AccountId, ServerId
from watchtogether.plex.attempts import Pace, Patience, persist
from watchtogether.plex.cache import Cache
from watchtogether.plex.client import ServerAccess
from watchtogether.plex.errors import (
    ImageLinkInvalid,
    ImagePathRefused,
    ImageRefused,
    PlexResting,
    PlexStarting,
    PlexUnreachable,
)
from watchtogether.plex.library import Library, PictureSize
from watchtogether.plex.wire import MIB, Answer

_OWN_PATH = re.compile(r"/(?:library|playlists|:/resources)(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+")
_ABSOLUTE = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:|[/\\]{2})")
_TTL_S = 24 * 3600.0
_PATIENCE = Patience(most=4)
CACHE_BYTES: Final = 64 * MIB
_MAGIC: Final[dict[str, tuple[bytes, int]]] = {
    "image/jpeg": (b"\xff\xd8\xff", 0),
    "image/png": (b"\x89PNG\r\n\x1a\n", 0),
    "image/webp": (b"WEBP", 8),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """Checked bytes, ready to be sent."""

    content_type: str
    body: bytes
    etag: str


class ImageLinks:
    """Makes and reads links. `key` is 32 bytes made for this alone."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def url(
        self, server_id: ServerId, path: str | None, size: PictureSize, account_id: AccountId
    ) -> str | None:
        """Relative to the server's root, without a slash before it; None for a foreign path."""
        if path is None or not _OWN_PATH.fullmatch(path):
            return None
        bound = _bound(server_id, path, size)
        sealed = self._cipher.encrypt(account_id.encode(), bound)
        sig = base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()
        query = {"server": server_id, "path": path, "size": size, "sig": sig}
        return f"api/plex/image?{urlencode(query, quote_via=quote, safe='/')}"

    def account(self, server_id: ServerId, path: str, size: PictureSize, sig: str) -> AccountId:
        """Whose access the link uses. Raises `ImageLinkInvalid`."""
        try:
            sealed = base64.b64decode(sig + "=" * (-len(sig) % 4), altchars=b"-_", validate=True)
            opened = self._cipher.decrypt(sealed, _bound(server_id, path, size))
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise ImageLinkInvalid from error
        return AccountId(opened.decode())


def check_path(path: str) -> str:
    """One of Plex's own picture paths, judged as it would look after any further decoding.

    Raises `ImagePathRefused` for absolute addresses, `NotFound` for everything else.
    """
    decoded = path
    for _ in range(4):
        decoded = unquote(decoded)
    if _ABSOLUTE.match(decoded):
        raise ImagePathRefused
    if not _OWN_PATH.fullmatch(path):
        raise NotFound
    return path


class Ready(Protocol):
    """Gives an account's proven access to a server; `ServerDirectory` does."""

    async def find(self, account_id: AccountId, server_id: ServerId) -> ServerAccess: ...
    async def ready(self, account_id: AccountId, server_id: ServerId) -> ServerAccess: ...
    def doubt(self, access: ServerAccess) -> None: ...


PictureCache = Cache[tuple[str, str, PictureSize], Picture]
"""By permission set, path and size."""


class Images:
    """Fetches pictures once, and keeps 64 MiB of them."""

    def __init__(
        self, links: ImageLinks, servers: Ready, library: Library, cache: PictureCache
    ) -> None:
        self.links = links
        self._servers = servers
        self._library = library
        self._cache = cache
        self._pace = Pace()

    async def picture(self, server_id: ServerId, path: str, size: PictureSize, sig: str) -> Picture:
        """The picture behind a link. Raises the errors of links, paths, and Plex."""
        check_path(path)
        account_id = self.links.account(server_id, path, size, sig)
        access = await self._servers.find(account_id, server_id)

        async def attempt() -> Picture:
            return await self._fetch(access, path, size)

        async def load() -> Picture:
            return await persist(attempt, self._pace, _PATIENCE)

        key = (access.permission_hash, path, size)
        return (await self._cache.get(key, _TTL_S, load)).value

    async def _fetch(self, access: ServerAccess, path: str, size: PictureSize) -> Picture:
        ready = await self._servers.ready(access.account_id, access.server_id)
        try:
            return _checked(await self._library.picture(ready, path, size))
        except (PlexResting, PlexStarting):
            raise
        except PlexUnreachable:
            self._servers.doubt(ready)
            raise


def _checked(answer: Answer) -> Picture:
    """Only pictures that no browser would run: told by their type and by their first bytes."""
    magic = _MAGIC.get(answer.content_type)
    if magic is None:
        raise ImageRefused
    mark, offset = magic
    if answer.body[offset : offset + len(mark)] != mark:
        raise ImageRefused
    etag = hashlib.sha256(answer.body).hexdigest()[:32]
    return Picture(answer.content_type, answer.body, f'"{etag}"')


def _bound(server_id: ServerId, path: str, size: PictureSize) -> list[bytes]:
    return [b"plex-image", server_id.encode(), path.encode(), size.encode()]
