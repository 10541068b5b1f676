"""Curves over epochs, as the figures of several sections draw them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sevenfold.report.drawing import BLUE, MUTED, ORANGE, Panel, canvas, panel
from sevenfold.statistics import SMOOTHING_WINDOW, smooth
from sevenfold.steps.overfit import Turn

SIZE = (340, 260)
FIRST, SECOND = (BLUE, "-"), (ORANGE, "--")


class Curve(NamedTuple):
    """values: shape (n_repeats, n_epochs), losses or accuracies. look: colour and
    dashes.
    """

    values: np.ndarray
    label: str
    look: tuple[str, str]


def draw_curves(
    name: str, title: str, label: str, curves: Sequence[Curve], turn: Turn | None = None
) -> Panel:
    """Curves of losses or, where the title says percent, accuracies; and where the
    validation loss, which stands last, turned.
    """
    is_accuracy = title.endswith("(%)")
    figure, axes = canvas(*SIZE)
    for curve in curves:
        _draw(axes, curve, 100.0 * curve.values if is_accuracy else curve.values)
    if turn is not None and not is_accuracy:
        _draw_smoothed(axes, curves[-1].values)
    if turn is not None:
        _mark(axes, turn)
    axes.set_title(title)
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.grid(axis="y")
    axes.legend(loc="lower right" if is_accuracy else "upper right")
    return panel(name, label, figure)


def _draw(axes: Axes, curve: Curve, values: np.ndarray) -> None:
    """Thin lines for the repeats and a thick one for their mean."""
    (colour, dashes), epochs = curve.look, np.arange(1, values.shape[1] + 1)
    for row in values:
        axes.plot(epochs, row, color=colour, linewidth=0.8, alpha=0.6)
    mean = values.mean(axis=0)
    axes.plot(epochs, mean, color=colour, linewidth=2.0, linestyle=dashes, label=curve.label)


def _draw_smoothed(axes: Axes, values: np.ndarray) -> None:
    """The curve by which the turn is judged: the mean over repeats, smoothed."""
    mean = smooth(values, SMOOTHING_WINDOW).mean(axis=0)
    epochs = np.arange(1, len(mean) + 1)
    axes.plot(epochs, mean, color=MUTED, linewidth=1.6, linestyle=":", label="smoothed")


def _mark(axes: Axes, turn: Turn) -> None:
    """A line where the smoothed mean validation loss is least, and a triangle for each
    repeat's own minimum.
    """
    axes.axvline(turn.epoch, color=MUTED, linewidth=0.9, linestyle=":")
    low, own = axes.get_ylim()[0], turn.epochs.values
    axes.plot(
        own,
        [low] * len(own),
        linestyle="none",
        marker="^",
        markersize=6,
        color=MUTED,
        clip_on=False,
        zorder=5,
    )
    axes.set_ylim(bottom=low)
