"""What lies there is not lost: edited notebooks, outputs; and the HTML export is one
whole page.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from reports import Page, folder_of

from sevenfold.errors import RunError, SettingsError
from sevenfold.notebook import executing
from sevenfold.report import draw, draw_notebook


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a finished run with its report."""
    return Path(shutil.copytree(folder_of("plain"), tmp_path / "run"))


def change(folder: Path, **changes: Any) -> bytes:
    """The first cell of code gets other values; gives the file's bytes."""
    path = folder / "report.ipynb"
    made = json.loads(path.read_bytes())
    next(cell for cell in made["cells"] if cell["cell_type"] == "code").update(changes)
    path.write_text(json.dumps(made))
    return path.read_bytes()


STREAM = {"output_type": "stream", "name": "stdout", "text": ["1 < 2\n", "done\n"]}
PICTURE = {"output_type": "display_data", "data": {"image/png": "iVBO\nRw0="}, "metadata": {}}


def test_a_notebook_that_somebody_edited_is_left_as_it_is(folder: Path) -> None:
    edited = change(folder, source=["x = 1"])
    (folder / "report.html").unlink()
    assert draw(folder).is_file()
    assert (folder / "report.ipynb").read_bytes() == edited
    with pytest.raises(RunError, match=r"report.ipynb has other cells .* Move or rename it"):
        draw_notebook(folder)
    assert (folder / "report.ipynb").read_bytes() == edited


def test_outputs_of_the_same_cells_stay(folder: Path) -> None:
    executed = change(folder, outputs=[STREAM])
    draw(folder)
    draw_notebook(folder)
    assert (folder / "report.ipynb").read_bytes() == executed


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"metadata": 3, "cells": []}'])
def test_a_damaged_notebook_is_written_anew(folder: Path, content: bytes) -> None:
    before = (folder / "report.ipynb").read_bytes()
    (folder / "report.ipynb").write_bytes(content)
    draw(folder)
    assert (folder / "report.ipynb").read_bytes() == before


def test_the_notebook_alone_leaves_the_report_alone(folder: Path) -> None:
    (folder / "report.ipynb").unlink()
    (folder / "report.html").unlink()
    assert draw_notebook(folder) == (folder / "report.ipynb",)
    assert not (folder / "report.html").exists()
    original = folder_of("plain") / "report.ipynb"
    assert (folder / "report.ipynb").read_bytes() == original.read_bytes()


def test_the_html_page_is_the_report_with_code_and_outputs(folder: Path) -> None:
    change(folder, outputs=[STREAM, PICTURE])
    _, path = draw_notebook(folder, html=True)
    html, report = path.read_text(), (folder / "report.html").read_text()
    page = Page(html)
    assert page.headings == Page(report).headings
    assert "1 &lt; 2\ndone</code></pre>" in html
    assert 'src="data:image/png;base64,iVBORw0="' in html
    assert not [address for address in page.loaded if not address.startswith(("data:", "#"))]
    order = [html.index(mark) for mark in ("1 &lt; 2", ">Introduction</h2>", "<h2>5. ")]
    order += [html.index("baseline = keras.Seq"), html.index("<h2>6. ")]
    assert order == sorted(order)


def test_what_executing_needs_is_named_in_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (folder / "report.ipynb").read_bytes()
    needed = {"no_such_client": "notebook", "no_such_kernel": "notebook"}
    monkeypatch.setattr(executing, "NEEDED", needed)
    words = r"needs no_such_client and no_such_kernel, .* sevenfold\[notebook\]"
    with pytest.raises(SettingsError, match=words):
        draw_notebook(folder, execute=True)
    assert (folder / "report.ipynb").read_bytes() == before


@pytest.mark.parametrize("option", ["--html", "--execute"])
def test_options_of_the_notebook_want_the_notebook(folder: Path, option: str) -> None:
    command = [sys.executable, "-m", "sevenfold", "report", str(folder), option]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 2
    assert answer.stderr == "sevenfold: --html and --execute go with --notebook. Add it.\n"


@pytest.mark.slow
def test_a_cell_that_fails_is_one_line(folder: Path) -> None:
    pytest.importorskip("nbclient")
    pytest.importorskip("tensorflow")
    before = (folder / "report.ipynb").read_bytes()
    command = [sys.executable, "-m", "sevenfold", "report", str(folder), "--notebook", "--execute"]
    answer = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "NOTEBOOK_DATA": str(folder)},
    )
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1].startswith("sevenfold: The notebook ended with FileNot")
    assert "Traceback" not in answer.stderr
    assert (folder / "report.ipynb").read_bytes() == before
