"""What one account was told of a title, lent to another until its own answer is there.

A whole title costs a call, and most of it is the same for everybody. So whoever has been shown a
title in a list of their own is given, at once, what somebody else was told of it: with their own
place in it, out of that list, and nobody's choice of tracks. Without such a list nothing is lent,
and what is lent is said to be old, since the account's own answer is on its way.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import RatingKey, ServerId
from watchtogether.plex.model import Hub, Item, ItemPage, Media
from watchtogether.plex.questions import Question

K = TypeVar("K")
V = TypeVar("V")

LENT_MS: Final = 3_600_000.0
"""So long after it was told, a title is lent, and so long a list is believed to name it."""
MAX_TITLES: Final = 2_000
MAX_NAMED: Final = 50_000

_Asker = tuple[ServerId, str]


@dataclass(frozen=True, slots=True)
class _Told:
    question: Question
    item: Item
    at_ms: float


@dataclass(frozen=True, slots=True)
class _Named:
    """A title in somebody's list: how far they are in it."""

    view_offset_ms: int
    view_count: int
    leaf_count: int | None
    viewed_leaf_count: int | None
    child_count: int | None
    at_ms: float


class LentTitles:
    """One for all accounts; those used last are kept."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: OrderedDict[tuple[ServerId, RatingKey], _Told] = OrderedDict()
        self._named: OrderedDict[tuple[_Asker, RatingKey], _Named] = OrderedDict()

    def note(self, question: Question, answer: object) -> None:
        """An account's own answer: a whole title, or a list that names some."""
        if question.kind == "item" and isinstance(answer, Item):
            told = _Told(question, answer, self._clock.monotonic_ms())
            _put(self._told, (question.server_id, answer.rating_key), told, MAX_TITLES)
        else:
            self._name((question.server_id, question.permissions), _listed(answer))

    def lend(self, question: Question) -> Item | None:
        """The title that the question is about, as its asker would be told; None if unsure."""
        key = RatingKey(str(question.about[0]))
        told = self._told.get((question.server_id, key))
        named = self._named.get(((question.server_id, question.permissions), key))
        if told is None or named is None:
            return None
        if self._clock.monotonic_ms() - min(told.at_ms, named.at_ms) > LENT_MS:
            return None
        self._told.move_to_end((question.server_id, key))
        return replace(
            told.item,
            view_offset_ms=named.view_offset_ms,
            view_count=named.view_count,
            leaf_count=named.leaf_count,
            viewed_leaf_count=named.viewed_leaf_count,
            child_count=named.child_count,
            media=tuple(map(_unchosen, told.item.media)),
        )

    def take_back(self, question: Question) -> None:
        """Its asker was told that there is no such title, whatever a list said."""
        asker = (question.server_id, question.permissions)
        self._named.pop((asker, RatingKey(str(question.about[0]))), None)

    def forget_asker(self, permissions: str) -> None:
        """Nothing is lent any more to one whose access was refused."""
        for each in [each for each in self._named if each[0][1] == permissions]:
            del self._named[each]

    def forget(self, matches: Callable[[Question], bool]) -> None:
        """Titles that have changed; `matches` takes the question whose answer was kept."""
        for key in [key for key, told in self._told.items() if matches(told.question)]:
            del self._told[key]

    def _name(self, asker: _Asker, items: Iterable[Item]) -> None:
        now_ms = self._clock.monotonic_ms()
        for item in items:
            named = _Named(
                view_offset_ms=item.view_offset_ms,
                view_count=item.view_count,
                leaf_count=item.leaf_count,
                viewed_leaf_count=item.viewed_leaf_count,
                child_count=item.child_count,
                at_ms=now_ms,
            )
            _put(self._named, (asker, item.rating_key), named, MAX_NAMED)


def _listed(answer: object) -> Iterable[Item]:
    if isinstance(answer, ItemPage):
        yield from answer.items
    elif isinstance(answer, tuple):
        for each in answer:
            if isinstance(each, Item):
                yield each
            elif isinstance(each, Hub):
                yield from each.items


def _unchosen(media: Media) -> Media:
    parts = (
        replace(part, streams=tuple(replace(each, selected=False) for each in part.streams))
        for part in media.parts
    )
    return replace(media, parts=tuple(parts))


def _put(kept: OrderedDict[K, V], key: K, value: V, limit: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > limit:
        kept.popitem(last=False)
