"""`make check`: format, lint, types, layers, lock files, documents."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "lint": [str(BIN / "ruff"), "check", "--quiet", "."],
    "types": [str(BIN / "mypy")],
    "layers": [str(BIN / "lint-imports"), "--no-cache"],
    "hosts and paths": [sys.executable, "tools/check_hosts.py"],
    "reference": [sys.executable, "tools/check_reference.py"],
    "specification": [sys.executable, "tools/check_specification.py"],
    "rules": [sys.executable, "tools/check_spec_rules.py"],
    "wire types": [sys.executable, "tools/wire_schemas.py", "--check"],
    "page": [sys.executable, "tools/npm.py", "run", "check"],
    "page's lock": [sys.executable, "tools/npm.py", "ls", "--package-lock-only", "--all"],
}


def main() -> None:
    """Run every check; exit with 1 when one of them failed."""
    failed = [name for name, command in CHECKS.items() if not passes(name, command)]
    if failed:
        raise SystemExit(f"\n{len(failed)} of {len(CHECKS)} checks failed: {', '.join(failed)}")
    print(f"\nall {len(CHECKS)} checks passed")


def passes(name: str, command: list[str]) -> bool:
    """Run one check and show its words only when it fails."""
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    passed = done.returncode == 0
    mark = "ok  " if passed else "FAIL"
    print(f"{mark}  {name}  ({time.monotonic() - started:.1f} s)", flush=True)
    if not passed:
        print(done.stdout, done.stderr, sep="\n")
    return passed


if __name__ == "__main__":
    main()
