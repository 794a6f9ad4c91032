"""Twenty thousand films on a slow phone: flung through and jumped through, without a stutter.

The phone is Chromium with its processor held back to a quarter. Figures are printed.
"""

import os
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.screen import Screen, open_screen, percentile, sign_in, violations
from tests.browser.test_library import unlimited_server
from tests.support import people
from tests.support.people import Person
from tests.support.processes import Sandbox, eventually, sandbox

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(180)]

FILMS = 20_000
SLOWER = 4
PHONE: dict[str, Any] = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
BLANK_S = 1.0
LONGEST_MS = 200
MOST_NODES = 900
COMPARED = 200
"""Characters of a title; the server cuts endless ones."""
JUMPS = 12

WATCH = """() => {
  const seen = (window.stutter = { frames: [], tasks: [] });
  let last = performance.now();
  const next = (now) => {
    seen.frames.push(now - last);
    last = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.tasks.push(entry.duration);
  }).observe({ entryTypes: ['longtask'] });
}"""
IN_VIEW = """() => {
  const inView = (li) => {
    const { top, bottom } = li.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  return [...document.querySelectorAll('[aria-label="Archive"] li')].filter(inView).map((li) => ({
    place: Number(li.ariaPosInSet) - 1,
    title: li.querySelector('a p')?.textContent ?? null,
    shown: Boolean(li.querySelector('a')),
  }));
}"""

FILLED = f"() => {{ const all = ({IN_VIEW})(); return all.length && all.every((e) => e.shown); }}"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox(tmp_path_factory.mktemp("empty"), "--extra-films", str(FILMS)) as running:
        yield running


@pytest.fixture(scope="module")
def phone(
    browser: Browser, archive: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Screen, list[str]]]:
    """A phone in the archive, and the titles as the server has them in order."""
    with unlimited_server(tmp_path_factory.mktemp("archive") / "data", archive) as running:
        olive = people.owner(running, archive)
        key = section_of(olive, "Archive")
        screen = open_screen(browser, 360, 800, **PHONE)
        sign_in(screen.page, running.url)
        screen.page.goto(f"{running.url}library?section={key}")
        expect(screen.page.get_by_text("20,000 films")).to_be_visible()
        until_filled(screen.page)
        yield screen, titles_of(archive, key)
        screen.context.close()


def section_of(olive: Person, title: str) -> str:
    """The key of a library."""
    server_id = olive.get("api/plex/servers")[0]["id"]
    libraries = olive.get(f"api/plex/servers/{server_id}/libraries")
    return next(str(each["key"]) for each in libraries if each["title"] == title)


def titles_of(plex: Sandbox, section: str) -> list[str]:
    """All titles of a section in their order, as Plex itself has them."""
    answer = httpx2.get(
        f"{plex.url}/library/sections/{section}/all",
        params={"sort": "titleSort", "type": 1},
        headers={"X-Plex-Token": plex.token, "Accept": "application/json"},
        timeout=60,
    )
    return [each["title"] for each in answer.json()["MediaContainer"]["Metadata"]]


def until_filled(page: Page, seconds: float = 10) -> float:
    """Until every place in view has its title; how long that took."""
    started = time.monotonic()
    page.wait_for_function(FILLED, polling=50, timeout=seconds * 1000)
    return time.monotonic() - started


def fling(line: CDPSession, page: Page) -> None:
    """A quick stroke upwards, and on until the list has come to rest."""
    _touch(line, "touchStart", 600)
    for y in range(560, 160, -50):
        _touch(line, "touchMove", y)
    _touch(line, "touchEnd")
    page.wait_for_function(
        """() => new Promise((done) => {
          let before = -1;
          const look = () => {
            if (scrollY === before) return done(true);
            before = scrollY;
            setTimeout(look, 60);
          };
          look();
        })"""
    )


def _touch(line: CDPSession, kind: str, y: float | None = None, x: float = 150) -> None:
    points = [] if y is None else [{"x": x, "y": y}]
    line.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def report(page: Page, what: str) -> tuple[float, float]:
    """Prints and forgets what was seen: 95th percentile of frames and longest task, in ms."""
    seen = page.evaluate(
        "(() => { const s = window.stutter; return JSON.parse(JSON.stringify(s)); })()"
    )
    page.evaluate("window.stutter.frames.length = window.stutter.tasks.length = 0")
    frames, longest = sorted(seen["frames"]), max(seen["tasks"], default=0.0)
    p95 = percentile(frames, 0.95)
    print(
        f"\n{what}: {len(frames)} frames, p50 {percentile(frames, 0.5):.0f} ms, p95 {p95:.0f} ms, "
        f"{len(seen['tasks'])} tasks over 50 ms, the longest {longest:.0f} ms"
    )
    return p95, longest


def busyness() -> float:
    """How many times as long anything takes as on a machine with nothing else to do."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def wrong(page: Page, titles: list[str]) -> list[str]:
    """What in view is another title than the list has at its place; empty places too."""
    return [
        f"{each['place']}: {each['title']!r} for {titles[each['place']]!r}"
        for each in page.evaluate(IN_VIEW)
        if (each["title"] or "")[:COMPARED] != titles[each["place"]].strip()[:COMPARED]
    ]


def test_twenty_thousand_films_are_flung_and_jumped_through(
    phone: tuple[Screen, list[str]],
) -> None:
    screen, titles = phone
    page = screen.page
    line = screen.context.new_cdp_session(page)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.evaluate(WATCH)
    blanks: list[float] = []
    busy = busyness()
    for _ in range(6):
        fling(line, page)
        blanks.append(until_filled(page))
    assert wrong(page, titles) == []
    assert page.evaluate("scrollY") > 2000
    longest = [report(page, "six flings")[1]]

    rail = page.get_by_role("slider", name="Letters")
    rail.focus()
    for jump in range(JUMPS):
        page.keyboard.press("PageDown" if jump % 4 == 3 else "ArrowDown")
        blanks.append(until_filled(page))
        assert wrong(page, titles) == []
    longest.append(report(page, f"{JUMPS} letters")[1])
    rail.press("Home")
    until_filled(page)

    # One finger down the whole rail: what it passes is not asked for.
    box = rail.bounding_box()
    assert box is not None
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    x = box["x"] + box["width"] / 2
    _touch(line, "touchStart", box["y"] + 4, x)
    for step in range(60):
        _touch(line, "touchMove", box["y"] + 4 + (box["height"] - 8) * step / 59, x)
    _touch(line, "touchEnd")
    blanks.append(until_filled(page))
    assert wrong(page, titles) == []
    assert rail.get_attribute("aria-valuenow") == rail.get_attribute("aria-valuemax")
    longest.append(report(page, "a finger along the letters")[1])
    pages = [url for url in asked if re.search("/items\\?.*start=", url)]
    nodes = page.evaluate("document.querySelectorAll('*').length")
    blanks.sort()
    print(
        f"empty after coming to rest: p50 {percentile(blanks, 0.5):.2f} s, most {blanks[-1]:.2f} s;"
        f" {nodes} nodes; {len(pages)} pages asked for by the finger; busy {busy:.1f}"
    )
    assert percentile(blanks, 0.8) < BLANK_S * busy
    assert max(longest) < LONGEST_MS * busy
    assert nodes < MOST_NODES
    assert len(pages) < 20
    line.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    assert violations(screen) == []
    assert screen.complaints == []


def test_going_back_finds_the_place_again(phone: tuple[Screen, list[str]]) -> None:
    screen, titles = phone
    page = screen.page
    rail = page.get_by_role("slider", name="Letters")
    rail.press("Home")
    rail.press("ArrowDown")
    rail.press("ArrowDown")
    until_filled(page)
    place = page.evaluate(IN_VIEW)[0]["place"]
    before = page.evaluate("scrollY")
    page.locator(f'[aria-label="Archive"] li[aria-posinset="{place + 4}"] a').tap()
    expect(page.get_by_role("heading", level=1)).to_have_text(titles[place + 3])
    page.go_back()
    until_filled(page)
    eventually(lambda: abs(page.evaluate("scrollY") - before) < 4)
    assert wrong(page, titles) == []
