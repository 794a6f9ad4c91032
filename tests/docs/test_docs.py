"""The documents say what the code does: the checks pass, and each notices what it is for."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools"
CHECKS = ("check_hosts", "check_reference", "check_spec_rules", "check_specification")
PAGES = [ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_ELSEWHERE = re.compile(r"[a-z]+:")


def load(name: str) -> ModuleType:
    """A check as a module; tools are no package."""
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def anchors(page: Path) -> set[str]:
    """What links into a page may name, by GitHub's rule."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", CHECKS)
def test_the_check_passes(name: str) -> None:
    load(name).main()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text()):
        if _ELSEWHERE.match(link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_decision_is_in_the_index_and_numbered_without_gaps() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))
    index = (folder / "README.md").read_text()
    assert [link for link in _LINK.findall(index) if link[0].isdigit()] == records


class TestHosts:
    def test_a_registry_is_noticed(self) -> None:
        host = ".".join(("files", "pythonhosted", "org"))
        found = load("check_hosts").problems("x.lock", f"a\nhttps://{host}/b")
        assert found == [f"x.lock:2: {host}"]

    def test_a_mirror_that_this_machine_installs_from_is_noticed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PIP_INDEX_URL", "https://someone:secret@mirror.example.net/simple")
        found = load("check_hosts").problems("x", "see mirror.example.net")
        assert found == ["x:1: mirror.example.net"]

    def test_a_folder_of_this_machine_is_noticed(self) -> None:
        assert load("check_hosts").problems("x", f"open {ROOT}/src")

    @pytest.mark.parametrize("text", ["watch.example.org", "framework/main/x", "src/tests/y"])
    def test_other_names_pass(self, text: str) -> None:
        assert load("check_hosts").problems("x", text) == []


class TestReference:
    PAGE = "| Code | Status |\n|---|---|\n| `one` | 404 |\n| `two` | `500` |\n"

    def test_a_page_that_is_right(self) -> None:
        assert load("check_reference").problems("p", self.PAGE, {"one": "404", "two": "500"}) == []

    def test_what_is_missing_made_up_or_wrong(self) -> None:
        found = load("check_reference").problems("p", self.PAGE, {"one": "403", "three": None})
        assert found == [
            "p: `three` is missing",
            "p: there is no `two`",
            "p: `one` is 403, not 404",
        ]

    def test_it_really_finds_something_to_compare(self) -> None:
        check = load("check_reference")
        assert check.errors()["not_permitted"] == "403"
        assert check.settings()["WATCHTOGETHER_PORT"] == "8000"
        assert "chat:reaction" in check.told()
        assert "playback:seek" not in check.told()
        assert "message.sent" in check.kinds()


class TestSpecification:
    ASKED = "# T\n- **One**: a | b\n```js\n// why\nx = { y: 5 }\n}\n```\n"
    RIGHT = (
        "| S-001 | One: a \\| b | met | [t](../tests/t.py) |\n"
        "| S-002 | `x = { y: 5 }` | open | nobody asked for y |\n"
    )

    @pytest.fixture
    def docs(self, tmp_path: Path) -> Path:
        (tmp_path / "docs").mkdir()
        (tmp_path / "tests").mkdir()
        (tmp_path / "tests" / "t.py").touch()
        return tmp_path / "docs"

    def test_a_page_that_is_right(self, docs: Path) -> None:
        assert load("check_specification").problems(self.ASKED, self.RIGHT, docs) == []

    @pytest.mark.parametrize(
        ("old", "new", "found"),
        [
            ("| S-002 ", "", "no row for: x = { y: 5 }"),
            ("y: 5", "y: 6", "not asked: x = { y: 6 }"),
            ("S-002", "S-001", "S-001 is there twice"),
            ("t.py", "gone.py", "S-001: ../tests/gone.py does not exist"),
            ("[t](../tests/t.py)", "surely", "S-001: is met without a link to tests"),
            ("| met |", "| changed |", "S-001: is changed without a link to decisions"),
            ("| open |", "| soon |", "S-002: “soon” is none of met, changed, open"),
        ],
    )
    def test_what_is_wrong_is_said(self, docs: Path, old: str, new: str, found: str) -> None:
        answers = self.RIGHT.replace(old, new)
        assert found in load("check_specification").problems(self.ASKED, answers, docs)


class TestRules:
    SPEC = "- **PB-1** a\n- **PB-2** b\n- **PB-3** *withdrawn* c\n"

    def test_citations_are_read_from_names_and_docstrings_only(self) -> None:
        check = load("check_spec_rules")
        source = 'def test_PB1_x(): ...\nclass T:\n    """PB-2."""\nx = "PB-9"  # PB-8\n'
        assert check.families(self.SPEC) == "PB"
        assert check.cited_in_python(source, "PB") == {"PB-1", "PB-2"}
        assert check.cited_in_page('it("PB-2: x")', "PB") == {"PB-2"}

    def test_withdrawn_rules_need_no_test(self) -> None:
        assert load("check_spec_rules").rules(self.SPEC) == {"PB-1", "PB-2"}

    def test_what_is_wrong_is_said(self) -> None:
        check = load("check_spec_rules")
        there = {"PB-1", "PB-2", "PB-4"}
        excused = check.untested("# why\nPB-1: shy\nPB-4:\nPB-7: gone\n")
        assert check.problems(there, {"PB-1", "PB-9"}, excused) == [
            "PB-1: tested now, take it off the list",
            "PB-2: no test cites it",
            "PB-4: excused without a reason",
            "PB-7: excused, and there is no such rule",
            "PB-9: a test cites it, and there is no such rule",
        ]
