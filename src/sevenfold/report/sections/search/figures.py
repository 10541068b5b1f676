"""The figures of the search: every trial at its rungs, and the settings that
mattered.
"""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from sevenfold.report.drawing import BLUE, INK, MUTED, ORANGE, PAPER, Figure, Panel, canvas, panel
from sevenfold.report.numbers import power, short
from sevenfold.report.sections.search.space import (
    LOGARITHMIC,
    SETTINGS,
    choices,
    value_of,
)
from sevenfold.report.sections.search.words import importance_score, importances, sliced
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.search import Search
from sevenfold.tuning.space import SearchSpace
from sevenfold.tuning.trial import RungScore, TrialRecord

SLICE_SIZE = (340, 250)
# Decades of a logarithmic axis beyond which only powers of ten are marked.
WIDE = 1.5
ACCURACIES = (
    *(10, 30, 50, 60, 70, 80, 85, 90, 92, 94, 96, 97, 98),
    *(98.5, 99, 99.3, 99.5, 99.7, 99.8, 99.9),
)
MARKERS = ("o", "D", "s", "^", "v", "P")


def draw_trials(run: FinishedRun, terms: Terms) -> Figure:
    """Accuracies on a logarithmic scale of the error, so that good trials can be told
    apart.
    """
    search, chosen = _steps(run)
    figure, axes = canvas(440, 290)
    worst = _worst([score for trial in search.trials for score in trial.scores])
    finalists = {finalist.trial for finalist in chosen.finalists}
    for trial in search.trials:
        errors = [_error(score, chosen, worst) for score in trial.scores]
        axes.plot([trial.number] * len(errors), errors, color=MUTED, linewidth=0.7, zorder=1)
        for score, error in zip(trial.scores, errors, strict=True):
            _mark(axes, trial.number, error, score, search.rungs.index(score.epoch))
        if trial.number in finalists:
            _circle(axes, [trial.number], errors[-1:])
    for level, epoch in enumerate(search.rungs):
        label = f"after {epoch} epoch{'s' if epoch > 1 else ''}"
        axes.plot([], [], linestyle="none", color=BLUE, label=label, **_rung_style(level))  # type: ignore[arg-type]
    _circle(axes, [], [], label="finalist")
    _accuracy_axis(axes)
    axes.set_xlabel("trial")
    axes.xaxis.set_major_locator(MaxNLocator(9, integer=True, min_n_ticks=1))
    axes.set_xlim(-0.6, len(search.trials) - 0.4)
    figure.legend(loc="outside lower center", ncols=2, handletextpad=0.2)
    label = "Validation accuracy of every trial of the search at each rung that it reached."
    return Figure("search", (panel("search", label, figure),))


def _steps(run: FinishedRun) -> tuple[Search, Finalists]:
    assert run.search is not None
    assert run.finalists is not None
    return run.search, run.finalists


def _worst(scores: Sequence[RungScore]) -> float:
    return max([0.1, *(1.0 - score.accuracy for score in scores if not score.diverged)])


def _error(score: RungScore, chosen: Finalists, worst: float) -> float:
    """A score's error, at least half an image and at most that of the worst score,
    where diverged ones are drawn.
    """
    n = chosen.finalists[0].fresh.accuracy.n
    return worst if score.diverged else max(0.5 / n, 1.0 - score.accuracy)


def _mark(axes: Axes, place: float, error: float, score: RungScore, level: int) -> None:
    if score.diverged:
        axes.plot(place, error, marker="x", color=ORANGE, markersize=7)
    else:
        axes.plot(place, error, color=BLUE, **_rung_style(level))  # type: ignore[arg-type]


def _circle(axes: Axes, x: list[int], y: list[float], label: str | None = None) -> None:
    axes.plot(x, y, "o", color="none", markeredgecolor=ORANGE, markersize=12, label=label)


def _rung_style(level: int) -> dict[str, object]:
    return {
        "marker": MARKERS[level % len(MARKERS)],
        "markersize": 5,
        "markerfacecolor": PAPER if level == 0 else BLUE,
    }


def _accuracy_axis(axes: Axes) -> None:
    axes.set_title("Validation accuracy (%)")
    axes.grid(axis="y")
    axes.set_yscale("log")
    axes.set_ylim(*sorted(axes.get_ylim(), reverse=True))
    axes.yaxis.set_major_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    bottom, top = axes.get_ylim()
    axes.set_yticks(_ticks(bottom, top))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda error, _: f"{100.0 * (1.0 - error):.3g}"))


def _ticks(bottom: float, top: float) -> list[float]:
    """Errors of round accuracies, as round as leaves three or more of them."""
    errors: list[float] = []
    for accuracies in (ACCURACIES, np.arange(0.0, 100.0, 0.5), np.arange(0.0, 100.0, 0.1)):
        errors = [1.0 - a / 100.0 for a in accuracies if top <= 1.0 - a / 100.0 <= bottom]
        if len(errors) > 2:
            break
    return _apart(errors, 0.07 * np.log(bottom / top))


def _apart(errors: list[float], gap: float) -> list[float]:
    """Those of the falling errors that lie at least `gap` apart on a logarithmic
    scale.
    """
    kept: list[float] = []
    for error in errors:
        if not kept or np.log(kept[-1] / error) >= gap:
            kept.append(error)
    return kept


def draw_importance(run: FinishedRun, terms: Terms) -> Figure | None:
    """The shares of all settings as bars where there are several, and a slice through
    the search along each of the first; nothing where the search told nothing.
    """
    search, chosen = _steps(run)
    slices = tuple(_slice(search, chosen, name) for name in sliced(search))
    if not slices:
        return None
    panels = (_bars(search), *slices) if len(importances(search)) > 1 else slices
    return Figure("importance", panels)


def _bars(search: Search) -> Panel:
    shares = importances(search)
    figure, axes = canvas(*SLICE_SIZE)
    values = [100.0 * share.value for share in shares]
    axes.barh(range(len(shares)), values, height=0.62, color=BLUE)
    for y, value in enumerate(values):
        axes.text(value + 0.02 * max(values), y, f"{value:.0f}", va="center", color=INK)
    axes.set_yticks(range(len(shares)), [SETTINGS[share.name].brief for share in shares])
    axes.set_ylim(max(len(shares), 4) - 0.5, -0.5)
    axes.set_xlim(0.0, 1.12 * max(values))
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.spines["left"].set_bounds(-0.5, len(shares) - 0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_title("Share of importance (%)")
    return panel("importance", "Share of each searched setting in the importance of all.", figure)


def _slice(search: Search, chosen: Finalists, name: str) -> Panel:
    figure, axes = canvas(*SLICE_SIZE)
    judged = [
        (trial, score) for trial in search.trials if (score := importance_score(search, trial))
    ]
    worst, winner = _worst([score for _, score in judged]), chosen.winner.trial
    x = _places(axes, search.space, name, [trial for trial, _ in judged])
    for place, (trial, score) in zip(x, judged, strict=True):
        error = _error(score, chosen, worst)
        if trial.number == winner and not score.diverged:
            axes.plot(place, error, marker="o", color=ORANGE, markersize=9, zorder=3)
        else:
            _mark(axes, place, error, score, level=0)
    _accuracy_axis(axes)
    brief = SETTINGS[name].brief
    axes.set_xlabel(brief)
    label = f"Validation accuracy after {search.importance_epoch} epochs against {brief}."
    return panel(f"slice-{name.replace('_', '-')}", label, figure)


def _places(
    axes: Axes, space: SearchSpace, name: str, trials: Sequence[TrialRecord]
) -> list[float]:
    """Where each trial stands on the horizontal axis, which is set up for the
    setting.
    """
    values = [value_of(trial.configuration, name) for trial in trials]
    options = choices(space, name)
    if options is not None:
        axes.set_xticks(range(len(options)), [SETTINGS[name].write(option) for option in options])
        axes.set_xlim(-0.5, len(options) - 0.5)
        return [
            options.index(value) + _sideways(trial.number)
            for value, trial in zip(values, trials, strict=True)
        ]
    if name in LOGARITHMIC:
        low, high = getattr(space, name)
        none_below = space.l2_none_below if 0.0 in values else 0.0
        return _logarithmic(axes, max(low, none_below), high, values)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    return values


def _sideways(number: int) -> float:
    """A shift within a category, so that trials do not hide one another: multiples of
    the golden ratio spread evenly.
    """
    return 0.4 * ((number * (math.sqrt(5.0) - 1.0) / 2.0) % 1.0 - 0.5)


def _logarithmic(axes: Axes, low: float, high: float, values: Sequence[float]) -> list[float]:
    """Values on a logarithmic axis; zeros stand to the left of it, at `none`."""
    low = min(low, high / 2.0)
    decades = math.log10(high / low)
    ticks = LogLocator(subs=(1.0,) if decades > WIDE else (1.0, 2.0, 5.0)).tick_values(low, high)
    places = [float(tick) for tick in ticks if 0.99 * low <= tick <= 1.01 * high]
    labels = [
        power(tick).removeprefix("1.0 × ") if decades > WIDE else short(tick) for tick in places
    ]
    left = none = low / 10.0 ** (0.12 * decades)
    if all(values):
        left = low
    else:
        places, labels = [none, *places], ["none", *labels]
    axes.set_xscale("log")
    axes.set_xticks(places, labels)
    axes.minorticks_off()
    axes.set_xlim(left / 10.0 ** (0.06 * decades), high * 10.0 ** (0.06 * decades))
    return [value or none for value in values]


FIGURES = {"search": draw_trials, "importance": draw_importance}
