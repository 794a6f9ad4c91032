"""What one account was told of a title, lent to another until its own answer is there.

A whole title costs a call, and most of it is the same for everybody. So whoever has been shown a
title in a list of their own is given, at once, what somebody else was told of it: with their own
place in it, out of that list, and nobody's choice of tracks. Each time that a list names a title it
is lent once at most; what a newer answer to the same question no longer names is not lent.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from watchtogether.kit.clock import Clock
from watchtogether.kit.ids import RatingKey
from watchtogether.plex.model import Hub, Item, ItemPage, Media
from watchtogether.plex.questions import Question

K = TypeVar("K")
V = TypeVar("V")

LENT_MS: Final = 3_600_000.0
"""So long after it was told, a title is lent, and so long a list is believed to name it."""
MAX_TITLES: Final = 2_000
MAX_LISTS: Final = 2_000
MAX_NAMED: Final = 50_000


@dataclass(frozen=True, slots=True)
class _Told:
    question: Question
    item: Item
    at_ms: float


@dataclass(frozen=True, slots=True)
class _Named:
    """A title in the answer to somebody's question: how far they are in it."""

    question: Question
    view_offset_ms: int
    view_count: int
    leaf_count: int | None
    viewed_leaf_count: int | None
    child_count: int | None
    at_ms: float


class LentTitles:
    """One for all accounts; those told last are kept.

    `place` is the address at which the asker's server was proven to be. Who says to be the same
    machine at another address shares nothing with it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: OrderedDict[tuple[str, str], _Told] = OrderedDict()
        self._named: OrderedDict[tuple[str, str, str], _Named] = OrderedDict()
        self._lists: OrderedDict[tuple[str, Question], tuple[RatingKey, ...]] = OrderedDict()
        self.turn = 0
        """Rises whenever something is taken back: what was asked before that is not noted."""

    def note(self, place: str, question: Question, answer: object) -> None:
        """An account's own answer: a whole title, or a list that names some."""
        now_ms = self._clock.monotonic_ms()
        if question.kind == "item" and isinstance(answer, Item):
            _put(
                self._told, (place, answer.rating_key), _Told(question, answer, now_ms), MAX_TITLES
            )
            return
        self._unname(place, question)
        named = [(item.rating_key, _named(question, item, now_ms)) for item in _listed(answer)]
        for key, place_in_it in named:
            _put(self._named, (place, question.permissions, key), place_in_it, MAX_NAMED)
        _put(self._lists, (place, question), tuple(key for key, _ in named), MAX_LISTS)

    def lend(self, place: str, question: Question) -> Item | None:
        """The title that the question is about, as its asker would be told; None if unsure."""
        key = str(question.about[0])
        told = self._told.get((place, key))
        if told is None:
            return None
        named = self._named.pop((place, question.permissions, key), None)
        if named is None:
            return None
        if self._clock.monotonic_ms() - min(told.at_ms, named.at_ms) > LENT_MS:
            return None
        return replace(
            told.item,
            view_offset_ms=named.view_offset_ms,
            view_count=named.view_count,
            leaf_count=named.leaf_count,
            viewed_leaf_count=named.viewed_leaf_count,
            child_count=named.child_count,
            media=tuple(map(_unchosen, told.item.media)),
        )

    def refused(self, place: str, question: Question) -> None:
        """Its asker was told that there is no such thing, whatever was said before."""
        self.turn += 1
        self._unname(place, question)
        if question.about:
            self._named.pop((place, question.permissions, str(question.about[0])), None)

    def forget_asker(self, permissions: str) -> None:
        """Nothing is lent any more to one whose access was refused."""
        self.turn += 1
        for key in [key for key in self._named if key[1] == permissions]:
            del self._named[key]

    def forget(self, matches: Callable[[Question], bool]) -> None:
        """Titles and lists that may have changed; `matches` takes the questions behind them."""
        self.turn += 1
        for key in [key for key, told in self._told.items() if matches(told.question)]:
            del self._told[key]
        for place, question in [key for key in self._lists if matches(key[1])]:
            self._unname(place, question)

    def _unname(self, place: str, question: Question) -> None:
        for key in self._lists.pop((place, question), ()):
            name = (place, question.permissions, key)
            named = self._named.get(name)
            if named is not None and named.question == question:
                del self._named[name]


def _named(question: Question, item: Item, now_ms: float) -> _Named:
    return _Named(
        question=question,
        view_offset_ms=item.view_offset_ms,
        view_count=item.view_count,
        leaf_count=item.leaf_count,
        viewed_leaf_count=item.viewed_leaf_count,
        child_count=item.child_count,
        at_ms=now_ms,
    )


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
