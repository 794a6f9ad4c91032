"""What we tell a media server: where playback stands, what was seen, which tracks are wanted."""

from typing import Literal

from watchtogether.kit.ids import RatingKey
from watchtogether.plex.client import PlexHttp, ServerAccess
from watchtogether.plex.keys import checked_key

PlayState = Literal["playing", "paused", "buffering", "stopped"]
_LIBRARY = "com.plexapp.plugins.library"


class Reports:
    """Calls that change something there; none is repeated by itself."""

    def __init__(self, http: PlexHttp) -> None:
        self._http = http

    async def timeline(
        self,
        server: ServerAccess,
        rating_key: RatingKey,
        state: PlayState,
        *,
        time_ms: int,
        duration_ms: int,
        session: str,
    ) -> None:
        """Where playback stands; keeps a transcode of that session alive.

        Plex keeps a position as the account's own, and counts one view for each session that
        crosses the threshold (90 %, or the credits).
        """
        key = checked_key(rating_key)
        params: dict[str, str | int] = {
            "ratingKey": key,
            "key": f"/library/metadata/{key}",
            "identifier": _LIBRARY,
            "state": state,
            "time": max(0, time_ms),
            "duration": max(0, duration_ms),
        }
        await self._http.get_bytes(
            server,
            "/:/timeline",
            params,
            headers={"X-Plex-Session-Identifier": session},
            lane="library",
        )

    async def scrobble(self, server: ServerAccess, rating_key: RatingKey) -> None:
        """Mark as watched; adds one to the view count, so never together with a full timeline."""
        params = {"key": checked_key(rating_key), "identifier": _LIBRARY}
        await self._http.get_bytes(server, "/:/scrobble", params, lane="library")

    async def unscrobble(self, server: ServerAccess, rating_key: RatingKey) -> None:
        """Mark as not watched."""
        params = {"key": checked_key(rating_key), "identifier": _LIBRARY}
        await self._http.get_bytes(server, "/:/unscrobble", params, lane="library")

    async def choose_tracks(
        self,
        server: ServerAccess,
        part_id: str,
        *,
        audio_id: str | None = None,
        subtitle_id: str | None = None,
    ) -> None:
        """Which sound and which subtitles ("0": none) are meant; None leaves one as it is.

        Plex keeps the choice per item and account, not per request: whoever depends on it holds
        a lock on the item from here to the start of the transcode.
        """
        params: dict[str, str | int] = {"allParts": 1}
        if audio_id is not None:
            params["audioStreamID"] = checked_key(audio_id)
        if subtitle_id is not None:
            params["subtitleStreamID"] = checked_key(subtitle_id)
        await self._http.put(server, f"/library/parts/{checked_key(part_id)}", params)
