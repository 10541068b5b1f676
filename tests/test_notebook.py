"""The notebook of a run: whole, plain, the same bytes for the same run, and in
agreement with the run when it is executed.
"""

import ast
import html
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import SMALLEST
from reports import RUNS, folder_of

import sevenfold as sf
from sevenfold.notebook.prose import FRONT, sections_of
from sevenfold.report import draw

DATA_URI = re.compile(r'data:image/[a-z+]+;base64,[^"]*')


def cells_of(folder: Path, kind: str = "") -> list[str]:
    """The sources of the cells, all or those of one kind."""
    made: Any = nbformat.read(folder / "report.ipynb", as_version=4)
    return [cell.source for cell in made.cells if kind in ("", cell.cell_type)]


@pytest.mark.parametrize("kind", RUNS)
def test_every_run_has_a_valid_notebook_of_plain_keras(kind: str) -> None:
    folder = folder_of(kind)
    made: Any = nbformat.read(folder / "report.ipynb", as_version=4)
    nbformat.validate(made)
    assert (folder / "report.ipynb").stat().st_size < 5_000_000
    assert made.metadata.kernelspec.name == "python3"
    for source in cells_of(folder, "code"):
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(source))
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert imported <= {
            *("base64", "os", "zlib", "pathlib", "gzip", "hashlib"),
            *("keras", "tensorflow", "matplotlib", "numpy", "scipy", "mlxtend", "PIL"),
        }


def test_sections_stand_in_the_order_of_the_report_with_their_code_below() -> None:
    cells = cells_of(folder_of("plain"))
    headings = [line for cell in cells for line in cell.splitlines() if line.startswith("## ")]
    assert [heading[3:5] for heading in headings if heading[3].isdecimal()] == [
        *("1.", "2.", "3.", "4.", "5.", "6.", "7.", "8.", "9.", "10"),
    ]
    text = "\n".join(cells)
    order = ["## 5. ", "baseline = keras.Sequential", "## 6. ", "overfit = keras.Sequential"]
    order += ["## 7. ", "## 8. ", "final = keras.Sequential", "paired_test(", "## 9. "]
    places = [text.index(mark) for mark in order]
    assert places == sorted(places)


def test_a_run_that_stopped_has_the_code_of_what_was_done() -> None:
    code = "\n".join(cells_of(folder_of("interrupted"), "code"))
    assert "overfit = keras.Sequential" in code
    assert "final" not in code
    assert "baseline = keras" in "\n".join(cells_of(folder_of("no power"), "code"))


def test_equal_runs_give_equal_bytes(tmp_path: Path) -> None:
    folder = folder_of("plain")
    before = (folder / "report.ipynb").read_bytes()
    shutil.copytree(folder, tmp_path / "copy")
    draw(tmp_path / "copy")
    assert (tmp_path / "copy" / "report.ipynb").read_bytes() == before
    ids = [cell["id"] for cell in json.loads(before)["cells"]]
    assert len(ids) == len(set(ids))


def test_no_path_of_this_machine_and_no_word_of_other_data() -> None:
    text = DATA_URI.sub("", "\n".join(cells_of(folder_of("own data"))))
    assert str(folder_of("own data").parent) not in text
    text = text[: text.index("References and code credits")]  # titles of papers
    assert not re.search(r"\bdigits?\b", text, re.IGNORECASE)
    assert "28" not in re.findall(r"\b\d+\b", "\n".join(cells_of(folder_of("own data"), "code")))


def test_figures_and_small_pictures_are_inside() -> None:
    folder = folder_of("plain")
    text = "\n".join(cells_of(folder, "markdown"))
    n_drawings = (folder / "report.html").read_text().count("<svg")
    assert text.count('<img src="data:image/svg+xml;base64,') == n_drawings
    assert text.count("data:image/png;base64,") == 9  # its errors, and labels in doubt
    assert not re.search(r'(src|href)="(?!data:|https?:)', text)


def page(body: str) -> str:
    markdown = sections_of(f"<main><header><h1>T</h1></header>{body}</main>", {"d": "<svg/>"})
    return markdown[FRONT].removeprefix("# T\n\n").strip()


@pytest.mark.parametrize(
    ("source", "markdown"),
    [
        ("<p>a <b>b</b>\n <i>p</i> <code>a_b</code></p>", "a **b** *p* `a_b`"),
        ("<p>1 &lt; 2 * 3 _ $ `</p>", r"1 &lt; 2 \* 3 \_ \$ \`"),
        ("<p>[x](y) [0, 1]</p>", r"[x\](y) [0, 1]"),
        ("<p>1. no item</p><p>- nor this</p>", "1\\. no item\n\n\\- nor this"),
        ("<ol><li>a</li><li><p>b</p></li></ol>", "1. a\n2. b"),
        ("<ul><li>a</li></ul><p>b</p>", "- a\n\nb"),
        ('<p><a href="#table-1">T</a> <a href="https://e.org">e</a></p>',
         'T <a href="https://e.org">e</a>'),
        ('<table><tr><td class="number" colspan="2">&lt; $1</td></tr></table>',
         '<table>\n<tr><td colspan="2" align="right">&lt; &#36;1</td></tr></table>'),
        ("<pre><code>a_b\n  c</code></pre>", "```\na_b\n  c\n```"),
        ('<details class="code"><p>s</p><details>n</details>x</details><p>y</p>', "y"),
        ("<math><mfrac><mtext>a b</mtext><mn>2</mn></mfrac><mo>=</mo></math>",
         r"$$ \frac{\text{a b}}{2} = $$"),
        ('<svg aria-label="d"><g><text>no</text></g></svg>',
         '<img src="data:image/svg+xml;base64,PHN2Zy8+" alt="d">'),
    ],
)  # fmt: skip
def test_html_becomes_markdown(source: str, markdown: str) -> None:
    assert page(source) == markdown


@pytest.fixture(scope="module")
def subset_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run on the 5,000 images that a package brings."""
    out = tmp_path_factory.mktemp("runs") / "subset"
    few = {"baseline.n_epochs": 6, "baseline.n_seeds": 3, "final_test.n_seeds": 2}
    changes = {**SMALLEST, "dataset": "mnist-5k", **few}
    sf.run_workflow(sf.load_config("quick", changes), out, workers=1, terminal="quiet")
    draw(out)
    return out


@pytest.mark.slow
def test_executed_from_a_clean_kernel_it_agrees_with_the_run(subset_run: Path) -> None:
    pytest.importorskip("nbclient")
    pytest.importorskip("tensorflow")
    command = [sys.executable, "-m", "sevenfold", "report", str(subset_run)]
    options = ["--notebook", "--execute", "--html"]
    answer = subprocess.run([*command, *options], capture_output=True, text=True, timeout=900)
    assert answer.returncode == 0, answer.stderr
    made: Any = nbformat.read(subset_run / "report.ipynb", as_version=4)
    nbformat.validate(made)
    outputs = [output for cell in made.cells for output in cell.get("outputs", ())]
    printed = "".join(output.get("text", "") for output in outputs)
    compared = [line for line in printed.splitlines() if "the run:" in line and "seeds" in line]
    assert len(compared) == 6
    for line in compared:
        assert line.endswith(": as expected"), line
    assert "NOT" not in printed
    final = sf.read_run(subset_run).final_test
    assert final is not None
    n = f"{final.scores.n_errors} errors of 1000 (the run: {final.scores.n_errors})"
    assert n in printed
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert str(Path.home()) not in printed
    page = (subset_run / "notebook.html").read_text(encoding="utf-8")
    assert all(html.escape(line) in page for line in compared)
