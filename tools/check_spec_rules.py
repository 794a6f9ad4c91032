"""Every rule of `protocol/SPEC.md` is cited by a test, and no test cites a rule that is not there.

A Python test cites a rule in a name (`test_PB4_…`) or a docstring (`PB-4`), a test of the page
anywhere in its file (`PB-4`). Vectors name the tests that run them. Rules not tested
yet stand in `UNTESTED`, each with its reason.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "protocol" / "SPEC.md"
UNTESTED = ROOT / "tests" / "docs" / "untested_rules.txt"

_RULE = re.compile(r"^- \*\*([A-Z]+-\d+)\*\*(.*)", re.MULTILINE)
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def rules(spec: str) -> set[str]:
    """Ids of the rules in force."""
    return {found[1] for found in _RULE.finditer(spec) if "*withdrawn*" not in found[2]}


def families(spec: str) -> str:
    """The letters that rules begin with, as alternatives of a pattern."""
    return "|".join(sorted({found[1].partition("-")[0] for found in _RULE.finditer(spec)}))


def cited_in_python(source: str, letters: str) -> set[str]:
    """Rules named by the names and docstrings of a test module."""
    return {rule for text in _words(ast.parse(source)) for rule in _cited(text, letters)}


def cited_in_page(source: str, letters: str) -> set[str]:
    """Rules named anywhere in a test of the page."""
    return set(_cited(source, letters))


def _words(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED):
            yield ast.get_docstring(node) or ""
            yield getattr(node, "name", "")


def _cited(text: str, letters: str) -> Iterator[str]:
    for found in re.finditer(rf"(?<![A-Za-z])({letters})-?(\d+)(?![0-9A-Za-z])", text):
        yield f"{found[1]}-{found[2]}"


def untested(text: str) -> dict[str, str]:
    """Rule → why no test cites it."""
    lines = (line.partition(":") for line in text.splitlines() if line and line[0] != "#")
    return {rule.strip(): reason.strip() for rule, _, reason in lines}


def problems(there: set[str], cited: set[str], excused: dict[str, str]) -> list[str]:
    """What is wrong with the citations of the rules that are there."""
    return sorted(
        [
            *(f"{rule}: no test cites it" for rule in there - cited - excused.keys()),
            *(f"{rule}: a test cites it, and there is no such rule" for rule in cited - there),
            *(f"{rule}: excused, and there is no such rule" for rule in excused.keys() - there),
            *(f"{rule}: tested now, take it off the list" for rule in excused.keys() & cited),
            *(f"{rule}: excused without a reason" for rule, why in excused.items() if not why),
        ]
    )


def main() -> None:
    """Print every flaw; exit with 1 when there is one."""
    spec = SPEC.read_text()
    letters = families(spec)
    cited: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        if path.parent.name != "docs":  # those test this very check
            cited |= cited_in_python(path.read_text(), letters)
    for path in (ROOT / "web").glob("[!n]*/**/*.test.ts*"):
        cited |= cited_in_page(path.read_text(), letters)
    for path in (ROOT / "protocol" / "vectors").glob("*.json"):
        cited |= cited_in_page(path.read_text(), letters)
    if found := problems(rules(spec), cited, untested(UNTESTED.read_text())):
        raise SystemExit("\n".join(found))


if __name__ == "__main__":
    main()
