"""`watchtogether admin`, as whoever runs the server calls it, beside the running server."""

import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.support.people import Person, films, guest, party, register, seat
from tests.support.processes import Server, server


def admin(data_dir: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "watchtogether", "admin", *arguments],
        env={"WATCHTOGETHER_DATA_DIR": str(data_dir), "TZ": "UTC", "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


async def test_a_party_is_told_in_sentences_without_what_people_wrote(
    running: Server, olive: Person
) -> None:
    film = films(olive)[0]
    code = party(olive, film)
    async with seat(olive, code) as host, seat(guest(running, code, "Ann"), code) as friend:
        await friend.command("chat:send", text="a secret")
        await host.command("playback:seek", position_s=3.0)
        await host.command("playback:play")
        await host.ready()
        await friend.ready()
        await host.until_state("playing")
    told = admin(running.data_dir, "story", code)
    assert told.returncode == 0, told.stderr
    sentences = [line.partition("  ")[2] for line in told.stdout.splitlines()]
    assert "“Friday” was opened" in sentences
    assert "Ann joined as a guest" in sentences
    assert "Ann wrote a message" in sentences
    assert "olive skipped to 0:00:03" in sentences
    assert any("the film runs from 0:00:03" in sentence for sentence in sentences)
    assert "secret" not in told.stdout


async def test_the_log_of_a_real_party_is_sound(running: Server, olive: Person) -> None:
    code = party(olive)
    async with seat(olive, code) as host:
        await host.command("chat:send", text="hello")
    checked = admin(running.data_dir, "check", code)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.endswith(": 0 flaws\n")


async def test_a_client_that_heard_what_never_was_is_told(
    running: Server, olive: Person, tmp_path: Path
) -> None:
    code = party(olive)
    records = tmp_path / "Ann.jsonl"
    records.write_text(
        '{"client": "Ann", "what": "heard", "event": "queue:changed",'
        ' "payload": {"epoch": 1, "seq": 99}}\n'
    )
    checked = admin(running.data_dir, "check", code, "--records", str(records))
    assert checked.returncode == 1
    assert "Ann: heard queue:changed 1/99, which is not in the log" in checked.stdout


@pytest.mark.parametrize("command", ["story", "check"])
def test_no_such_room(running: Server, command: str) -> None:
    told = admin(running.data_dir, command, "nop-nop-nop")
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == "watchtogether: there is no room nop-nop-nop\n"


def test_no_database(tmp_path: Path) -> None:
    told = admin(tmp_path, "story", "nop-nop-nop")
    assert told.returncode == 1
    assert told.stderr.startswith("watchtogether: the database does not answer")


def test_records_that_are_none(running: Server, olive: Person, tmp_path: Path) -> None:
    code = party(olive)
    (tmp_path / "broken.jsonl").write_text("{not json\n")
    told = admin(running.data_dir, "check", code, "--records", str(tmp_path / "broken.jsonl"))
    assert told.returncode == 2
    assert "broken.jsonl" in told.stderr


async def test_who_has_lost_their_password_gets_another_and_is_signed_out(tmp_path: Path) -> None:
    with server(tmp_path / "data") as alone:
        mia = register(alone, "Mia")
        reset = admin(alone.data_dir, "password", "mia")
        assert reset.returncode == 0, reset.stderr
        chosen = reset.stdout.split()[-1]
        for word, status in (("a long enough password", 401), (chosen, 200)):
            answer = httpx2.post(
                f"{alone.url}api/auth/login", json={"username": "mia", "password": word}
            )
            assert answer.status_code == status
        alone.stop()
        alone.start()  # it would have noticed within a minute
        assert mia.http.get("api/auth/me").status_code == 401
        assert chosen not in alone.log.read_text()


def test_the_password_of_nobody(running: Server, olive: Person, tmp_path: Path) -> None:
    unknown = admin(running.data_dir, "password", "nobody")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "no account nobody" in unknown.stderr
    elsewhere = admin(tmp_path / "elsewhere", "password", "olive")
    assert elsewhere.returncode == 1
    assert "no folder" in elsewhere.stderr
