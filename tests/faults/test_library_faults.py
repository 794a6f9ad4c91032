"""A library that changes, a server that lies, drips, floods, restarts or turns us away."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support import people
from tests.support.people import Json, Person, films
from tests.support.processes import Sandbox, Server, eventually, sandbox, server, timed_out

MIB = 1024 * 1024
_tests = itertools.count(1)
CLEAR_S = 6.0
"""Five seconds, and what HTTP takes on a busy machine."""


@pytest.fixture(scope="module")
def plex(library: Path) -> Iterator[Sandbox]:
    """A sandbox of this module's own, since it is turned inside out."""
    with sandbox(library) as running:
        yield running


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, plex: Sandbox) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("faulty") / "data", plex) as started:
        yield started


@pytest.fixture(scope="module")
def owned(running: Server, plex: Sandbox) -> Server:
    people.owner(running, plex)
    return running


@pytest.fixture
def olive(owned: Server, plex: Sandbox) -> Iterator[Person]:
    """On a sandbox that is well before and after.

    A restart before every fourth test lets the limits count anew; they stay as they are.
    """
    if next(_tests) % 4 == 0:
        owned.stop()
        owned.start()
    yield people.sign_in(owned)
    plex.fault(mode="none")
    order(plex, "wild", rate=0)


def order(plex: Sandbox, path: str, **body: object) -> None:
    httpx2.post(f"{plex.url}/sandbox/{path}", json=body, timeout=20).raise_for_status()


def title(person: Person, film: Json) -> str:
    found: Json = person.get(f"api/plex/items/{film['rating_key']}", server=film["server"])
    return str(found["title"])


def titles(person: Person) -> set[str]:
    return {film["title"] for film in films(person)}


def resident_bytes(running: Server) -> int:
    assert running.process is not None
    pages = int(Path(f"/proc/{running.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_what_changes_in_plex_is_seen_within_seconds(olive: Person, plex: Sandbox) -> None:
    film = next(each for each in films(olive) if each["title"] == "Alpha")
    assert title(olive, film) == "Alpha"
    eventually(lambda: heard(olive) >= 1, 15)
    key = film["rating_key"]
    order(plex, f"items/{key}/rename", title="Alpha, restored")
    eventually(lambda: title(olive, film) == "Alpha, restored", 10)
    eventually(lambda: "Alpha, restored" in titles(olive), 10)
    order(plex, f"items/{key}/delete")
    eventually(lambda: "Alpha, restored" not in titles(olive), 10)
    gone = olive.http.get(f"api/plex/items/{key}", params={"server": film["server"]})
    assert (gone.status_code, gone.json()["code"]) == (404, "plex_item_gone")
    order(plex, f"items/{key}/restore")
    order(plex, f"items/{key}/rename", title="Alpha")
    eventually(lambda: "Alpha" in titles(olive), 10)


def heard(person: Person) -> int:
    """How many servers are listened to."""
    found: int = person.get("api/health")["plex"]["listened_to"]
    return found


def test_8_a_restart_is_bridged_by_what_is_known(olive: Person, plex: Sandbox) -> None:
    film = films(olive)[0]
    known = title(olive, film)
    order(plex, "restart", seconds=3)
    with timed_out(1.5):
        assert title(olive, film) == known
    eventually(lambda: _answers(olive, film), 20)


def _answers(person: Person, film: Json) -> bool:
    answer = person.http.get(
        f"api/plex/items/{film['rating_key']}/related", params={"server": film["server"]}
    )
    return answer.status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"mode": "endless"},
        {"mode": "compressed_bomb"},
        {"mode": "html"},
        {"mode": "hang", "hang_s": 20},
        *(
            pytest.param({"mode": mode}, marks=pytest.mark.long)
            for mode in ("drip", "truncated", "xml_bomb", "redirect", "reset", "rate_limited")
        ),
    ],
    ids=lambda fault: str(fault["mode"]),
)
def test_9_hostile_answers_cost_neither_time_nor_memory(
    olive: Person, running: Server, plex: Sandbox, fault: dict[str, Any]
) -> None:
    film = films(olive)[0]
    assert _finds(olive, film["server"], "a first search")
    before = resident_bytes(running)
    plex.fault(**fault, match="/hubs/search")
    with timed_out(CLEAR_S):
        answer = olive.http.get(
            "api/plex/search", params={"q": f"never {fault['mode']}", "server": film["server"]}
        )
    assert answer.status_code in {502, 503, 504}
    assert answer.json()["code"].startswith("plex_")
    assert resident_bytes(running) - before < 50 * MIB
    plex.fault(mode="none")
    eventually(lambda: _finds(olive, film["server"], fault["mode"]), 15, every_s=0.5)


def _finds(person: Person, server_id: str, words: str) -> bool:
    answer = person.http.get("api/plex/search", params={"q": f"after {words}", "server": server_id})
    return answer.status_code == 200


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 12))]
)
def test_a_wild_library_breaks_nothing(olive: Person, plex: Sandbox, seed: int) -> None:
    film = films(olive)[0]
    server_id, key = film["server"], film["rating_key"]
    order(plex, "wild", rate=0.15, seed=seed, big_bytes=2_000_000)
    for path in (
        f"servers/{server_id}/libraries",
        f"libraries/1/items?size={20 + seed}",
        f"items/{key}/children",
        f"items/{key}/related",
        f"search?q=wild{seed}",
        f"libraries/1/letters?filter=year:{2000 + seed}",
        "libraries/1/menu",
        "hubs/recently-added",
        "shelves",
        "playlists",
    ):
        mark = "&" if "?" in path else "?"
        answer = olive.http.get(f"api/plex/{path}{mark}server={server_id}")
        assert answer.status_code < 500 or answer.json()["code"].startswith("plex_"), answer.text
        assert len(answer.content) < MIB


def test_a_field_of_ten_megabytes_is_cut(olive: Person, running: Server, plex: Sandbox) -> None:
    film = films(olive)[0]
    before = resident_bytes(running)
    order(
        plex, "wild", rate=0.05, seed=1, kinds=["big"], big_bytes=10_000_000, match="/hubs/search"
    )
    answer = olive.http.get("api/plex/search", params={"q": "a", "server": film["server"]})
    assert answer.status_code == 200, answer.text
    assert len(answer.content) < 200_000
    assert resident_bytes(running) - before < 50 * MIB


def test_a_revoked_token_says_what_to_do_and_is_taken_up_again(
    olive: Person, plex: Sandbox
) -> None:
    film = films(olive)[0]
    order(plex, "tokens/revoke", user="olive")
    answer = olive.http.get("api/plex/search", params={"q": "revoked", "server": film["server"]})
    assert answer.json()["code"] == "plex_unauthorized"
    assert "sign in with Plex again" in answer.json()["message"]
    order(plex, "tokens/restore", user="olive")
    eventually(lambda: _finds(olive, film["server"], "revoked"), 15, every_s=0.5)
