"""What goes beside the film: everybody's own subtitles, small pictures along the bar, and the intro
that is skipped for all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import INTRO_S
from tests.browser.first_party import take_seats
from tests.browser.screen import Screen, open_phone, open_screen, violations
from tests.support import people
from tests.support.people import films, party
from tests.support.processes import Sandbox, eventually, server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@dataclass
class Readers:
    """The host at a desk, and a guest on a phone."""

    host: Screen
    guest: Screen


@pytest.fixture(scope="module")
def readers(
    each_browser: Browser, coded_plex: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Readers]:
    with server(
        tmp_path_factory.mktemp("subtitles") / "data", coded_plex, stream_rendition="480p"
    ) as running:
        olive = people.owner(running, coded_plex)
        film = next(each for each in films(olive) if each["title"] == "Numbers")
        room = f"{running.url}r/{party(olive, film)}"
        host = open_screen(each_browser)
        guest = open_phone(each_browser)
        take_seats(running, room, host, Ann=guest)
        host.page.keyboard.press("Space")
        for screen in (host, guest):
            screen.until_state("playing")
            screen.watch()
            screen.until_pictures(5)
        yield Readers(host, guest)
        for screen in (host, guest):
            assert screen.complaints == []
            screen.context.close()


def _said(screen: Screen, word: str) -> Locator:
    return screen.page.get_by_text(re.compile(rf"^{word} \d+$"))


def _written(screen: Screen, word: str, after: int) -> tuple[int, float] | None:
    """The second that is written, and how far into it the film is; None up to `after`."""
    at_s, written = screen.page.evaluate(
        """(word) => [
          document.querySelector("video").currentTime,
          [...document.querySelectorAll("section p span")]
            .map((each) => new RegExp(`^${word} (\\\\d+)$`).exec(each.textContent)?.[1])
            .find((each) => each !== undefined) ?? null,
        ]""",
        word,
    )
    if written is None or int(written) <= after:
        return None
    return int(written), float(at_s) - int(written)


def test_1_STR6_by_mouse_for_oneself_alone(readers: Readers) -> None:
    host, guest = readers.host, readers.guest
    host.page.mouse.move(400, 300)
    host.page.get_by_role("button", name="Subtitles").click()
    expect(host.page.get_by_role("menuitemradio", name="Off")).to_be_checked()
    host.page.get_by_role("menuitemradio", name="English").click()
    expect(_said(host, "Second").first).to_be_visible()
    host.page.keyboard.press("Escape")
    expect(host.page.get_by_role("menu")).to_have_count(0)
    assert violations(host) == []
    expect(_said(guest, "Second")).to_have_count(0)


def test_2_STR6_what_is_written_is_what_is_on(readers: Readers) -> None:
    seen: list[float] = []
    last = -1
    for _ in range(5):
        written = eventually(partial(_written, readers.host, "Second", last), 5)
        assert written is not None
        last, apart_s = written
        seen.append(apart_s)
    print(f"\nseconds into what is written: {[f'{each:.2f}' for each in seen]}")
    assert all(-0.2 < each < 1.3 for each in seen)


def test_3_STR6_by_keyboard_alone(readers: Readers) -> None:
    page = readers.host.page
    page.bring_to_front()  # Firefox's keys go where the focus is
    page.keyboard.press("c")
    expect(_said(readers.host, "Second")).to_have_count(0)
    page.keyboard.press("c")
    expect(_said(readers.host, "Second").first).to_be_visible()
    page.get_by_role("button", name="Subtitles").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitemradio", name="English")).to_be_checked()
    german = page.get_by_role("menuitemradio", name=re.compile("German|Deutsch"))
    for _ in range(6):
        if german.evaluate("each => each === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(_said(readers.host, "Sekunde").first).to_be_visible()
    page.keyboard.press("Escape")


def test_4_on_a_phone_in_a_size_of_their_own(readers: Readers) -> None:
    guest, page = readers.guest, readers.guest.page
    page.bring_to_front()
    guest.tap((180, 120))
    guest.tap(page.get_by_role("button", name="Subtitles"))
    guest.tap(page.get_by_role("menuitemradio", name="English"))
    said = _said(readers.guest, "Second").first
    expect(said).to_be_visible()
    before = said.evaluate("each => parseFloat(getComputedStyle(each).fontSize)")
    if page.get_by_role("menu").count() == 0:
        guest.tap((180, 120))
        guest.tap(page.get_by_role("button", name="Subtitles"))
    guest.tap(page.get_by_role("menuitemradio", name="XL"))
    size = "each => parseFloat(getComputedStyle(each).fontSize)"
    eventually(lambda: _said(readers.guest, "Second").first.evaluate(size) > before, 5)
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    assert violations(guest) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_5_they_come_back_with_a_reload(readers: Readers) -> None:
    page = readers.host.page
    page.bring_to_front()
    page.reload()
    readers.host.until_joined()
    expect(_said(readers.host, "Sekunde").first).to_be_visible(timeout=15_000)


_PICTURED = """(each) => {
  const pen = document.createElement("canvas").getContext("2d");
  pen.canvas.width = 320;
  pen.drawImage(each, 0, 0, 320, 180);
  const pixels = pen.getImageData(0, 12, 320, 1).data;
  return Array.from({ length: 16 }, (_, bit) => (pixels[(bit * 16 + 8) * 4] > 128 ? 1 : 0))
    .reduce((number, bit) => number * 2 + bit, 0);
}"""
"""Which frame of the film a small picture shows."""


def test_6_STR8_small_pictures_along_the_bar_by_mouse_and_keyboard(readers: Readers) -> None:
    host, page = readers.host, readers.host.page
    bar = page.get_by_role("slider", name="Position in the film")
    picture = bar.locator("img")
    page.mouse.move(400, 300)
    box, stage = (
        bar.bounding_box(),
        page.get_by_role("region", name="Film", exact=True).bounding_box(),
    )
    assert box is not None
    assert stage is not None
    for share in (0.0, 0.25, 0.5, 1.0):
        page.mouse.move(box["x"] + share * (box["width"] - 1), box["y"] + box["height"] / 2)
        expect(picture).to_be_visible()
        eventually(partial(_shows, picture, min(180 * share, 178)), 5)
        shown = picture.bounding_box()
        assert shown is not None
        assert shown["x"] >= stage["x"]
        assert shown["x"] + shown["width"] <= stage["x"] + stage["width"]
        assert shown["y"] >= stage["y"]
    assert violations(host) == []
    page.mouse.move(400, 300)
    expect(picture).to_have_count(0)
    bar.press("ArrowRight")
    expect(picture).to_be_visible()
    eventually(lambda: abs(_frame_s(picture) - _position_s(host)) <= 8, 5)
    expect(picture).to_have_count(0)
    bar.press("ArrowLeft")


def _shows(picture: Locator, at_s: float) -> bool:
    return abs(_frame_s(picture) - at_s) <= 2.1


def _frame_s(picture: Locator) -> float:
    return float(picture.evaluate(_PICTURED)) / 30


def test_7_STR7_the_intro_is_skipped_for_everybody_by_who_may(readers: Readers) -> None:
    host, guest = readers.host, readers.guest
    host.until_state("playing")
    host.watch()
    host.until_pictures(3)
    host.page.get_by_role("slider", name="Position in the film").press("PageUp")
    skip = host.page.get_by_role("button", name="Skip the intro")
    expect(skip).to_be_visible()
    assert violations(host) == []
    expect(guest.page.get_by_role("button", name="Skip the intro")).to_have_count(0)
    host.page.keyboard.press("s")
    eventually(lambda: min(map(_position_s, (host, guest))) >= INTRO_S[1] - 0.1, 10)
    expect(skip).to_have_count(0)


def _position_s(screen: Screen) -> float:
    return float(screen.page.evaluate("document.querySelector('video').currentTime"))
