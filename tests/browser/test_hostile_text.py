"""Attack 57: what people and files say is text in a real browser (names, chat, titles, words)."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screen import open_screen, sign_in
from tests.support import people
from tests.support.coded_film import make_coded_film
from tests.support.people import films, guest
from tests.support.processes import Sandbox, sandbox, server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

IMAGE = "<img src=x onerror=window.pwned=1>"
CORPUS = (
    IMAGE,
    "<script>window.pwned=1</script>",
    "<svg/onload=window.pwned=1>",
    "<iframe srcdoc='<script>top.pwned=1</script>'>",
    "javascript:window.pwned=1",
    "[a link](javascript:window.pwned=1)",
    'https://example.org/"onmouseover="window.pwned=1',
    "https://example.org/<script>window.pwned=1</script>",
    "{{constructor.constructor('window.pwned=1')()}}",
    "&lt;script&gt;window.pwned=1&lt;/script&gt;",
    "</textarea></title><script>window.pwned=1</script>",
    "\u202e<script>window.pwned=1</script>",
)
LIVE = (
    "script:not([src]), iframe, object, embed, [onerror], [onload], [onmouseover], "
    "[srcdoc], a[href^='javascript:' i]"
)
"""What none of it may have become."""


@pytest.fixture(scope="module")
def hostile_plex(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A library whose owner lets others name things."""
    folder = tmp_path_factory.mktemp("hostile")
    film = folder / "Movies" / "Film (2024)" / "Film (2024).mp4"
    make_coded_film(film, 20)
    about = {"title": IMAGE, "year": 2024, "summary": " ".join(CORPUS), "tagline": CORPUS[1]}
    film.with_suffix(".json").write_text(json.dumps(about))
    said = "\n".join(CORPUS)
    film.with_suffix(".en.srt").write_text(f"1\n00:00:00,000 --> 00:00:20,000\n{said}\n")
    with sandbox(folder) as running:
        yield running


def _inert(page: Page) -> None:
    assert page.evaluate("window.pwned") is None
    assert page.locator(LIVE).count() == 0


def test_attack_57_what_people_and_files_say_is_text(
    browser: Browser, hostile_plex: Sandbox, tmp_path: Path
) -> None:
    with server(tmp_path / "data", hostile_plex, stream_rendition="480p") as running:
        olive = people.owner(running, hostile_plex)
        film = films(olive)[0]
        assert film["title"] == IMAGE
        chosen = {"server": film["server"], "rating_key": film["rating_key"]}
        code = olive.post("api/rooms", {"name": "<svg/onload=window.pwned=1>", **chosen})["code"]
        screen = open_screen(browser)
        page = screen.page
        sign_in(page, running.url)
        _inert(page)  # the title stands on the first page
        page.goto(f"{running.url}title/{film['server']}/{film['rating_key']}")
        expect(page.get_by_role("heading", name=IMAGE)).to_be_visible()
        _inert(page)
        page.goto(f"{running.url}r/{code}")
        screen.until_joined()
        writer = open_screen(browser)
        ann = guest(running, code, IMAGE)
        writer.context.add_cookies([{"name": "wt_session", "value": ann.token, "url": running.url}])
        writer.page.goto(f"{running.url}r/{code}")
        writer.until_joined()
        for words in CORPUS:
            writer.page.get_by_role("textbox").fill(words)
            writer.page.keyboard.press("Enter")
        for each in (page, writer.page):
            expect(each.get_by_text(CORPUS[-3], exact=True)).to_be_visible()
            expect(each.get_by_text(IMAGE, exact=True).first).to_be_visible()
            _inert(each)
        page.keyboard.press("c")
        expect(page.get_by_text("window.pwned=1").first).to_be_visible()
        page.get_by_role("tab", name="People").click()
        _inert(page)
        assert screen.complaints == writer.complaints == []
        screen.context.close()
        writer.context.close()
