"""One image of every set, as the network saw it."""

from dataclasses import replace

import numpy as np

from sevenfold.examination.results import Example, Row, Strange
from sevenfold.report.drawing import Figure, Picture
from sevenfold.report.pictures import on_paper
from sevenfold.report.sections.examination.words import short_name
from sevenfold.report.sections.final_test.figures import contact_sheet, in_gallery
from sevenfold.report.terms import Terms
from sevenfold.runs.layout import EXAMPLES
from sevenfold.runs.reading import FinishedRun

LONGEST = 20
"""Characters of a name on the sheet of all examples."""


def draw_examples(run: FinishedRun, terms: Terms) -> Figure | None:
    """The first image of each set one by one for the page, and all in one file."""
    if run.examination is None:
        return None
    parts: tuple[Row | Strange, ...] = (*run.examination.rows, *run.examination.strange)
    stored = np.stack(list(run.arrays(EXAMPLES).values()))
    drawn = on_paper(stored, terms.image_shape, is_ink=terms.is_ink)
    pictures = tuple(
        _picture(image, short_name(part), part.example, terms)
        for image, part in zip(drawn, parts, strict=True)
    )
    named = [_on_sheet(picture) for picture in pictures]
    return Figure("examples", pictures=pictures, png=contact_sheet(drawn, named))


def _picture(image: np.ndarray, name: str, example: Example, terms: Terms) -> Picture:
    taken = terms.names[example.predicted]
    shown = "strange" if example.label is None else terms.names[example.label]
    unsure = ", unsure of it" if example.unsure else ""
    return in_gallery(
        image,
        label=f"{name}: {shown}, taken for {taken}{unsure}",
        caption=name,
        note=f"{shown} → {taken}{' ?' if example.unsure else ''}",
    )


def _on_sheet(picture: Picture) -> Picture:
    """The same with its name, cut where it is long, and its answer on two lines."""
    name, (_, _, taken) = picture.caption, picture.note.partition(" → ")
    short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    return replace(picture, caption=f"{short}\n", note=taken)


FIGURES = {"examples": draw_examples}
