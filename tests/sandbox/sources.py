"""Where each recording comes from, and which public recordings are not compared, and why.

Names are those of the collection of public fixtures: project and file.
"""

from __future__ import annotations

COMPARED = {
    "home-assistant/plex_server_accounts.xml": "accounts.xml",
    "PlexTraktSync/events.json": "activity.json",
    "plex-api-spec-tests/library__sectionKey__get-library-countries.0.json": "countries.json",
    "plex-api.rs/transcode__video_dash_h264_mp3.json": "decision_dash.json",
    "plex-api.rs/transcode__decision_13194.json": "decision_direct.json",
    "plex-api.rs/transcode__video_hls_vp9_pcm.json": "decision_transcode.json",
    "home-assistant/security_token.xml": "delegation.xml",
    "home-assistant/empty_payload.xml": "empty.xml",
    "plex-api-spec-tests/library__metadata__ratingKey__get-media-meta-data.2.json": "episode.json",
    "home-assistant/children_20.xml": "episodes.xml",
    "plex-api.rs/myplex__api__v2__friends_accepted_mixed.json": "friends.json",
    "plex-api-spec-tests/library__sectionKey__get-library-genres.0.json": "genres.json",
    "plex-api-spec-tests/hubs__get-hubs-search.0.json": "hub_search.json",
    "plex-api-spec-tests/library__get-search-library.3.json": "library_search.json",
    "plex-api.rs/transcode__metadata_1036.json": "movie.json",
    "home-assistant/media_1.xml": "movie.xml",
    "plex-api-spec-tests/"
    "library__metadata__ratingKey__get-media-meta-data.4.json": "movie_newer.json",
    "plex-api.rs/server__media__metadata_108.json": "movie_older.json",
    "plex-api.rs/timeline__metadata_182_1.json": "movie_rich.json",
    "plex-api.rs/server__media__movie_library.json": "movies.json",
    "home-assistant/library_movies_all.xml": "movies.xml",
    "plex-api.rs/transcode__empty_sessions.json": "no_transcodes.json",
    "plex-api-spec-tests/library__sectionKey__get-library-all.0.json": "page.json",
    "plex-api-spec-tests/library__sectionKey__get-library-items.0.json": "page_older.json",
    "plex-api-spec-tests/library__sectionKey__get-library-all.4.json": "page_other_videos.json",
    "plex-api-spec-tests/library__sectionId__get-library-items.0.json": "page_plain.json",
    "plex-api.rs/myplex__api__v2__pins_new.json": "pin.json",
    "home-assistant/playlists.xml": "playlists.xml",
    "plex-api.rs/server__prefs.json": "prefs.json",
    "plex-api.rs/server__media__providers_free.json": "providers.json",
    "plex-api-spec-tests/media__providers__get-media-providers.0.json": "providers_newer.json",
    "plex-api-spec-tests/hubs__home__get-recently-added.0.json": "recently_added.json",
    "plex-api.rs/myplex__api__v2__resources.json": "resources.json",
    "plex-api-spec-tests/resources__get-server-resources.0.json": "resources_newer.json",
    "home-assistant/plex_server_base.xml": "root.xml",
    "plex-api.rs/server__media__tv_seasons.json": "seasons.json",
    "plex-api-spec-tests/library__sectionId__get-library-details.0.json": "section.json",
    "home-assistant/library_sections.xml": "sections.xml",
    "plex.py/library__sections.xml": "sections_trimmed.xml",
    "home-assistant/session_base.xml": "session.xml",
    "plex-api-spec-tests/library__metadata__ratingKey__get-media-meta-data.0.json": "show.json",
    "plex-api.rs/server__media__tv_library.json": "shows.json",
    "home-assistant/library_movies_sort.xml": "sorts.xml",
    "plex-api.rs/timeline__timeline.json": "timeline.json",
    "plex-api.rs/transcode__video_sessions.json": "transcodes.json",
    "python-plexapi/SERVER_TRANSCODE_SESSIONS.xml": "transcodes.xml",
    "plex-api.rs/myplex__api__v2__user__user_info_free.json": "user.json",
    "python-plexapi/ACCOUNT_XML.xml": "user.xml",
}

_WHY_NOT = (
    (
        "There is no music here, and there are no photographs.",
        """
        home-assistant/grandchildren_300.xml
        plex-api.rs/server__media__music_albums.json
        plex-api.rs/server__media__photo_library.json
        plex-api.rs/transcode__metadata_157786.json
        """,
    ),
    (
        "A queue of music; ours holds films and episodes.",
        """
        home-assistant/playqueue_created.xml
        """,
    ),
    (
        "There are no companion players; the list is served, and empty.",
        """
        home-assistant/plex_server_clients.xml
        """,
    ),
    (
        "The account in its older form; `/users/account` answers in the newer one here.",
        """
        home-assistant/plextv_account.xml
        """,
    ),
    (
        "The list of servers in its older form (`Device`, v1), which no current client reads.",
        """
        home-assistant/plextv_resources_base.xml
        """,
    ),
    (
        "In the format of servers before 1.0 (`_children`), which none speaks any more.",
        """
        node-plex-api/clients.json
        node-plex-api/library__sections.json
        node-plex-api/root.json
        """,
    ),
    (
        "Answered by a companion player, not by a server.",
        """
        plex-api.rs/client__resources.xml
        """,
    ),
    (
        "Of the online metadata provider, which nobody asks here.",
        """
        plex-api.rs/metadata__index.json
        """,
    ),
    (
        "The server is claimed from the start.",
        """
        plex-api.rs/myplex__api__claim__token.json
        """,
    ),
    (
        "Of speakers that are linked to an account; there are none.",
        """
        plex-api.rs/myplex__api__v2__companions.json
        """,
    ),
    (
        "Nothing is called by web hooks here.",
        """
        plex-api.rs/myplex__api__v2__user__webhooks_none.json
        """,
    ),
)
NOT_COMPARED = {name: reason for reason, names in _WHY_NOT for name in names.split()}
