"""Section 7, its first part: every remedy against overfitting alone, on the overfitting
model (DLWP 4.5.7).
"""

from typing import Annotated, Literal

from pydantic import Field

from sevenfold.networks import NetworkSpec, Penalty, Rate
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record, Settings
from sevenfold.runs import layout
from sevenfold.runs.writing import Run
from sevenfold.statistics import SMOOTHING_WINDOW, Difference, paired_difference, smooth
from sevenfold.steps.overfit import Attempt, Overfit, turning_epoch
from sevenfold.validation import (
    Configuration,
    ScoredConfiguration,
    Validation,
    cross_validate,
    n_fits,
    scored,
)


class AblationSettings(Settings):
    """The strength of each remedy that is tried on the overfitting model, and on how
    many of that model's seeds, if it has so many.
    """

    n_seeds: Annotated[int, Field(ge=2, le=50)] = 3
    """Seeds on which each remedy is tried; at most those of the overfitting model."""
    dropout: Annotated[Rate, Field(gt=0.0)] = 0.5
    """Share of the hidden units that dropout leaves out."""
    l2: Annotated[Penalty, Field(gt=0.0)] = 1e-4
    """Weight of the penalty on squared weights."""
    l1: Annotated[Penalty, Field(gt=0.0)] = 1e-5
    """Weight of the penalty on absolute weights."""


Remedy = Literal["dropout", "l2", "l1", "less_capacity", "more_capacity", "dropout_l2"]


class Reading(Record):
    """A network read at two moments: at_best after its own epoch of least smoothed
    validation loss, at_end after the whole budget. val_loss_rise: between the two.
    """

    at_best: ScoredConfiguration
    at_end: ScoredConfiguration
    val_loss_rise: float


class AblationRow(Record):
    """One remedy against the overfitting model: same seeds, same batches, same number
    of epochs. difference_at_best, difference_at_end: accuracy of the variant minus that
    of the overfitting model, read at the same moment.
    """

    remedy: Remedy
    reading: Reading
    difference_at_best: Difference
    difference_at_end: Difference


class Ablation(Record):
    """The overfitting model as it is, and with each remedy."""

    model: Reading
    rows: tuple[AblationRow, ...]
    n_consultations: int

    def __str__(self) -> str:
        best = max(self.rows, key=lambda row: row.difference_at_best.value)
        return (
            f"{len(self.rows)} remedies on {self.model.at_end.configuration.network}, one at a"
            f" time; most from {best.remedy.replace('_', ' ')}:"
            f" {100 * best.difference_at_best.value:+.2f} points at its turning point"
        )


def run_ablation(
    run: Run, development: DevelopmentSet, settings: AblationSettings, overfit: Overfit
) -> Ablation:
    """Train the overfitting model with each remedy in turn, and compare it with the
    model itself.
    """
    model, n_rounds = overfit.model, len(development.rounds)
    whole = model.validation(run)
    n_seeds = min(settings.n_seeds, len(whole.val_loss) // n_rounds)
    seeds, base = run.seeds("comparison", n_seeds), whole.first_repeats(n_seeds * n_rounds)
    training = model.at_end.configuration.training
    tried = {
        remedy: Configuration(network=network, training=training)
        for remedy, network in variants(model.at_end.configuration.network, settings).items()
    }
    n_epochs = len(tried) * n_fits(development, len(seeds)) * training.n_epochs
    with run.terminal.stage("Ablation", n_epochs) as advance:
        validations = cross_validate(
            development, list(tried.values()), seeds, engine=run.engine, advance=advance
        )
    rows = tuple(
        _row(run, remedy, configuration, validation, base, model)
        for (remedy, configuration), validation in zip(tried.items(), validations, strict=True)
    )
    return Ablation(model=_base(model, base), rows=rows, n_consultations=len(rows))


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


def _base(model: Attempt, base: Validation) -> Reading:
    """The overfitting model, scored on the seeds that the remedies are tried on."""

    def again(score: ScoredConfiguration) -> ScoredConfiguration:
        return scored(score.name, score.configuration, base, score.epoch, score.history)

    return Reading(
        at_best=again(model.at_turn), at_end=again(model.at_end), val_loss_rise=_rise(base)
    )


def _row(
    run: Run,
    remedy: Remedy,
    configuration: Configuration,
    validation: Validation,
    base: Validation,
    model: Attempt,
) -> AblationRow:
    history = layout.history(f"ablation_{remedy}")
    run.save_arrays(history, validation.arrays())
    best, end = turning_epoch(validation.val_loss), validation.val_loss.shape[1]
    return AblationRow(
        remedy=remedy,
        reading=Reading(
            at_best=scored(remedy, configuration, validation, best, history),
            at_end=scored(remedy, configuration, validation, end, history),
            val_loss_rise=_rise(validation),
        ),
        difference_at_best=_difference(validation, best, base, model.at_turn.epoch),
        difference_at_end=_difference(validation, end, base, model.at_end.epoch),
    )


def _rise(validation: Validation) -> float:
    curve = smooth(validation.val_loss, SMOOTHING_WINDOW).mean(axis=0)
    return float(curve[-1] - curve.min())


def _difference(
    first: Validation, first_epoch: int, second: Validation, second_epoch: int
) -> Difference:
    return paired_difference(first.correct(first_epoch), second.correct(second_epoch))
