"""The pages of `docs/reference` name what the code has: all of it, and nothing else.

A page names something by a table row whose first cell holds it in backticks. Where the second
cell states a fact that the code knows too (a default, a status), it must be the same.
"""

import ast
import importlib
import pkgutil
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

import watchtogether
from watchtogether.app import new_api
from watchtogether.kit.clock import SystemClock
from watchtogether.kit.errors import AppError
from watchtogether.rooms import codec
from watchtogether.rooms.errors import CommandRefused
from watchtogether.server import Server
from watchtogether.settings import Settings
from watchtogether.sync.draft import Reason

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"

Facts = Mapping[str, str | None]
"""Name → what its second cell must say; None when that is free text."""

_ROW = re.compile(r"^\|\s*`([^`]+)`[^|]*\|\s*([^|]*?)\s*\|")
_EVENT = re.compile(r"[a-z]+:[a-z]+")
_TALKING = ("realtime", "rooms", "chat")
"""The packages that send events."""
_READING = "checker.py"
"""Reads, after the fact, what was sent and what was told."""
_CLIENT, _SERVER = "## From the client", "## From the server"


def problems(page: str, text: str, true: Facts) -> list[str]:
    """Where a page and the code differ."""
    said = dict(_rows(text))
    return [
        *(f"{page}: `{name}` is missing" for name in sorted(true.keys() - said.keys())),
        *(f"{page}: there is no `{name}`" for name in sorted(said.keys() - true.keys())),
        *(
            f"{page}: `{name}` is {fact}, not {said[name]}"
            for name, fact in sorted(true.items())
            if fact is not None and name in said and said[name].strip("`") != fact
        ),
    ]


def _rows(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if row := _ROW.match(line):
            yield row[1], row[2]


def settings() -> Facts:
    """Variable → default."""
    return {
        f"WATCHTOGETHER_{name.upper()}": _shown(field.default)
        for name, field in Settings.model_fields.items()
    }


def _shown(default: object) -> str:
    if default is PydanticUndefined:
        return "(required)"
    secret = getattr(default, "get_secret_value", None)
    value = secret() if secret else default
    if isinstance(value, tuple):
        value = ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value) or "(empty)"


def errors() -> Facts:
    """Code → HTTP status."""
    for module in pkgutil.walk_packages(watchtogether.__path__, "watchtogether."):
        if not module.name.endswith(("__main__", ".env")) and ".versions" not in module.name:
            importlib.import_module(module.name)
    coded = {AppError.code: AppError.status}
    coded |= {kind.code: kind.status for kind in _below(AppError) if "code" in vars(kind)}
    coded |= {reason.value: CommandRefused(reason).status for reason in Reason}
    return {code: str(status) for code, status in coded.items()}


def _below(kind: type[AppError]) -> Iterator[type[AppError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def _server(folder: Path) -> Server:
    server = Server(Settings(_env_file=None, data_dir=folder), SystemClock(), "http://x/")
    server.tie()
    return server


def heard(server: Server) -> Facts:
    """Events that clients send → their fields, as the page shows them."""
    return {event: _fields(model) for event, model in server.gateway.messages.items()}


def _fields(model: type[BaseModel]) -> str:
    fields = model.model_fields.items()
    return ", ".join(name if f.is_required() else f"{name}?" for name, f in fields) or "–"


def told() -> Facts:
    """Events that the server sends: every literal of that form that is not being listened to."""
    found: set[str] = set()
    source = ROOT / "src" / "watchtogether"
    for path in (path for domain in _TALKING for path in (source / domain).rglob("*.py")):
        if path.name == _READING:
            continue
        tree = ast.parse(path.read_text())
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        listened = {id(c.args[0]) for c in calls if c.args and _name_of(c.func) == "on"}
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in listened
            and _EVENT.fullmatch(node.value)
        }
    return dict.fromkeys(found)


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def routes(server: Server) -> Facts:
    """`METHOD /path` of every described endpoint."""
    paths = new_api(server).openapi()["paths"]
    return {
        f"{method.upper()} {path}": None for path, methods in paths.items() for method in methods
    }


def metrics(server: Server) -> Facts:
    """Metrics as they are scraped → their kind."""
    server.registry  # noqa: B018 whoever measures is built with it
    return server.metrics.kinds()


def kinds() -> Facts:
    """Kinds of events in a room's log."""
    return dict.fromkeys(codec.KINDS)


def everything() -> list[str]:
    """What is wrong in all of the pages."""
    with tempfile.TemporaryDirectory() as folder:
        server = _server(Path(folder))
        known_routes, known_heard = routes(server), heard(server)
        known_metrics = metrics(server)
    client, _, rest = _read("events.md").partition(_SERVER)
    return [
        *problems("settings.md", _read("settings.md"), settings()),
        *problems("errors.md", _read("errors.md"), errors()),
        *problems("http.md", _read("http.md"), known_routes),
        *problems("metrics.md", _read("metrics.md"), known_metrics),
        *problems("log.md", _read("log.md"), kinds()),
        *problems(f"events.md, {_CLIENT[3:].lower()}", client, known_heard),
        *problems(f"events.md, {_SERVER[3:].lower()}", rest, told()),
    ]


def _read(page: str) -> str:
    return (REFERENCE / page).read_text()


def main() -> None:
    """Print every difference; exit with 1 when there is one."""
    if found := everything():
        raise SystemExit("\n".join(found))


if __name__ == "__main__":
    main()
