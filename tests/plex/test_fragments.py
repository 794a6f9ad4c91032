"""Lists put together out of pieces are what the models would have written."""

import json
from dataclasses import replace

import pytest

from tests.plex.support import recording
from watchtogether.kit.ids import AccountId, ServerId
from watchtogether.plex import parse
from watchtogether.plex.cache import Cached
from watchtogether.plex.fragments import Fragments
from watchtogether.plex.images import ImageLinks
from watchtogether.plex.model import Item
from watchtogether.plex.schemas import ItemsOut
from watchtogether.plex.views import Viewer

OLIVE = Viewer(AccountId("acc_olive"), ServerId("m1"), ImageLinks(b"k" * 64))
FRIDA = replace(OLIVE, account_id=AccountId("acc_frida"))


@pytest.fixture
def items() -> tuple[Item, ...]:
    return parse.page(recording("section_all.json")).items


def listed(fragments: Fragments, view: Viewer, items: tuple[Item, ...]) -> bytes:
    return fragments.items(view, items, Cached(items, stale=True), total=2295, start=60)


def test_the_same_as_the_models_write(items: tuple[Item, ...]) -> None:
    fragments = Fragments()
    expected = ItemsOut(
        items=[OLIVE.summary(item) for item in items], total=2295, start=60, stale=True
    )
    for _ in range(2):
        assert json.loads(listed(fragments, OLIVE, items)) == expected.model_dump()
    renewing = Cached((), renewing=True)
    assert json.loads(fragments.items(OLIVE, (), renewing, total=0, start=0)) == {
        "items": [],
        "total": 0,
        "start": 0,
        "stale": False,
        "renewing": True,
    }


def test_pieces_are_of_one_account(items: tuple[Item, ...]) -> None:
    fragments = Fragments()
    listed(fragments, OLIVE, items)
    posters = [each["poster"] for each in json.loads(listed(fragments, FRIDA, items))["items"]]
    assert posters == [FRIDA.summary(item).poster for item in items]
    assert posters != [OLIVE.summary(item).poster for item in items]


def test_an_item_that_changed_is_rendered_anew(items: tuple[Item, ...]) -> None:
    fragments = Fragments()
    listed(fragments, OLIVE, items)
    changed = tuple(replace(item, title=f"{item.title}, restored") for item in items)
    shown = json.loads(listed(fragments, OLIVE, changed))["items"]
    assert [each["title"] for each in shown] == [item.title for item in changed]


def test_few_are_kept(items: tuple[Item, ...]) -> None:
    fragments = Fragments(most=3)
    assert json.loads(listed(fragments, OLIVE, items)) == json.loads(
        listed(fragments, OLIVE, items)
    )
    assert len(fragments._kept) == 3
