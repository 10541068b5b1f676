"""The list of faults is kept: each text stands where it says, once."""

import ast
import sys
from collections import Counter
from pathlib import Path

import pytest
from mutations import FAULTS, TESTS, Fault

import sevenfold

PACKAGE, ROOT = Path(sevenfold.__file__).parent, Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from mutate import planted  # noqa: E402


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.place}: {fault.name}")
def test_a_fault_stands_once_and_is_python(fault: Fault) -> None:
    path, broken = planted(fault, PACKAGE)
    assert ast.dump(ast.parse(broken)) != ast.dump(ast.parse(path.read_text(encoding="utf-8")))


def test_the_list_is_long_enough_and_names_each_fault_once() -> None:
    assert len(FAULTS) >= 70
    assert max(Counter(fault[:2] for fault in FAULTS).values()) == 1


def test_the_tests_of_every_place_are_there() -> None:
    assert {fault.place for fault in FAULTS} <= TESTS.keys()
    for tests in TESTS.values():
        assert [test for test in tests if not (ROOT / "tests" / test).is_file()] == []
