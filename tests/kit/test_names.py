"""SPEC MEM-4: which names are kept, changed and refused."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchtogether.kit.names import InvalidName, clean_name, name_key

KEPT = {
    "Ada": "Ada",
    "  Ada  Lovelace ": "Ada Lovelace",
    "Zoë": "Zoë",
    "Zoe\u0308": "Zoë",
    "Ａｄａ": "Ada",
    "ﬁne": "fine",
    "Ada\u00a0Lovelace": "Ada Lovelace",
    "a": "a",
    "x" * 40: "x" * 40,
    "李小龍": "李小龍",
    "Мария": "Мария",
    "محمد": "محمد",
    "נועה": "נועה",
    "नेहा": "नेहा",
    "สมชาย": "สมชาย",
    "می\u200cخواهم": "می\u200cخواهم",
    "👩\u200d👩\u200d👧 family": "👩\u200d👩\u200d👧 family",
    "🎬": "🎬",
    'O\'Brien <3 & "co"': 'O\'Brien <3 & "co"',
    "Robert'); DROP TABLE members;--": "Robert'); DROP TABLE members;--",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "-": "-",
}

REFUSED = [
    "",
    " ",
    "\u3000\u3000",
    "x" * 41,
    "ﷺ" * 3,
    "a\nb",
    "a\tb",
    "a\x00b",
    "a\x7fb",
    "a\x85b",
    "a\u2028b",
    "\u202eadA",
    "a\u202db",
    "\u2066a\u2069",
    "a\u200eb",
    "a\u200bb",
    "\ufeffAda",
    "\u200d",
    "\u200dAda",
    "Ada\u200c",
    "\u00adAda",
    "\u3164",
    "\u2800\u2800",
    "\u115fAda",
    "\u0301",
    "\ue000",
    "\ud800",
    "Z" + "\u0301\u0316" * 5,
    "\U000e0041Ada",
]


@pytest.mark.parametrize(("raw", "kept"), KEPT.items())
def test_MEM4_kept(raw: str, kept: str) -> None:
    assert clean_name(raw) == kept


@pytest.mark.parametrize("raw", REFUSED, ids=ascii)
def test_MEM4_refused(raw: str) -> None:
    with pytest.raises(InvalidName) as refused:
        clean_name(raw)
    assert (refused.value.code, refused.value.status) == ("invalid_name", 422)


@given(st.text(max_size=60))
def test_MEM4_what_is_kept_is_kept_again_and_readable(raw: str) -> None:
    try:
        name = clean_name(raw)
    except InvalidName:
        return
    assert clean_name(name) == name
    assert 1 <= len(name) <= 40
    assert name == name.strip()
    assert not {unicodedata.category(c) for c in name} & {"Cc", "Cs", "Zl", "Zp"}


@given(st.text(max_size=40))
def test_MEM4_case_makes_no_other_name(raw: str) -> None:
    assert name_key(raw.upper().lower()) == name_key(raw.upper())


@pytest.mark.parametrize(("one", "other"), [("Ada", "ADA"), ("straße", "STRASSE"), ("Σας", "ΣΑΣ")])
def test_MEM4_names_that_differ_in_case_only_are_the_same(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize("character", ["a", " ", "\u0301", "ﷺ", "\u202e", "𝕬"])
def test_attack_59_a_very_long_name_is_refused_quickly(character: str) -> None:
    started = time.process_time()
    with pytest.raises(InvalidName):
        clean_name(character * 50_000)
    assert time.process_time() - started < 0.05
