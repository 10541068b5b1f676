"""Every input of the table gets its one right line, and exit code 2."""

import re
import sys
from collections import Counter
from itertools import chain
from pathlib import Path

import contents
import files
import pytest
from rows import Row

from sevenfold.cli import main

FAMILIES = (
    *(files.in_place_of_idx, files.in_place_of_others, files.cut_off, files.other_suffixes),
    *(contents.arrays, contents.idx_headers, contents.tables, contents.folders),
)
ROWS = list(chain.from_iterable(family() for family in FAMILIES))


def line_of(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, path: str) -> str:
    """What `sevenfold data check` says of `path`: one line of what can be printed."""
    monkeypatch.setattr(sys, "argv", ["sevenfold", "data", "check", path])
    with pytest.raises(SystemExit) as stopped:
        main()
    out, err = capsys.readouterr()
    assert (stopped.value.code, out) == (2, "")
    assert err.startswith("sevenfold: ")
    assert err.endswith("\n")
    assert err[:-1].isprintable(), err
    assert len(err) - err.count(path) * len(path) <= 500
    return err


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_input_gets_its_line(
    row: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEVENFOLD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SEVENFOLD_MIRRORS", "")
    for name, content in row.files.items():
        file = tmp_path / "own" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    said = line_of(capsys, monkeypatch, str(tmp_path / "own" / row.give))
    assert re.search(row.line, said), said


def test_the_table_is_long_and_names_each_row_once() -> None:
    assert len(ROWS) >= 300
    assert max(Counter(row.name for row in ROWS).values()) == 1
