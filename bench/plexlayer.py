"""The Plex layer beside direct calls, in one run: `python -m bench.plexlayer`.

A server and a sandbox with 2,000 made-up films, 40 ms of network between them (20 ms each way, a
relay). Both sides are asked over connections that stay open, by the standard library's client:

- *cached*: pages of a library asked of Plex directly, and asked of us just after we have asked for
  them, in interleaved pairs.
- *in the service*: the same without HTTP on our side, in this process: the call with its answer
  parsed, and the answer out of the cache.
- *merged*: 200 equal requests at once, counted at the sandbox.
- *faults*: in spells of one second each, three of ten are bad, and in a bad one every call to Plex
  fails (503) or hangs. Titles nobody has asked for are asked for directly and of us, in turn; an
  answer that is an error or takes more than five seconds is a failure.
"""

import asyncio
import http.client
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast
from urllib.parse import urlencode, urlsplit

import httpx2
from pydantic import SecretStr
from tests.support import people
from tests.support.people import Person
from tests.support.processes import Sandbox, Server, sandbox, server

from bench.figures import Report, machine, ratio_interval, spread
from bench.lag import lag
from watchtogether.kit.clock import SystemClock
from watchtogether.kit.ids import AccountId, ServerId
from watchtogether.kit.metrics import Metrics
from watchtogether.kit.rate_limit import MemoryRateLimiter
from watchtogether.kit.tasks import Background
from watchtogether.plex.asking import Asking
from watchtogether.plex.client import PlexHttp, Product, ServerAccess
from watchtogether.plex.figures import PlexFigures
from watchtogether.plex.library import Library
from watchtogether.plex.model import ItemPage, Listing
from watchtogether.plex.servers import ServerDirectory

ONE_WAY_MS = 20.0
FILMS = 2_000
PAIRS = 60
CACHED = 1_000
AT_ONCE = 200
FAULTY = 200
SPELL_S, BAD = 1.0, 0.3
PATIENCE_S = 5.0
SECTION = "3"


class Line:
    """One connection that stays open; opened again after an error."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._url = urlsplit(url)
        self._headers = headers
        self._open = self._connect()

    def get(self, path: str, **params: str | int) -> tuple[int, bytes, float]:
        """Status, body and milliseconds; status 0 for no answer.

        A connection that the other side had closed meanwhile is opened again, as browsers do.
        """
        target = f"{path}?{urlencode(params)}" if params else path
        started = time.perf_counter()
        try:
            status, body = self._once(target)
        except http.client.RemoteDisconnected:
            self._renew()
            status, body = self._safely(target)
        except (OSError, http.client.HTTPException):
            self._renew()
            status, body = 0, b""
        return status, body, (time.perf_counter() - started) * 1000

    def _safely(self, target: str) -> tuple[int, bytes]:
        try:
            return self._once(target)
        except (OSError, http.client.HTTPException):
            self._renew()
            return 0, b""

    def _once(self, target: str) -> tuple[int, bytes]:
        self._open.request("GET", target, headers=self._headers)
        answer = self._open.getresponse()
        return answer.status, answer.read()

    def _renew(self) -> None:
        self._open.close()
        self._open = self._connect()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(
            self._url.hostname or "", self._url.port, timeout=PATIENCE_S + 1
        )


def measure(report: Report, running: Server, far: Sandbox, near: Sandbox, olive: Person) -> None:
    """`far` is the sandbox behind the network, `near` the same one without it."""
    direct = Line(far.url, {"X-Plex-Token": far.token, "Accept": "application/json"})
    ours = Line(running.url, {"Authorization": f"Bearer {olive.token}"})
    server_id = olive.get("api/plex/servers")[0]["id"]
    _cached(report, direct, ours, server_id)
    _service(report, far, server_id)
    _merged(report, running, olive, near, server_id)
    _faults(report, direct, ours, near, server_id)


def measure_short(report: Report, running: Server, plex: Sandbox, olive: Person) -> None:
    """Without a network in between, on whatever film library there is."""
    direct = Line(plex.url, {"X-Plex-Token": plex.token, "Accept": "application/json"})
    ours = Line(running.url, {"Authorization": f"Bearer {olive.token}"})
    server_id = olive.get("api/plex/servers")[0]["id"]
    film = people.films(olive)[0]["rating_key"]
    pairs = []
    for _ in range(PAIRS):
        first = _good(direct.get(f"/library/metadata/{film}"))
        pairs.append((first, _good(ours.get(f"/api/plex/items/{film}", server=server_id))))
    report.add("a title, asked of Plex on this machine", spread([a for a, _ in pairs]))
    report.add("a title, cached, HTTP included", spread([b for _, b in pairs]))


def _cached(report: Report, direct: Line, ours: Line, server_id: str) -> None:
    plex = f"/library/sections/{SECTION}/all"
    path = f"/api/plex/libraries/{SECTION}/items"
    pairs = []
    for number in range(PAIRS):
        window = {"X-Plex-Container-Start": number * 10, "X-Plex-Container-Size": 60}
        asked = {"server": server_id, "start": number * 10, "size": 60}
        _good(ours.get(path, **asked))
        first = _good(direct.get(plex, sort="titleSort:asc", **window))
        pairs.append((first, _good(ours.get(path, **asked))))
    report.add("a page of 60, asked of Plex directly", spread([a for a, _ in pairs]))
    report.add("the same page, cached, HTTP included", spread([b for _, b in pairs]))
    report.add("cached is faster by", ratio_interval(pairs), f"{PAIRS} pairs, 40 ms of network")
    many = [_good(ours.get(path, server=server_id, start=0, size=60)) for _ in range(CACHED)]
    report.add("cached pages in a row", spread(many), f"{CACHED} of 60 titles each")


def _service(report: Report, far: Sandbox, machine_id: str) -> None:
    asyncio.run(_service_pairs(report, far, ServerId(machine_id)))


class _OneServer:
    """Stands for `ServerDirectory`: one server at an address that is known."""

    def __init__(self, access: ServerAccess) -> None:
        self._access = access

    async def find(self, account_id: AccountId, server_id: ServerId) -> ServerAccess:
        return self._access

    async def ready(self, account_id: AccountId, server_id: ServerId) -> ServerAccess:
        return self._access


async def _service_pairs(report: Report, far: Sandbox, server_id: ServerId) -> None:
    account = AccountId("acc_bench")
    access = ServerAccess(server_id, far.url, SecretStr(far.token), account)
    clock = SystemClock()
    pairs = []
    async with httpx2.AsyncClient() as client, Background() as background:
        library = Library(PlexHttp(client, Product("bench"), clock))
        asking = Asking(
            servers=cast("ServerDirectory", _OneServer(access)),
            limiter=MemoryRateLimiter(clock),
            figures=PlexFigures(Metrics()),
            clock=clock,
            background=background,
        )
        for number in range(25):  # the limit of one minute is thirty

            async def call(server: ServerAccess, at: int = number) -> ItemPage:
                return await library.items(server, SECTION, at * 10, 60, Listing())

            about = (SECTION, number)
            await asking.ask(account, server_id, "items", about, call)
            started = time.perf_counter()
            await call(access)
            between = time.perf_counter()
            await asking.ask(account, server_id, "items", about, call)
            pairs.append((between - started, time.perf_counter() - between))
    report.add("in the service, asked of Plex", spread([a * 1000 for a, _ in pairs]))
    report.add("in the service, cached", spread([b * 1000 for _, b in pairs]))
    report.add("in the service, cached is faster by", ratio_interval(pairs), "25 pairs")


def _merged(report: Report, running: Server, olive: Person, near: Sandbox, server_id: str) -> None:
    def ask(_: int) -> int:
        line = Line(running.url, {"Authorization": f"Bearer {olive.token}"})
        return line.get(f"/api/plex/libraries/{SECTION}/choices/genre", server=server_id)[0]

    before = _asked(near, "genre")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = list(pool.map(ask, range(AT_ONCE)))
    assert statuses == [200] * AT_ONCE, statuses
    report.add(f"{AT_ONCE} equal requests at once", f"{_asked(near, 'genre') - before} call")


def _asked(plex: Sandbox, word: str) -> int:
    requests: dict[str, int] = plex.stats()["requests"]
    return sum(count for route, count in requests.items() if word in route or "{" in route)


def _faults(report: Report, direct: Line, ours: Line, near: Sandbox, server_id: str) -> None:
    near.fault(mode="burst", rate=BAD, burst_s=SPELL_S, kinds=["error", "hang"], hang_s=30, seed=7)
    lost_direct, lost_ours, slowest = 0, 0, list[float]()
    why: Counter[str] = Counter()
    for (plex, plex_params), (path, params) in _questions(random.Random(7)):
        status, _, elapsed_ms = direct.get(plex, **plex_params)
        lost_direct += status != 200 or elapsed_ms > PATIENCE_S * 1000
        status, body, elapsed_ms = ours.get(path, server=server_id, **params)
        lost_ours += status != 200 or elapsed_ms > PATIENCE_S * 1000
        slowest.append(elapsed_ms)
        if status != 200:
            why[json.loads(body).get("code", "?") if body else "no answer"] += 1
    near.fault(mode="none")
    report.add(
        f"failures of {FAULTY} calls in bursts, directly", f"{lost_direct / FAULTY:.1%}",
        f"{BAD:.0%} of spells of {SPELL_S:g} s are bad: 503 or no answer",
    )  # fmt: skip
    report.add("… through us, nothing cached", f"{lost_ours / FAULTY:.1%}", spread(slowest))
    for code, count in why.most_common():
        report.add(f"… of which {code}", str(count))
    fewer = 1 - lost_ours / max(1, lost_direct)
    report.add("fewer failures reach a user by", f"{fewer:.1%}")


Asked = tuple[str, dict[str, str | int]]


def _questions(chance: random.Random) -> Iterator[tuple[Asked, Asked]]:
    """Each once, of kinds in turn, a third of a second apart: spells come and go meanwhile."""
    kinds: list[Callable[[int], tuple[Asked, Asked]]] = [_item, _related, _letters, _listing]
    for number in range(FAULTY):
        time.sleep(chance.uniform(0.3, 0.7))
        yield kinds[number % len(kinds)](number)


def _item(number: int) -> tuple[Asked, Asked]:
    key = 100_001 + number * 7
    return (f"/library/metadata/{key}", {}), (f"/api/plex/items/{key}", {})


def _related(number: int) -> tuple[Asked, Asked]:
    key = 100_001 + number * 7
    return (f"/library/metadata/{key}/related", {}), (f"/api/plex/items/{key}/related", {})


def _letters(number: int) -> tuple[Asked, Asked]:
    year = 1900 + number % 125
    plex = f"/library/sections/{SECTION}/firstCharacter"
    ours = f"/api/plex/libraries/{SECTION}/letters"
    return (plex, {"year": year}), (ours, {"filter": f"year:{year}"})


def _listing(number: int) -> tuple[Asked, Asked]:
    plex = f"/library/sections/{SECTION}/all"
    window = {"X-Plex-Container-Start": 0, "X-Plex-Container-Size": 60}
    year = 1900 + number % 125
    ours = f"/api/plex/libraries/{SECTION}/items"
    return (plex, {"year": year, **window}), (ours, {"filter": f"year:{year}"})


def _good(answer: tuple[int, bytes, float]) -> float:
    status, body, elapsed_ms = answer
    assert status == 200, (status, body[:300])
    assert json.loads(body)
    return elapsed_ms


def main() -> None:
    report = Report()
    print(f"\n  {machine()}\n")
    with tempfile.TemporaryDirectory() as folder:
        media = Path(folder) / "media"
        media.mkdir()
        with (
            sandbox(media, "--extra-films", str(FILMS)) as near,
            lag(urlsplit(near.url).port or 0, ONE_WAY_MS) as port,
        ):
            far = Sandbox(f"http://127.0.0.1:{port}", near.token, near.process)
            with server(Path(folder) / "data", far) as running:
                measure(report, running, far, near, people.owner(running, far))
    print()


if __name__ == "__main__":
    main()
