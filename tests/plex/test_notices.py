"""What a server tells: the pieces it comes in, what it means, and hostile forms of it."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchtogether.kit.ids import ServerId
from watchtogether.plex.notices import Changes, EventReader, changes
from watchtogether.plex.questions import KINDS, Kind, Question

MESSAGES = ['{"a": 1}', "", "zwei\nZeilen", "ünïcode 映画"]
WIRE = "".join(
    "event: x\n" + "".join(f"data: {line}\n" for line in message.split("\n")) + "\n"
    for message in MESSAGES
).encode()


@given(st.lists(st.integers(0, len(WIRE)), max_size=20))
def test_messages_are_the_same_however_they_are_cut(cuts: list[int]) -> None:
    reader, got = EventReader(), list[str]()
    edges = [0, *sorted(cuts), len(WIRE)]
    for start, end in itertools.pairwise(edges):
        got += reader.feed(WIRE[start:end])
    assert got == MESSAGES


def test_other_line_ends_and_comments() -> None:
    reader = EventReader()
    assert list(reader.feed(b": hello\r\n\r\nevent: ping\r\ndata:{}\r\n\r\n")) == ["", "{}"]


def test_an_endless_message_is_left_out_and_costs_no_memory() -> None:
    reader = EventReader()
    for _ in range(100):
        assert list(reader.feed(b"data: " + b"x" * 60_000)) == []
    assert len(reader._rest) < 600_000
    assert list(reader.feed(b"\n\ndata: next\n\n")) == ["next"]


def told(**container: object) -> Changes:
    return changes(json.dumps({"NotificationContainer": container}))


def test_an_added_episode_makes_its_family_and_its_section_old() -> None:
    entry = {"itemID": "12", "parentItemID": 11, "rootItemID": "10", "sectionID": "2", "state": 5}
    found = told(type="timeline", size=1, TimelineEntry=[entry])
    assert (found.items, found.in_sections, found.sections) == ({"10", "11", "12"}, {"2"}, False)
    assert old(found) == {
        *("item", "children", "leaves", "related", "items", "letters", "choices", "menu"),
        *("collections", "hub", "promoted", "search", "playlists"),
    }
    assert not found.concern(ask("item", "13"))
    assert not found.concern(ask("items", "1", 0, 60))


def test_progress_of_a_scan_means_nothing_yet() -> None:
    assert not told(TimelineEntry=[{"itemID": "12", "sectionID": "2", "state": 3}])
    assert not told(ProgressNotification=[{"message": "x"}])


def test_the_end_of_a_scan_and_of_a_showing() -> None:
    over = {"event": "ended", "Activity": {"type": "library.update.section", "title": "Scanning"}}
    assert told(ActivityNotification=[over]).sections
    assert not told(ActivityNotification=[over | {"event": "updated"}])
    stopped = told(PlaySessionStateNotification=[{"ratingKey": "12", "state": "stopped"}])
    assert stopped.concern(ask("item", "12"))
    assert stopped.concern(ask("hub", "continue-watching"))
    assert not stopped.concern(ask("items", "2", 0, 60))
    assert not told(PlaySessionStateNotification=[{"ratingKey": "12", "state": "playing"}])


def test_messages_without_their_container_are_read_too() -> None:
    bare = {"TimelineEntry": {"itemID": 12, "sectionID": 2, "state": 9}}
    assert changes(json.dumps(bare)).items == {"12"}


@pytest.mark.parametrize(
    "message",
    ["", "junk", "[]", "1", "null", "[" * 10_000, '{"NotificationContainer": []}',
     '{"TimelineEntry": [{"itemID": {}, "state": 5}, null, 7]}'],
)  # fmt: skip
def test_what_cannot_be_read_says_nothing(message: str) -> None:
    assert not changes(message)


def ask(kind: Kind, *about: str | int) -> Question:
    return Question(ServerId("m"), "p", kind, about)


def old(found: Changes) -> set[Kind]:
    """Kinds of questions that are old, when they are about item 12 or section 2."""
    of_section = {"items", "letters", "choices", "menu", "collections"}
    return {kind for kind in KINDS if found.concern(ask(kind, "2" if kind in of_section else "12"))}
