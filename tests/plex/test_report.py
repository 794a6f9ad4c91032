"""What the owner is shown of Plex, and what they are advised to do."""

from dataclasses import replace

import pytest

from tests.plex.conftest import World
from watchtogether.plex.advice import AdviceCode, ServerLink, Situation, advise
from watchtogether.plex.figures import EndpointFigures

QUICK = EndpointFigures("item", calls=100, failed=0, failing=0.0, p50_ms=20.0, p95_ms=60.0)
WELL = Situation(
    servers=[ServerLink("Home", "local")],
    endpoints=[QUICK],
    asked=1_000,
    hit_rate=0.9,
    hedges=0,
    listening=True,
    redis="not_configured",
)


def test_nothing_is_advised_when_all_is_well() -> None:
    assert advise(WELL) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"servers": [ServerLink("Home", None)]}, "server_offline"),
        ({"servers": [ServerLink("Home", "relay")]}, "server_on_relay"),
        ({"endpoints": [replace(QUICK, failing=0.2)]}, "calls_fail"),
        ({"endpoints": [replace(QUICK, p95_ms=2_000.0)]}, "server_is_slow"),
        ({"hedges": 20}, "calls_hang"),
        ({"hit_rate": 0.3}, "few_hits"),
        ({"redis": "unreachable"}, "redis_away"),
        ({"listening": False}, "not_listening"),
    ],
)
def test_each_trouble_has_its_advice(change: dict[str, object], code: AdviceCode) -> None:
    (found,) = advise(replace(WELL, **change))  # type: ignore[arg-type]
    assert found.code == code


def test_few_calls_say_nothing_yet() -> None:
    early = replace(
        WELL, endpoints=[replace(QUICK, calls=5, failing=1.0)], asked=5, hit_rate=0.0, hedges=3
    )
    assert advise(early) == ()


async def test_the_owner_is_shown_what_was_measured(world: World) -> None:
    browser = await world.signed_in("olive")
    server = world.server_id
    for _ in range(3):
        await browser.get(f"/api/plex/servers/{server}/libraries")
    await browser.get("/api/plex/items/99999")
    report = (await browser.get("/api/admin/plex")).json()
    assert report["servers"] == [
        {
            "id": server,
            "name": "Sandbox Cinema",
            "owned": True,
            "version": report["servers"][0]["version"],
            "link": "local",
        }
    ]
    by_name = {each["endpoint"]: each for each in report["endpoints"]}
    assert (by_name["sections"]["calls"], by_name["item"]["failed"]) == (1, 0)
    sections = next(each for each in report["kinds"] if each["kind"] == "sections")
    assert (sections["asked"], sections["fresh"], sections["missed"]) == (3, 2, 1)
    assert report["received_bytes"]["library"] > 0
    assert report["redis"]["status"] == "not_configured"
    assert report["advice"] == []


async def test_others_are_shown_nothing(world: World) -> None:
    await world.signed_in("olive")
    frida = await world.signed_in("frida")
    answer = await frida.get("/api/admin/plex")
    assert (answer.status_code, answer.json()["code"]) == (403, "owner_needed")
    assert (await world.browser().get("/api/admin/plex")).status_code == 401
