"""Through the library by mouse, by keyboard alone and on a phone: from a shelf to a party.

The sandbox makes up a few hundred films and shows beside the numbered ones.
"""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screen import Screen, open_screen, sign_in, violations
from tests.support import people
from tests.support.people import party
from tests.support.processes import Sandbox, Server, sandbox, server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PHONE: dict[str, Any] = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
FILMS = 400
UNLIMITED = (
    "-c",
    "import watchtogether.plex.asking as asking;"
    "from watchtogether.cli import app;"
    "from watchtogether.kit.rate_limit import Tier;"
    "asking.PLEX = Tier('plex', 1_000_000, 60, 1);"
    "app(['serve'])",
)


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Server, Sandbox, people.Person]]:
    empty = tmp_path_factory.mktemp("empty")
    with (
        sandbox(empty, "--extra-films", str(FILMS), "--extra-shows", "12") as plex,
        unlimited_server(tmp_path_factory.mktemp("library") / "data", plex) as running,
    ):
        yield running, plex, people.owner(running, plex)


@contextlib.contextmanager
def unlimited_server(data: Path, plex: Sandbox) -> Iterator[Server]:
    """A server without its limit of calls to Plex: tests browse quicker than people do."""
    with server(data, plex) as running:
        running.stop()
        running.program = UNLIMITED
        running.start()
        yield running


@pytest.fixture
def desk(browser: Browser, house: tuple[Server, Sandbox, people.Person]) -> Iterator[Screen]:
    yield from _signed_in(open_screen(browser), house[0])


@pytest.fixture
def phone(browser: Browser, house: tuple[Server, Sandbox, people.Person]) -> Iterator[Screen]:
    yield from _signed_in(open_screen(browser, 360, 800, **PHONE), house[0])


def _signed_in(screen: Screen, running: Server) -> Iterator[Screen]:
    sign_in(screen.page, running.url)
    yield screen
    assert screen.complaints == []
    screen.context.close()


def count(page: Page) -> int:
    """How many films the page says there are."""
    line = page.get_by_role("status").filter(has_text=re.compile(r"^[\d,]+ films?$"))
    expect(line).to_be_visible()
    return int(line.inner_text().split()[0].replace(",", ""))


def first_titles(page: Page) -> list[str]:
    cards = page.get_by_role("list", name="Archive").get_by_role("link")
    expect(cards.first).to_be_visible()
    return [each.splitlines()[0] for each in cards.all_inner_texts()[:6]]


def test_by_mouse_from_a_filter_to_a_party(desk: Screen) -> None:
    page = desk.page
    page.get_by_role("link", name="Library").click()
    page.get_by_role("tab", name="Archive").click()
    assert count(page) == FILMS
    page.get_by_role("button", name="Unwatched").click()
    expect(page.get_by_role("button", name="Unwatched")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Genre").click()
    page.get_by_label("Search in Genre").fill("com")
    page.get_by_label("Comedy").check()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Search in Genre")).to_have_count(0)  # it fades first
    expect(page.get_by_role("button", name="Take away Genre: Comedy")).to_be_visible()
    fewer = count(page)
    assert 0 < fewer < FILMS
    assert violations(desk) == []

    page.get_by_label("Sort").select_option("Year")
    years = _years(page)
    assert years == sorted(years, reverse=True)
    page.get_by_role("button", name="turn it round").click()
    expect(page).to_have_url(re.compile("order=asc"))
    years = _years(page)
    assert years == sorted(years)

    # All of it stands in the address: a reload keeps it, and back takes one step.
    page.reload()
    assert count(page) == fewer
    page.go_back()
    expect(page).to_have_url(re.compile("order=desc"))
    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_role("button", name=re.compile("Take away"))).to_have_count(0)

    page.get_by_role("list", name="Archive").get_by_role("link").nth(2).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("[Vv]ersion"))).to_be_visible()
    assert violations(desk) == []
    page.get_by_role("button", name="Start a party with this").click()
    page.wait_for_url("**/r/*")
    desk.until_joined()


def _years(page: Page) -> list[int]:
    cards = page.get_by_role("list", name="Archive").get_by_role("link")
    expect(cards.first).to_be_visible()
    return [int(each.splitlines()[-1]) for each in cards.all_inner_texts()[:8]]


def test_by_keyboard_alone_from_the_letters_to_a_title(desk: Screen) -> None:
    page = desk.page
    shelf = page.get_by_role("region", name="Recently added").get_by_role("link")
    shelf.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(shelf.nth(2)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(shelf.nth(1)).to_be_focused()

    page.get_by_role("link", name="Library").focus()
    page.keyboard.press("Enter")
    page.get_by_role("tab").first.focus()
    for _ in range(6):
        if page.get_by_role("tab", name="Archive").get_attribute("aria-selected") == "true":
            break
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
    assert count(page) == FILMS
    rail = page.get_by_role("slider", name="Letters")
    rail.focus()
    page.keyboard.press("s")
    expect(rail).to_have_attribute("aria-valuetext", re.compile("^S, "))
    card = page.get_by_role("list", name="Archive").get_by_role("link", name=re.compile("^S")).first
    expect(card).to_be_visible()
    card.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    chosen = page.evaluate("document.activeElement.innerText.split('\\n')[0]")
    place = rail.get_attribute("aria-valuetext") or ""
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=chosen)).to_be_visible()

    page.go_back()
    expect(rail).to_have_attribute("aria-valuetext", place)
    page.keyboard.press("/")
    search = page.get_by_label("Search all libraries")
    expect(search).to_be_focused()
    page.keyboard.type("north")
    expect(page.get_by_role("heading", name="Films")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("region", name="Films").get_by_role("link").first).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    expect(search).to_have_value("")
    assert count(page) == FILMS


def test_on_a_phone_from_a_search_to_the_queue(
    phone: Screen, house: tuple[Server, Sandbox, people.Person]
) -> None:
    running, _, olive = house
    page = phone.page
    page.goto(f"{running.url}r/{party(olive)}")
    phone.until_joined()
    page.get_by_role("tab", name="Queue").tap()
    page.get_by_role("button", name="Add something").tap()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Search all libraries").fill("the")
    episode = dialog.get_by_role("region", name="Episodes").get_by_role("button").first
    expect(episode).to_be_visible()
    assert _fits(page)
    episode.tap()
    expect(dialog.get_by_role("button", name="Add to the queue")).to_be_visible()
    seen = dialog.get_by_role("region", name="Who here has seen it")
    expect(seen.get_by_role("listitem").filter(has_text="olive")).to_be_visible()
    assert violations(phone) == []
    dialog.get_by_role("button", name="Add to the queue").tap()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("list", name="Queue").get_by_role("listitem")).to_have_count(1)


def test_on_a_phone_the_letters_are_dragged(phone: Screen) -> None:
    page = phone.page
    page.get_by_role("link", name="Library").tap()
    page.get_by_role("tab", name="Archive").tap()
    assert count(page) == FILMS
    before = first_titles(page)
    box = page.get_by_role("slider", name="Letters").bounding_box()
    assert box is not None
    assert box["width"] >= 44
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.6)
    expect(page.get_by_role("slider", name="Letters")).not_to_have_attribute("aria-valuenow", "0")
    assert first_titles(page) != before
    assert _fits(page)
    assert violations(phone) == []


def test_when_plex_is_away_what_was_there_is_shown_and_said(
    desk: Screen, house: tuple[Server, Sandbox, people.Person]
) -> None:
    page = desk.page

    def stale(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "stale": True})

    page.route("**/api/plex/libraries/*/items*", stale)
    page.goto(f"{house[0].url}library")
    page.get_by_role("tab", name="Archive").click()
    away = page.get_by_text("Plex is away. This is what was here before.")
    expect(away).to_be_visible(timeout=10_000)
    desk.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    desk.context.set_offline(False)
    expect(page.get_by_text("You are offline.")).to_have_count(0)


def _fits(page: Page) -> bool:
    """Nothing sticks out to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
