"""The curves of the small network and of softmax regression."""

from sevenfold.report.curves import FIRST, SECOND, Curve, draw_curves
from sevenfold.report.drawing import Figure
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun


def draw_baseline(run: FinishedRun, terms: Terms) -> Figure:
    """Validation loss and accuracy after each epoch."""
    assert run.baseline is not None
    small, softmax = (
        run.arrays(model.history) for model in (run.baseline.network, run.baseline.softmax)
    )
    titles = {"val_loss": "Validation loss", "val_accuracy": "Validation accuracy (%)"}
    panels = [
        draw_curves(
            f"baseline-{measure.replace('_', '-')}",
            title,
            f"{title} of the small network and of softmax regression after each epoch.",
            (
                Curve(small[measure], "small network", FIRST),
                Curve(softmax[measure], "softmax regression", SECOND),
            ),
        )
        for measure, title in titles.items()
    ]
    return Figure("baseline", tuple(panels))


FIGURES = {"baseline": draw_baseline}
