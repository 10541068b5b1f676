"""The page as a whole: drawn from stored numbers alone, whole or as far as the run
came, and readable whatever the numbers are.
"""

import doctest
import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from markupsafe import Markup
from reports import RUNS, folder_of, html_of, page_of

from sevenfold.report import draw
from sevenfold.report.labels import Labels
from sevenfold.report.prose import prose, statement, web
from sevenfold.report.sections import CLOSING, INTRODUCTION, WORKFLOW, Section


def headings(*sections: Section) -> list[str]:
    return [section.heading for section in sections]


def test_page_has_every_section_in_order() -> None:
    found = page_of("plain").headings
    assert found[0] == "Handwritten Digit Classification on the MNIST Dataset"
    assert found[1:3] == ["Abstract", "Contents"]
    assert found[3:] == headings(INTRODUCTION, *WORKFLOW, *CLOSING)
    assert [section.number for section in WORKFLOW] == list("123456789")


@pytest.mark.parametrize("kind", RUNS)
def test_page_holds_together(kind: str) -> None:
    page = page_of(kind)
    assert len(page.ids) == len(set(page.ids))
    assert set(page.links) <= set(page.ids), "an internal link leads nowhere"
    assert all(address.startswith(("data:", "#")) for address in page.loaded), (
        "something is loaded from outside"
    )
    assert page.missing_alt == 0


@pytest.mark.parametrize("kind", RUNS)
@pytest.mark.parametrize(
    "odd",
    [
        *("None", "nan", "Undefined", "{{", "{%", "⟦", " .", " ,", " ;", " )", "( ", "..", ":."),
        *("no errors errors", "1 errors", "one errors", "one seeds", "epoches", "digites"),
    ],
)
def test_sentences_read_well_whatever_the_numbers(kind: str, odd: str) -> None:
    text = page_of(kind).text
    assert odd not in text, f"...{text[max(0, text.find(odd) - 80) : text.find(odd) + 40]}"


@pytest.mark.parametrize("name", ["Table", "Figure"])
@pytest.mark.parametrize("kind", ["plain", "distorted, tied", "interrupted"])
def test_tables_and_figures_are_numbered_in_order(kind: str, name: str) -> None:
    captions = re.findall(rf"<b>{name}\u00a0(\d+)\.</b>", html_of(kind))
    assert len(captions) >= (2 if kind == "interrupted" else 6)
    assert [int(n) for n in captions] == list(range(1, len(captions) + 1))


def test_a_sentence_names_a_table_that_comes_later() -> None:
    labels = Labels()
    page = (
        f"see {labels.link('table-late')}, {labels.number('table-first')},"
        f" {labels.number('figure-only')}, {labels.number('table-late')}"
    )
    assert labels.resolve(page) == (
        'see <a href="#table-late">Table\u00a02</a>, Table\u00a01, Figure\u00a01, Table\u00a02'
    )


def test_a_sentence_that_names_no_table_is_our_mistake() -> None:
    labels = Labels()
    with pytest.raises(KeyError):
        labels.resolve(f"see {labels.link('table-nowhere')}")


def test_page_opens_with_one_drawing_and_no_other_picture() -> None:
    html = html_of("plain")
    before = html[: html.index('id="section-5"')]
    assert before.count("<svg") == 1
    assert "<img" not in before


def test_interrupted_run_gives_what_is_there() -> None:
    page = page_of("interrupted")
    assert "interrupted by its user" in page.text.partition("Abstract")[0]
    assert "The test set has given no result yet" in page.text
    assert page.headings[-3:] == headings(WORKFLOW[6], *CLOSING)
    assert "did not get beyond section 7" in page.text
    assert "The network 784-64-10 overfits." in page.text.partition("Contents")[0]


def test_run_that_failed_says_why() -> None:
    assert "The run failed: disk full." in page_of("nearly done").text.partition("Abstract")[0]
    assert "reaches 93.5 % [90.6, 95.5] on fresh seeds." in page_of("nearly done").text


def test_drawing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(folder_of("plain"), tmp_path / "copy"))

    def drawn() -> dict[str, bytes]:
        files = [draw(str(folder)), *sorted((folder / "figures").iterdir())]
        return {file.name: file.read_bytes() for file in files}

    first = drawn()
    assert drawn() == first
    assert {"report.html", "overfit-loss.svg", "confusion.svg", "mistakes.png"} <= set(first)


def test_report_loads_no_framework() -> None:
    code = (
        "import sys, sevenfold.report; print([m for m in ('tensorflow', 'jax', 'keras', 'optuna',"
        " 'scipy', 'sklearn', 'matplotlib.pyplot') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_prose_sets_numbers_well() -> None:
    assert (
        str(prose("down -1.81 points, p = 0.163 <&> 1e-05"))
        == 'down −1.81 points, <span class="whole"><i>p</i> = 0.163</span> &lt;&amp;&gt; 10⁻⁵'
    )
    assert str(prose("784-512-10")) == '<span class="whole">784-512-10</span>'


def test_conclusion_names_its_place_inside_its_last_parentheses() -> None:
    assert (
        str(statement("A (p = 1).", Markup("T")))
        == 'A (<span class="whole"><i>p</i> = 1</span>; T).'
    )
    assert (
        str(statement("B of 1.5 %.", Markup("T")))
        == 'B of 1.5&nbsp;% <span class="whole">(T).</span>'
    )


@pytest.mark.parametrize(
    "name",
    [
        *("numbers", "prose", "describe"),
        *("sections.front.words", "sections.final_test.figures"),
    ],
)
def test_examples_in_docstrings_hold(name: str) -> None:
    results = doctest.testmod(importlib.import_module(f"sevenfold.report.{name}"))
    assert results.attempted > 0
    assert results.failed == 0


@pytest.mark.parametrize("run", RUNS)
def test_links_lead_to_the_web_to_the_page_beside_or_within(run: str) -> None:
    links = re.findall(r"<a[^>]*\shref=(.)(.*?)\1", html_of(run))
    assert links
    assert all(re.match(r"https?://|#|demo\.html$", address) for _, address in links)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", " https://x", "JaVaScRiPt://x", "data:,x", "//x", "file:///x"],
)
def test_an_address_of_another_kind_is_no_link(address: str) -> None:
    assert web(address) == address
    assert web('https://x/"><b>') == (
        '<a href="https://x/&#34;&gt;&lt;b&gt;">x/&#34;&gt;&lt;b&gt;</a>'
    )
