"""Section 7, its first part: every remedy against overfitting alone, on the overfitting
model (DLWP 4.5.7).
"""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sevenfold.executor.tasks import Executor
from sevenfold.executor.validations import validate
from sevenfold.networks import NetworkSpec, Penalty, Rate
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record, Settings
from sevenfold.runs import layout
from sevenfold.runs.writing import Run
from sevenfold.statistics import (
    READING_WINDOW,
    SMOOTHING_WINDOW,
    Reach,
    RowDifference,
    Rows,
    reach,
    rows_against_base,
    smooth,
)
from sevenfold.steps.overfit import Overfit
from sevenfold.validation import (
    Configuration,
    ScoredConfiguration,
    Validation,
    scored,
)


class AblationSettings(Settings):
    """The strength of each remedy that is tried on the overfitting model, and on how
    many seeds.
    """

    n_seeds: Annotated[int, Field(ge=2, le=50)] = 3
    """Seeds on which each remedy is tried; of the overfitting model all seeds count."""
    dropout: Annotated[Rate, Field(gt=0.0)] = 0.5
    """Share of the hidden units that dropout leaves out."""
    l2: Annotated[Penalty, Field(gt=0.0)] = 1e-4
    """Weight of the penalty on squared weights."""
    l1: Annotated[Penalty, Field(gt=0.0)] = 1e-5
    """Weight of the penalty on absolute weights."""


Remedy = Literal["dropout", "l2", "l1", "less_capacity", "more_capacity", "dropout_l2"]
Moment = Literal["at_best", "at_end"]


class Reading(Record):
    """A network read at two moments: at_best over the neighbouring epochs whose mean
    validation accuracy is its best, at_end over as many at the end of the budget
    (`Validation.shares_right`). val_loss_rise: of the smoothed validation loss, from
    its least value to its last.
    """

    at_best: ScoredConfiguration
    at_end: ScoredConfiguration
    val_loss_rise: float


class AblationRow(Record):
    """One remedy on the overfitting model: same batches, same number of epochs."""

    remedy: Remedy
    reading: Reading


class Ablation(Record):
    """The overfitting model as it is, on all its seeds, and with each remedy.

    at_best, at_end: accuracies of the variants less that of the model, each at its own
    best, or all at the same last epochs; in the order of `rows`. reach_at_best,
    reach_at_end: which differences these tables can find.
    """

    model: Reading
    rows: tuple[AblationRow, ...]
    at_best: Rows
    at_end: Rows
    reach_at_best: Reach
    reach_at_end: Reach
    n_consultations: int

    def differences(self, moment: Moment) -> dict[Remedy, RowDifference]:
        """What each remedy changes at that moment."""
        table = self.at_best if moment == "at_best" else self.at_end
        return {row.remedy: d for row, d in zip(self.rows, table.rows, strict=True)}

    def __str__(self) -> str:
        told = [
            f"{remedy.replace('_', ' ')} ({100 * d.value:+.2f} points)"
            for remedy, d in self.differences("at_best").items()
            if d.detectable
        ]
        return (
            f"{len(self.rows)} remedies on {self.model.at_end.configuration.network}, one at a"
            f" time; told from no effect at their best: {', '.join(told) or 'none'}"
        )


def run_ablation(
    run: Run,
    development: DevelopmentSet,
    settings: AblationSettings,
    overfit: Overfit,
    *,
    executor: Executor,
) -> Ablation:
    """Train the overfitting model with each remedy at `executor`, and compare it with
    the model itself, on every seed that the model has.
    """
    model, seeds = overfit.model, run.seeds("comparison", settings.n_seeds)
    plain, base = model.at_end.configuration, model.validation(run)
    tried = {
        remedy: plain.model_copy(update={"network": network})
        for remedy, network in variants(plain.network, settings).items()
    }
    found = validate(
        run, executor, development, list(tried.values()), seeds, "Ablation", rounds="all"
    )
    readings = []
    for (remedy, configuration), validation in zip(tried.items(), found, strict=True):
        history = layout.history(f"ablation_{remedy}")
        run.save_arrays(history, validation.arrays())
        readings.append(_reading(remedy, configuration, validation, history))
    at_best, at_end = (
        rows_against_base(read(base), [read(one) for one in found], development.scored_groups)
        for read in (_best_shares, _last_shares)
    )
    return Ablation(
        model=_reading(model.at_end.name, model.at_end.configuration, base, model.at_end.history),
        rows=tuple(
            AblationRow(remedy=remedy, reading=reading)
            for remedy, reading in zip(tried, readings, strict=True)
        ),
        at_best=at_best,
        at_end=at_end,
        reach_at_best=reach(at_best),
        reach_at_end=reach(at_end),
        n_consultations=len(tried),
    )


def variants(model: NetworkSpec, settings: AblationSettings) -> dict[Remedy, NetworkSpec]:
    """The overfitting network with each remedy applied."""

    def having(**changes: object) -> NetworkSpec:
        return model.model_copy(update=changes)

    return {
        "dropout": having(hidden_dropout=settings.dropout),
        "l2": having(l2=settings.l2),
        "l1": having(l1=settings.l1),
        "less_capacity": having(hidden=tuple(max(1, w // 2) for w in model.hidden)),
        "more_capacity": having(hidden=tuple(2 * w for w in model.hidden)),
        "dropout_l2": having(hidden_dropout=settings.dropout, l2=settings.l2),
    }


def _reading(
    name: str, configuration: Configuration, validation: Validation, history: str
) -> Reading:
    best, end = best_epoch(validation.val_accuracy), validation.val_loss.shape[1]
    loss = smooth(validation.val_loss, SMOOTHING_WINDOW).mean(axis=0)
    at_best, at_end = (
        scored(name, configuration, validation, epoch, history, READING_WINDOW)
        for epoch in (best, end)
    )
    return Reading(at_best=at_best, at_end=at_end, val_loss_rise=float(loss[-1] - loss.min()))


def best_epoch(val_accuracy: np.ndarray) -> int:
    """The middle (from 1) of the `READING_WINDOW` neighbouring epochs whose mean
    validation accuracy over repeats is best; `val_accuracy` has shape (n_repeats,
    n_epochs). Unlike `reading_epoch` it takes no mean over fewer, which by chance is
    best too often.
    """
    half: int = min(READING_WINDOW, val_accuracy.shape[1]) // 2
    smoothed = smooth(val_accuracy, 2 * half + 1).mean(axis=0)
    best = int(smoothed[half : len(smoothed) - half].argmax())
    return best + half + 1


def _best_shares(validation: Validation) -> np.ndarray:
    return validation.shares_right(best_epoch(validation.val_accuracy))


def _last_shares(validation: Validation) -> np.ndarray:
    return validation.shares_right(validation.val_loss.shape[1])
