"""A group of three in three browsers: asked if they are ready, together, one out for a while.

Figures are printed; `pytest -s` shows them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.first_party import take_seats
from tests.browser.screen import Screen, open_phone, open_screen, violations
from tests.support import people
from tests.support.people import films, party
from tests.support.processes import Sandbox, eventually, server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

TOGETHER_MS = 1_000
"""Three browsers on two processors draw their first picture when they get to it; who did not
start at the common moment would be seconds away."""
TOGETHER = re.compile(r"^everyone within \d+ ms$")


@dataclass
class Group:
    """The host, a guest at a desk, and one on a phone."""

    host: Screen
    ann: Screen
    ben: Screen

    @property
    def all(self) -> tuple[Screen, Screen, Screen]:
        return self.host, self.ann, self.ben

    @property
    def others(self) -> tuple[Screen, Screen]:
        return self.host, self.ben


@pytest.fixture(scope="module")
def group(
    browser: Browser, coded_plex: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Group]:
    data = tmp_path_factory.mktemp("group") / "data"
    with server(data, coded_plex, stream_rendition="480p", stream_direct="false") as running:
        olive = people.owner(running, coded_plex)
        room = f"{running.url}r/{party(olive, films(olive)[0])}"
        host, ann = open_screen(browser), open_screen(browser)
        ben = open_phone(browser)
        take_seats(running, room, host, Ann=ann, Ben=ben)
        yield Group(host, ann, ben)
        for screen in (host, ann, ben):
            screen.context.close()


def _pill(screen: Screen, words: str | re.Pattern[str]) -> Locator:
    """The pill, which is there also while the bars have faded."""
    return screen.page.get_by_role("button", name=words)


def _touched(screen: Screen) -> None:
    """As somebody who watches would: the film may sound now, and the bars show."""
    screen.page.mouse.move(120, 120)
    screen.page.mouse.down()
    screen.page.mouse.up()


def test_1_PB21_all_are_asked_and_start_together(group: Group) -> None:
    host, ann, ben = group.all
    for screen in group.all:
        _touched(screen)
        screen.watch()
    host.page.get_by_role("button", name="Ask if everyone is ready").click()
    for screen in (ann, ben):
        expect(screen.page.get_by_text("olive asks if you are ready")).to_be_visible()
        assert violations(screen) == []
    ann.page.keyboard.press("Enter")
    expect(host.page.get_by_text("2 of 3 ready")).to_be_visible()
    for screen in group.all:
        screen.forget()
    ben.page.get_by_role("button", name="I'm ready").tap()
    for screen in group.all:
        expect(screen.page.get_by_text("Starting in 3")).to_be_attached()
    for screen in group.all:
        screen.until_state("playing")
        screen.until_pictures(30, 20)
    starts = [min(at_s for n, at_s in screen.seen().items() if n > 0) for screen in group.all]
    apart_ms = (max(starts) - min(starts)) * 1000
    print(f"\nfirst moving picture on three screens within {apart_ms:.1f} ms")
    assert apart_ms < TOGETHER_MS


def test_2_SYN1_the_spread_is_shown_to_everybody(group: Group) -> None:
    for screen in group.all:
        expect(_pill(screen, TOGETHER)).to_be_attached(timeout=30_000)
        print(f"\n{_pill(screen, TOGETHER).inner_text()}")
    group.host.page.mouse.move(300, 300)
    _pill(group.host, TOGETHER).click()
    table = group.host.page.get_by_role("table")
    expect(table.get_by_role("rowheader", name="Ann")).to_be_visible()
    expect(group.host.page.get_by_text("by the reports of 3 screens")).to_be_visible()
    assert violations(group.host) == []
    group.host.page.keyboard.press("Escape")


def test_3_PB22_one_steps_out_and_comes_back(group: Group) -> None:
    ann = group.ann
    ann.page.keyboard.press("o")
    expect(ann.page.get_by_text("You stepped out", exact=True)).to_be_visible()
    for screen in group.others:
        expect(_pill(screen, "Ann stepped out")).to_be_attached()
    assert violations(ann) == []
    eventually(lambda: ann.state()["motion"] == "stopped")
    for screen in group.others:
        screen.forget()
        screen.until_pictures(20)
    ann.page.get_by_role("button", name="Come back").last.click()
    eventually(lambda: ann.state()["motion"] == "running")
    for screen in group.all:
        expect(_pill(screen, TOGETHER)).to_be_attached(timeout=20_000)


def test_4_PB18_the_speed_is_everybodys(group: Group) -> None:
    group.host.page.keyboard.press(">")
    for screen in group.all:
        expect(screen.page.get_by_role("button", name="speed 1.25×")).to_be_attached()
    group.host.page.keyboard.press("<")
    for screen in group.all:
        expect(screen.page.get_by_role("button", name="speed 1.25×")).not_to_be_attached()


def test_5_MEM3_a_guest_learns_what_they_can_do(group: Group) -> None:
    before = group.host.state()["revision"]
    group.ann.page.keyboard.press("k")
    expect(group.ann.page.get_by_text("olive steers this party")).to_be_visible()
    assert group.host.state()["revision"] == before


def test_6_a_jump_is_taken_back_by_whom_it_befell(group: Group) -> None:
    page = group.host.page
    page.get_by_role("tab", name=re.compile("People")).click()
    page.get_by_role("button", name="What to do about Ann").click()
    page.get_by_role("menuitemcheckbox", name="May steer").click()
    page.keyboard.press("Escape")
    expect(group.ben.page.get_by_role("tab", name=re.compile("People"))).to_be_visible()
    group.ben.page.get_by_role("tab", name=re.compile("People")).tap()
    expect(group.ben.page.get_by_text("may steer")).to_be_visible()
    left_s = group.host.state()["position_s"]
    group.ann.page.keyboard.press("l")
    page.get_by_role("button", name="Undo").click()
    expect(group.ann.page.get_by_text("olive skipped to")).to_be_visible()
    for screen in group.all:
        screen.until_state("playing", 20)
    assert abs(group.host.state()["position_s"] - left_s) < 8


def test_7_nobody_complained(group: Group) -> None:
    for screen in group.all:
        assert screen.complaints == []
