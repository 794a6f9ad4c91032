"""What a server is playing just now, and what it would play next by itself."""

from dataclasses import dataclass

from watchtogether.kit.ids import RatingKey
from watchtogether.plex import parse
from watchtogether.plex.client import PlexHttp, ServerAccess
from watchtogether.plex.fields import Fields, count, inner, rows, text
from watchtogether.plex.keys import checked_key
from watchtogether.plex.model import Item
from watchtogether.plex.reader import read_document

_LIBRARY = "com.plexapp.plugins.library"


@dataclass(frozen=True, slots=True)
class PlaySession:
    """Somebody's player. `transcode` is the key of the conversion that feeds it, if one does."""

    id: str
    user: str
    player: str
    state: str
    rating_key: RatingKey
    title: str
    view_offset_ms: int
    transcode: str | None


class NowPlaying:
    """Raises the errors of `errors.py`."""

    def __init__(self, http: PlexHttp) -> None:
        self._http = http

    async def sessions(self, server: ServerAccess) -> tuple[PlaySession, ...]:
        """All players of the server. For its owner only: others get `PlexItemGone`."""
        document = await self._http.get_json(server, "/status/sessions")
        found = map(_session, rows(inner(document, "MediaContainer"), "Metadata", "Video"))
        return tuple(each for each in found if each is not None)

    async def queue(self, server: ServerAccess, rating_key: RatingKey) -> tuple[Item, ...]:
        """A play queue of a film alone, or of an episode and those that follow it.

        Plex keeps it, as it does for every player; one attempt.
        """
        uri = f"server://{server.server_id}/{_LIBRARY}/library/metadata/{checked_key(rating_key)}"
        answer = await self._http.post(
            server, "/playQueues", {"type": "video", "uri": uri, "continuous": 1}
        )
        return parse.page(await read_document(answer.body, answer.content_type)).items


def _session(row: Fields) -> PlaySession | None:
    key = text(row, "ratingKey", limit=100)
    if key is None:
        return None
    player = inner(row, "Player")
    transcode = inner(row, "TranscodeSession")
    return PlaySession(
        id=text(inner(row, "Session"), "id", limit=100) or "",
        user=text(inner(row, "User"), "title", limit=100) or "",
        player=text(player, "title", "product", limit=100) or "",
        state=text(player, "state", limit=40) or "",
        rating_key=RatingKey(key),
        title=text(row, "title") or "",
        view_offset_ms=count(row, "viewOffset") or 0,
        transcode=text(transcode, "key", limit=200),
    )
