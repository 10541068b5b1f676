"""The page in a browser, at every width and in both palettes: nothing is cut off or
hidden, and those who do not see it can use it.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from reports import folder_of

from sevenfold.report.author import Author, OwnText
from sevenfold.report.page import page_foot, render
from sevenfold.runs.reading import read_run
from tests.browser import launched, needs_browser

pytestmark = needs_browser

WIDTHS = (390, 800, 1280, 1920)
KINDS = ("plain", "distorted, tied", "whole space", "writers", "interrupted")
PALETTES = {"light": 255, "dark": 0}
AUTHOR = Author(
    name="Ada Lovelace",
    course="ML 101",
    references="harvard",
    texts=(
        OwnText(
            section="introduction", markdown="# Big\n\n- one\n  - two\n\n> three", instead=True
        ),
    ),
)
CLIPPED = """() => [...document.querySelectorAll(".scroll")]
  .filter((box) => box.scrollWidth > box.clientWidth + 1)
  .map((box) => `${box.closest("figure").id} ${box.scrollWidth} > ${box.clientWidth}`)"""
BEYOND = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
HIDDEN_NAMES = """() => [...document.querySelectorAll(".scroll")].filter((box) => {
  box.scrollLeft = box.scrollWidth;
  const [frame, name] = [box, box.querySelector("tbody tr > *")]
    .map((one) => one.getBoundingClientRect());
  return name.left < frame.left - 1 || name.right > frame.right;
}).map((box) => box.closest("figure").id)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as browser:
        yield browser


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """A function that opens a report at a width, in a palette."""
    pages = []

    def open_(path: Path, width: int = 1280, palette: str = "light", **more: Any) -> Any:
        page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme=palette, **more
        )
        pages.append(page)
        page.goto(path.as_uri())
        return page

    yield open_
    for page in pages:
        page.close()


def report(kind: str) -> Path:
    return folder_of(kind) / "report.html"


@cache
def authored(folder: Path) -> Path:
    path = folder / "authored.html"
    path.write_text(render(read_run(folder), AUTHOR)[0], encoding="utf-8")
    return path


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_reaches_beyond_the_page(opened: Any, kind: str, width: int) -> None:
    page = opened(report(kind), width)
    assert page.evaluate(BEYOND) <= 0
    clipped = page.evaluate(CLIPPED)
    if width >= 800:
        assert clipped == [], "a table is wider than its place"
    else:
        assert page.evaluate(HIDDEN_NAMES) == [], "the names of rows leave the view"


@pytest.mark.parametrize("width", [390, 1280])
def test_an_authors_page_reaches_no_further(opened: Any, width: int) -> None:
    page = opened(authored(folder_of("plain")), width)
    assert page.evaluate(BEYOND) <= 0
    assert page.locator(".own-words .by").inner_text() == "In the words of Ada Lovelace"


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_screen_shows_the_result(
    opened: Any, tmp_path: Path, width: int, palette: str
) -> None:
    page = opened(report("plain"), width, palette)
    headline = page.locator(".headline .number")
    assert headline.bounding_box()["y"] + headline.bounding_box()["height"] < 900
    assert page.locator("#figure-result svg").bounding_box()["height"] > 80
    page.screenshot(path=tmp_path / "screen.png")
    shades = np.asarray(Image.open(tmp_path / "screen.png").convert("L"), float)
    assert abs(np.median(shades) - PALETTES[palette]) < 40, "it is not in the palette"
    inked = np.abs(shades - np.median(shades)) > 60
    assert 0.005 < inked.mean() < 0.4, "it is blank, or full"


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("kind", ["distorted, tied", "writers", "interrupted"])
def test_axe_finds_nothing(opened: Any, kind: str, palette: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for width in (390, 1280):
        page = opened(report(kind), width, palette)
        page.evaluate(
            "() => document.querySelectorAll('details').forEach((one) => { one.open = true })"
        )
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_axe_finds_nothing_in_an_authors_page(opened: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(opened(authored(folder_of("plain"))))
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [1100, 1280, 1920])
def test_contents_stand_at_the_side_and_mark_the_section(opened: Any, width: int) -> None:
    page = opened(report("plain"), width)
    contents, main = page.locator(".contents"), page.locator("#abstract")
    before = contents.bounding_box()
    assert before["x"] >= 0
    assert before["x"] + before["width"] <= main.bounding_box()["x"]
    page.evaluate("() => document.querySelector('#section-6').scrollIntoView()")
    marked = page.locator(".contents a[aria-current]")
    marked.filter(has_text="6. Overfitting model").wait_for(timeout=5_000)
    assert marked.count() == 1
    assert contents.bounding_box() == before


def test_contents_stand_in_the_text_on_narrow_screens(opened: Any) -> None:
    page = opened(report("plain"), 1_080)
    assert page.locator(".contents").bounding_box()["y"] > 400


def test_the_page_reads_without_its_script(opened: Any) -> None:
    page = opened(report("plain"), java_script_enabled=False)
    assert page.locator(".contents a").count() > 10
    assert page.locator("#section-9 h2").is_visible()


def test_the_page_says_nothing_to_the_console(opened: Any, browser: Any) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(report("plain").as_uri())
    page.close()
    assert said == []


def test_no_script_but_its_own_runs_on_the_page(opened: Any, tmp_path: Path) -> None:
    html = report("plain").read_text(encoding="utf-8")
    path = tmp_path / "report.html"
    path.write_text(html.replace("<main>", "<main><script>document.title = 'x'</script>"))
    assert opened(path).title() != "x"


def test_a_citation_shows_its_work(opened: Any) -> None:
    page = opened(report("plain"), 390)
    link = page.locator("#section-2 .cite a").first
    style = (
        "(link) => { const s = getComputedStyle(link, '::after'); return [s.content, s.position] }"
    )
    assert link.evaluate("(link) => getComputedStyle(link).textDecorationLine") == "underline"
    assert link.evaluate(style)[0] == "none"
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    content, position = link.evaluate(style)
    assert "Wilson" in content
    assert position == "fixed"
    assert page.evaluate(BEYOND) <= 0


def test_figures_of_two_drawings_use_the_wide_column(opened: Any) -> None:
    page = opened(report("plain"), 1280)
    text = page.locator("#section-6 > p").first.bounding_box()
    assert page.locator("#figure-overfit").bounding_box()["width"] > 1.2 * text["width"]
    left, right = (page.locator("#figure-overfit .panel").nth(n).bounding_box() for n in (0, 1))
    assert left["y"] == right["y"]


def test_code_stands_open_in_print(opened: Any) -> None:
    page = opened(report("plain"))
    code = page.locator("details.code pre").first
    assert not code.is_visible()
    page.emulate_media(media="print")
    assert code.bounding_box()["height"] > 100


@pytest.mark.parametrize(
    ("name", "course", "said"),
    [
        ("", "", ""),
        ("Ada", "", '@bottom-left { content: "Ada";'),
        ("", "ML 101", '@bottom-left { content: "ML\\20 101";'),
        (
            '"; } </style>',
            "",
            '@bottom-left { content: "\\22 \\3b \\20 \\7d \\20 \\3c \\2f style\\3e "',
        ),
        ("Ü", "", 'content: "\\dc ";'),
    ],
)
def test_the_foot_of_a_printed_page_has_the_author(name: str, course: str, said: str) -> None:
    foot = page_foot(Author(name=name, course=course))
    assert said in foot
    assert ("@bottom-left" in foot) == bool(name or course)
    assert "@bottom-right { content: counter(page);" in foot
