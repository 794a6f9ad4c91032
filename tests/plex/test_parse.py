"""Every recorded answer is read without loss of what we use; junk never raises."""

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.plex.support import RECORDINGS, recording
from watchtogether.plex import parse, parse_tv
from watchtogether.plex.errors import PlexBadAnswer
from watchtogether.plex.fields import Fields, count, flag, integer, rows, text
from watchtogether.plex.model import Item
from watchtogether.plex.reader import read_bytes


def _item(name: str) -> Item:
    found = parse.first_item(recording(name))
    assert found is not None
    return found


def test_full_film_keeps_versions_parts_and_streams() -> None:
    film = _item("item_movie.json")
    assert (film.rating_key, film.kind, film.title, film.year) == (
        "108",
        "movie",
        "Interstate 60",
        2002,
    )
    assert film.duration_ms == 5062
    assert film.thumb == "/library/metadata/108/thumb/1663510739"
    (version,) = film.media
    assert (version.id, version.container, version.resolution) == ("96", "mkv", "720")
    assert (version.video_codec, version.audio_codec, version.bitrate_kbps) == (
        "h264",
        "aac",
        21178,
    )
    assert [stream.kind for stream in version.parts[0].streams] == ["video", "audio"]
    assert version.parts[0].streams[0].default
    assert "Comedy" in film.genres or film.genres


def test_xml_and_json_give_the_same_shape() -> None:
    film = _item("item_movie.xml")
    assert (film.kind, film.title, film.duration_ms, film.watched) == (
        "movie",
        "Movie 1",
        9_000_000,
        True,
    )
    assert film.genres == ("Sci-Fi", "Action")
    assert film.media[0].container or film.media[0].video_codec


def test_episodes_know_their_season_and_show() -> None:
    page = parse.page(recording("children_seasons.xml"))
    episode = page.items[0]
    assert episode.kind == "episode"
    assert episode.index == 1
    assert episode.show is not None
    assert episode.season is not None
    assert episode.show.title
    assert episode.season.rating_key == "20"


def test_seasons_know_their_show_and_what_was_seen() -> None:
    season = parse.page(recording("children_seasons.json")).items[0]
    assert season.kind == "season"
    assert season.show is not None
    assert season.leaf_count is not None


def test_page_counts_the_whole_list() -> None:
    page = parse.page(recording("section_all.json"))
    assert page.total == 2295
    assert len(page.items) == 5


def test_show_without_media() -> None:
    show = _item("item_show.json")
    assert (show.kind, show.media, show.child_count, show.watched) == ("show", (), 6, False)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("sections.xml", ["movie", "show", "other"]),
        ("sections_old.json", ["movie", "other"]),
        ("sections_0_9.xml", ["show", "movie"]),
    ],
)
def test_sections(name: str, kinds: list[str]) -> None:
    assert [section.kind for section in parse.sections(recording(name))] == kinds


def test_search_leaves_people_and_tags_out() -> None:
    found = parse.hubs(recording("hubs_search.json"))
    assert [item.kind for hub in found for item in hub.items] == ["episode", "movie"]
    assert len(found) == 17


def test_identity() -> None:
    identity = parse.identity(recording("root.xml"))
    assert identity is not None
    assert identity.version == "1.20.4.3517-ab5e1197c"
    assert parse.identity(recording("root_old.json")) is not None
    assert parse.identity(recording("empty.xml")) is None


@pytest.mark.parametrize("name", ["tv_user.json", "tv_user.xml", "tv_user_old.xml"])
def test_account(name: str) -> None:
    account = parse_tv.account(recording(name))
    assert account is not None
    assert account.id == "12345"


def test_resources_are_servers_only_and_keep_their_order() -> None:
    (box,) = parse_tv.resources(recording("tv_resources.json"))
    assert (box.server_id, box.owned, len(box.connections)) == ("client_id2", True, 4)
    assert [(c.local, c.relay) for c in box.connections][-1] == (False, True)
    assert "auth_token" not in repr(box)
    from_xml = parse_tv.resources(recording("tv_resources.xml"))
    assert [resource.server_id for resource in from_xml] == ["unique_id_123", "unique_id_456"]
    assert len(parse_tv.resources(recording("tv_resources_2.json"))) == 7


def test_pin() -> None:
    pin = parse_tv.pin(recording("tv_pin.json"))
    assert pin is not None
    assert (pin.id, pin.code, pin.expires_in_s, pin.auth_token) == ("111222333", "CODE", 900, None)


def test_markers_are_sorted_and_each_once() -> None:
    marker = {"id": 1, "type": "credits", "startTimeOffset": 900, "endTimeOffset": "1000"}
    intro = {"id": 1, "type": "intro", "startTimeOffset": "10", "endTimeOffset": 20}
    odd = {"type": "commercial", "startTimeOffset": 1, "endTimeOffset": 2}
    found = parse.item(
        {
            "ratingKey": 7,
            "Marker": [marker, intro, marker, odd],
            "Chapter": [{"tag": "One", "startTimeOffset": 0, "endTimeOffset": 5}],
        }
    )
    assert found is not None
    assert [(m.kind, m.start_ms) for m in found.markers] == [("intro", 10), ("credits", 900)]
    assert found.chapters[0].title == "One"


def test_every_recording_is_readable() -> None:
    for path in [*RECORDINGS.glob("*.json"), *RECORDINGS.glob("*.xml")]:
        _read_everything(read_bytes(path.read_bytes()))


_leaf = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["1", "true", "movie", "episode", "/x", "1e400", "\ud800", "9" * 400])
)
_unhurried = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_NAMES = """
    MediaContainer Metadata Directory Hub Media Part Stream Marker Chapter Genre ratingKey type key
    duration index streamType id startTimeOffset endTimeOffset connections Device uri items pin user
    provides clientIdentifier accessToken code totalSize resources resource text
"""
_names = st.sampled_from(_NAMES.split())
_junk = st.recursive(
    _leaf,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=6),
    max_leaves=30,
)


@_unhurried
@given(st.dictionaries(_names, _junk, max_size=6))
def test_junk_never_raises(document: Fields) -> None:
    _read_everything(document)
    _read_everything({"MediaContainer": {"Metadata": [document], "Directory": document}})
    _read_everything({"items": [document]})


@_unhurried
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for start in (b"", b"<", b"{", b"[", b'{"_elementType":"X","_children":['):
        try:
            document = read_bytes(start + body)
        except PlexBadAnswer:
            continue
        _read_everything(document)


def test_long_fields_are_shortened() -> None:
    found = parse.item({"ratingKey": "1", "title": "x" * 10_000_000, "summary": "y" * 10_000_000})
    assert found is not None
    assert len(found.title) == 300
    assert len(found.summary) == 5_000


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
        b"<a>" * 5000,
        b"[" * 100_000,
        b"[" + b"{}," * 200_000 + b"{}]",
        b"[" + b"1," * 1_600_000 + b"1]",
        b"<a>" + b"<b/>" * 200_000 + b"</a>",
        b'{"a":' * 100_000,
        b"<html><body>404",
        b'{"MediaContainer": {"size": 3, "Metad',
        b'"just text"',
        b"12",
    ],
    ids=range(11),
)
def test_bombs_and_broken_documents_are_refused(body: bytes) -> None:
    with pytest.raises(PlexBadAnswer):
        read_bytes(body)


@pytest.mark.parametrize("encoding", ["zzz", "utf-7", "shift_jis", "idna", "rot13", "UTF-16"])
def test_xml_is_utf8_whatever_it_claims(encoding: str) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?><MediaContainer title1="ö"/>'.encode()
    assert read_bytes(body) == {"MediaContainer": {"title1": "ö"}}


def test_html_is_refused_by_its_type() -> None:
    with pytest.raises(PlexBadAnswer):
        read_bytes(b"<html></html>", "text/html")


def test_fields_take_every_type() -> None:
    fields: Fields = {"a": "101816", "b": "2.20", "c": True, "d": 1e400, "e": -3, "f": "\ud800ok\0"}
    assert (integer(fields, "a"), integer(fields, "b"), integer(fields, "d")) == (101816, 2, None)
    assert (flag(fields, "c"), flag({"x": "1"}, "x"), flag({"x": "0"}, "x")) == (True, True, False)
    assert count(fields, "e") is None
    assert text(fields, "f") == "ok"
    assert text(fields, "missing", "a") == "101816"
    assert [dict(row) for row in rows({"x": {"y": 1}}, "x")] == [{"y": 1}]


def _read_everything(document: Fields) -> None:
    readers: list[Callable[[Fields], object]] = [
        parse.identity,
        parse.sections,
        parse.page,
        parse.first_item,
        parse.hubs,
        parse_tv.account,
        parse_tv.resources,
        parse_tv.pin,
    ]
    for reader in readers:
        json.dumps(repr(reader(document))).encode()
