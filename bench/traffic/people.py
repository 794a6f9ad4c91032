"""Who browses, when, and what their pages ask: a seeded evening on one Plex server.

The model, for `ACCOUNTS` accounts that see one server of `TITLES` titles; the first is its owner:

- An account is there for a while (`STAY_S` on average) and away for a while (`AWAY_S`).
- While there, it does something every `THINK_S` seconds on average: it opens the home page, the
  library, a title, or searches, with the weights of `STEPS`.
- The library is opened at its top; scrolling on goes to the next page of sixty with the chance
  `SCROLL_ON`, two seconds later.
- Titles follow Zipf's law with the exponent `ZIPF` over the account's own order of titles: the
  common order, with every fifth title moved somewhere else.
- A search is a title's name, typed: two settled words of it are asked for.

Each step asks what the page asks. What the browser has asked for within the last minute it does
not ask for again, so no such repetition counts as a hit.
"""

import bisect
import heapq
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from watchtogether.kit.ids import AccountId
from watchtogether.plex.listing import FIRST
from watchtogether.plex.questions import Kind

ACCOUNTS: Final = 12
TITLES: Final = 2_000
ZIPF: Final = 1.1
STAY_S: Final = 1_200.0
AWAY_S: Final = 1_800.0
THINK_S: Final = 6.0
STEPS: Final = {"home": 0.2, "library": 0.3, "title": 0.4, "search": 0.1}
SCROLL_ON: Final = 0.75
SCROLL_S: Final = 2.0
BROWSER_KEEPS_S: Final = 60.0
WARM_UP_S: Final = 3600.0
EVENING_S: Final = 5 * 3600.0
_SHARES: Final = list(itertools.accumulate(1 / (rank + 1) ** ZIPF for rank in range(TITLES)))
_HOME: Final[tuple[tuple[Kind, tuple[str, ...]], ...]] = (
    ("sections", ()),
    ("hub", ("continue-watching",)),
    ("hub", ("recently-added",)),
    ("promoted", ()),
    ("playlists", ()),
)

Asked = tuple[Kind, tuple[str | int, ...]]


@dataclass
class Person:
    """One account: its own taste, and what its browser has."""

    account_id: AccountId
    chance: random.Random
    titles: list[int]
    has_until_s: dict[Asked, float] = field(default_factory=dict)

    def evening(self) -> Iterator[tuple[float, list[Asked]]]:
        """What it asks, and when, for ever."""
        now_s = self.chance.uniform(0, AWAY_S)
        while True:
            leaves_s = now_s + self.chance.expovariate(1 / STAY_S)
            while now_s < leaves_s:
                for pause_s, asked in self._step():
                    now_s += pause_s
                    wanted = [each for each in asked if self.has_until_s.get(each, 0.0) <= now_s]
                    self.has_until_s |= dict.fromkeys(wanted, now_s + BROWSER_KEEPS_S)
                    yield now_s, wanted
            now_s += self.chance.expovariate(1 / AWAY_S)

    def _step(self) -> Iterator[tuple[float, list[Asked]]]:
        think_s = self.chance.expovariate(1 / THINK_S)
        (step,) = self.chance.choices(list(STEPS), list(STEPS.values()))
        if step == "home":
            yield think_s, list(_HOME)
        elif step == "title":
            title = self._title()
            yield think_s, [("item", (title,)), ("related", (title,))]
        elif step == "search":
            title = self._title()
            yield think_s, [("search", (f"{title}"[:2],))]
            yield 1.0, [("search", (f"{title}",))]
        else:
            yield think_s, [("sections", ()), ("menu", ()), ("letters", ()), *_page(0)]
            page = 1
            while self.chance.random() < SCROLL_ON and page * FIRST < TITLES:
                yield SCROLL_S, _page(page)
                page += 1

    def _title(self) -> int:
        return self.titles[bisect.bisect_left(_SHARES, self.chance.random() * _SHARES[-1])]


def _page(number: int) -> list[Asked]:
    return [("items", (number * FIRST,))]


def people(chance: random.Random) -> list[Person]:
    """Everybody likes what everybody likes, more or less."""
    common = list(range(TITLES))
    chance.shuffle(common)
    made = []
    for number in range(ACCOUNTS):
        own = list(common)
        for _ in range(TITLES // 5):
            one, other = chance.randrange(TITLES), chance.randrange(TITLES)
            own[one], own[other] = own[other], own[one]
        made.append(Person(AccountId(f"acc_{number}"), random.Random(chance.random()), own))
    return made


def in_order(everybody: list[Person]) -> Iterator[tuple[float, Person, list[Asked]]]:
    """All evenings together, by time."""

    def of(number: int, person: Person) -> Iterator[tuple[float, int, Person, list[Asked]]]:
        for now_s, asked in person.evening():
            yield now_s, number, person, asked

    together = heapq.merge(*(of(*each) for each in enumerate(everybody)), key=lambda e: e[:2])
    return ((now_s, person, asked) for now_s, _, person, asked in together)
