"""How often the Plex layer answers without asking: `python -m bench.traffic [--seed N] [--deaf]`.

The evening of `people.py` is played on virtual time against the production service and cache. The
first hour is warm-up and told apart. Only the owner's answers are known to be unchanged, as in
production; `--deaf`: the server tells nobody of changes.
"""

import argparse
import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Final, cast

from tests.support.clock import FakeClock

from bench.traffic.people import EVENING_S, TITLES, WARM_UP_S, Asked, in_order, people
from bench.traffic.plex import SECTION, SERVER, Plex, access_of
from watchtogether.kit.ids import AccountId, RatingKey
from watchtogether.kit.metrics import Metrics
from watchtogether.kit.tasks import Background
from watchtogether.plex.asking import Asking
from watchtogether.plex.cache import CacheCounts
from watchtogether.plex.figures import PlexFigures
from watchtogether.plex.images import ImageLinks
from watchtogether.plex.library import HubName, Library
from watchtogether.plex.model import Listing
from watchtogether.plex.servers import ServerDirectory
from watchtogether.plex.service import PlexService

_ALL: Final = Listing()


@dataclass
class Evening:
    """`missed` and `asked` are counted after the warm-up, for the owner and for the others."""

    warm_up: CacheCounts = field(default_factory=CacheCounts)
    after: CacheCounts = field(default_factory=CacheCounts)
    calls: int = 0
    asked: Counter[bool] = field(default_factory=Counter)
    missed: Counter[bool] = field(default_factory=Counter)
    missed_kinds: Counter[str] = field(default_factory=Counter)

    def hit_rate(self, *, owner: bool) -> float:
        return 1 - self.missed[owner] / self.asked[owner]


async def play(seed: int, *, deaf: bool) -> Evening:
    """How questions were answered while warming up, and after that."""
    clock, plex, evening = FakeClock(), Plex(TITLES), Evening()
    everybody = people(random.Random(seed))
    owner = everybody[0].account_id
    owners = access_of(owner).permission_hash
    async with Background() as background:
        figures = PlexFigures(Metrics())
        asking = Asking(
            servers=cast("ServerDirectory", plex),
            limiter=plex,
            figures=figures,
            clock=clock,
            background=background,
        )
        asking.cache.unchanged = lambda asked, _: not deaf and asked.permissions == owners
        service = PlexService(
            servers=cast("ServerDirectory", plex),
            library=cast("Library", plex),
            links=ImageLinks(bytes(32)),
            asking=asking,
            figures=figures,
        )
        for now_s, who, asked in in_order(everybody):
            if now_s > EVENING_S:
                break
            await clock.advance(max(0.0, now_s - clock.monotonic_ms() / 1000))
            warm = now_s > WARM_UP_S
            if warm and not evening.warm_up.asked:
                evening.warm_up, asking.cache.counts = asking.cache.counts, CacheCounts()
                plex.calls = 0
            for each in asked:
                counts = asking.cache.counts
                before = counts.asked, counts.by["missed"]
                await _ask(service, who.account_id, each)
                if warm:
                    evening.asked[who.account_id == owner] += counts.asked - before[0]
                    evening.missed[who.account_id == owner] += counts.by["missed"] - before[1]
                    evening.missed_kinds[each[0]] += counts.by["missed"] - before[1]
        evening.after, evening.calls = asking.cache.counts, plex.calls
    return evening


async def _ask(service: PlexService, account_id: AccountId, asked: Asked) -> None:
    kind, about = asked
    match kind:
        case "sections":
            await service.libraries(account_id, SERVER)
        case "menu":
            await service.menu(account_id, SERVER, SECTION)
        case "letters":
            await service.letters(account_id, SERVER, SECTION, _ALL)
        case "items":
            await service.items(account_id, SERVER, SECTION, start=int(about[0]))
        case "item":
            await service.title(account_id, SERVER, RatingKey(str(about[0])))
        case "related":
            await service.related(account_id, SERVER, RatingKey(str(about[0])))
        case "hub":
            await service.hub(account_id, SERVER, cast("HubName", about[0]))
        case "promoted":
            await service.promoted(account_id, SERVER)
        case "playlists":
            await service.playlists(account_id, SERVER)
        case "search":
            await service.search(account_id, SERVER, str(about[0]))
        case _:
            raise AssertionError(kind)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.traffic")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--deaf", action="store_true")
    chosen = parser.parse_args()
    evening = asyncio.run(play(chosen.seed, deaf=chosen.deaf))
    for name, counts in (("warm-up", evening.warm_up), ("after", evening.after)):
        by = "  ".join(f"{how} {count}" for how, count in counts.by.items())
        print(f"{name:8} {counts.asked:6} questions, hit rate {counts.hit_rate or 0:.1%}  ({by})")
    for owner, name in ((True, "owner"), (False, "others")):
        rate = f"{evening.hit_rate(owner=owner):.1%}"
        print(f"{name:8} {evening.asked[owner]:6} questions, hit rate {rate}")
    missed = ", ".join(f"{kind} {count}" for kind, count in evening.missed_kinds.most_common())
    print(f"missed after the warm-up: {missed}")
    waited = evening.after.by["missed"]
    print(f"calls to Plex after the warm-up: {evening.calls}; {waited} were waited for")


if __name__ == "__main__":
    main()
