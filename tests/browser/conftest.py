"""A real Chromium, a server and a sandbox with films whose pictures carry their numbers."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.firefox import launch_firefox
from tests.browser.screen import FLAGS, chromium_path
from tests.support.coded_film import make_coded_film
from tests.support.processes import Sandbox, sandbox

INTRO_S = (60, 150)


@pytest.fixture(scope="session")
def coded_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One film of three minutes and a show of two seasons, all with numbered pictures.

    The film says in English and German which second it is, and has an intro.
    """
    folder = tmp_path_factory.mktemp("coded")
    film = folder / "Movies" / "Numbers (2024)" / "Numbers (2024).mp4"
    make_coded_film(film, 180)
    intro = {"type": "intro", "start_s": INTRO_S[0], "end_s": INTRO_S[1]}
    film.with_suffix(".json").write_text(
        json.dumps({"title": "Numbers", "year": 2024, "markers": [intro]})
    )
    for code, word in (("en", "Second"), ("de", "Sekunde")):
        film.with_suffix(f".{code}.srt").write_text(
            "\n".join(_cue(number, f"<i>{word} {number}</i>") for number in range(180)),
            encoding="utf-8",
        )
    for season in (1, 2):
        for episode in (1, 2):
            name = f"Counting - S{season:02}E{episode:02}.mp4"
            make_coded_film(folder / "TV" / "Counting" / f"Season {season}" / name, 40)
    return folder


def _cue(at_s: int, words: str) -> str:
    time = f"00:{at_s // 60:02}:{at_s % 60:02}"
    return f"{at_s + 1}\n{time},000 --> {time},990\n{words}\n"


@pytest.fixture(scope="session")
def coded_plex(coded_library: Path) -> Iterator[Sandbox]:
    with sandbox(coded_library) as running:
        yield running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium with its own autoplay policy: what users have."""
    launched = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
    yield launched
    launched.close()


@pytest.fixture(
    scope="session", params=["chromium", pytest.param("firefox", marks=pytest.mark.long)]
)
def each_browser(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Chromium, and in the long run Debian's Firefox, too."""
    if request.param == "chromium":
        yield request.getfixturevalue("browser")
        return
    launched = launch_firefox(
        request.getfixturevalue("playwright"), tmp_path_factory.mktemp("firefox")
    )
    yield launched
    launched.close()
