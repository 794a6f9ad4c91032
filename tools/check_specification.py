"""Every statement of `docs/asked.md` has a row in `docs/specification.md`, and each row is sound.

A statement is a line that is no heading, no code fence, no comment and not brackets alone. A row
is `| S-001 | the line | status | where or what |`; met needs tests, changed needs a decision.
"""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

_ROW = re.compile(r"^\| (S-\d{3}) \| (.+?) \| (\w+) \| (.*?) \|$")
_LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")
_NEEDS = {"met": "../tests/", "changed": "decisions/", "open": ""}


def statements(text: str) -> list[str]:
    """The lines that state something, without their markup."""
    found, in_code = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            in_code = not in_code
            continue
        comment = in_code and line.strip().startswith("//")
        if re.search(r"\w", line) and not line.startswith("#") and not comment:
            found.append(plain(line))
    return found


def plain(line: str) -> str:
    """A line as it is compared: no list mark, emphasis or escapes, single spaces."""
    bare = re.sub(r"^\s*- ", "", line).replace("\\|", "|")
    return " ".join(re.sub(r"[*`]", "", bare).split())


def problems(asked: str, answers: str, docs: Path = DOCS) -> list[str]:
    """What is wrong between both texts; links are looked up from `docs`."""
    rows = [row.groups() for line in answers.splitlines() if (row := _ROW.match(line))]
    wanted, given = Counter(statements(asked)), Counter(plain(row[1]) for row in rows)
    numbers = [row[0] for row in rows]
    found = [f"no row for: {line}" for line in (wanted - given)]
    found += [f"not asked: {line}" for line in (given - wanted)]
    found += [f"{number} is there twice" for number, times in Counter(numbers).items() if times > 1]
    for number, _, status, where in rows:
        found += [f"{number}: {what}" for what in _flaws(status, where, docs)]
    return found


def _flaws(status: str, where: str, docs: Path) -> list[str]:
    if status not in _NEEDS:
        return [f"“{status}” is none of {', '.join(_NEEDS)}"]
    links = _LINK.findall(where)
    flaws = [f"{link} does not exist" for link in links if not (docs / link).exists()]
    if not where.strip():
        flaws.append("says nothing")
    elif _NEEDS[status] and not any(link.startswith(_NEEDS[status]) for link in links):
        flaws.append(f"is {status} without a link to {_NEEDS[status].strip('./')}")
    return flaws


def main() -> None:
    """Print every flaw; exit with 1 when there is one."""
    asked, answers = (DOCS / "asked.md").read_text(), (DOCS / "specification.md").read_text()
    if found := problems(asked, answers):
        raise SystemExit("\n".join(found))


if __name__ == "__main__":
    main()
