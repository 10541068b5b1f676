"""Files that were spoiled at random; `scripts/soak fuzz` takes 20,000 of them."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from fuzz import fuzzed_files


def test_spoiled_files_are_read_or_refused_in_one_line(tmp_path: Path) -> None:
    found = fuzzed_files(tmp_path, 90, seed=1)
    assert found["failures"] == []
    assert found["files"] == sum(found["verdicts"].values()) == 90
    assert found["verdicts"]["npz: refused"] > 0
