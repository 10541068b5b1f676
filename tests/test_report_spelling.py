"""American spelling beyond the page's text: what is read aloud, drawings, the card."""

import re

import pytest
from reports import folder_of

from sevenfold.report.author import Author
from sevenfold.report.card import card
from sevenfold.report.drawing import Figure, canvas, in_american, panel, style
from sevenfold.report.page import render
from sevenfold.report.spelling import AMERICAN, american_markdown
from sevenfold.runs.reading import read_run


def british_in(text: str) -> set[str]:
    words = set(re.findall(r"[a-z-]+", text.lower()))
    return words & set(AMERICAN) | {word for word in ("per cent",) if word in text.lower()}


def test_american_spelling_reaches_drawings_and_the_model_card() -> None:
    run, ours = read_run(folder_of("plain")), Author(spelling="american")
    _, figures = render(run, ours)
    _, in_british = render(run)
    drawn, before = ([p for f in made for p in f.panels] for made in (figures, in_british))
    assert "per cent" in " ".join(one.label for one in before)
    for one in drawn:
        assert british_in(one.label) == set()
        assert british_in(" ".join(re.findall(r">([^<]+)<", one.svg))) == set()
    suspects = [picture for figure in figures for picture in figure.pictures]
    assert british_in(" ".join(picture.label for picture in suspects)) == set()
    text, plainly = card(run, ours), card(run)
    assert text is not None
    assert plainly is not None
    assert british_in(plainly) == {"licence", "neighbouring", "grey"}
    assert british_in(text) == set()
    assert text.splitlines()[0] == "---"


def test_a_drawing_is_spelt_as_its_page_but_for_names() -> None:
    with style():
        canvas_, axes = canvas(200, 100)
        axes.set_title("Colour of the grey owl")
        axes.set_xlabel("neighbours")
        drawn = Figure("one", (panel("one", "Labelled by the grey owl", canvas_),))
    spelt = in_american(drawn, ["grey owl"]).panels[0]
    assert spelt.label == "Labeled by the grey owl"
    assert "Color of the grey owl" in spelt.svg
    assert ">neighbors<" in spelt.svg
    assert axes.get_xlabel() == "neighbors"  # which a PNG of it shows


def test_code_in_markdown_keeps_its_spelling() -> None:
    text = "A grey licence.\n\n```python\ncolour = 'grey'\n```\n\nThe centre.\n"
    assert american_markdown(text, ["centre"]) == (
        "A gray license.\n\n```python\ncolour = 'grey'\n```\n\nThe centre.\n"
    )


@pytest.mark.parametrize("kind", ["plain", "own data", "writers in folds"])
def test_what_is_read_aloud_is_american_too(kind: str) -> None:
    page, _ = render(read_run(folder_of(kind)), Author(spelling="american"))
    said = " ".join(re.findall(r'(?:alt|aria-label)="([^"]*)"', page))
    assert british_in(said) == set()
