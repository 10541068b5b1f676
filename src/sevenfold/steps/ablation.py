"""Section 7, its first part: every remedy against overfitting alone, on the overfitting
model (DLWP 4.5.7).
"""

from typing import Annotated

from pydantic import Field

from sevenfold.networks import NetworkSpec, Penalty, Rate
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.runs.writing import Run
from sevenfold.statistics import Difference, paired_difference, smooth
from sevenfold.steps.overfit import SMOOTHING_WINDOW, Attempt, Overfit, turning_epoch
from sevenfold.validation import (
    Configuration,
    ScoredConfiguration,
    Validation,
    cross_validate,
    n_fits,
    scored,
)


class AblationSettings(Record):
    """The strength of each remedy that is tried on the overfitting model, and on how
    many of that model's seeds, if it has so many.
    """

    n_seeds: Annotated[int, Field(ge=2, le=50)] = 3
    dropout: Annotated[Rate, Field(gt=0.0)] = 0.5
    l2: Annotated[Penalty, Field(gt=0.0)] = 1e-4
    l1: Annotated[Penalty, Field(gt=0.0)] = 1e-5


class AblationRow(Record):
    """One remedy against the overfitting model: same seeds, same batches, same number
    of epochs.

    at_best: scored at the variant's own epoch of least smoothed validation loss.
    at_end: after the whole budget. difference_at_best, difference_at_end: accuracy of
    the variant minus that of the overfitting model, read the same way.
    """

    name: str
    change: str
    at_best: ScoredConfiguration
    at_end: ScoredConfiguration
    difference_at_best: Difference | None
    difference_at_end: Difference | None
    val_loss_rise: float


class Ablation(Record):
    """The overfitting model, and after it each remedy."""

    verdict: str
    rows: tuple[AblationRow, ...]
    n_consultations: int


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
    tried = variants(model.at_end.configuration.network, settings)
    configurations = [
        Configuration(network=network, training=training) for _, network in tried.values()
    ]
    with run.terminal.stage(
        "Ablation", len(tried) * n_fits(development, len(seeds)) * training.n_epochs
    ) as advance:
        validations = cross_validate(
            development, configurations, seeds, engine=run.engine, advance=advance
        )
    rows = [
        _row(run, name, change, configuration, validation, base, model)
        for (name, (change, _)), configuration, validation in zip(
            tried.items(), configurations, validations, strict=True
        )
    ]
    return Ablation(
        verdict=_verdict(model, rows),
        rows=(_base_row(model, base), *rows),
        n_consultations=len(rows),
    )


def _verdict(model: Attempt, rows: list[AblationRow]) -> str:
    gains = {row.name: row.difference_at_best.value for row in rows if row.difference_at_best}
    best = max(gains, key=lambda name: gains[name])
    network = model.at_end.configuration.network
    return (
        f"{len(rows)} remedies on {network}, one at a time; most from {best}:"
        f" {100 * gains[best]:+.2f} points at its turning point"
    )


def variants(model: NetworkSpec, settings: AblationSettings) -> dict[str, tuple[str, NetworkSpec]]:
    """Each remedy's name, what it changes, and the overfitting network with it
    applied.
    """

    def having(**changes: object) -> NetworkSpec:
        return model.model_copy(update=changes)

    halves, doubles = (
        tuple(max(1, w // 2) for w in model.hidden),
        tuple(2 * w for w in model.hidden),
    )
    dropout, l2, l1 = settings.dropout, settings.l2, settings.l1
    return {
        "dropout": (f"dropout {dropout:g} after each hidden layer", having(hidden_dropout=dropout)),
        "l2": (f"L2 penalty {l2:g} on every kernel", having(l2=l2)),
        "l1": (f"L1 penalty {l1:g} on every kernel", having(l1=l1)),
        "less_capacity": ("half the units in each hidden layer", having(hidden=halves)),
        "more_capacity": ("twice the units in each hidden layer", having(hidden=doubles)),
        "dropout_l2": (
            f"dropout {dropout:g} and L2 penalty {l2:g}",
            having(hidden_dropout=dropout, l2=l2),
        ),
    }


def _base_row(model: Attempt, base: Validation) -> AblationRow:
    def row(score: ScoredConfiguration) -> ScoredConfiguration:
        return scored(score.name, score.configuration, base, score.epoch, score.history)

    return AblationRow(
        name="overfitting model",
        change="nothing",
        at_best=row(model.at_turn),
        at_end=row(model.at_end),
        difference_at_best=None,
        difference_at_end=None,
        val_loss_rise=_rise(base),
    )


def _row(
    run: Run,
    name: str,
    change: str,
    configuration: Configuration,
    validation: Validation,
    base: Validation,
    model: Attempt,
) -> AblationRow:
    history = f"histories/ablation_{name}.npz"
    run.save_arrays(history, validation.arrays())
    best, end = turning_epoch(validation.val_loss), validation.val_loss.shape[1]
    return AblationRow(
        name=name.replace("_", " + ") if name == "dropout_l2" else name.replace("_", " "),
        change=change,
        at_best=scored(name, configuration, validation, best, history),
        at_end=scored(name, configuration, validation, end, history),
        difference_at_best=_difference(validation, best, base, model.at_turn.epoch),
        difference_at_end=_difference(validation, end, base, model.at_end.epoch),
        val_loss_rise=_rise(validation),
    )


def _rise(validation: Validation) -> float:
    curve = smooth(validation.val_loss, SMOOTHING_WINDOW).mean(axis=0)
    return float(curve[-1] - curve.min())


def _difference(
    first: Validation, first_epoch: int, second: Validation, second_epoch: int
) -> Difference:
    return paired_difference(first.correct(first_epoch), second.correct(second_epoch))
