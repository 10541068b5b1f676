"""The three networks on the test set, in one drawing for the first screen."""

from sevenfold.report.describe import MODELS
from sevenfold.report.drawing import BLUE, INK, MUTED, Figure, canvas, panel
from sevenfold.report.numbers import percent
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun

SIZE = (350, 158)
FINAL = "final network"


def draw_result(run: FinishedRun, terms: Terms) -> Figure | None:
    """Test accuracy of baseline, overfitting model and final network as dots with their
    95 % intervals; None before the test set was opened.
    """
    final = run.final_test
    if final is None:
        return None
    scored = {MODELS[name]: compared.accuracy for name, compared in final.comparisons.items()}
    scored[FINAL] = final.scores.accuracy
    figure, axes = canvas(*SIZE)
    for place, (name, found) in enumerate(scored.items()):
        colour = BLUE if name == FINAL else MUTED
        ends = [100.0 * found.ci_low, 100.0 * found.ci_high]
        axes.plot(ends, [place, place], color=colour, linewidth=2.2, solid_capstyle="butt")
        axes.plot([100.0 * found.value], [place], "o", color=colour, markersize=7.5)
        axes.annotate(
            percent(found.value, found.n),
            (100.0 * found.value, place),
            xytext=(0, 8),
            textcoords="offset points",
            ha="center",
            color=colour if name == FINAL else INK,
            fontweight="bold" if name == FINAL else "normal",
        )
    axes.set_yticks(range(len(scored)), list(scored))
    axes.set(ylim=(len(scored) - 0.6, -0.75), xlabel="test accuracy (%)")
    axes.margins(x=0.08)
    axes.locator_params(axis="x", nbins=5)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    said = ", ".join(f"{name} {percent(found.value, found.n)} %" for name, found in scored.items())
    label = f"Accuracy on the test {terms.images}, with 95 % intervals: {said}."
    return Figure("result", (panel("result", label, figure),))


FIGURES = {"result": draw_result}
