"""Guests on phones, through a plain-HTTP address of the local network; and every page by axe.

Chromium is told to find the LAN address on this machine, so nothing leaves it; to the page it is
an address like any other, without https and without what browsers allow only there.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.browser.screen import (
    FLAGS,
    Screen,
    chromium_path,
    open_screen,
    percentile,
    skew_ms,
    summary,
    violations,
)
from tests.support import people
from tests.support.people import Person, films, party
from tests.support.processes import Sandbox, Server, server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

LAN = "192.168.77.20"
PHONE: dict[str, Any] = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@pytest.fixture(scope="module")
def lan_browser(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(
        executable_path=chromium_path(),
        args=[*FLAGS, f"--host-resolver-rules=MAP {LAN} 127.0.0.1"],
    )
    yield launched
    launched.close()


@pytest.fixture(scope="module")
def house(
    coded_plex: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Person]]:
    data = tmp_path_factory.mktemp("lan") / "data"
    with server(data, coded_plex, stream_rendition="480p", stream_direct="false") as running:
        yield running, people.owner(running, coded_plex)


def lan(running: Server, path: str = "") -> str:
    return f"http://{LAN}:{running.port}/{path}"


def enter(screen: Screen, address: str, name: str) -> None:
    screen.page.goto(address)
    screen.page.get_by_label("Your name").fill(name)
    screen.page.get_by_role("button", name="Join").click()
    screen.until_joined()


def fits(screen: Screen) -> bool:
    """Nothing sticks out to the side."""
    return bool(screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_two_phones_watch_through_a_lan_address(
    lan_browser: Browser, house: tuple[Server, Person]
) -> None:
    running, olive = house
    code = party(olive, films(olive)[0])
    olive.http.patch(f"api/rooms/{code}", json={"control": "everyone"}).raise_for_status()
    phones = [open_screen(lan_browser, 390, 844, **PHONE) for _ in range(2)]
    for phone, name in zip(phones, ("Ann", "Ben"), strict=True):
        enter(phone, lan(running, f"r/{code}"), name)
        assert phone.page.evaluate("isSecureContext") is False
        assert fits(phone)
    ann, ben = phones
    ann.page.get_by_role("button", name="Play", exact=True).tap()
    for phone in phones:
        phone.until_state("playing", 30)
        phone.watch()
        phone.until_pictures(60, 20)
    apart = skew_ms(ann.seen(), ben.seen())
    print(f"\ntwo phones on the LAN address: {summary(apart)}")
    assert percentile(apart, 0.95) < 100
    ben.page.get_by_label("Say something").fill("Hello from my phone")
    ben.page.keyboard.press("Enter")
    expect(ann.page.get_by_text("Hello from my phone")).to_be_visible()
    assert ann.complaints + ben.complaints == []
    for phone in phones:
        phone.context.close()


def test_the_owner_signs_in_on_the_lan_address_and_stays(
    lan_browser: Browser, house: tuple[Server, Person]
) -> None:
    running, _ = house
    screen = open_screen(lan_browser, 390, 844, **PHONE)
    screen.page.goto(lan(running))
    screen.page.get_by_label("Username").fill("olive")
    screen.page.get_by_label("Password").fill("a long enough password")
    screen.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(screen.page.get_by_role("button", name="Start a party").first).to_be_visible()
    screen.page.reload()
    expect(screen.page.get_by_role("button", name="Start a party").first).to_be_visible()
    assert fits(screen)
    assert screen.complaints == []
    screen.context.close()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(360, 800), (1440, 900)])
def test_every_page_by_axe(
    browser: Browser, house: tuple[Server, Person], size: tuple[int, int], theme: str
) -> None:
    running, olive = house
    film = films(olive)[0]
    code = party(olive, film)
    screen = open_screen(browser, *size, color_scheme=theme)
    paths = ["", f"r/{code}"]
    for path in paths:
        screen.page.goto(running.url + path)
        screen.page.wait_for_load_state("networkidle")
        assert violations(screen) == [], path or "sign-in"
        assert fits(screen), path
    screen.page.goto(running.url)
    screen.page.get_by_label("Username").fill("olive")
    screen.page.get_by_label("Password").fill("a long enough password")
    screen.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(screen.page.get_by_role("button", name="Start a party").first).to_be_visible()
    for path in ("", "library", "settings", f"r/{code}"):
        screen.page.goto(running.url + path)
        screen.page.wait_for_load_state("networkidle")
        assert violations(screen) == [], path or "home"
        assert fits(screen), path
    screen.context.close()
