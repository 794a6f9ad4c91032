"""The list of attacks, and that each is made: `test_attack_<number>_…`, wherever it is at home.

Those of one domain stand beside that domain's other tests, with its fixtures; here is what
belongs to accounts, and to no domain.
"""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
ATTACKS = range(1, 69)
_NAMED = re.compile(r"def test_attack((?:_\d+)+)_[a-z]")


def test_each_of_the_68_attacks_is_made() -> None:
    made = {
        int(number)
        for path in TESTS.rglob("test_*.py")
        for numbers in _NAMED.findall(path.read_text(encoding="utf-8"))
        for number in numbers.strip("_").split("_")
    }
    assert sorted(set(ATTACKS) - made) == []
    assert sorted(made - set(ATTACKS)) == []
