"""What keeps the server from starting is said in one line, with what to do about it."""

import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.processes import free_port


def start(data_dir: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    env = {name: value for name, value in os.environ.items() if "WATCHTOGETHER" not in name}
    env |= {"WATCHTOGETHER_DATA_DIR": str(data_dir), "WATCHTOGETHER_PORT": str(free_port())}
    return subprocess.run(
        [sys.executable, "-m", "watchtogether", "serve"],
        capture_output=True,
        text=True,
        env=env | settings,
        cwd=Path(tempfile.gettempdir()),
        timeout=30,
        check=False,
    )


def said(done: "subprocess.CompletedProcess[str]") -> str:
    """The one line on standard error of a program that gave up."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        words = said(start(tmp_path / "data", WATCHTOGETHER_PORT=port))
    assert f"Port {port} is taken" in words
    assert "WATCHTOGETHER_PORT" in words


def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    words = said(start(tmp_path / "file" / "data"))
    assert "cannot be written" in words
    assert "WATCHTOGETHER_DATA_DIR" in words


def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with sqlite3.connect(tmp_path / "data" / "watchtogether.db") as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
    assert "newer version" in said(start(tmp_path / "data"))


def test_a_setting_that_makes_no_sense(tmp_path: Path) -> None:
    words = said(start(tmp_path / "data", WATCHTOGETHER_PORT="eighty"))
    assert "WATCHTOGETHER_PORT" in words


def test_half_a_registration_is_said_without_its_secret(tmp_path: Path) -> None:
    words = said(start(tmp_path / "data", WATCHTOGETHER_GITHUB_CLIENT_SECRET="gh_s3cr3t_0123"))
    assert "sign-in with github: set all of its values, or none" in words
    assert "gh_s3cr3t" not in words
