"""What a person sees and does in one browser window, and what its pictures say."""

import shutil
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.support.coded_film import READER
from tests.support.processes import eventually

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
_HARMLESS = ("Failed to load resource", "WebSocket connection")
"""Refused requests: of a server that was killed, or of a film the room has left behind."""


def chromium_path() -> str:
    """The system's Chromium."""
    found = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    assert found, "no Chromium: run `make test`, which installs it where it may"
    return found


@dataclass
class Screen:
    """One window of one person."""

    page: Page
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    @property
    def has_fingers(self) -> bool:
        """Firefox cannot be touched from outside: there a mouse stands in."""
        return not is_firefox(self.context.browser)

    def tap(self, at: Locator | tuple[int, int]) -> None:
        """By finger."""
        if isinstance(at, Locator):
            at.tap() if self.has_fingers else at.click()
        elif self.has_fingers:
            self.page.touchscreen.tap(*at)
        else:
            self.page.mouse.move(*at)

    def state(self) -> dict[str, Any]:
        """What the page says of itself; empty before a room is on screen."""
        found: dict[str, Any] = self.page.evaluate("window.__watchtogether?.state() ?? {}")
        return found

    def drift_s(self) -> float | None:
        found: float | None = self.page.evaluate("window.__watchtogether.drift()")
        return found

    def watch(self) -> None:
        """Begin to log every picture shown."""
        eventually(lambda: self.page.evaluate("window.watch_frames()"))
        self.page.evaluate("window.frames_seen.length = 0")

    def frame(self) -> int | None:
        """The number in the picture on screen now."""
        number: int | None = self.page.evaluate("window.read_frame && window.read_frame()")
        return number

    def seen(self) -> dict[int, float]:
        """Number → time it was first shown, in seconds on a clock that both windows share."""
        origin_s = self._navigation_start_s()
        shown: dict[int, float] = {}
        for number, display_ms, _, _ in self.page.evaluate("window.frames_seen"):
            if number is not None:
                shown.setdefault(number, origin_s + display_ms / 1000)
        return shown

    def until_joined(self, seconds: float = 15) -> None:
        eventually(lambda: self.state().get("phase") == "joined", seconds)

    def until_state(self, state: str, seconds: float = 15) -> None:
        eventually(lambda: self.state().get("state") == state, seconds)

    def until_pictures(self, count: int, seconds: float = 15) -> None:
        eventually(lambda: self.count() >= count, seconds)

    def until_shown(self, words: str, seconds: float = 15) -> None:
        eventually(lambda: words in self.page.content(), seconds)

    def forget(self) -> None:
        self.page.evaluate("window.frames_seen.length = 0")

    def count(self) -> int:
        return int(self.page.evaluate("(window.frames_seen || []).length"))

    def _navigation_start_s(self) -> float:
        if is_firefox(self.context.browser):
            return float(self.page.evaluate("performance.timeOrigin")) / 1000
        session = self.context.new_cdp_session(self.page)
        session.send("Performance.enable")
        metrics = session.send("Performance.getMetrics")["metrics"]
        session.detach()
        return float(next(m["value"] for m in metrics if m["name"] == "NavigationStart"))


def open_screen(browser: Browser, width: int = 1280, height: int = 800, **options: Any) -> Screen:
    """A new person's browser: nothing is shared with the others."""
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    context.add_init_script(READER)
    context.set_default_timeout(15_000)
    page = context.new_page()
    screen = Screen(page, context)
    page.on("console", lambda message: _note(screen, message.type, message.text))
    page.on("pageerror", lambda error: screen.complaints.append(f"page error: {error}"))
    return screen


def open_phone(browser: Browser) -> Screen:
    """A small one, with fingers; Firefox has no mobile mode to ask for."""
    mobile = {} if is_firefox(browser) else {"is_mobile": True}
    return open_screen(browser, 360, 800, has_touch=True, **mobile)


def is_firefox(browser: Browser | None) -> bool:
    return browser is not None and browser.browser_type.name == "firefox"


def sign_in(page: Page, url: str) -> None:
    """The owner of a test's server, by the form."""
    page.goto(url)
    page.get_by_label("Username").press_sequentially("olive")
    page.get_by_label("Password").press_sequentially("a long enough password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Start a party").first).to_be_visible()


def violations(screen: Screen) -> list[str]:
    """What axe finds against WCAG 2.2 AA."""
    screen.page.evaluate(AXE.read_text())
    found: list[str] = screen.page.evaluate(
        """async () => {
          const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
          const result = await axe.run(document, { runOnly: tags });
          return result.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html).join(' | '));
        }"""
    )
    return found


def skew_ms(one: dict[int, float], other: dict[int, float]) -> list[float]:
    """How far apart each picture was shown on two screens, in milliseconds, sorted."""
    return sorted(abs(one[n] - other[n]) * 1000 for n in one.keys() & other.keys())


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies; sorted input."""
    return values[min(len(values) - 1, int(share * len(values)))]


def summary(values: list[float]) -> str:
    median, p95 = statistics.median(values), percentile(values, 0.95)
    return f"n={len(values)} p50={median:.1f} p95={p95:.1f} max={values[-1]:.1f} ms"


def timed(work: Callable[[], Any]) -> float:
    """Seconds that something took."""
    started = time.monotonic()
    work()
    return time.monotonic() - started


def _note(screen: Screen, kind: str, text: str) -> None:
    if kind == "error" and not any(part in text for part in _HARMLESS):
        screen.complaints.append(text)
