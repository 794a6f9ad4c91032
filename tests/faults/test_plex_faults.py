"""A Plex server that misbehaves during a party: clear words, and the party itself goes on."""

import itertools
from collections.abc import Iterator

import httpx2
import pytest

from tests.support.people import Person, films, guest, party, seat
from tests.support.processes import Sandbox, Server, eventually, timed_out


@pytest.fixture(autouse=True)
def well_again(olive: Person, plex: Sandbox) -> Iterator[None]:
    """After each test until Plex is asked again: a server that failed is left to rest a while."""
    yield
    plex.fault(mode="none")
    asked = itertools.count()

    def answers() -> bool:
        words = f"well again {next(asked)} {id(asked)}"
        return olive.http.get("api/plex/search", params={"q": words}).status_code == 200

    eventually(answers, 20, every_s=1.0)  # each asks Plex, and counts


def segment(person: Person, code: str, number: int) -> httpx2.Response:
    ticket = person.post(f"api/rooms/{code}/ticket")
    base = ticket["url"].removesuffix("/master.m3u8")
    return person.http.get(f"{base}/1/720p/{number}.ts", timeout=60)


@pytest.mark.parametrize(
    ("fault", "codes"),
    [
        ({"mode": "error", "status": 503}, {"plex_unreachable", "plex_busy", "plex_bad_answer"}),
        ({"mode": "garbage"}, {"plex_bad_answer"}),
        ({"mode": "unauthorized"}, {"plex_unauthorized"}),
        ({"mode": "slow", "delay_s": 20}, {"plex_slow"}),
    ],
)
async def test_8_a_fault_of_plex_is_named_and_chat_goes_on(
    running: Server, olive: Person, plex: Sandbox, fault: dict[str, object], codes: set[str]
) -> None:
    film = films(olive)[0]
    code = party(olive, film)
    ann = guest(running, code, "Ann")
    async with seat(olive, code) as host, seat(ann, code) as friend:
        plex.fault(**fault)
        with timed_out(6):
            answer = olive.http.get(
                "api/plex/search", params={"q": f"unheard {fault}", "server": film["server"]}
            )
        assert answer.json()["code"] in codes
        assert answer.json()["message"]
        sent = await friend.ask("chat:send", id="m1", text="is it broken?")
        assert sent["ok"]
        await host.until(lambda: host.events("chat:message"))
        assert (await host.command("playback:play"))["ok"]
