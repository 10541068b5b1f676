"""Error against the number of training images."""

import math

import numpy as np
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

from sevenfold.report.drawing import BLUE, MUTED, Figure, canvas, panel
from sevenfold.report.numbers import short, whole
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun


def draw_learning_curve(run: FinishedRun, terms: Terms) -> Figure | None:
    """Every training as a point and the line through them, both axes logarithmic;
    nothing where an error is zero or there is one size.
    """
    assert run.learning_curve is not None
    found = run.learning_curve
    if found.line is None:
        return None
    figure, axes = canvas(440, 290)
    sizes = [point.n_train for point in found.points]
    ends = np.array([min(sizes), max(*sizes, found.n_refitted)], np.float64)
    errors = 100.0 * np.exp(found.line.intercept + found.line.slope * np.log(ends))
    axes.plot(ends, errors, color=MUTED, linewidth=1.2, linestyle="--")
    for point in found.points:
        values = 100.0 * np.array(point.errors.values)
        axes.plot([point.n_train] * len(values), values, "o", color=BLUE, markersize=5)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(sizes, [whole(size) for size in sizes])
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    low, high = (math.log(value) for value in axes.get_ylim())
    axes.set_yticks(
        [float(f"{math.exp(low + f * (high - low)):.2g}") for f in (0.1, 0.37, 0.63, 0.9)]
    )
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.set_title("Validation error (%)")
    axes.set_xlabel(f"training {terms.images}")
    axes.grid(axis="y")
    label = f"Validation error of the chosen configuration against training {terms.images}."
    return Figure("learning-curve", (panel("learning-curve", label, figure),))


FIGURES = {"learning_curve": draw_learning_curve}
