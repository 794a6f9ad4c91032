"""What can be asked of a Plex server: how long each answer is fresh, and what it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from watchtogether.kit.ids import ServerId
from watchtogether.plex.model import (
    Choice,
    Hub,
    Item,
    ItemPage,
    Letter,
    Menu,
    Section,
)

LIBRARIES_S: Final = 300.0
ITEMS_S: Final = 120.0

Kind = Literal[
    "sections",
    "menu",
    "choices",
    "letters",
    "items",
    "collections",
    "item",
    "children",
    "leaves",
    "related",
    "playlists",
    "promoted",
    "hub",
    "search",
]


@dataclass(frozen=True, slots=True)
class Form:
    """`answer` reads and writes the answer as JSON, for a store outside of this process."""

    ttl_s: float
    answer: TypeAdapter[Any]  # Any: one type for each kind


_ITEMS: Final = TypeAdapter(tuple[Item, ...])
_PAGE: Final = TypeAdapter(ItemPage)
_HUBS: Final = TypeAdapter(tuple[Hub, ...])

KINDS: Final[Mapping[Kind, Form]] = {
    "sections": Form(LIBRARIES_S, TypeAdapter(tuple[Section, ...])),
    "menu": Form(LIBRARIES_S, TypeAdapter(Menu)),
    "choices": Form(LIBRARIES_S, TypeAdapter(tuple[Choice, ...])),
    "letters": Form(ITEMS_S, TypeAdapter(tuple[Letter, ...])),
    "items": Form(ITEMS_S, _PAGE),
    "collections": Form(ITEMS_S, _PAGE),
    "item": Form(ITEMS_S, TypeAdapter(Item)),
    "children": Form(ITEMS_S, _PAGE),
    "leaves": Form(ITEMS_S, _PAGE),
    "related": Form(ITEMS_S, _HUBS),
    "playlists": Form(ITEMS_S, _PAGE),
    "promoted": Form(ITEMS_S, _HUBS),
    "hub": Form(ITEMS_S, _ITEMS),
    "search": Form(ITEMS_S, _ITEMS),
}


@dataclass(frozen=True, slots=True)
class Question:
    """The key of an answer. `permissions` is the hash of what the asker may see there."""

    server_id: ServerId
    permissions: str
    kind: Kind
    about: tuple[str | int, ...] = ()


def weigh(answer: object) -> int:
    """In items."""
    if isinstance(answer, ItemPage):
        return len(answer.items)
    if isinstance(answer, tuple):
        return sum(len(each.items) if isinstance(each, Hub) else 1 for each in answer)
    return 1
