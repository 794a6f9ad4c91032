"""Screens that were not there for a while, and screens that cannot do what they should.

Reliability rows 14 and 23: a throttled background tab, a sleeping laptop, a moved clock; and a
player that ignores rates (SPEC DRV-10). The room is steered by its host's program.
"""

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from tests.browser.cdp import Chromium, Tab, chromium, eventually
from tests.support import people
from tests.support.people import Person, Seat, films, party, seat
from tests.support.processes import Sandbox, Server, server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

HEALS_S = 2.0
NEAR_MS = 25.0
SETTLED_MS = 5.0
WHERE = """JSON.stringify([
  window.__watchtogether.state(), window.__watchtogether.drift(), window.__watchtogether.expected(),
  window.read_frame?.(), document.visibilityState, window.seeks,
])"""

COUNT_SEEKS = """
  window.seeks = 0;
  addEventListener('seeking', () => { window.seeks += 1; }, true);
"""
MOVABLE_CLOCKS = """
  window.slept_ms = 0; window.date_ms = 0;
  const now = performance.now.bind(performance);
  performance.now = () => now() + window.slept_ms;
  const RealDate = Date;
  const shifted = () => RealDate.now() + window.slept_ms + window.date_ms;
  window.Date = class extends RealDate {
    constructor(...given) { given.length ? super(...given) : super(shifted()); }
    static now() { return shifted(); }
  };
"""
IGNORES_RATE = """
  const real = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'playbackRate');
  const said = new WeakMap();
  Object.defineProperty(HTMLMediaElement.prototype, 'playbackRate', {
    get() { return said.get(this) ?? 1; },
    set(rate) { said.set(this, rate); real.set.call(this, %RATE%); },
  });
"""


@dataclass
class House:
    running: Server
    olive: Person
    code: str

    @property
    def link(self) -> str:
        return f"{self.running.url}r/{self.code}"


@pytest.fixture(scope="module")
def house(coded_plex: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    data = tmp_path_factory.mktemp("absent") / "data"
    with server(data, coded_plex, stream_rendition="480p", stream_direct="false") as running:
        olive = people.owner(running, coded_plex)
        yield House(running, olive, party(olive, films(olive)[0]))


@pytest.fixture
async def host(house: House) -> AsyncIterator[Seat]:
    """The host's program: always ready, so that only the screen is waited for."""
    async with seat(house.olive, house.code) as taken:
        if taken.timeline["state"] != "paused":
            await taken.command("playback:pause")
        await taken.command("playback:seek", position_s=10.0)
        yield taken


async def play(host: Seat, tab: Tab, within_ms: float = SETTLED_MS) -> None:
    """Until the screen runs and is as near as this."""
    await host.command("playback:play")
    await host.ready()
    await tab.until("window.__watchtogether.state().motion === 'running'", 20)
    await eventually(lambda: _near(tab, within_ms), 10)
    await tab.run("window.seeks = 0")


async def _near(tab: Tab, within_ms: float = NEAR_MS) -> bool:
    drift_ms = await tab.drift_ms()
    return drift_ms is not None and abs(drift_ms) < within_ms


async def healed_after_s(tab: Tab) -> float:
    """Seconds until it runs within the goal and the picture on screen agrees."""
    since = time.monotonic()
    try:
        await eventually(lambda: _shows_the_room(tab), 10)
    except TimeoutError:
        raise AssertionError(f"never in place: {await tab.run(WHERE)}") from None
    return time.monotonic() - since


async def _shows_the_room(tab: Tab) -> bool:
    if not await _near(tab):
        return False
    found = await tab.run(
        "[window.watch_frames() && window.read_frame(), window.__watchtogether.expected()]"
    )
    return found[0] is not None and abs(found[0] / 30 - found[1]) < 0.1


async def test_row_23_a_background_tab_comes_back_in_place(house: House, host: Seat) -> None:
    async with chromium(COUNT_SEEKS) as browser:
        await browser.tab.join(house.link, "Ann")
        await play(host, browser.tab)
        await browser.cover()
        await assert_throttled(browser)
        await host.command("playback:seek", position_s=60.0)
        await host.ready()
        await browser.tab.until("window.__watchtogether.expected() > 60", 20)
        assert (await browser.tab.state())["state"] == "playing"
        await browser.tab.run("window.seeks = 0")
        await browser.uncover()
        took_s = await healed_after_s(browser.tab)
        print(f"\nback from the background after {took_s:.2f} s")
        assert took_s < HEALS_S
        assert await browser.tab.run("window.seeks") <= 1


async def assert_throttled(browser: Chromium) -> None:
    """Twenty ticks a second become one: else the test would prove nothing."""
    await browser.tab.run(
        "window.ticks = 0; window.ticking = setInterval(() => { window.ticks += 1; }, 50); 1"
    )
    began = time.monotonic()
    await browser.tab.until("window.ticks >= 3", 20)
    await browser.tab.run("clearInterval(window.ticking)")
    assert time.monotonic() - began > 1.5


async def test_row_23_a_page_whose_clock_moved_ten_minutes(house: House, host: Seat) -> None:
    async with chromium(MOVABLE_CLOCKS, COUNT_SEEKS) as browser:
        await browser.tab.join(house.link, "Ben")
        await play(host, browser.tab)
        await browser.tab.run("window.slept_ms = 600000")
        took_s = await healed_after_s(browser.tab)
        print(f"\nten minutes later it is back after {took_s:.2f} s")
        assert took_s < HEALS_S
        assert await browser.tab.run("window.seeks") <= 1


async def test_row_23_a_laptop_that_slept_until_it_was_given_up(house: House, host: Seat) -> None:
    async with chromium(COUNT_SEEKS) as browser:
        await browser.tab.join(house.link, "Cleo")
        await play(host, browser.tab)
        browser.freeze()
        away = time.monotonic() + 40
        await eventually(lambda: _after(away), 50)
        assert host.timeline["state"] in {"playing", "waiting"}
        browser.thaw()
        took_s = await healed_after_s(browser.tab)
        seeks = await browser.tab.run("window.seeks")
        print(f"\nawake again, in place after {took_s:.2f} s with {seeks} seeks")
        assert took_s < HEALS_S
        assert seeks <= 1


async def _after(moment: float) -> bool:
    return time.monotonic() > moment


async def test_row_14_another_date_moves_nothing(house: House, host: Seat) -> None:
    async with chromium(MOVABLE_CLOCKS, COUNT_SEEKS) as browser:
        await browser.tab.join(house.link, "Dora")
        await play(host, browser.tab)
        await eventually(lambda: _stays_near(browser.tab), 20)
        for moved_ms in (86_400_000, -86_400_000, 3_600_000, 0):
            await browser.tab.run(f"window.date_ms = {moved_ms}")
            drifts_ms = await drifts_ms_during(browser.tab, 2.5)
            assert len(drifts_ms) > 20
            # A stumble of the sound passes; a date that were believed would stay.
            assert sorted(map(abs, drifts_ms))[len(drifts_ms) // 2] < NEAR_MS
            assert abs(drifts_ms[-1]) < 10 * NEAR_MS
        assert await browser.tab.run("window.seeks") == 0


async def _stays_near(tab: Tab) -> bool:
    return max(map(abs, await drifts_ms_during(tab, 1)), default=NEAR_MS) < SETTLED_MS


async def drifts_ms_during(tab: Tab, seconds: float) -> list[float]:
    """Twenty a second, taken by the page: asking from outside without a pause costs a processor,
    and the sound stumbles. None while it is in doubt (CLK-8)."""
    found: list[float] = await tab.run(
        f"""new Promise((done) => {{
          const drifts_ms = [];
          const sampling = setInterval(() => {{
            const drift_s = window.__watchtogether.drift();
            if (Number.isFinite(drift_s)) drifts_ms.push(drift_s * 1000);
          }}, 50);
          setTimeout(() => {{ clearInterval(sampling); done(drifts_ms); }}, {seconds * 1000});
        }})"""
    )
    return found


async def test_DRV10_a_player_that_ignores_rates_is_told_and_sought_seldom(
    house: House, host: Seat
) -> None:
    ignoring = IGNORES_RATE.replace("%RATE%", "1.012")
    async with chromium(ignoring, COUNT_SEEKS) as browser:
        await browser.tab.join(house.link, "Eve")
        await play(host, browser.tab, within_ms=500)
        began = time.monotonic()
        await browser.tab.until("window.__watchtogether.state().limit === 'fixed_rate'", 60)
        print(f"\nfound out after {time.monotonic() - began:.1f} s")
        await browser.tab.run("window.seeks = 0")
        later = time.monotonic() + 35
        worst_ms = 0.0
        while time.monotonic() < later:
            worst_ms = max(worst_ms, abs(await browser.tab.drift_ms() or 0.0))
        seeks = await browser.tab.run("window.seeks")
        print(f"{seeks} seeks in 35 s, never more than {worst_ms:.0f} ms off")
        assert 1 <= seeks <= 2
        assert worst_ms < 600
        assert host.timeline["state"] == "playing"
