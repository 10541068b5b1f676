"""What each remedy changes, with its intervals."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from sevenfold.report.drawing import BLUE, MUTED, ORANGE, PAPER, Figure, canvas, panel
from sevenfold.report.sections.ablation.words import NAMES
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun
from sevenfold.statistics import RowDifference

LABEL = (
    "Difference in validation accuracy between each remedy and the overfitting model, with 95 %"
    " intervals."
)


def draw_ablation(run: FinishedRun, terms: Terms) -> Figure:
    """A row for each remedy, with its differences where each is best and at the
    end.
    """
    assert run.ablation is not None
    rows = run.ablation.rows
    figure, axes = canvas(440, 60 + 40 * len(rows))
    at_best, at_end = run.ablation.at_best.rows, run.ablation.at_end.rows
    _intervals(axes, at_best, "each at its best", -0.16, BLUE, "o", fill=BLUE)
    _intervals(axes, at_end, "all at the end", 0.16, ORANGE, "s", fill=PAPER)
    axes.axvline(0.0, color=MUTED, linewidth=0.9)
    axes.set_yticks(range(len(rows)), [NAMES[row.remedy] for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("difference in validation accuracy (points)")
    axes.grid(axis="x")
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.0, handletextpad=0.2
    )
    return Figure("ablation", (panel("ablation", LABEL, figure),))


def _intervals(
    axes: Axes,
    differences: Sequence[RowDifference],
    label: str,
    offset: float,
    colour: str,
    marker: str,
    *,
    fill: str,
) -> None:
    """A point and its interval for each row, `offset` below the row's middle."""
    values, low, high = 100.0 * np.array([(d.value, d.ci_low, d.ci_high) for d in differences]).T
    y = np.arange(len(differences)) + offset
    axes.hlines(y, low, high, color=colour, linewidth=1.4)
    look = {"marker": marker, "color": colour, "markerfacecolor": fill}
    axes.plot(values, y, linestyle="none", label=label, **look)  # type: ignore[arg-type]


FIGURES = {"ablation": draw_ablation}
