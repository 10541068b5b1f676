"""The figures of the report, each from stored numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from sevenfold.report.drawing import BLUE, INK, MUTED, ORANGE, PAPER, Panel, canvas, panel, style
from sevenfold.report.folder import Json, StoredRun
from sevenfold.report.gallery import Tile, contact_sheet, distortion_sheet, tiles
from sevenfold.report.search import draw_importance, draw_trials
from sevenfold.report.tuning import display_name, sliced

CURVES_SIZE = (340, 260)


@dataclass(frozen=True)
class Figure:
    """One numbered figure: drawings beside each other, a gallery of small pictures
    (with one picture of them all), or one picture.
    """

    name: str
    panels: tuple[Panel, ...] = ()
    tiles: tuple[Tile, ...] = ()
    png: bytes | None = None


def draw_figures(run: StoredRun) -> dict[str, Figure]:
    """Every figure that the finished steps have numbers for, by name, in the order of
    the page.
    """
    drawn: dict[str, tuple[str, Callable[[StoredRun], Figure]]] = {
        "figure-baseline": ("baseline", _baseline),
        "figure-overfit": ("overfit", _overfit),
        "figure-ablation": ("finalists", _ablation),
        "figure-search": ("finalists", _search),
        "figure-importance": ("finalists", _importance),
        "figure-distortions": ("finalists", _distortions),
        "figure-confusion": ("final_test", _confusion),
        "figure-mistakes": ("final_test", _mistakes),
    }
    if "finalists" in run.steps and not sliced(run.steps["search"]):
        del drawn["figure-importance"]
    if "finalists" in run.steps and not run.steps["finalists"].get("undistorted"):
        del drawn["figure-distortions"]
    with style():
        return {name: draw(run) for name, (step, draw) in drawn.items() if step in run.steps}


def _baseline(run: StoredRun) -> Figure:
    baseline = run.steps["baseline"]
    networks = [
        (baseline["network"], "small network", BLUE, "-"),
        (baseline["softmax"], "softmax regression", ORANGE, "--"),
    ]
    panels = []
    for key, title in (
        ("val_loss", "Validation loss"),
        ("val_accuracy", "Validation accuracy (%)"),
    ):
        figure, axes = canvas(*CURVES_SIZE)
        for model, label, colour, dashes in networks:
            _curves(axes, _scaled(run.arrays(model["history"]), key), label, colour, dashes)
        _finish_curves(axes, title, "upper right" if key == "val_loss" else "lower right")
        label = f"{title} of the small network and of softmax regression after each epoch."
        panels.append(panel(f"baseline-{key.replace('_', '-')}", label, figure))
    return Figure("figure-baseline", tuple(panels))


def _overfit(run: StoredRun) -> Figure:
    attempt = run.steps["overfit"]["attempts"][-1]
    arrays = run.arrays(attempt["at_end"]["history"])
    panels = []
    for measure, title in (("loss", "Loss (cross-entropy)"), ("accuracy", "Accuracy (%)")):
        figure, axes = canvas(*CURVES_SIZE)
        _curves(axes, _scaled(arrays, f"train_{measure}"), "training", ORANGE, "--")
        _curves(axes, _scaled(arrays, f"val_{measure}"), "validation", BLUE, "-")
        _mark_turn(axes, attempt["turn"])
        _finish_curves(axes, title, "upper right" if measure == "loss" else "lower right")
        label = (
            f"{title} of the overfitting model on training and validation digits after each epoch."
        )
        panels.append(panel(f"overfit-{measure}", label, figure))
    return Figure("figure-overfit", tuple(panels))


def _scaled(arrays: Mapping[str, np.ndarray], key: str) -> np.ndarray:
    return 100.0 * arrays[key] if key.endswith("accuracy") else arrays[key]


def _curves(axes: Axes, values: np.ndarray, label: str, colour: str, dashes: str) -> None:
    """Thin lines for the repeats and a thick one for their mean; `values` has shape
    (n_repeats, n_epochs).
    """
    epochs = np.arange(1, values.shape[1] + 1)
    for row in values:
        axes.plot(epochs, row, color=colour, linewidth=0.8, alpha=0.6)
    axes.plot(
        epochs, values.mean(axis=0), color=colour, linewidth=2.0, linestyle=dashes, label=label
    )


def _mark_turn(axes: Axes, turn: Json) -> None:
    """A line where the mean validation loss is least, and a triangle for each repeat's
    own minimum.
    """
    axes.axvline(turn["epoch"], color=MUTED, linewidth=0.9, linestyle=":")
    low = axes.get_ylim()[0]
    own = turn["epochs"]["values"]
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


def _finish_curves(axes: Axes, title: str, legend: Literal["upper right", "lower right"]) -> None:
    axes.set_title(title)
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.grid(axis="y")
    axes.legend(loc=legend)


def _ablation(run: StoredRun) -> Figure:
    rows = [row for row in run.steps["ablation"]["rows"] if row["difference_at_best"] is not None]
    figure, axes = canvas(440, 60 + 40 * len(rows))
    moments = (
        ("difference_at_best", -0.16, BLUE, "o", BLUE),
        ("difference_at_end", 0.16, ORANGE, "s", PAPER),
    )
    for key, offset, colour, marker, fill in moments:
        values = 100.0 * np.array(
            [[row[key][part] for part in ("value", "ci_low", "ci_high")] for row in rows]
        )
        y = np.arange(len(rows)) + offset
        label = "at the turning point" if key == "difference_at_best" else "at the end"
        axes.hlines(y, values[:, 1], values[:, 2], color=colour, linewidth=1.4)
        axes.plot(
            values[:, 0],
            y,
            linestyle="none",
            marker=marker,
            color=colour,
            markerfacecolor=fill,
            label=label,
        )
    axes.axvline(0.0, color=MUTED, linewidth=0.9)
    axes.set_yticks(range(len(rows)), [display_name(row["name"]) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("difference in validation accuracy (points)")
    axes.grid(axis="x")
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.0, handletextpad=0.2
    )
    label = (
        "Difference in validation accuracy between each remedy and the overfitting model, with 95 %"
        " intervals."
    )
    return Figure("figure-ablation", (panel("ablation", label, figure),))


def _search(run: StoredRun) -> Figure:
    return Figure("figure-search", (draw_trials(run.steps["search"], run.steps["finalists"]),))


def _importance(run: StoredRun) -> Figure:
    return Figure("figure-importance", draw_importance(run.steps["search"], run.steps["finalists"]))


def _distortions(run: StoredRun) -> Figure:
    pictures = run.arrays("pictures/distorted.npz")
    return Figure(
        "figure-distortions", png=distortion_sheet(pictures["originals"], pictures["distorted"])
    )


def _confusion(run: StoredRun) -> Figure:
    """Errors shaded on a logarithmic scale; the diagonal, where nearly everything lies,
    is left white.
    """
    counts = np.array(run.steps["final_test"]["scores"]["confusion"])
    errors = counts * (1 - np.eye(len(counts), dtype=np.int64))
    figure, axes = canvas(440, 430)
    for (row, column), count in np.ndenumerate(counts):
        if errors[row, column]:
            strength = 0.07 + 0.5 * np.log1p(count) / np.log1p(max(errors.max(), 2))
            axes.add_patch(
                Rectangle(
                    (column - 0.5, row - 0.5),
                    1,
                    1,
                    color=ORANGE,
                    alpha=round(float(strength), 3),
                    linewidth=0,
                )
            )
        text, colour = (
            (f"{count}", INK)
            if errors[row, column]
            else (f"{count}" if row == column else "·", MUTED)
        )
        size = 11.5 if count < 1_000 else 10
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=size)
    axes.set(xlim=(-0.5, 9.5), ylim=(9.5, -0.5), xticks=range(10), yticks=range(10), aspect="equal")
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set(xlabel="predicted digit", ylabel="true digit")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    label = (
        f"Confusion matrix of {counts.sum():,} test digits: rows are true digits, columns predicted"
        " ones."
    )
    return Figure("figure-confusion", (panel("confusion", label, figure),))


def _mistakes(run: StoredRun) -> Figure:
    mistakes = run.steps["final_test"]["mistakes"]
    if not mistakes:
        return Figure("figure-mistakes")
    images = run.arrays("predictions/mistakes.npz")["images"]
    return Figure(
        "figure-mistakes", tiles=tiles(images, mistakes), png=contact_sheet(images, mistakes)
    )
