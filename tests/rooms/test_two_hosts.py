"""Two who steer at once, from several screens each, against a real server by real sockets.

Their commands conflict, are stale, and are repeated by another screen. Whoever watched it, whoever
comes after it, and the log must end in one state; the checker compares them.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from tests.simulation.store import Store
from tests.support import people
from tests.support.people import Person, Seat, films, guest, link_plex, party, seat
from tests.support.processes import Sandbox, Server, server

Json = dict[str, Any]

SCREENS: Final = 4
"""Sessions of each host; one session may send 60 messages a second."""
PACE_S: Final = 1 / 45
REPEATED: Final = 0.2
FILM_S: Final = 20.0


@pytest.fixture
def open_house(tmp_path: Path, plex: Sandbox) -> Iterator[Server]:
    """A server where everybody may make an account."""
    with server(tmp_path / "data", plex, sign_up="open") as running:
        yield running


@pytest.mark.timeout(180)
async def test_PB6_a_thousand_conflicting_commands_end_in_one_state(
    open_house: Server, plex: Sandbox, tmp_path: Path
) -> None:
    await _quarrel(open_house, plex, tmp_path, 1_000)


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_PB6_ten_thousand_conflicting_commands_end_in_one_state(
    open_house: Server, plex: Sandbox, tmp_path: Path
) -> None:
    await _quarrel(open_house, plex, tmp_path, 10_000)


async def _quarrel(running: Server, plex: Sandbox, folder: Path, commands: int) -> None:
    olive = people.owner(running, plex)
    ben = people.register(running, "ben")
    link_plex(ben, plex, "frida")
    film = films(olive)[0]
    code = party(olive, film)
    olive.http.patch(f"api/rooms/{code}", json={"control": "everyone"}).raise_for_status()
    sessions = [people.sign_in(running, name) for name in ("olive", "ben") * SCREENS]
    async with contextlib.AsyncExitStack() as stack:

        async def sit(name: str, person: Person) -> "_Screen":
            taken = await stack.enter_async_context(seat(person, code))
            return _Screen(name, taken)

        screens = [await sit(f"screen {n}", person) for n, person in enumerate(sessions)]
        ann = await sit("Ann", guest(running, code, "Ann"))
        quarrel = _Quarrel(screens, film, commands)
        await quarrel.run()
        last = await screens[0].seat.command("chat:send", text="enough")
        everybody = [*screens, ann]
        for screen in everybody:
            await screen.seat.until(partial(screen.has_message, last["message"]["id"]))
        everybody.append(await sit("the latecomer", guest(running, code, "Cleo")))
        for screen in everybody[:-1]:
            await screen.seat.until(partial(screen.knows, "Cleo"))
        finals = [screen.final() for screen in everybody]
        assert [final["gaps"] for final in finals] == [0] * len(finals), "WIRE-6"
        known = [{k: final[k] for k in ("epoch", "host", "members", "queue")} for final in finals]
        known = [one | _place(final) for one, final in zip(known, finals, strict=True)]
        assert all(one == known[0] for one in known), "everybody knows the same"
        files = [
            screen.write(folder, final) for screen, final in zip(everybody, finals, strict=True)
        ]
    print(f"\n{commands} commands: {dict(quarrel.outcomes)}")
    assert quarrel.outcomes["stale_revision"] > commands / 50, "they did conflict"
    assert quarrel.outcomes["repeated"] > commands / 10, "they were repeated"
    assert quarrel.outcomes["ok"] > commands / 10
    running.stop()
    _check(running, code, files)


def _place(final: Json) -> Json:
    """The timeline without what belongs to the message that told it."""
    names = ("revision", "state", "position_s", "speed", "rate", "as_of_ms", "clock_id", "item")
    return {name: final["timeline"][name] for name in names}


def _check(running: Server, code: str, files: list[Path]) -> None:
    """`watchtogether admin check`, with the records of all screens."""
    named = [part for file in files for part in ("--records", str(file))]
    done = subprocess.run(
        [sys.executable, "-m", "watchtogether", "admin", "check", code, *named],
        env={"WATCHTOGETHER_DATA_DIR": str(running.data_dir)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass
class _Screen:
    """One socket, and a record of what it sent and was answered."""

    name: str
    seat: Seat
    notes: list[Json] = field(default_factory=list)
    by: str = ""

    def __post_init__(self) -> None:
        joined = self.seat.joined
        self.by = joined["you"]["id"]
        self._note(what="joined", by=self.by, epoch=joined["epoch"], seq=joined["seq"])

    async def send(self, event: str, message: Json) -> Json:
        self._note(what="sent", id=message["id"], event=event, by=self.by, payload=message)
        answer = await self.seat.ask(event, **message)
        self._note(what="answered", id=message["id"], by=self.by, answer=answer)
        return answer

    def has_message(self, message_id: str) -> bool:
        return any(m["message"]["id"] == message_id for m in self.seat.events("chat:message"))

    def knows(self, name: str) -> bool:
        return any(m["member"]["name"] == name for m in self.seat.events("member:joined"))

    def final(self) -> Json:
        """What a page knows after all that this screen was told."""
        gaps = 0

        def gap() -> None:
            nonlocal gaps
            gaps += 1

        store = Store(gap)
        store.joined(self.seat.joined)
        for event, payload in self.seat.heard:
            store.hear(event, payload)
        return {"gaps": gaps, **store.final()}

    def write(self, folder: Path, final: Json) -> Path:
        """The records as a file, a line for each."""
        for event, payload in self.seat.heard:
            self._note(what="heard", event=event, payload=payload)
        self._note(what="final", **final)
        file = folder / f"{self.name}.jsonl"
        file.write_text("".join(json.dumps(note) + "\n" for note in self.notes))
        return file

    def _note(self, **fields: object) -> None:
        self.notes.append({"client": self.name, **fields})


class _Quarrel:
    """Commands of all kinds; the seed makes the same ones each time, the network their order."""

    def __init__(self, screens: list[_Screen], film: Json, commands: int) -> None:
        self._screens = screens
        self._film = film
        self._left = commands
        self._rng = Random(5)
        self._number = 0
        self.outcomes: Counter[str] = Counter()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for screen in self._screens:
                group.create_task(self._steer(screen))
        pause = await self._screens[0].seat.command("playback:pause")
        assert pause["ok"]

    async def _steer(self, screen: _Screen) -> None:
        """One screen's commands, as fast as its session's budget lets it."""
        next_s = asyncio.get_running_loop().time()
        while self._left > 0:
            event, message = self._command(screen)
            await self._give(screen, event, message)
            if self._rng.random() < REPEATED:
                twin = self._rng.choice([s for s in self._screens if s.by == screen.by])
                await self._give(twin, event, message)
            next_s += PACE_S
            await asyncio.sleep(next_s - asyncio.get_running_loop().time())

    async def _give(self, screen: _Screen, event: str, message: Json) -> None:
        self._left -= 1
        answer = await screen.send(event, message)
        if answer["ok"]:
            self.outcomes["repeated" if answer.get("repeated") else "ok"] += 1
            return
        code = answer["error"]["code"]
        self.outcomes[code] += 1
        if code == "stale_revision":
            assert answer["error"]["timeline"]["revision"] > message["revision"], (
                "whoever is refused is told why, and what is true now"
            )

    def _command(self, screen: _Screen) -> tuple[str, Json]:
        rng, timeline = self._rng, screen.seat.timeline
        self._number += 1
        stale = rng.choice((0, 0, 0, 1, 3))
        message: Json = {
            "id": f"q{self._number}",
            "revision": max(0, screen.seat.revision - stale),
        }
        event = rng.choice(("seek", "seek", "play", "pause", "rate", "add", "move", "remove"))
        if event == "seek":
            return "playback:seek", {**message, "position_s": rng.uniform(0, FILM_S)}
        if event == "rate":
            return "playback:rate", {**message, "rate": rng.choice((0.5, 1, 1.5, 2))}
        if event in ("play", "pause") or timeline["state"] == "idle":
            return f"playback:{event if event == 'pause' else 'play'}", message
        return self._queueing(screen, event, message["id"])

    def _queueing(self, screen: _Screen, event: str, command_id: str) -> tuple[str, Json]:
        queue = next(
            (p["queue"] for e, p in reversed(screen.seat.heard) if e == "queue:changed"),
            screen.seat.joined["queue"],
        )
        if not queue or (event == "add" and len(queue) < 20):
            film = {"server": self._film["server"], "rating_key": self._film["rating_key"]}
            return "queue:add", {"id": command_id, **film}
        chosen = {"id": command_id, "entry_id": self._rng.choice(queue)["id"]}
        if event == "move":
            return "queue:move", {**chosen, "to": self._rng.randrange(len(queue))}
        return "queue:remove", chosen
