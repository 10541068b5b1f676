"""One image of every set, as the network saw it."""

import numpy as np

from sevenfold.examination.results import Example, Row, Strange
from sevenfold.report.drawing import Figure, Picture
from sevenfold.report.pictures import on_paper
from sevenfold.report.sections.examination.words import short_name
from sevenfold.report.sections.final_test.figures import contact_sheet, in_gallery
from sevenfold.report.terms import Terms
from sevenfold.runs.layout import EXAMPLES
from sevenfold.runs.reading import FinishedRun


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
    return Figure("examples", pictures=pictures, png=contact_sheet(drawn, pictures))


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


FIGURES = {"examples": draw_examples}
