"""The server, the sandbox Plex and a room with a film, all ready to be watched."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
from tests.support.people import Person, films, link_plex, party
from tests.support.processes import Sandbox, Server, eventually, sandbox

from bench.sync.films import KEPT, Film
from bench.sync.serve import BUILT, FILMS, PAGES
from watchtogether.accounts.secrets import SecretBox
from watchtogether.server import setup_code
from watchtogether.settings import Settings, load_secret_key

ROOT = Path(__file__).parents[2]
PAGE_DIR = Path(__file__).parent / "page"
RENDITION = "480p"
_PASSWORD = "a long enough password"


class RigServer(Server):
    """Our server on the network of the measurement, with the rig's files beside it."""

    @property
    def url(self) -> str:
        return f"http://{self.settings['WATCHTOGETHER_HOST']}:{self.port}/"


@dataclass(frozen=True, slots=True)
class Stage:
    """What a measurement plays on."""

    film: Film
    plex: Sandbox
    running: Server
    olive: Person
    code: str

    @property
    def link(self) -> str:
        return f"{self.running.url}r/{self.code}"

    def address(self, path: Path) -> str:
        """Where the pages find one of the film's files, below the server's address."""
        return f"/bench/films/{path.relative_to(KEPT).as_posix()}"

    def new_room(self) -> "Stage":
        """The same with another room, in which everybody may steer."""
        return Stage(self.film, self.plex, self.running, self.olive, open_room(self.olive))


@contextlib.contextmanager
def stage(film: Film, address: str, folder: Path) -> Iterator[Stage]:
    """Server and sandbox, and a room with the film. Bundled pages are looked for in `built`."""
    built = folder / "built"
    built.mkdir(exist_ok=True)
    with contextlib.ExitStack() as closing:
        plex = closing.enter_context(sandbox(film.library, "--throttle-s", "3600"))
        chosen = {
            "HOST": address,
            "STREAM_RENDITION": RENDITION,
            "STREAM_DIRECT": "false",  # what is fetched beforehand are segments
            "PLEX_TV_URL": plex.url,
            "PLEX_ALLOW_LOOPBACK": "true",
        }
        settings = {f"WATCHTOGETHER_{name}": value for name, value in chosen.items()}
        settings |= {
            FILMS: str(KEPT),
            PAGES: str(PAGE_DIR),
            BUILT: str(built),
            "PYTHONPATH": str(ROOT),
        }
        running = RigServer(folder / "data", settings, program=("-m", "bench.sync.serve"))
        running.start()
        closing.callback(running.stop)
        olive = _owner(running)
        link_plex(olive, plex)
        yield Stage(film, plex, running, olive, open_room(olive))


def open_room(olive: Person) -> str:
    """A room with the film, in which everybody may steer; its code."""
    code = party(olive, films(olive)[0])
    olive.http.patch(f"api/rooms/{code}", json={"control": "everyone"}).raise_for_status()
    return code


def warm(on: Stage, seconds: float) -> float:
    """Fetch the film's segments once, so that no transcoder runs while measuring; how long it took.

    The segments then come from our own cache, as they do for everybody but the first viewer.
    """
    started = time.monotonic()
    url = on.olive.post(f"api/rooms/{on.code}/ticket")["url"]
    with httpx2.Client(base_url=on.running.url, timeout=60) as http:
        master = http.get(url).raise_for_status().text
        index = _last_line(master)
        base = url.rpartition("/")[0]
        listed = http.get(f"{base}/{index}").raise_for_status().text
        fetched_s = 0.0
        for length_s, name in _segments(listed):
            if fetched_s >= seconds:
                break
            http.get(f"{base}/{index.rpartition('/')[0]}/{name}").raise_for_status()
            fetched_s += length_s
    eventually(lambda: encoders() == 0, 120)
    return time.monotonic() - started


def encoders() -> int:
    """How many encoders work on this machine at the moment."""
    found = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, state = status.read_text().partition("(")[2].rsplit(") ", 1)
            found += name.startswith("ffmpeg") and state[0] not in "TZ"
    return found


def _last_line(playlist: str) -> str:
    return next(line for line in reversed(playlist.splitlines()) if line and line[0] != "#")


def _segments(playlist: str) -> Iterator[tuple[float, str]]:
    length_s = 0.0
    for line in playlist.splitlines():
        if line.startswith("#EXTINF:"):
            length_s = float(line.removeprefix("#EXTINF:").partition(",")[0])
        elif line and line[0] != "#":
            yield length_s, line


def _owner(running: Server) -> Person:
    """The first account, made with the code that the server prints."""
    settings = Settings(data_dir=running.data_dir)
    code = setup_code(SecretBox(load_secret_key(settings)))
    body = {"username": "olive", "password": _PASSWORD, "setup_code": code}
    answer = httpx2.post(f"{running.url}api/auth/register", json=body).raise_for_status().json()
    token = answer["access_token"]
    http = httpx2.Client(
        base_url=running.url, headers={"Authorization": f"Bearer {token}"}, timeout=60
    )
    return Person(http, running.url, token)
