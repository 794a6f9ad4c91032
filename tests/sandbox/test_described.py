"""Every option, control and fault of the sandbox is described in its page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from starlette.routing import Route

from plexsandbox import controls
from plexsandbox.cli import parser
from plexsandbox.faults import FaultMode
from plexsandbox.plextv import auth_page

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_every_option_is_described() -> None:
    options = {option for action in parser()._actions for option in action.option_strings}
    missing = {name for name in options - {"-h", "--help"} if f"`{name}" not in PAGE}
    assert not missing
    assert set(re.findall(r"`(--[a-z-]+)", PAGE)) <= options


def test_every_control_is_described() -> None:
    routes = [*controls.routes(), *auth_page.routes()]
    paths = {route.path for route in routes if isinstance(route, Route)}
    ours = {path for path in paths if path.startswith("/sandbox/")}
    ours -= {"/sandbox/tokens/{step}"}
    ours |= {"/sandbox/tokens/revoke", "/sandbox/tokens/restore"}
    assert {path for path in ours if f"{path}`" not in PAGE} == set()
    assert set(re.findall(r"(/sandbox/[a-z{}/-]+)`", PAGE)) <= ours


def test_every_fault_is_described() -> None:
    assert {mode for mode in get_args(FaultMode) if f"`{mode}`" not in PAGE} == set()
