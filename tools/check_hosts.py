"""No tracked file names a package registry's host or a folder of the machine it was written on."""

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent

_REGISTRIES = (
    ("registry", "npmjs", "org"),
    ("registry", "yarnpkg", "com"),
    ("pypi", "org"),
    ("files", "pythonhosted", "org"),
    ("test", "pypi", "org"),
    ("conda", "anaconda", "org"),
)
"""In pieces, so that this very file does not contain them."""
_INDEX_VARIABLES = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "UV_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "NPM_CONFIG_REGISTRY",
    "npm_config_registry",
)
"""What this machine installs from; only the host of each is looked at."""
_COMMON_FOLDERS = frozenset({"/", "/tmp", "/home", "/opt", "/srv", "/usr", "/var", "/mnt", "/app"})


def hosts() -> set[str]:
    """Hosts that no file may name."""
    mirrors = {urlsplit(os.environ.get(name, "")).hostname or "" for name in _INDEX_VARIABLES}
    return {".".join(pieces) for pieces in _REGISTRIES} | {host for host in mirrors if "." in host}


def folders() -> set[str]:
    """Folders of this machine that no file may name."""
    own = {str(ROOT), str(ROOT.parent), str(Path.home())}
    return own - _COMMON_FOLDERS


def problems(name: str, text: str) -> list[str]:
    """What is wrong in a file, as `name:line: what`."""
    patterns = [rf"(?<![\w.-]){re.escape(host)}(?![\w-])" for host in hosts()]
    patterns += [rf"(?<![\w./-]){re.escape(folder)}/" for folder in folders()]
    forbidden = re.compile("|".join(patterns))
    return [
        f"{name}:{number}: {found[0]}"
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := forbidden.search(line))
    ]


def tracked() -> list[Path]:
    """Every file that git keeps, or is about to keep."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def main() -> None:
    """Print every line that must go; exit with 1 when there is one."""
    found: list[str] = []
    for path in tracked():
        if not path.is_file():
            continue
        raw = path.read_bytes()
        if b"\0" not in raw[:8_000]:
            name = path.relative_to(ROOT).as_posix()
            found += problems(name, raw.decode(errors="replace"))
    if found:
        raise SystemExit("\n".join(["a registry's host or a machine's folder:", *found]))


if __name__ == "__main__":
    main()
