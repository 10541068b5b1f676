"""What was confused with what, and the mistakes themselves."""

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from sevenfold.report.drawing import INK, MUTED, ORANGE, Figure, Picture, canvas, panel
from sevenfold.report.numbers import with_article
from sevenfold.report.pictures import SHOWN_SIDE, address, on_paper, png
from sevenfold.report.terms import Terms
from sevenfold.runs.layout import MISTAKES
from sevenfold.runs.reading import FinishedRun
from sevenfold.steps.findings import Mistake

MOST_NAMED = 30
"""Classes beyond which a confusion matrix has no room for names and counts."""
N_COLUMNS = 6
INCHES = 1.25
"""Width of a column of the contact sheet."""


def draw_confusion(run: FinishedRun, terms: Terms) -> Figure:
    """Errors shaded on a logarithmic scale; the diagonal, where nearly everything lies,
    is left white.
    """
    assert run.final_test is not None
    counts = np.array(run.final_test.scores.confusion)
    n = len(counts)
    side = min(max(430, 34 * n), 1_000)
    figure, axes = canvas(side + 10, side)
    _cells(axes, counts, named=n <= MOST_NAMED)
    places = range(n) if n <= MOST_NAMED else ()
    names = [terms.names[place] for place in places]
    axes.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5), aspect="equal")
    axes.set_xticks(places, names, rotation=90 if any(len(name) > 3 for name in names) else 0)
    axes.set_yticks(places, names)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set(xlabel=f"predicted {terms.class_noun}", ylabel=f"true {terms.class_noun}")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    label = (
        f"Confusion matrix of {counts.sum():,} test {terms.images}: rows are true"
        f" {terms.class_nouns}, columns predicted ones."
    )
    return Figure("confusion", (panel("confusion", label, figure),))


def _cells(axes: Axes, counts: np.ndarray, *, named: bool) -> None:
    errors = counts * (1 - np.eye(len(counts), dtype=np.int64))
    for (row, column), count in np.ndenumerate(counts):
        if errors[row, column]:
            strength = 0.07 + 0.5 * np.log1p(count) / np.log1p(max(errors.max(), 2))
            square = Rectangle(
                (column - 0.5, row - 0.5),
                1,
                1,
                color=ORANGE,
                alpha=round(float(strength), 3),
                linewidth=0,
            )
            axes.add_patch(square)
        if named:
            text = f"{count}" if errors[row, column] or row == column else "·"
            colour, size = INK if errors[row, column] else MUTED, 11.5 if count < 1_000 else 10
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=size)


def draw_mistakes(run: FinishedRun, terms: Terms) -> Figure:
    """The mistakes one by one for the page, and all in one file."""
    assert run.final_test is not None
    mistakes = run.final_test.mistakes
    if not mistakes:
        return Figure("mistakes")
    drawn = on_paper(run.arrays(MISTAKES)["images"], terms.image_shape, is_ink=terms.is_ink)
    pictures = tuple(
        _picture(image, mistake, terms) for image, mistake in zip(drawn, mistakes, strict=True)
    )
    return Figure("mistakes", pictures=pictures, png=contact_sheet(drawn, pictures))


def _picture(image: np.ndarray, mistake: Mistake, terms: Terms) -> Picture:
    label, predicted = terms.names[mistake.label], terms.names[mistake.predicted]
    said = with_article(label)
    return in_gallery(
        image,
        label=f"{said[0].upper()}{said[1:]} that was taken for {predicted}",
        caption=f"{label} → {predicted}",
        note=f"{probability(mistake.probability)} %",
    )


def in_gallery(image: np.ndarray, *, label: str, caption: str, note: str) -> Picture:
    """An image, shades (h, w) or colours (h, w, c), as galleries show it."""
    scale = SHOWN_SIDE / max(image.shape[:2])
    return Picture(
        source=address(png(image)),
        width=round(scale * image.shape[1]),
        height=round(scale * image.shape[0]),
        label=label,
        caption=caption,
        note=note,
    )


def probability(p: float) -> str:
    """A probability in percent that never claims certainty.

    >>> probability(0.9999843), probability(0.6053)
    ('> 99.9', '60.5')
    """
    return "> 99.9" if p >= 0.9995 else f"{100 * p:.1f}"


def contact_sheet(drawn: np.ndarray, pictures: Sequence[Picture]) -> bytes:
    """All mistakes in one PNG with captions; drawn: shades (n, h, w) or colours (n, h,
    w, c), uint8.
    """
    height, width, side = *drawn.shape[1:3], max(drawn.shape[1:3])
    top, left, room = round(0.36 * side), round(0.21 * side), round(0.43 * side)
    cell, n_rows = (height + room, width + room), -(-len(drawn) // N_COLUMNS)
    sheet = np.full((n_rows * cell[0], N_COLUMNS * cell[1], *drawn.shape[3:]), 255, np.uint8)
    inches = INCHES / cell[1]
    figure = Canvas(figsize=(sheet.shape[1] * inches, sheet.shape[0] * inches), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    for i, (image, picture) in enumerate(zip(drawn, pictures, strict=True)):
        y, x = i // N_COLUMNS * cell[0] + top, i % N_COLUMNS * cell[1] + left
        sheet[y : y + height, x : x + width] = image
        text = f"{picture.caption}  ({picture.note})"
        middle = x + (width - 1) / 2
        axes.text(middle, y - round(0.07 * side), text, fontsize=7.5, ha="center", va="bottom")
    axes.imshow(sheet, cmap="gray", vmin=0, vmax=255, interpolation="nearest", aspect="auto")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=160, metadata={"Software": "sevenfold"})
    return buffer.getvalue()


FIGURES = {"confusion": draw_confusion, "mistakes": draw_mistakes}
