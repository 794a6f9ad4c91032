"""plex-mpv-shim with the system's mpv, without screen and sound, steered as a Plex app does it."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import httpx2

from tests.support.processes import Sandbox, eventually, free_port, stop

START = Path(__file__).parent / "mpv" / "start.py"
PACKAGES = Path(sys.prefix) / "plex-mpv-shim"
IDENTIFIER = "shim-under-test"
_CONTROLLER = {
    "X-Plex-Client-Identifier": "tests",
    "X-Plex-Device-Name": "Tests",
    "X-Plex-Target-Client-Identifier": IDENTIFIER,
}
_SETTINGS = {
    "client_uuid": IDENTIFIER,
    "player_name": "Shim",
    "allow_http": True,
    "enable_gui": False,
    "mpv_ext": True,
    "skip_intro_prompt": False,  # else a seek out of the intro goes to its end instead
}
_MPV = "vo=null\nao=null\ncache=no\n"


@dataclass
class Player:
    """A running player; its pause and play both toggle, and a seek is cut to whole seconds."""

    url: str
    log: Path
    _command_ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def tell(self, command: str, **values: str | int) -> None:
        """A companion command, as `/player/playback/<command>`."""
        self._ask(f"/player/playback/{command}", **values)

    def play(self, plex: Sandbox, rating_key: str) -> None:
        """Returns when the player knows how long the title is."""
        item, address = f"/library/metadata/{rating_key}", urllib.parse.urlsplit(plex.url)
        self.tell(
            "playMedia",
            protocol="http",
            address=address.hostname or "",
            port=address.port or 0,
            key=item,
            containerKey=f"/playQueues/{queue_of(plex, item)}",
            token=plex.token,
            offset=0,
        )

    def timeline(self) -> dict[str, str]:
        """What it says of itself: `state`, `time` in milliseconds while it plays, and more."""
        answer = self._ask("/player/timeline/poll", wait=0)
        found = ElementTree.fromstring(answer.content).find("Timeline")
        assert found is not None, answer.text
        return dict(found.attrib)

    def time_s(self) -> float:
        """Where it is; 0 before the first picture."""
        return int(self.timeline().get("time", 0)) / 1000

    def _ask(self, path: str, **values: str | int) -> httpx2.Response:
        query = {**values, "commandID": next(self._command_ids)}
        try:
            answer = httpx2.get(f"{self.url}{path}", params=query, headers=_CONTROLLER, timeout=15)
            return answer.raise_for_status()
        except httpx2.HTTPError as error:  # it hangs or says nothing; its log says why
            raise AssertionError(f"{path}: {error}\n{self.log.read_text()[-3000:]}") from error


def queue_of(plex: Sandbox, item: str) -> str:
    """A play queue of the item, made by whoever steers the player."""
    answer = httpx2.post(
        f"{plex.url}/playQueues",
        params={"type": "video", "uri": f"server://sandbox/com.plexapp.plugins.library{item}"},
        headers={**_CONTROLLER, "X-Plex-Token": plex.token, "Accept": "application/json"},
    )
    return str(answer.raise_for_status().json()["MediaContainer"]["playQueueID"])


@contextlib.contextmanager
def mpv_player(folder: Path, *, mpv: str = "", **settings: object) -> Iterator[Player]:
    """One that keeps everything of its own in `folder`.

    `mpv` is a line of its configuration. It does not read ahead of what it plays.
    """
    folder.mkdir()
    port = free_port()
    (folder / "conf.json").write_text(json.dumps({**_SETTINGS, "http_port": port, **settings}))
    (folder / "mpv.conf").write_text(f"{_MPV}{mpv}\n")
    player = Player(f"http://127.0.0.1:{port}", folder / "shim.log")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "PYTHONPATH": str(PACKAGES),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with player.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(START), "--config", str(folder)],
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
    try:
        eventually(lambda: _answers(process, player), 15, every_s=0.1)
        yield player
    finally:
        stop(process)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _answers(process: subprocess.Popen[bytes], player: Player) -> bool:
    assert process.poll() is None, player.log.read_text()[-3000:]
    with contextlib.suppress(httpx2.TransportError):
        return httpx2.get(f"{player.url}/resources", timeout=2).status_code == 200
    return False


def check_installed() -> None:
    """Fails where the player or mpv is missing: nothing else reads the transcoder like it."""
    assert shutil.which("mpv"), "no mpv: run `make test`, which installs it where it may"
    assert PACKAGES.is_dir(), "no plex-mpv-shim: run `make test`, which installs it"
