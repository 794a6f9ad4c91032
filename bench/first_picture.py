"""From a press to moving pictures, beside what the sandbox Plex alone takes for the same segment.
`python -m bench.first_picture`.

Two presses: play, at once after opening a party whose film nobody has loaded, and a click on the
bar far from everything loaded. The floor is what a client of the sandbox needs for the steps that
cannot be left out (decision, start, index, the segment), measured in turns with ours.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from pydantic import SecretStr
from tests.browser.screen import FLAGS, chromium_path, open_screen, sign_in
from tests.stream.fakes import plain_client
from tests.support import people
from tests.support.coded_film import make_coded_film
from tests.support.people import films, party
from tests.support.processes import Sandbox, eventually, sandbox, server

from bench.figures import Report, machine, share, spread
from watchtogether.kit.clock import SystemClock
from watchtogether.kit.ids import AccountId, RatingKey, ServerId
from watchtogether.plex.client import PlexHttp, Product, ServerAccess
from watchtogether.plex.transcode import Order, PlexTranscoder

FILM_S, FAR_S = 900, 601.5
_WATCH = """() => {
  window.shown = [];
  for (const kind of ["pointerdown", "keydown"])
    addEventListener(kind, () => { window.pressed = performance.now(); window.shown = []; }, true);
  const video = document.querySelector("video");
  const seen = (now, meta) => {
    window.shown.push([meta.expectedDisplayTime, meta.mediaTime]);
    video.requestVideoFrameCallback(seen);
  };
  video.requestVideoFrameCallback(seen);
}"""
_MOVING = """(from_s) => {
  const found = window.shown.filter(([, at_s]) => Math.abs(at_s - from_s) < 30);
  return found.length < 2 ? null : found[1][0] - window.pressed;
}"""
"""Milliseconds from the press to the second picture near there; null before."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=20)
    asked = parser.parse_args()
    print(machine(), time.strftime("%Y-%m-%d"))
    with tempfile.TemporaryDirectory() as name:
        measure(Report(), Path(name), asked.films)


def measure(report: Report, folder: Path, count: int) -> None:
    first = folder / "media" / "Movies" / "Film 0 (2024)" / "Film 0 (2024).mp4"
    make_coded_film(first, FILM_S)
    for number in range(1, count):
        copy = first.parents[1] / f"Film {number} (2024)" / f"Film {number} (2024).mp4"
        copy.parent.mkdir()
        os.link(first, copy)
    times: dict[str, list[float]] = {}
    with (
        sandbox(folder / "media") as plex,
        server(folder / "data", plex, stream_rendition="480p", stream_direct="false") as running,
        sync_playwright() as playwright,
    ):
        olive = people.owner(running, plex)
        launched = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        page = _signed_in(launched, running.url)
        for item in films(olive)[:count]:
            key = RatingKey(str(item["rating_key"]))
            code = party(olive, item)
            page.goto(f"{running.url}r/{code}")
            eventually(lambda: page.evaluate("window.__watchtogether?.state().state") == "paused")
            page.get_by_role("button", name="Play", exact=True).wait_for()
            page.evaluate(_WATCH)
            page.keyboard.press("Space")
            _note(times, "play, nothing loaded", _moving(page, 0))
            _note(times, "floor of that", _alone(_floor(plex, key, 0)))
            page.mouse.move(400, 300)  # shows the controls
            page.mouse.move(420, 310)
            bar = page.get_by_role("slider", name="Position in the film")
            bar.hover()  # the small pictures along the bar are made once, and not for this
            bar.locator("img").wait_for()
            _until_ahead(page, 30)
            box = bar.bounding_box()
            assert box is not None
            page.mouse.move(400, 310)  # meanwhile the controls have faded
            place = {"x": box["width"] * FAR_S / FILM_S, "y": box["height"] / 2}
            bar.click(position=place)  # type: ignore[arg-type]
            _note(times, "far seek", _moving(page, FAR_S))
            _note(times, "floor of that seek", _alone(_floor(plex, key, FAR_S)))
            olive.http.delete(f"api/rooms/{code}").raise_for_status()
    for label, values in times.items():
        report.add(label, spread(values), f"{len(values)} times")
    for ours, floor in (
        ("play, nothing loaded", "floor of that"),
        ("far seek", "floor of that seek"),
    ):
        over = share(sorted(times[ours]), 0.95) - share(sorted(times[floor]), 0.95)
        report.add(f"{ours}, above the floor at p95", f"{over:.0f} ms")


def _note(times: dict[str, list[float]], label: str, took_ms: float) -> None:
    times.setdefault(label, []).append(took_ms)


def _signed_in(browser: Browser, url: str) -> Page:
    screen = open_screen(browser)
    sign_in(screen.page, url)
    return screen.page


def _moving(page: Page, at_s: float) -> float:
    return float(eventually(lambda: page.evaluate(_MOVING, at_s), 20, every_s=0.05))


def _until_ahead(page: Page, seconds: float) -> None:
    """As much is loaded as the page wants."""
    ahead = """() => {
      const { buffered, currentTime } = document.querySelector("video");
      return buffered.length ? buffered.end(buffered.length - 1) - currentTime : 0;
    }"""
    eventually(lambda: page.evaluate(ahead) > seconds - 3, 20)


def _alone(work: Coroutine[Any, Any, float]) -> float:
    """In a thread of its own: the browser's driver has this thread's loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def _floor(plex: Sandbox, key: RatingKey, at_s: float) -> float:
    """Milliseconds until the segment at this place is there, for a client on its own."""
    clock = SystemClock()
    async with plain_client() as client:
        transcoder = PlexTranscoder(PlexHttp(client, Product("floor"), clock), clock)
        access = ServerAccess(ServerId("s"), plex.url, SecretStr(plex.token), AccountId("a"))
        order = Order(f"floor-{time.monotonic_ns()}", key, at_s, 854, 480, 2_000)
        started = time.perf_counter()
        job = await transcoder.start(access, order)
        while not isinstance(  # noqa: ASYNC110 - the server tells nobody
            await transcoder.segment(access, job, int(at_s // 3)), bytes
        ):
            await asyncio.sleep(0.02)
        took_ms = (time.perf_counter() - started) * 1000
        await transcoder.stop(access, order.session)
    return took_ms


if __name__ == "__main__":
    main()
