"""Writes `protocol/schemas/`: the HTTP API, and the form of every message a client may send."""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from watchtogether.app import new_api
from watchtogether.kit.clock import SystemClock
from watchtogether.server import Server
from watchtogether.settings import Settings

FOLDER = Path(__file__).resolve().parent.parent / "protocol" / "schemas"


def main() -> None:
    """Write the files, or with `--check` fail when they are out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [name for name, text in generated().items() if not settle(name, text, check=check)]
    if stale:
        raise SystemExit(f"out of date, run `python tools/wire_schemas.py`: {', '.join(stale)}")


def generated() -> dict[str, str]:
    """File name → content."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), secret_key="only for schemas")  # type: ignore[arg-type]
        server = Server(settings, SystemClock(), "http://127.0.0.1:8000/")
        server.tie()
        api: FastAPI = new_api(server)
        messages: dict[str, Any] = {
            event: model.model_json_schema()
            for event, model in sorted(server.gateway.messages.items())
        }
        return {
            "openapi.json": _text(api.openapi()),
            "messages.json": _text(messages),
        }


def settle(name: str, text: str, *, check: bool) -> bool:
    """Write the file; when only checking, say whether it is as it should be."""
    path = FOLDER / name
    if check:
        return path.exists() and path.read_text() == text
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return True


def _text(value: object) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
