"""The end of an episode in two browsers: what comes next, staying, and where they stopped."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.first_party import take_seats
from tests.browser.screen import Screen, open_phone, open_screen, violations
from tests.support import people
from tests.support.people import Json, Person, party
from tests.support.processes import Sandbox, eventually, server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@dataclass
class Pair:
    """The host at a desk, and a guest on a phone."""

    host: Screen
    ann: Screen

    @property
    def both(self) -> tuple[Screen, Screen]:
        return self.host, self.ann

    def in_state(self, state: str, seconds: float = 30) -> None:
        for screen in self.both:
            screen.until_state(state, seconds)

    def picture(self, name: str) -> None:
        """For who wants to look: `WATCHTOGETHER_PICTURES=folder`."""
        folder = os.environ.get("WATCHTOGETHER_PICTURES")
        if folder:
            for who, screen in (("host", self.host), ("phone", self.ann)):
                screen.page.screenshot(path=Path(folder) / f"{name}-{who}.png")


@pytest.fixture(scope="module")
def pair(
    each_browser: Browser, coded_plex: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    data = tmp_path_factory.mktemp("next") / "data"
    with server(data, coded_plex, stream_rendition="480p") as running:
        olive = people.owner(running, coded_plex)
        room = f"{running.url}r/{party(olive, _first_episode(olive))}"
        host = open_screen(each_browser)
        ann = open_phone(each_browser)
        take_seats(running, room, host, Ann=ann)
        for screen in (ann, host):
            screen.page.bring_to_front()  # Firefox's keys go where the focus is
            _touched(screen)
        yield Pair(host, ann)
        for screen in (host, ann):
            screen.context.close()


def _first_episode(olive: Person) -> Json:
    server_id = olive.get("api/plex/servers")[0]["id"]
    found = olive.get("api/plex/search", q="Counting", server=server_id)["items"]
    key = next(item["rating_key"] for item in found if item["kind"] == "show")
    for _ in range(2):
        items = olive.get(f"api/plex/items/{key}/children", server=server_id)["items"]
        key = items[0]["rating_key"]
    first: Json = items[0]
    return first


def _touched(screen: Screen) -> None:
    screen.page.mouse.move(120, 120)
    screen.page.mouse.down()
    screen.page.mouse.up()


def _card(screen: Screen) -> Locator:
    return screen.page.get_by_role("region", name="Next")


def _until(screen: Screen, name: str, wanted: Callable[[float], bool]) -> None:
    eventually(lambda: wanted(screen.state()[name]))


def _to_35_s(host: Screen) -> None:
    """By steps, while paused near the beginning."""
    for key in ("l", "l", "l", "ArrowRight"):
        host.page.keyboard.press(key)
    eventually(lambda: host.state()["position_s"] >= 35)


def _change_the_rule(host: Screen, *, on: bool) -> None:
    host.page.get_by_role("button", name="Party settings").click()
    rule = host.page.get_by_role("menuitemcheckbox", name="What comes next begins by itself")
    rule.click()
    expect(rule).to_be_checked(checked=on)
    host.page.keyboard.press("Escape")
    expect(rule).to_have_count(0)


def test_1_PB27_both_see_what_comes_next_and_who_may_stays(pair: Pair) -> None:
    _to_35_s(pair.host)
    pair.host.page.keyboard.press("k")
    pair.in_state("playing")
    for screen in pair.both:
        expect(_card(screen)).to_contain_text("Episode 2", timeout=30_000)
        expect(_card(screen)).to_contain_text("seconds")
        expect(screen.page.get_by_text("Next: S1 · E2")).to_be_attached()
        assert violations(screen) == []
    pair.picture("offer")
    expect(_card(pair.ann).get_by_role("button")).to_have_count(0)
    _card(pair.host).get_by_role("button", name="Stay here").click()
    for screen in pair.both:
        expect(_card(screen)).to_have_count(0)
        expect(screen.page.get_by_text("Staying here")).to_be_visible()
        assert screen.state()["state"] == "paused"


def test_2_PB28_without_the_rule_it_waits_and_with_it_both_go_on(pair: Pair) -> None:
    page = pair.host.page
    _change_the_rule(pair.host, on=False)
    page.keyboard.press("ArrowLeft")
    eventually(lambda: pair.host.state()["position_s"] < 36)
    page.keyboard.press("k")
    for screen in pair.both:
        expect(_card(screen)).to_be_visible(timeout=30_000)
        expect(_card(screen)).not_to_contain_text("second")
    expect(_card(pair.host).get_by_role("button", name="Play", exact=True)).to_be_visible()
    pair.picture("no-countdown")
    _change_the_rule(pair.host, on=True)
    for screen in pair.both:
        expect(_card(screen)).to_contain_text("second")
    for screen in pair.both:
        expect(screen.page.get_by_text("Now: Episode 2")).to_be_visible(timeout=20_000)
        expect(_card(screen)).to_have_count(0)
    pair.in_state("playing")
    for screen in pair.both:
        screen.watch()
        screen.until_pictures(10)


def test_3_PB30_what_they_left_goes_on_where_they_stopped(pair: Pair) -> None:
    page = pair.host.page
    page.keyboard.press("k")
    pair.in_state("paused")
    left_s = pair.host.state()["position_s"]
    for _ in range(int((34 - left_s) // 5)):
        page.keyboard.press("ArrowRight")
    eventually(lambda: pair.host.state()["position_s"] >= 29)
    page.keyboard.press("ArrowRight")
    eventually(lambda: pair.host.state()["position_s"] >= 30)
    left_s = pair.host.state()["position_s"]
    _put_on(pair, "1")
    _put_on(pair, "2")
    for screen in pair.both:
        expect(screen.page.get_by_text("where you stopped").first).to_be_visible()
    pair.picture("resumed")
    eventually(lambda: pair.host.state()["position_s"] >= left_s - 6)
    page.get_by_role("button", name="From the beginning").click()
    for screen in pair.both:
        _until(screen, "position_s", lambda position_s: position_s < 10)
    pair.in_state("playing")


def _put_on(pair: Pair, episode: str) -> None:
    page = pair.host.page
    revision = pair.host.state()["revision"]
    page.mouse.move(400, 300)
    page.get_by_role("button", name="Choose a film").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Search all libraries").press_sequentially("Counting")
    dialog.get_by_text("Counting").first.click()
    dialog.get_by_text("Season 1").first.click()
    dialog.get_by_text(f"Episode {episode}").first.click()
    dialog.get_by_role("button", name="Watch now").click()
    for screen in pair.both:
        _until(screen, "revision", lambda known: known > revision)


def test_4_nobody_complained(pair: Pair) -> None:
    for screen in pair.both:
        assert screen.complaints == []
