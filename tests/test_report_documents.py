"""Word, Markdown and PDF of a report: whole, editable, and refused in one line where
the program that makes them is not there.
"""

import re
import shutil
import zipfile
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
from reports import RUNS, folder_of

from sevenfold.cli import app
from sevenfold.errors import SettingsError
from sevenfold.report.author import Author, OwnText, keep_author
from sevenfold.report.documents import browser, pandoc, write_documents
from sevenfold.report.documents.plain import Target, plain
from sevenfold.report.page import render
from sevenfold.runs.reading import read_run

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WORDS = OwnText(section="section-3", markdown="**Mine** and [theirs](#table-data).")
needs_browser = pytest.mark.skipif(
    not any(shutil.which(name) for name in browser.NAMES), reason="no Chromium on PATH"
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose report was written for Word and as Markdown."""
    folder = tmp_path_factory.mktemp("documents") / "run"
    shutil.copytree(folder_of("plain"), folder)
    keep_author(folder, {"name": "Ada <L>", "course": "ML 101", "texts": (WORDS,)})
    write_documents(folder, ["docx", "markdown"])
    return folder


def word(run: Path, part: str) -> ElementTree.Element:
    with zipfile.ZipFile(run / "report.docx") as packed:
        return ElementTree.fromstring(packed.read(part))


def paragraphs(run: Path) -> list[tuple[str, str]]:
    """Style and text of each paragraph."""
    found = []
    for paragraph in word(run, "word/document.xml").iter(f"{W}p"):
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        text = "".join(node.text or "" for node in paragraph.iter(f"{W}t"))
        found.append(("" if style is None else str(style.get(f"{W}val")), text))
    return found


def test_word_has_title_author_headings_and_captions(run: Path) -> None:
    found = paragraphs(run)
    assert found[0] == ("Title", "Handwritten Digit Classification on the MNIST Dataset")
    assert ("Author", "Ada <L>") in found
    assert ("Subtitle", "ML 101") in found
    heads = [text for style, text in found if style == "Heading1"]
    assert heads[:2] == ["Abstract", "Introduction"]
    assert "8. Final model evaluation on the test set" in heads
    assert "Contents" not in heads
    assert ("Headline", "98.6\u00a0%") in found
    captions = [text for style, text in found if style == "TableCaption"]
    assert [int(re.findall(r"\d+", text)[0]) for text in captions] == [*range(1, len(captions) + 1)]


def test_word_has_numbered_pages_and_tables_with_their_cells(run: Path) -> None:
    (section,) = word(run, "word/document.xml").iter(f"{W}sectPr")
    assert section.find(f"{W}footerReference") is not None
    footer = word(run, "word/footer1.xml")
    assert "".join(node.text or "" for node in footer.iter(f"{W}t")).startswith("Ada <L>, ML 101")
    (page,) = footer.iter(f"{W}fldSimple")
    assert page.get(f"{W}instr") == " PAGE "
    aligned = word(run, "word/document.xml").findall(f".//{W}tc//{W}jc[@{W}val='right']")
    assert len(aligned) > 100
    n_tables = len(list((run / "tables").iterdir()))
    assert len(list(word(run, "word/document.xml").iter(f"{W}tbl"))) == n_tables


def test_word_has_every_figure_as_a_picture(run: Path) -> None:
    page, figures = render(read_run(run))
    shown = [figure for figure in figures if f'id="figure-{figure.name}"' in page]
    n = sum(max(1, len(figure.panels)) for figure in shown)
    drawing = "{http://schemas.openxmlformats.org/drawingml/2006/picture}pic"
    assert len(list(word(run, "word/document.xml").iter(drawing))) == n


def test_markdown_names_pictures_that_are_there(run: Path) -> None:
    text = (run / "report.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert len(pictures) > 8
    assert all((run / picture).read_bytes().startswith(b"\x89PNG") for picture in pictures)
    assert "# Handwritten Digit Classification on the MNIST Dataset" in text
    assert "**Mine** and [theirs](#table-data)." in text
    assert "$$\\text{Accuracy}" in text
    assert "| Against |" in text
    assert "```" in text
    assert "baseline = keras.Sequential" in text


def test_markdown_leads_to_its_own_places(run: Path) -> None:
    text = (run / "report.md").read_text(encoding="utf-8")
    places = set(re.findall(r'id="([^"]+)"', text))
    links = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert {"table-final", "figure-overfit", "section-5", "ref-1"} <= links
    assert links <= places
    assert not re.search(r"<(?:div|section|svg|nav|script|details)\b", text)


def test_equal_runs_give_equal_documents(run: Path) -> None:
    names = ("report.docx", "report.md")
    before = [(run / name).read_bytes() for name in names]
    write_documents(run, ["docx", "markdown"])
    assert [(run / name).read_bytes() for name in names] == before


@pytest.mark.parametrize("kind", RUNS)
def test_every_table_and_figure_is_known_to_converters(kind: str) -> None:
    page, figures = render(read_run(folder_of(kind)), Author(texts=(WORDS,)))
    targets: tuple[Target, ...] = get_args(Target)
    for target in targets:
        html = plain(page, figures, target)
        assert "<figure" not in html
        assert "<svg" not in html
        assert "data:image" not in html


@pytest.mark.parametrize("option", ["--docx", "--markdown"])
def test_without_pypandoc_the_line_says_what_to_install(
    run: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.setattr(pandoc, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=rf"{option} needs .* Install sevenfold\[documents\]"):
        app(["report", str(run), option], standalone_mode=False)


def test_without_a_browser_the_line_says_what_to_install(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(browser, "PLACES", ())
    with pytest.raises(SettingsError, match=r"--pdf needs Chromium, .* Install chromium, or"):
        app(["report", str(run), "--pdf"], standalone_mode=False)


def test_documents_go_with_the_report_alone(run: Path) -> None:
    with pytest.raises(SettingsError, match="--pdf goes with the report"):
        app(["report", str(run), "--notebook", "--pdf"], standalone_mode=False)


@needs_browser
def test_pdf_has_pages(run: Path) -> None:
    (path,) = write_documents(run, ["pdf"])
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert 10 < len(boxes) < 40
    assert {(round(float(w)), round(float(h))) for w, h in boxes} <= {(595, 842), (596, 842)}
