"""Fixtures that cost something are made once: videos, a sandbox Plex, a running server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import people
from tests.support.media import make_library
from tests.support.people import Person
from tests.support.processes import Sandbox, Server, sandbox, server


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small videos."""
    return make_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="session")
def plex(library: Path) -> Iterator[Sandbox]:
    """A sandbox Plex over these videos."""
    with sandbox(library) as running:
        yield running


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, plex: Sandbox) -> Iterator[Server]:
    """A server that signs in at the sandbox."""
    with server(tmp_path_factory.mktemp("server") / "data", plex) as started:
        yield started


@pytest.fixture(scope="session")
def _owned(running: Server, plex: Sandbox) -> Server:
    """The server once it has an owner, with Plex linked."""
    people.owner(running, plex)
    return running


@pytest.fixture(scope="module")
def olive(_owned: Server) -> Person:
    """The owner of the server, with Plex linked; signed in once for each module."""
    return people.sign_in(_owned)
