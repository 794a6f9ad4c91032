"""Attack 27: what Google's CSP evaluator thinks of our pages' policy."""

import json
import subprocess
from pathlib import Path

import httpx2

from tests.support.npm import NODE, installed
from tests.support.processes import server

FOLDER = Path(__file__).parent / "csp"
HIGH = 10
"""Severity.HIGH of the evaluator; lower numbers are worse."""


def _findings(policy: str) -> list[dict[str, object]]:
    done = subprocess.run(
        [str(NODE), str(installed(FOLDER) / "evaluate.mjs"), policy],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def _high(policy: str) -> list[dict[str, object]]:
    return [each for each in _findings(policy) if int(str(each["severity"])) <= HIGH]


def test_attack_27_no_high_finding(tmp_path: Path) -> None:
    with server(tmp_path / "data") as running:
        policy = httpx2.get(running.url).headers["content-security-policy"]
    assert _high(policy) == []


def test_the_evaluator_would_find_one() -> None:
    assert _high("default-src 'none'; script-src 'self' 'unsafe-inline'") != []
    assert _high("script-src *") != []
