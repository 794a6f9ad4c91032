"""Misbehaviour on order: faults, bursts, restarts, revoked tokens, wild answers."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from plexsandbox.faults import BadFault, Faults, parse_fault
from plexsandbox.spoiling import compressed_bomb
from plexsandbox.wild import Wild, Wildness
from tests.sandbox.client import Client, Playback
from tests.sandbox.conftest import opened, started
from tests.sandbox.test_sign_in import ask as ask_account
from tests.sandbox.test_sign_in import sign_in

LIBRARY = "/library/sections"


async def order(client: Client, **body: Any) -> None:
    answer = await client.http.post("/sandbox/faults", json=body)
    assert answer.status_code == 200, answer.text


async def test_several_faults_each_on_its_path(plexbox: Client) -> None:
    faults = [
        {"mode": "error", "status": 500, "match": "/hubs", "count": 1},
        {"mode": "rate_limited", "match": "/library/sections", "retry_after_s": 7},
    ]
    await order(plexbox, faults=faults)
    assert (await plexbox.ask("/hubs")).status_code == 500
    assert (await plexbox.ask("/hubs")).status_code == 200
    limited = await plexbox.ask(LIBRARY)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "7")
    await order(plexbox, mode="unauthorized", match="/identity", keep=True)
    assert (await plexbox.ask("/identity")).status_code == 401
    listed = (await plexbox.http.get("/sandbox/faults")).json()["faults"]
    assert [(rule["mode"], rule["struck"]) for rule in listed] == [
        ("error", 1),
        ("rate_limited", 1),
        ("unauthorized", 1),
    ]
    await plexbox.http.delete("/sandbox/faults")
    assert (await plexbox.ask(LIBRARY)).status_code == 200


async def test_a_title_can_be_one_that_is_not_converted(plexbox: Client) -> None:
    await order(plexbox, mode="refusal", match="/decision", count=1)
    path = "/video/:/transcode/universal/decision"
    refused = (await plexbox.ask(path)).json()["MediaContainer"]
    assert refused["generalDecisionCode"] == 2000
    assert refused["transcodeDecisionCode"] == 4000


async def struck(raw: dict[str, Any], calls: int = 400) -> list[str | None]:
    faults = Faults()
    faults.order(parse_fault(raw))
    blows = [await faults.strike("/x") for _ in range(calls)]
    return [blow.mode if blow else None for blow in blows]


async def test_a_rate_is_kept_and_repeats_with_its_seed() -> None:
    raw = {"mode": "error", "rate": 0.3, "seed": 4}
    first = await struck(raw)
    assert 80 < first.count("error") < 160
    assert first == await struck(raw)
    assert first != await struck(raw | {"seed": 5})


async def test_bursts_are_bad_for_a_spell() -> None:
    raw = {
        "mode": "burst",
        "rate": 0.3,
        "burst_calls": 20,
        "kinds": ["error", "html"],
        "seed": 3,
    }
    met = await struck(raw)
    spells = [met[at : at + 20] for at in range(0, 400, 20)]
    assert all(None not in spell or set(spell) == {None} for spell in spells)
    assert 0 < sum(None not in spell for spell in spells) < 15
    assert {"error", "html"} < set(met)


@pytest.mark.parametrize(
    "raw", [{"mode": "burst", "kinds": ["burst"]}, {"rate": "often"}, {"mood": "error"}]
)
def test_what_is_not_understood_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(BadFault):
        parse_fault(raw)


async def test_false_answers(plexbox: Client) -> None:
    for mode, kind in (("html", "text/html"), ("xml_bomb", "text/xml")):
        await order(plexbox, mode=mode)
        answer = await plexbox.ask(LIBRARY)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
    assert answer.text.count("<!ENTITY") == 10
    await order(plexbox, mode="redirect", location="http://elsewhere.test/")
    assert (await plexbox.ask(LIBRARY)).headers["location"] == "http://elsewhere.test/"
    await order(plexbox, mode="compressed_bomb", size_bytes=8_000_000)
    assert len((await plexbox.ask(LIBRARY)).content) > 4_000_000
    await order(plexbox, mode="drip", bytes_per_s=1e9, match="/identity")
    assert (await plexbox.ask("/identity")).json()["MediaContainer"]["claimed"] is True


def test_a_bomb_is_small_and_valid() -> None:
    bomb = compressed_bomb(64_000_000)
    assert len(bomb) < 80_000
    assert len(json.loads(gzip.decompress(bomb))["MediaContainer"]["title"]) > 60_000_000


async def test_the_account_service_has_faults_of_its_own(plexbox: Client) -> None:
    token = await sign_in(plexbox, "olive")
    await order(plexbox, mode="error")
    assert (await ask_account(plexbox, "/api/v2/user", token)).status_code == 200
    await order(plexbox, mode="rate_limited", where="plextv")
    limited = await ask_account(plexbox, "/api/v2/user", token)
    assert (limited.status_code, limited.json()["errors"][0]["code"]) == (429, 1003)
    assert (await plexbox.ask(LIBRARY)).status_code == 200


async def test_a_revoked_token_is_refused_until_restored(plexbox: Client) -> None:
    frida, token = plexbox.as_user("frida"), await sign_in(plexbox, "frida")

    async def statuses() -> tuple[int, int]:
        server = await frida.ask(LIBRARY)
        return server.status_code, (await ask_account(plexbox, "/api/v2/user", token)).status_code

    await plexbox.http.post("/sandbox/tokens/revoke", json={"user": "frida", "where": "server"})
    assert await statuses() == (401, 200)
    await plexbox.http.post("/sandbox/tokens/revoke", json={"token": token})
    assert await statuses() == (401, 401)
    assert (await plexbox.ask(LIBRARY)).status_code == 200
    for name in ({"user": "frida"}, {"token": token}):
        await plexbox.http.post("/sandbox/tokens/restore", json=name)
    assert await statuses() == (200, 200)


async def test_a_restart_forgets_sessions_and_keeps_the_identity(plexbox: Client) -> None:
    playback = await Playback.of(plexbox)
    await playback.begin()
    before = await plexbox.get("/identity")
    assert (await plexbox.http.post("/sandbox/restart", json={"down_s": 60})).status_code == 200
    down = await plexbox.ask("/identity")
    assert (down.status_code, "Maintenance" in down.text) == (503, True)
    await plexbox.http.post("/sandbox/restart", json={"down_s": 0})
    assert await plexbox.get("/identity") == before
    assert (await playback.segment(0)).status_code == 404
    assert (await plexbox.get("/status/sessions"))["size"] == 0


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with started(tmp_path_factory.mktemp("faults")) as (_, ready):
        yield ready["url"]


def told(url: str, path: str, **body: Any) -> None:
    assert httpx2.post(f"{url}/sandbox/{path}", json=body).status_code == 200


def test_connections_break_on_order(url: str) -> None:
    for mode in ("reset", "truncated", "cut"):
        told(url, "faults", mode=mode)
        with pytest.raises(httpx2.TransportError):
            httpx2.get(f"{url}/identity")
    told(url, "faults", mode="none")
    told(url, "restart", down_s=60, mode="reset")
    with pytest.raises(httpx2.TransportError):
        httpx2.get(f"{url}/identity")
    told(url, "restart", down_s=0)
    assert httpx2.get(f"{url}/identity").status_code == 200


def test_a_server_can_be_silent_until_it_is_back(url: str) -> None:
    told(url, "restart", down_s=60, mode="silent")
    with pytest.raises(httpx2.ReadTimeout):
        httpx2.get(f"{url}/identity", timeout=0.3)
    told(url, "restart", down_s=0)
    assert httpx2.get(f"{url}/identity").status_code == 200


def test_an_endless_answer_has_no_end_and_a_restart_breaks_it(url: str) -> None:
    told(url, "faults", mode="endless", match="/identity")
    with httpx2.stream("GET", f"{url}/identity") as answer:
        received = 0
        with pytest.raises(httpx2.TransportError):  # noqa: PT012 it has to be read to the break
            for block in answer.iter_bytes():
                received += len(block)
                if 1_000_000 < received < 1_000_000 + len(block) + 1:
                    told(url, "restart", down_s=0)
    assert received > 1_000_000
    told(url, "faults", mode="none")


async def test_wild_answers_differ_in_every_way(media_dir: Path) -> None:
    async with opened(media_dir, wild_rate=0.1, wild_seed=2) as client:
        path = "/library/sections/1/all"
        texts = [(await client.ask(path)).text for _ in range(6)]
        assert len(set(texts)) == 6
        assert any("null" in text for text in texts)
        xml = await client.ask(path, accept="*/*")
        assert xml.text.startswith("<?xml")
        await client.http.post("/sandbox/wild", json={"rate": 0})
        assert (await client.get(path))["size"] == 3
        refused = await client.http.post("/sandbox/wild", json={"kinds": ["polite"]})
        assert refused.status_code == 400


def test_wildness_is_seeded_and_can_be_huge() -> None:
    answer = {"MediaContainer": {"size": 1, "Metadata": [{"title": "T", "year": 1999}]}}

    def struck_twice(seed: int) -> list[Any]:
        wild = Wild(Wildness(rate=0.5, seed=seed, big_bytes=10))
        return [wild.spoiled("/x", answer) for _ in range(20)]

    assert struck_twice(1) == struck_twice(1)
    assert struck_twice(1) != struck_twice(2)
    huge = Wild(Wildness(rate=1.0, kinds=("big",))).spoiled("/x", answer)
    assert len(str(huge)) > 10_000_000
    assert Wild(Wildness(rate=1.0, match="/y")).spoiled("/x", answer) is answer
