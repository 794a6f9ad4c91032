"""How far apart two browsers show the same picture, read from the pictures."""

import time

from playwright.sync_api import sync_playwright
from tests.browser.screen import FLAGS, chromium_path, open_screen, skew_ms
from tests.support.people import Person, films, party
from tests.support.processes import Server, eventually

from bench.figures import Report, spread

WATCH_S = 20.0


def measure(report: Report, running: Server, olive: Person) -> None:
    """Two guests, one of whom may steer, on one machine and an ideal network."""
    code = party(olive, films(olive)[0])
    olive.http.patch(f"api/rooms/{code}", json={"control": "everyone"}).raise_for_status()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        screens = [open_screen(browser, 640, 480) for _ in range(2)]
        for number, screen in enumerate(screens):
            screen.page.goto(f"{running.url}r/{code}")
            screen.page.get_by_label("Your name").fill(f"Viewer {number}")
            screen.page.keyboard.press("Enter")
            eventually(lambda screen=screen: screen.state().get("phase") == "joined")
        screens[0].page.keyboard.press("Space")
        for screen in screens:
            eventually(lambda screen=screen: screen.state().get("state") == "playing", 30)
            screen.watch()
        eventually(lambda: min(screen.count() for screen in screens) > 60, 30)
        for screen in screens:
            screen.forget()
        deadline = time.monotonic() + WATCH_S
        eventually(lambda: time.monotonic() > deadline, WATCH_S + 5)
        apart = skew_ms(screens[0].seen(), screens[1].seen())
        browser.close()
    report.add("skew of two browsers, by pictures", spread(apart), f"{len(apart)} pictures")
