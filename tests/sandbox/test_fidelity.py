"""Our answers have the keys and types of recorded ones, but for differences that are listed.

The recordings (public fixtures, anonymised upstream, long lists cut) are of several server
versions and libraries, so what only some of them have is listed as well. A difference that no
longer exists fails the test too: the lists stay true.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.client import Client, Playback
from tests.sandbox.differences import LISTED_DIFFERENCES
from tests.sandbox.sources import COMPARED, NOT_COMPARED
from tests.sandbox.test_sign_in import ask as ask_account
from tests.sandbox.test_sign_in import new_pin, sign_in

RECORDINGS = Path(__file__).parent / "recordings"
SHARED = Path(__file__).parents[3] / "shared" / "fixtures" / "plex"
"""The uncut recordings, where they lie beside the checkout."""
Shape = dict[str, set[str]]


def shape(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Pairs of path and type; list items share their list's path."""
    if isinstance(value, dict):
        yield at, "object"
        for key, inner in value.items():
            yield from shape(inner, f"{at}.{key}" if at else key)
    elif isinstance(value, list):
        yield at, "list"
        for inner in value:
            yield from shape(inner, f"{at}[]")
    elif value is not None:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        yield at, "number" if number else type(value).__name__
    else:
        yield at, "null"


def from_xml(element: ElementTree.Element) -> dict[str, Any]:
    """Attributes as they are (all text), children grouped by their names."""
    node: dict[str, Any] = dict(element.attrib)
    for child in element:
        node.setdefault(child.tag, []).append(from_xml(child))
    return node


def gathered(value: Any) -> Shape:
    kinds: Shape = {}
    for path, kind in shape(value):
        kinds.setdefault(path, set()).add(kind)
    return kinds


def differences(recorded: Any, ours: Any) -> tuple[set[str], set[str], set[str]]:
    """Missing, extra, and of another type; below a missing or extra object nothing is said."""
    theirs, mine = gathered(recorded), gathered(ours)
    missing = {path for path in theirs if path not in mine and _parent(path) in {*mine, ""}}
    extra = {path for path in mine if path not in theirs and _parent(path) in {*theirs, ""}}
    both = theirs.keys() & mine.keys()
    other = {p for p in both if not (theirs[p] | {"null"}) >= mine[p] and theirs[p] != {"null"}}
    return missing, extra, other


def _parent(path: str) -> str:
    return path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]


async def ours(client: Client, name: str) -> Any:
    """Our answer to the request that the recording answers."""
    film, show = await client.key_of("Test Film"), await client.key_of("Test Show")
    episode = await client.key_of("First")
    page = {"X-Plex-Container-Start": 0, "X-Plex-Container-Size": 1}
    whole = {"includeMarkers": 1, "includeChapters": 1}
    requests: dict[str, tuple[str, dict[str, Any]]] = {
        "movies": ("/library/sections/1/all", {}),
        "shows": ("/library/sections/2/all", {}),
        "page": ("/library/sections/1/all", {"includeMeta": 1, "title": "Test", **page}),
        "section": ("/library/sections/1", {}),
        "genres": ("/library/sections/2/genre", {}),
        "countries": ("/library/sections/1/country", {}),
        "movie": (f"/library/metadata/{film}", {}),
        "movie_newer": (f"/library/metadata/{film}", {}),
        "show": (f"/library/metadata/{show}", {}),
        "seasons": (f"/library/metadata/{show}/children", {}),
        "episode": (f"/library/metadata/{episode}", {}),
        "hub_search": ("/hubs/search", {"query": "drama"}),
        "library_search": ("/library/search", {"query": "actor"}),
        "recently_added": ("/hubs/home/recentlyAdded", {}),
        "no_transcodes": ("/transcode/sessions", {}),
        "providers": ("/media/providers", {}),
        "page_plain": ("/library/sections/1/all", {"title": "Test", **page}),
        "page_older": ("/library/sections/1/all", {"title": "Test", **page}),
        "page_other_videos": ("/library/sections/1/all", {"includeMeta": 1, **page}),
        "providers_newer": ("/media/providers", {}),
        "movie_older": (f"/library/metadata/{film}", {}),
        "movie_rich": (f"/library/metadata/{film}", whole),
        "prefs": ("/:/prefs", {}),
    }
    path, params = requests[name]
    return (await client.ask(path, **params)).json()


_seen: dict[str, set[str]] = {"missing": set(), "extra": set(), "type": set()}
_compared: set[str] = set()


def compare(name: str, recorded: Any, answer: Any, *, trimmed: bool = False) -> None:
    """Every difference is a listed one; what is seen is kept for the last test.

    Of a recording that was trimmed by its collectors, what it lacks says nothing.
    """
    found = dict(zip(_seen, differences(recorded, answer), strict=True))
    if trimmed:
        found["extra"] = set()
    for kind, paths in found.items():
        named = {_named(path) for path in paths}
        assert named <= LISTED_DIFFERENCES[kind].keys(), f"{name}: {kind}"
        _seen[kind] |= named
    _compared.add(name)


def _named(path: str) -> str:
    """The last two parts, `Stream.dub`."""
    parts = path.replace("[]", "").split(".")
    return ".".join(parts[-2:])


def recording(name: str) -> Any:
    return json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))


LISTED = (
    "movies",
    "shows",
    "page",
    "section",
    "genres",
    "countries",
    "movie",
    "movie_newer",
    "show",
    "seasons",
    "episode",
    "hub_search",
    "library_search",
    "recently_added",
    "no_transcodes",
    "providers",
    "prefs",
    "page_plain",
    "page_older",
    "page_other_videos",
    "providers_newer",
    "movie_older",
    "movie_rich",
)


@pytest.mark.parametrize("name", LISTED)
async def test_library_answers(plexbox: Client, name: str) -> None:
    for title in ("Test Film", "First"):
        await plexbox.ask("/:/scrobble", key=await plexbox.key_of(title))
    compare(name, recording(name), await ours(plexbox, name))


@pytest.mark.parametrize("name", ["decision_transcode", "decision_direct", "decision_dash"])
async def test_decisions(plexbox: Client, name: str) -> None:
    protocol = "dash" if name == "decision_dash" else "hls"
    direct = int(name == "decision_direct")
    playback = await Playback.of(plexbox, directPlay=direct, protocol=protocol)
    compare(name, recording(name), (await playback.step("decision")).json())


async def test_running_transcodes(plexbox: Client) -> None:
    await (await Playback.of(plexbox)).begin()
    answer = (await plexbox.ask("/transcode/sessions")).json()
    compare("transcodes", recording("transcodes"), answer)


async def test_timeline(plexbox: Client) -> None:
    key = await plexbox.key_of("Test Film")
    answer = await plexbox.ask("/:/timeline", ratingKey=key, state="playing", time=5000)
    compare("timeline", recording("timeline"), answer.json())


async def test_plex_tv(plexbox: Client) -> None:
    compare("pin", recording("pin"), await new_pin(plexbox))
    token = await sign_in(plexbox, "olive")
    for name, path in (
        ("resources", "/api/v2/resources"),
        ("resources_newer", "/api/v2/resources"),
        ("user", "/api/v2/user"),
        ("friends", "/api/v2/friends"),
    ):
        compare(name, recording(name), (await ask_account(plexbox, path, token)).json())


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("sections", "/library/sections"),
        ("root", "/"),
        ("accounts", "/accounts"),
        ("delegation", "/security/token?type=delegation&scope=all"),
        ("movies", "/library/sections/1/all?title=Test"),
        ("movie", "/library/metadata/{Test Film}"),
        ("episodes", "/library/metadata/{Season 1}/children"),
        ("sorts", "/library/sections/1/sorts"),
        ("empty", "/clients"),
    ],
)
async def test_xml(plexbox: Client, name: str, path: str) -> None:
    for title in ("Test Film", "Season 1", "First"):
        path = path.replace(f"{{{title}}}", await plexbox.key_of(title))
    await compare_xml(plexbox, name, path)


async def compare_xml(client: Client, name: str, path: str, *, trimmed: bool = False) -> None:
    recorded = ElementTree.parse(RECORDINGS / f"{name}.xml").getroot()
    answer = ElementTree.fromstring((await client.ask(path, accept="*/*")).content)
    assert answer.tag == recorded.tag
    compare(f"{name}.xml", from_xml(recorded), from_xml(answer), trimmed=trimmed)


async def test_a_recording_that_was_trimmed_has_nothing_that_is_not_ours(plexbox: Client) -> None:
    await compare_xml(plexbox, "sections_trimmed", "/library/sections", trimmed=True)


async def test_xml_of_a_running_transcode(plexbox: Client) -> None:
    await (await Playback.of(plexbox)).begin()
    await compare_xml(plexbox, "transcodes", "/transcode/sessions")


async def test_xml_of_a_playlist(plexbox: Client) -> None:
    plexbox.box.playlists.create("olive", "Mine", [await plexbox.key_of("Test Film")])
    await compare_xml(plexbox, "playlists", "/playlists")


async def test_xml_of_an_account(plexbox: Client) -> None:
    token = await sign_in(plexbox, "olive")
    answer = await plexbox.http.get("/api/v2/user", params={"X-Plex-Token": token})
    recorded = ElementTree.parse(RECORDINGS / "user.xml").getroot()
    answered = ElementTree.fromstring(answer.content)
    assert answered.tag == recorded.tag
    compare("user.xml", from_xml(recorded), from_xml(answered))


async def test_an_activity(plexbox: Client) -> None:
    with plexbox.box.notices.listening() as queue:
        await plexbox.box.library.rescan(force=True)
        told = queue.get_nowait()
    assert told is not None
    compare("activity", recording("activity"), told.node["NotificationContainer"])


async def test_xml_of_a_session(plexbox: Client) -> None:
    await (await Playback.of(plexbox)).begin()
    answer = ElementTree.fromstring((await plexbox.ask("/status/sessions", accept="*/*")).content)
    text = (RECORDINGS / "session.xml").read_text(encoding="utf-8")
    recorded = ElementTree.fromstring(text)
    compare("session.xml", from_xml(recorded), from_xml(answer))


def test_every_listed_difference_exists() -> None:
    """After all the others; says nothing when only some of them were run."""
    if len(_compared) < len(list(RECORDINGS.iterdir())):
        pytest.skip("only a part of the recordings was compared")
    for kind, seen in _seen.items():
        assert seen == LISTED_DIFFERENCES[kind].keys(), kind


def test_each_recording_has_a_source_and_each_source_is_compared_or_explained() -> None:
    recorded = {path.name for path in RECORDINGS.iterdir()}
    assert recorded == set(COMPARED.values())
    assert not COMPARED.keys() & NOT_COMPARED.keys()
    assert all(NOT_COMPARED.values())
    if SHARED.exists():
        kinds = {".json", ".xml"}
        found = {str(path.relative_to(SHARED)) for path in SHARED.glob("*/*")}
        answers = {name for name in found if Path(name).suffix in kinds and "openapi/" not in name}
        assert answers == COMPARED.keys() | NOT_COMPARED.keys()
