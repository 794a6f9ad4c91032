"""What the server says of itself, and the small surfaces around it."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from plexsandbox.answers import Node, bad_request, container, not_found
from plexsandbox.ask import Ask, pms
from plexsandbox.box import VERSION
from plexsandbox.describe import LIBRARY
from plexsandbox.model import ItemType

_BITRATES = "64,96,208,320,720,1500,2000,3000,4000,8000,10000,12000,20000"
_QUALITIES = "0,1,2,3,4,5,6,7,8,9,10,11,12"
_RESOLUTIONS = "128,128,160,240,320,480,768,720,720,1080,1080,1080,1080"
_SURFACES = [
    "activities",
    "clients",
    "hubs",
    "identity",
    "library",
    "media",
    "photo",
    "playQueues",
    "player",
    "playlists",
    "resources",
    "search",
    "security",
    "status",
    "transcode",
]


async def identity(ask: Ask) -> Response:
    """The only surface that needs no token."""
    node = container(
        size=0,
        claimed=True,
        machineIdentifier=ask.box.state.machine_identifier,
        version=VERSION,
    )
    return ask.plex(node)


async def root(ask: Ask) -> Response:
    directories = [{"count": 1, "key": name, "title": name} for name in _SURFACES]
    node = _capabilities(ask) | {
        "hubSearch": True,
        "itemClusters": True,
        "mediaProviders": True,
        "multiuser": True,
        "requestParametersInCookie": True,
        "transcoderPhoto": True,
    }
    node.pop("musicAnalysis")
    return ask.plex(container(**node, Directory=directories))


async def providers(ask: Ask) -> Response:
    provider = {
        "identifier": LIBRARY,
        "title": "Library",
        "types": "video,audio,photo",
        "protocols": "stream,download",
        "Feature": [_content_feature(ask), *_features()],
    }
    return ask.plex(container(**_capabilities(ask), MediaProvider=[provider]))


def _capabilities(ask: Ask) -> Node:
    owner = ask.who.owner
    return {
        "allowCameraUpload": False,
        "allowChannelAccess": False,
        "allowMediaDeletion": owner,
        "allowSharing": True,
        "allowSync": False,
        "allowTuners": False,
        "backgroundProcessing": True,
        "certificate": False,
        "companionProxy": True,
        "countryCode": "swe",
        "diagnostics": "logs,databases,streaminglogs",
        "eventStream": False,
        "friendlyName": ask.box.options.friendly_name,
        "livetv": 7,
        "machineIdentifier": ask.box.state.machine_identifier,
        "musicAnalysis": 2,
        "myPlex": True,
        "myPlexMappingState": "mapped",
        "myPlexSigninState": "ok",
        "myPlexSubscription": False,
        "myPlexUsername": ask.who.email if owner else None,
        "offlineTranscode": 1,
        "ownerFeatures": "home,server-manager,session_kick",
        "photoAutoTag": False,
        "platform": "Linux",
        "platformVersion": "6.1",
        "pluginHost": False,
        "pushNotifications": False,
        "readOnlyLibraries": False,
        "streamingBrainABRVersion": 3,
        "streamingBrainVersion": 2,
        "sync": False,
        "transcoderActiveVideoSessions": ask.box.pool.running,
        "transcoderAudio": True,
        "transcoderLyrics": False,
        "transcoderSubtitles": True,
        "transcoderVideo": True,
        "transcoderVideoBitrates": _BITRATES,
        "transcoderVideoQualities": _QUALITIES,
        "transcoderVideoResolutions": _RESOLUTIONS,
        "updatedAt": ask.box.library.catalogue.scanned_at,
        "updater": False,
        "version": VERSION,
        "voiceSearch": False,
    }


def _content_feature(ask: Ask) -> Node:
    catalogue = ask.catalogue
    sections = [
        {
            "agent": f"tv.plex.agents.{'movie' if section.type is ItemType.MOVIE else 'series'}",
            "language": "en-US",
            "refreshing": False,
            "scanner": "Plex Movie" if section.type is ItemType.MOVIE else "Plex TV Series",
            "uuid": section.uuid,
            "id": str(section.id),
            "key": f"/library/sections/{section.id}",
            "hubKey": f"/hubs/sections/{section.id}",
            "type": section.type.value,
            "title": section.title,
            "updatedAt": catalogue.scanned_at,
            "scannedAt": catalogue.scanned_at,
        }
        for section in catalogue.sections
    ]
    home: Node = {"hubKey": "/hubs", "title": "Home"}
    return {"key": "/library/sections", "type": "content", "Directory": [home, *sections]}


def _features() -> list[Node]:
    keyed = {
        "search": "/hubs/search",
        "metadata": "/library/metadata",
        "imagetranscoder": "/photo/:/transcode",
        "promoted": "/hubs/promoted",
        "continuewatching": "/hubs/continueWatching",
        "playqueue": "/playQueues",
        "playlist": "/playlists",
        "universalsearch": "/library/search",
    }
    features: list[Node] = [{"key": key, "type": type_} for type_, key in keyed.items()]
    timeline: Node = {
        "key": "/:/timeline",
        "type": "timeline",
        "scrobbleKey": "/:/scrobble",
        "unscrobbleKey": "/:/unscrobble",
    }
    return [*features, timeline]


async def prefs(ask: Ask) -> Response:
    return ask.plex(container(Setting=_settings(ask)))


async def one_pref(ask: Ask) -> Response:
    found = [setting for setting in _settings(ask) if setting["id"] == ask.query("id")]
    if not found:
        raise not_found()
    return ask.plex(container(Setting=found))


def _settings(ask: Ask) -> list[Node]:
    options = ask.box.options
    return [
        _setting("FriendlyName", "Friendly name", "text", "", options.friendly_name),
        _setting("sendCrashReports", "Send crash reports to Plex", "bool", True, False),
        _setting("TranscoderThrottleBuffer", "Throttle buffer", "int", 60, int(options.throttle_s)),
        _setting("SegmentedTranscoderTimeout", "Idle time-out", "int", 20, int(options.idle_s)),
        _setting("LongRunningJobThreads", "Threads", "int", 0, options.encoder_threads),
    ]


def _setting(name: str, label: str, type_: str, default: object, value: object) -> Node:
    return {
        "id": name,
        "label": label,
        "summary": "",
        "type": type_,
        "default": default,
        "value": value,
        "hidden": False,
        "advanced": False,
        "group": "general",
    }


async def accounts(ask: Ask) -> Response:
    """The owner is account 1 on their own server, as in reality."""
    listed = [account for account in ask.box.people.all if account.server]
    nodes = [
        {
            "id": 1 if account.owner else account.id,
            "key": f"/accounts/{1 if account.owner else account.id}",
            "name": account.title,
            "defaultAudioLanguage": "en",
            "autoSelectAudio": True,
            "defaultSubtitleLanguage": "en",
            "subtitleMode": 0,
            "thumb": "",
        }
        for account in listed
    ]
    return ask.plex(container(identifier="com.plexapp.system.accounts", Account=nodes))


async def security_token(ask: Ask) -> Response:
    if ask.query("type") != "delegation" or ask.query("scope") != "all":
        raise bad_request()
    return ask.plex(container(size=0, token=ask.box.tokens.transient(ask.who)))


async def empty(ask: Ask) -> Response:
    """Surfaces that exist and have nothing to show."""
    return ask.plex(container(size=0))


async def activities(ask: Ask) -> Response:
    running = list(ask.box.notices.activities.values())
    return ask.plex(container(Activity=running) if running else container(size=0))


async def my_plex_account(ask: Ask) -> Response:
    node: Node = {
        "authToken": ask.box.tokens.for_account(ask.who),
        "username": ask.who.email,
        "mappingState": "mapped",
        "signInState": "ok",
        "publicAddress": "127.0.0.1",
        "publicPort": "0",
        "privateAddress": "127.0.0.1",
        "privatePort": "0",
        "subscriptionActive": False,
        "subscriptionFeatures": "",
        "subscriptionState": "Inactive",
    }
    return ask.plex({"MyPlex": node} if ask.as_json else node)


def routes() -> list[Route]:
    return [
        pms("/", root),
        pms("/identity", identity, token=False),
        pms("/media/providers", providers),
        pms("/:/prefs", prefs, owner=True),
        pms("/:/prefs/get", one_pref, owner=True),
        pms("/accounts", accounts, owner=True),
        pms("/security/token", security_token),
        pms("/clients", empty),
        pms("/resources", empty),
        pms("/devices", empty, owner=True),
        pms("/activities", activities, owner=True),
        pms("/updater/status", empty, owner=True),
        pms("/myplex/account", my_plex_account, owner=True),
        pms("/sync/refreshSynclists", empty, methods=("PUT",)),
        pms("/statistics/bandwidth", empty, owner=True),
        pms("/statistics/resources", empty, owner=True),
    ]
