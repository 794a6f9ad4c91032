"""`make test`: every suite within its time budget; says loudly what was skipped."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
PARALLEL = ["-n", "2", "--dist", "loadfile"]
"""Browsers and what is measured have the machine to themselves; all else shares two processors."""

SUITES: dict[str, tuple[list[str], int]] = {
    "core, doors, services": (
        [*PYTEST, *PARALLEL, "tests", "--ignore=tests/browser", "-m", "not long"],
        300,
    ),
    "page": ([sys.executable, "tools/npm.py", "test"], 120),
    "browser": ([*PYTEST, "tests/browser", "-m", "not long"], 540),
}
LONG: dict[str, tuple[list[str], int]] = {
    "long": ([*PYTEST, "tests", "-m", "long", "--timeout=1800"], 7200),
}


def main() -> None:
    """Run the suites one after another; exit with 1 when one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="also what takes long")
    suites = SUITES | (LONG if parser.parse_args().long else {})
    failed = [
        name for name, (command, budget_s) in suites.items() if not run(name, command, budget_s)
    ]
    if failed:
        raise SystemExit(f"\nfailed: {', '.join(failed)}")
    print(f"\nall {len(suites)} suites passed")


def run(name: str, command: list[str], budget_s: int) -> bool:
    """One suite; slower than its budget is said, more than twice as slow is a failure."""
    print(f"\n== {name} (budget {budget_s} s)", flush=True)
    started = time.monotonic()
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        code = subprocess.run(
            command, cwd=ROOT, check=False, env=env, timeout=2 * budget_s
        ).returncode
    except subprocess.TimeoutExpired:
        print(f"{name}: more than twice its budget, stopped")
        return False
    took_s = time.monotonic() - started
    over = "  OVER BUDGET" if took_s > budget_s else ""
    print(f"== {name}: {took_s:.0f} s{over}", flush=True)
    return code == 0


if __name__ == "__main__":
    main()
