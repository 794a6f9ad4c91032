"""A member whose line carries 400 kbit/s of a film that needs several times that."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, expect

from tests.browser.screen import Screen, open_screen, sign_in
from tests.support import people
from tests.support.coded_film import make_coded_film
from tests.support.people import films, party
from tests.support.processes import Sandbox, sandbox, server, timed_out

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(300)]

NARROW_KBPS = 400
WIDE_KBPS = 100_000
FILM_S = 240
WAIT_LIMIT_S = 15
EASED = "Slowed a little so that Ben can keep up"
EXCUSED = re.compile("Ben can't keep up|[Gg]oing on without Ben")
"""Whether the third stall or a wait's limit excused them depends on how fast the machine is."""


@pytest.fixture(scope="module")
def busy_plex(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("busy")
    film = folder / "Movies" / "Snow (2024)" / "Snow (2024).mp4"
    make_coded_film(film, FILM_S, busy=True)
    with sandbox(folder) as running:
        yield running


@dataclass
class Uneven:
    """The host, and Ben on a line that can be made narrow."""

    host: Screen
    ben: Screen
    line: CDPSession


@pytest.fixture
def uneven(
    browser: Browser, busy_plex: Sandbox, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Uneven]:
    """Ben insists on the quality given, and has 20 s of film when his line gets narrow."""
    with server(
        tmp_path / "data", busy_plex, stream_rendition="480p", stream_direct="false"
    ) as running:
        olive = people.owner(running, busy_plex)
        room = f"{running.url}r/{party(olive, films(olive)[0])}"
        host, ben = open_screen(browser), open_screen(browser)
        ben.context.add_init_script(
            f"localStorage.setItem('watchtogether.quality', '{request.param}')"
        )
        sign_in(host.page, running.url)
        for screen, name in ((host, None), (ben, "Ben")):
            screen.page.goto(room)
            if name is not None:
                screen.page.get_by_label("Your name").fill(name)
                screen.page.keyboard.press("Enter")
            screen.until_joined()
        line = ben.context.new_cdp_session(ben.page)
        line.send("Network.enable")
        _until_loaded(ben, 20)
        _carry(line, NARROW_KBPS)
        yield Uneven(host, ben, line)
        assert host.complaints + ben.complaints == []
        host.context.close()
        ben.context.close()


@pytest.mark.parametrize("uneven", ["480p"], indirect=True)
def test_PB19_PB20_who_has_400_kbit_a_second_is_eased_waited_for_excused_and_comes_back(
    uneven: Uneven,
) -> None:
    _watch_them_keep_up(uneven.host, uneven.ben, uneven.line)


@pytest.mark.parametrize("uneven", ["auto"], indirect=True)
def test_STR10_automatic_quality_keeps_up_on_400_kbit_a_second(uneven: Uneven) -> None:
    """Nobody waits for Ben, and he stays with the room in a size that his line carries."""
    host, ben = uneven.host, uneven.ben
    host.page.get_by_role("button", name="Play", exact=True).click()
    host.until_state("playing", 20)
    ben.page.mouse.move(400, 300)
    ben.page.get_by_role("button", name="Quality and sound").click()
    automatic = ben.page.get_by_role("menuitemradio", name="Automatic: 160p")
    expect(automatic).to_be_checked(timeout=60_000)
    ben.page.keyboard.press("Escape")
    host.watch()
    host.until_pictures(60 * 30, 75)
    assert host.state()["state"] == "playing"
    assert host.page.get_by_text(EXCUSED).count() == 0
    drift_s = ben.drift_s()
    assert drift_s is not None
    assert abs(drift_s) < 0.1


def _watch_them_keep_up(host: Screen, ben: Screen, line: CDPSession) -> None:
    host.page.get_by_role("button", name="Play", exact=True).click()
    host.until_state("playing", 20)
    host.watch()
    # Foreseen: the room runs a little slower before anybody has to wait, and says for whom.
    expect(host.page.get_by_text(EASED).first).to_be_attached(timeout=60_000)
    expect(ben.page.get_by_text("Slowed a little so that you can keep up").first).to_be_attached()
    assert host.state()["state"] == "playing"
    # Waited for twice, by name and no longer than the limit; then the party goes on without them.
    for _ in range(2):
        host.until_state("waiting", 60)
        expect(host.page.get_by_text("Waiting for Ben").first).to_be_attached()
        host.until_state("playing", WAIT_LIMIT_S + 2)
    expect(host.page.get_by_text(EXCUSED).first).to_be_attached(timeout=60_000)
    # The others are not held up any more: ten seconds without a wait.
    host.forget()
    host.until_pictures(10 * 30, 15)
    assert host.state()["state"] == "playing"
    # A wide line again: they are back in place, and counted again, without a word of theirs.
    _carry(line, WIDE_KBPS)
    ben.watch()
    with timed_out(60):
        expect(host.page.get_by_text(EXCUSED)).to_have_count(0, timeout=60_000)
    expect(host.page.get_by_role("button", name=re.compile("^everyone within"))).to_be_attached(
        timeout=20_000
    )
    drift_s = ben.drift_s()
    assert drift_s is not None
    assert abs(drift_s) < 0.1


def _until_loaded(screen: Screen, seconds: float) -> None:
    loaded = f"""() => {{
      const video = document.querySelector('video');
      return Boolean(video?.buffered.length) && video.buffered.end(0) >= {seconds};
    }}"""
    screen.page.wait_for_function(loaded, timeout=30_000)


def _carry(line: CDPSession, kbps: int) -> None:
    """What this browser's line carries from now on."""
    bytes_per_s = kbps * 1000 / 8
    line.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 5,
            "downloadThroughput": bytes_per_s,
            "uploadThroughput": bytes_per_s,
        },
    )
