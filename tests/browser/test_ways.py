"""What each person watches: the file itself or a conversion, the sound of the room, and subtitles
made of pictures, by mouse and by keyboard."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import httpx2
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from playwright.sync_api import Browser, Page, expect

from tests.browser.first_party import take_seats
from tests.browser.screen import (
    Screen,
    open_screen,
    percentile,
    skew_ms,
    summary,
    violations,
)
from tests.support import people
from tests.support.coded_film import make_coded_film
from tests.support.people import films, party
from tests.support.picture_subtitles import write_blocks
from tests.support.processes import Sandbox, eventually, sandbox, server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

LENGTH_S = 180
_HEARD = """async () => {
  const video = document.querySelector("video");
  const stream = video.captureStream?.() ?? video.mozCaptureStream();
  const recorder = new MediaRecorder(new MediaStream(stream.getAudioTracks()));
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.start();
  await new Promise((done) => setTimeout(done, 700));
  const stopped = new Promise((done) => { recorder.onstop = done; });
  recorder.stop();
  await stopped;
  const recorded = await new Blob(parts).arrayBuffer();
  const offline = new OfflineAudioContext(1, 48000, 48000);
  const sound = (await offline.decodeAudioData(recorded)).getChannelData(0).slice(4800);
  const strength = (hertz) => {
    let [real, imaginary] = [0, 0];
    for (let i = 0; i < sound.length; i++) {
      const angle = (2 * Math.PI * hertz * i) / 48000;
      real += sound[i] * Math.cos(angle);
      imaginary += sound[i] * Math.sin(angle);
    }
    return Math.hypot(real, imaginary) / sound.length;
  };
  const tried = Array.from({ length: 100 }, (_, i) => 100 + i * 10).map((f) => [strength(f), f]);
  const [loudest, hertz] = tried.sort(([one], [other]) => other - one)[0];
  return loudest > 0.001 ? hertz : 0;
}"""
"""What the film sounds like, in Hz; recorded, as a machine without a sound card plays none."""
_BLOCK = """() => {
  const pen = document.createElement("canvas").getContext("2d");
  const video = document.querySelector("video");
  pen.canvas.width = 320;
  pen.canvas.height = 180;
  pen.drawImage(video, 0, 0, 320, 180);
  return pen.getImageData(160, 120, 1, 1).data[0];
}"""
"""How bright the place is where the pictured subtitle has its white block."""


_DRY = """() => {
  window.dry = [];
  const video = document.querySelector("video");
  const loaded = () => {
    for (let i = 0; i < video.buffered.length; i++)
      if (video.buffered.start(i) <= video.currentTime + 0.1
          && video.currentTime + 0.5 < video.buffered.end(i)) return true;
    return false;
  };
  video.addEventListener("emptied", () => window.dry.push("emptied"));
  video.addEventListener("waiting", () => loaded() || window.dry.push(video.currentTime));
}"""
"""Notes when the film stops for want of anything to show; not when the machine is too busy."""


@pytest.fixture(scope="module")
def bilingual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A film with an English and a French sound, 220 and 880 Hz, and a pictured subtitle."""
    folder = tmp_path_factory.mktemp("bilingual")
    film = folder / "Movies" / "Tongues (2023)" / "Tongues (2023).mkv"
    plain, blocks = folder / "plain.mp4", folder / "blocks.sup"
    make_coded_film(plain, LENGTH_S)
    write_blocks(blocks, [(at_s + 0.05, at_s + 1.95) for at_s in range(0, LENGTH_S, 2)])
    film.parent.mkdir(parents=True)
    command = [get_ffmpeg_exe(), "-v", "error", "-i", str(plain), "-i", str(blocks)]
    command += ["-f", "lavfi", "-i", f"sine=f=880:d={LENGTH_S}", "-map", "0:v", "-map", "0:a"]
    command += ["-map", "2:a", "-map", "1:s", "-c", "copy", "-c:a:1", "aac", "-b:a:1", "64k"]
    command += ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=fre"]
    command += ["-metadata:s:s:0", "language=eng", "-disposition:a:0", "default", str(film)]
    subprocess.run(command, check=True)
    plain.unlink()
    blocks.unlink()
    # An encoder at full speed would starve the browsers on a machine of two processors.
    with sandbox(folder, "--encoder-speed", "6") as running:
        yield running


@dataclass
class Party:
    """The host, a guest, and the sandbox's account of what it all costs."""

    host: Screen
    guest: Screen
    plex: Sandbox

    def conversions(self) -> int:
        with httpx2.Client(verify=False, trust_env=False) as client:
            stats = client.get(f"{self.plex.url}/sandbox/stats").json()
        return int(stats["transcodes"]["sessions"])

    def until_together(self) -> list[float]:
        """Both play; how far apart their pictures are, in ms."""
        for screen in (self.host, self.guest):
            screen.until_state("playing", 30)
            eventually(partial(_settled, screen), 30)
        for screen in (self.host, self.guest):
            screen.watch()
        for screen in (self.host, self.guest):
            screen.until_pictures(45, 30)
        return skew_ms(self.host.seen(), self.guest.seen())


def _settled(screen: Screen) -> bool:
    drift_s = screen.drift_s()
    return drift_s is not None and abs(drift_s) < 0.03


@pytest.fixture(scope="module")
def both(
    each_browser: Browser, bilingual: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Party]:
    with server(
        tmp_path_factory.mktemp("ways") / "data", bilingual, stream_rendition="720p"
    ) as running:
        olive = people.owner(running, bilingual)
        room = f"{running.url}r/{party(olive, films(olive)[0])}"
        host, guest = open_screen(each_browser), open_screen(each_browser)
        take_seats(running, room, host, Ann=guest)
        yield Party(host, guest, bilingual)
        for screen in (host, guest):
            assert screen.complaints == []
            screen.context.close()


def _open(page: Page, name: str = "Quality and sound") -> None:
    page.mouse.move(400, 300)
    page.mouse.move(420, 300)
    page.get_by_role("button", name=name).click()


def _close(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)


def test_1_STR10_both_play_the_file_itself_and_plex_converts_nothing(both: Party) -> None:
    both.host.page.bring_to_front()
    both.host.page.keyboard.press("Space")
    apart = both.until_together()
    print("\nfile and file:", summary(apart))
    assert percentile(apart, 0.95) < 100
    page = both.host.page
    _open(page)
    expect(page.get_by_role("menuitemradio", name="Automatic: File")).to_be_checked()
    expect(page.get_by_text("plays the film’s file as it is")).to_be_visible()
    expect(page.get_by_role("menu").get_by_text("2 play the file itself")).to_be_visible(
        timeout=25_000
    )
    _close(page)
    assert violations(both.host) == []
    assert both.conversions() == 0


def test_2_STR10_a_smaller_size_by_keyboard_for_oneself_alone(both: Party) -> None:
    page = both.guest.page
    page.bring_to_front()  # Firefox's keys go where the focus is
    page.get_by_role("button", name="Quality and sound").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitemradio", name="Automatic: File")).to_be_focused()
    small = page.get_by_role("menuitemradio", name="480p")
    for _ in range(6):
        page.keyboard.press("ArrowDown")
        if small.evaluate("each => each === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("As you chose.")).to_be_visible()
    _close(page)
    eventually(lambda: both.conversions() == 1, every_s=0.5)
    apart = both.until_together()
    print("\nfile and conversion:", summary(apart))
    assert percentile(apart, 0.95) < 100


def test_3_STR10_one_size_becomes_another_without_running_dry(both: Party) -> None:
    page = both.guest.page
    page.evaluate(_DRY)
    taken = page.evaluate("performance.getEntriesByType('resource').length")
    _open(page)
    page.get_by_role("menuitemradio", name="240p").click()
    _close(page)
    small = (
        "(from) => performance.getEntriesByType('resource').slice(from)"
        ".filter(({name}) => /240p.[0-9]+.ts/.test(name)).length"
    )
    eventually(lambda: page.evaluate(small, taken) > 5, 30)
    both.until_together()
    assert page.evaluate("window.dry") == []


def test_4_PB26_the_host_changes_the_sound_for_both(both: Party) -> None:
    page = both.host.page
    page.bring_to_front()
    eventually(lambda: abs(page.evaluate(_HEARD) - 220) < 30, 20)
    _open(page)
    page.get_by_role("menuitemradio", name=re.compile("French|Français")).click()
    _close(page)
    both.until_together()
    for screen in (both.host, both.guest):
        eventually(lambda s=screen: abs(s.page.evaluate(_HEARD) - 880) < 40, 20)  # type: ignore[misc]
    _open(page)
    expect(page.get_by_text("begins with another sound track")).to_be_visible()
    page.get_by_role("menuitemradio", name=re.compile("English")).click()
    _close(page)
    both.until_together()
    eventually(lambda: abs(page.evaluate(_HEARD) - 220) < 30, 20)


def test_5_STR10_pictured_subtitles_are_laid_over_for_who_wants_them(both: Party) -> None:
    page = both.guest.page
    assert page.evaluate(_BLOCK) < 200
    _open(page, "Subtitles")
    page.get_by_role("menuitemradio", name=re.compile("English")).click()
    expect(page.get_by_text("Laid over the film for you")).to_be_visible()
    _close(page)
    eventually(lambda: page.evaluate(_BLOCK) > 220, 30)
    assert both.host.page.evaluate(_BLOCK) < 200
    both.until_together()
    _open(page, "Subtitles")
    page.get_by_role("menuitemradio", name="Off").click()
    _close(page)
    eventually(lambda: page.evaluate(_BLOCK) < 200, 30)
