"""One defence that is taken out, in a copy of the source, and the test that must notice."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "src"
_FAILED = 1
"""pytest's exit code when tests ran and some failed, or a fixture did: a server that does not even
start has missed no defence."""


@dataclass(frozen=True, slots=True)
class Plant:
    """`old` stands once in `file` (below `src/watchtogether`) and becomes `new`."""

    attacks: tuple[int, ...]
    file: str
    old: str
    new: str
    tests: str
    """The test file, below `tests`."""

    @property
    def path(self) -> Path:
        return SOURCE / "watchtogether" / self.file

    @property
    def name(self) -> str:
        return f"attack {', '.join(map(str, self.attacks))}: {self.file}"

    def applies(self) -> bool:
        return self.path.read_text(encoding="utf-8").count(self.old) == 1

    def is_noticed(self, attack: int) -> bool:
        """Whether the tests of this attack fail without the defence."""
        with tempfile.TemporaryDirectory() as name:
            copy = Path(name) / "src"
            shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
            target = copy / "watchtogether" / self.file
            target.write_text(target.read_text(encoding="utf-8").replace(self.old, self.new))
            done = subprocess.run(
                [
                    *(sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"),
                    *(f"tests/{self.tests}", "-k", f"_{attack}_ and attack"),
                ],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
                capture_output=True,
                text=True,
                check=False,
                timeout=300,
            )
        crashed = re.search(r"\b\d+ errors?\b", done.stdout.rstrip().rpartition("\n")[2])
        if done.returncode not in (0, _FAILED) or crashed:
            raise AssertionError(f"{self.name}: no test came to its end\n{done.stdout[-2000:]}")
        return done.returncode == _FAILED
