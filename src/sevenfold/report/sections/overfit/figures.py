"""The curves of the overfitting model."""

from sevenfold.report.curves import FIRST, SECOND, Curve, draw_curves
from sevenfold.report.drawing import Figure
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun


def draw_overfit(run: FinishedRun, terms: Terms) -> Figure:
    """Loss and accuracy on training and validation images after each epoch."""
    assert run.overfit is not None
    model = run.overfit.model
    arrays = run.arrays(model.at_end.history)
    titles = {"loss": "Loss (cross-entropy)", "accuracy": "Accuracy (%)"}
    panels = [
        draw_curves(
            f"overfit-{measure}",
            title,
            f"{title} of the overfitting model on training and validation {terms.images} after"
            " each epoch.",
            (
                Curve(arrays[f"train_{measure}"], "training", SECOND),
                Curve(arrays[f"val_{measure}"], "validation", FIRST),
            ),
            model.turn,
        )
        for measure, title in titles.items()
    ]
    return Figure("overfit", tuple(panels))


FIGURES = {"overfit": draw_overfit}
