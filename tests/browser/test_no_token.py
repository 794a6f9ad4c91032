"""Attack 65, SPEC STR-2: nothing that a browser gets, keeps or shows, and nothing that we write,
holds a token of Plex. All of a party is searched, from the first account to a film on two
screens."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, WebSocket

from tests.browser.first_party import become_owner, connect_plex, join, start_party
from tests.browser.screen import Screen, open_screen
from tests.support.processes import Sandbox, server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

KEPT = """async () => {
  const kept = [JSON.stringify(sessionStorage), JSON.stringify(localStorage), document.cookie];
  for (const name of await (globalThis.caches?.keys() ?? [])) {
    for (const request of await (await caches.open(name)).keys()) {
      const answer = await caches.match(request);
      kept.push(request.url, await answer.text());
    }
  }
  return kept.join("\\n");
}"""


def test_attack_65_no_token_of_plex_anywhere(
    browser: Browser, coded_plex: Sandbox, tmp_path: Path
) -> None:
    told: dict[str, bytes] = {}
    frames: list[bytes] = []

    def watched(name: str) -> Screen:
        screen = open_screen(
            browser, record_har_path=tmp_path / f"{name}.har", record_har_content="embed"
        )
        screen.page.on("websocket", lambda socket: _listen(socket, frames))
        screen.page.on("console", lambda said: frames.append(said.text.encode()))
        return screen

    data = tmp_path / "data"
    with server(
        data, coded_plex, stream_rendition="480p", stream_direct="false", log_level="debug"
    ) as running:
        host, friend = watched("host"), watched("friend")

        def look(at: str) -> None:
            for name, screen in (("host", host), ("friend", friend)):
                told[f"{name}'s page at {at}"] = screen.page.content().encode()
                kept = screen.context.storage_state(indexed_db=True)
                told[f"{name}'s storage at {at}"] = json.dumps(kept).encode()
                if screen.page.url.startswith(running.url):
                    told[f"{name}'s session at {at}"] = screen.page.evaluate(KEPT).encode()

        become_owner(host, running)
        look("the start")
        connect_plex(host)
        host.page.goto(f"{running.url}settings")
        host.until_shown("Plex")
        look("the settings")
        host.page.goto(f"{running.url}admin")
        host.until_shown("Plex")
        look("the owner's page")
        host.page.goto(running.url)
        start_party(host)
        join(friend, host.page.url, "Ann")
        host.page.keyboard.press("Space")
        for screen in (host, friend):
            screen.watch()
            screen.until_state("playing")
            screen.until_pictures(10)
        look("the film")
        for screen in (host, friend):
            screen.context.close()
        origin = running.url
    for name in ("host", "friend"):
        told |= dict(_traffic(tmp_path / f"{name}.har", origin, name))
    told["web sockets and consoles"] = b"\n".join(frames)
    told |= {
        f"our file {path.relative_to(data)}": path.read_bytes()
        for path in data.rglob("*")
        if path.is_file()
    }

    tokens = coded_plex.tokens()
    assert len(tokens) >= 4
    assert _holding(told, tokens) == []
    _was_looked_at(told)


def _was_looked_at(told: dict[str, bytes]) -> None:
    """What must be in there is found, so that a token would have been."""
    assert sum(map(len, told.values())) > 1_000_000
    for words, where in (
        ("Numbers", "web sockets"),
        ("Numbers", "host's page at the film"),
        ("watchtogether", "host's session at the film"),
        ("api/plex/", "host asked"),
        ("Numbers", "host asked"),
        ("/api/rooms/", "friend asked"),
        ("plex", "our file server.log"),
        ("SQLite format", "our file"),
    ):
        assert any(
            words.encode() in text for name, text in told.items() if name.startswith(where)
        ), (words, where)


@pytest.mark.parametrize(
    "write",
    [
        lambda token: token.encode(),
        lambda token: base64.b64encode(f"X-Plex-Token={token}".encode()),
        lambda token: base64.b64encode(f"?X-Plex-Token={token}".encode()),
        lambda token: base64.urlsafe_b64encode(f"..{token}".encode()),
    ],
)
def test_a_token_would_be_found(write: Callable[[str], bytes]) -> None:
    token = "zQ4_tR-8wPf2LkMn7Xyz"
    hidden = {"somewhere": b"before " + write(token) + b" after", "elsewhere": b"nothing"}
    assert _holding(hidden, [token]) == [("somewhere", token)]


def _listen(socket: WebSocket, frames: list[bytes]) -> None:
    def note(payload: str | bytes) -> None:
        frames.append(payload.encode() if isinstance(payload, str) else payload)

    socket.on("framesent", note)
    socket.on("framereceived", note)


def _traffic(har: Path, origin: str, name: str) -> Iterator[tuple[str, bytes]]:
    """What went between a browser and us; what the account service's own page did is its own."""
    entries: list[dict[str, Any]] = json.loads(har.read_text())["log"]["entries"]
    for number, entry in enumerate(entries):
        if not entry["request"]["url"].startswith(origin):
            continue
        content = entry["response"].get("content", {})
        body = content.pop("text", "")
        raw = base64.b64decode(body) if content.get("encoding") == "base64" else body.encode()
        asked = f"{name} asked {number} {entry['request']['url']}"
        yield asked, json.dumps(entry).encode() + b"\n" + raw


def _holding(told: dict[str, bytes], tokens: list[str]) -> list[tuple[str, str]]:
    """Where a token stands, as it is or in base64 of either kind."""
    return [
        (name, token)
        for name, text in told.items()
        for token in tokens
        if any(form in text for form in _forms(token))
    ]


def _forms(token: str) -> Iterator[bytes]:
    yield token.encode()
    for skipped in range(3):  # base64 of a token depends on where in its three bytes it begins
        padded = b" " * skipped + token.encode()
        first, last = (skipped * 8 + 5) // 6, len(padded) * 8 // 6
        yield base64.b64encode(padded)[first:last]
        yield base64.urlsafe_b64encode(padded)[first:last]
