"""Section 7, its last part: the best trials of the search on fresh seeds, and the
network that goes to the final test (DLWP 4.5.7).
"""

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from sevenfold.errors import SettingsError
from sevenfold.executor.tasks import Executor
from sevenfold.executor.validations import validate
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record, Settings
from sevenfold.runs import layout
from sevenfold.runs.writing import Run
from sevenfold.statistics import RecipeDifference, recipe_difference
from sevenfold.steps.ablation import AblationSettings
from sevenfold.steps.overfit import Overfit
from sevenfold.steps.search import Search
from sevenfold.steps.undistorted import Undistorted, without_distortions
from sevenfold.tuning.halving import SearchSettings
from sevenfold.tuning.space import SearchSpace
from sevenfold.tuning.trial import TrialRecord
from sevenfold.validation import (
    Configuration,
    ScoredConfiguration,
    Validation,
    reading_epoch,
    scored,
)


class RegularizeSettings(Settings):
    """The ablation, the search and the final comparison of the finalists."""

    ablation: AblationSettings = AblationSettings()
    space: SearchSpace = SearchSpace()
    search: SearchSettings = SearchSettings()
    n_finalists: Annotated[int, Field(ge=1, le=20)] = 2
    """Best trials of the search that are trained afresh."""
    n_finalist_seeds: Annotated[int, Field(ge=2, le=50)] = 3
    """Fresh seeds on which each finalist is trained."""


class Finalist(Record):
    """A configuration of the search, trained afresh.

    search_accuracy: what the search saw after `search_epoch` epochs (one seed, chosen
    as a maximum, so too good). fresh: the score on fresh seeds after exactly
    `fresh.epoch` epochs, an epoch read beforehand from the trial's own training.
    behind_best: accuracy of the best finalist minus this one's, with one standard
    error.
    """

    trial: int
    search_accuracy: float
    search_epoch: int
    fresh: ScoredConfiguration
    behind_best: float
    standard_error: float
    within_one_se: bool
    chosen: bool


class Finalists(Record):
    """The finalists and the winner; `undistorted` where the winner was trained on
    distorted images.

    diverged: trials that were to be finalists and diverged on a fresh seed.
    """

    finalists: tuple[Finalist, ...]
    diverged: tuple[int, ...]
    undistorted: Undistorted | None
    gain_over_overfit: RecipeDifference
    n_consultations: int

    @property
    def winner(self) -> Finalist:
        """The finalist that goes to the final test."""
        return next(finalist for finalist in self.finalists if finalist.chosen)

    def __str__(self) -> str:
        fresh = self.winner.fresh
        return (
            f"{fresh.configuration.network} for {fresh.epoch} epochs: {fresh.accuracy} on fresh"
            f" seeds ({100 * self.gain_over_overfit.value:+.2f} points on the overfitting model);"
            f" finalists: {len(self.finalists)}"
        )


def run_finalists(
    run: Run,
    development: DevelopmentSet,
    settings: RegularizeSettings,
    overfit: Overfit,
    searched: Search,
    *,
    executor: Executor,
) -> Finalists:
    """Score the best trials afresh at `executor` and pick the simplest good one."""
    seeds = run.seeds("finalists", settings.n_finalist_seeds)
    finalists, validations = _finals(run, development, settings, searched.trials, seeds, executor)
    winner = next(finalist for finalist in finalists if finalist.chosen)
    configuration, best = winner.fresh.configuration, validations[winner.trial]
    undistorted = without_distortions(run, development, configuration, best, seeds, executor)
    assert best.probabilities is not None
    run.save_arrays(
        layout.VALIDATION_PREDICTIONS, {"labels": best.labels, "final": best.probabilities}
    )
    base = overfit.model.validation(run)
    gain = recipe_difference(
        best.correct(winner.fresh.epoch),
        base.correct(reading_epoch(base.val_accuracy)),
        development.scored_groups,
        paired=False,
    )
    return Finalists(
        finalists=finalists,
        diverged=tuple(
            number
            for number, validation in validations.items()
            if validation.diverged_at is not None
        ),
        undistorted=undistorted,
        gain_over_overfit=gain,
        n_consultations=len(validations) + (undistorted is not None),
    )


def _finals(
    run: Run,
    development: DevelopmentSet,
    settings: RegularizeSettings,
    trials: tuple[TrialRecord, ...],
    seeds: tuple[int, ...],
    executor: Executor,
) -> tuple[tuple[Finalist, ...], dict[int, Validation]]:
    """Read each finalist's number of epochs from its own trial, then train it afresh
    for that many on fresh seeds.

    One that diverges there is out; its validation is there all the same.
    """
    finite = [trial for trial in trials if not trial.last.diverged]
    if not finite:
        raise SettingsError(
            "Every trial of the search diverged. Lower regularize.space.learning_rate and start"
            " anew with another --out."
        )
    # Only trials of one length compare, and only the longest show when to stop.
    best = tuple(trial for trial in finite if len(trial.scores) == len(finite[0].scores))[
        : settings.n_finalists
    ]
    frozen = [_frozen(trial) for trial in best]
    results = validate(run, executor, development, frozen, seeds, "Finalists")
    fresh: dict[int, ScoredConfiguration] = {}
    for trial, configuration, validation in zip(best, frozen, results, strict=True):
        if validation.diverged_at is not None:
            rate = f"learning rate {trial.configuration.training.learning_rate:.3g}"
            run.terminal.warn(
                f"Finalist {trial.number} ({rate}) diverged on a fresh seed and is out."
            )
            continue
        history = layout.history(f"finalist_{trial.number}")
        run.save_arrays(history, validation.arrays())
        n_epochs = configuration.training.n_epochs
        fresh[trial.number] = scored(
            f"trial {trial.number}", configuration, validation, n_epochs, history
        )
    if not fresh:
        raise SettingsError(
            "Every finalist diverged on fresh seeds. Lower the upper end of"
            " regularize.space.learning_rate and start anew with another --out."
        )
    validations = {
        trial.number: validation for trial, validation in zip(best, results, strict=True)
    }
    return (
        _choose(tuple(trial for trial in best if trial.number in fresh), fresh, validations),
        validations,
    )


def _frozen(trial: TrialRecord) -> Configuration:
    """The trial's configuration with the number of epochs that its own training
    suggests.
    """
    training = trial.configuration.training
    n_epochs = reading_epoch(np.array([trial.curve]))
    return trial.configuration.model_copy(
        update={"training": training.model_copy(update={"n_epochs": n_epochs})}
    )


def _choose(
    trials: tuple[TrialRecord, ...],
    fresh: dict[int, ScoredConfiguration],
    validations: dict[int, Validation],
) -> tuple[Finalist, ...]:
    """The one-standard-error rule (Breiman et al. 1984, 3.4.3): the smallest network
    within one standard error of the best.

    The standard error is that of the paired difference to the best finalist, over
    images and over seeds.
    """
    best = max(
        fresh, key=lambda number: (fresh[number].accuracy.value, -fresh[number].val_loss, -number)
    )
    gaps = {
        number: _behind(validations[best], validations[number]) if number != best else (0.0, 0.0)
        for number in fresh
    }
    eligible = [number for number, (gap, error) in gaps.items() if gap <= error]
    chosen = min(
        eligible,
        key=lambda number: (fresh[number].n_parameters, -fresh[number].accuracy.value, number),
    )
    return tuple(
        Finalist(
            trial=trial.number,
            search_accuracy=trial.last.accuracy,
            search_epoch=trial.last.epoch,
            fresh=fresh[trial.number],
            behind_best=gaps[trial.number][0],
            standard_error=gaps[trial.number][1],
            within_one_se=trial.number in eligible,
            chosen=trial.number == chosen,
        )
        for trial in trials
    )


def _behind(best: Validation, other: Validation) -> tuple[float, float]:
    """How far `other` is behind `best` after their last epochs, and the standard error
    of that.
    """
    difference = best.correct(best.val_loss.shape[1]).astype(np.float64) - other.correct(
        other.val_loss.shape[1]
    )
    n_repeats, n = difference.shape
    over_images = difference.mean(axis=0).var(ddof=1) / n
    over_seeds = difference.mean(axis=1).var(ddof=1) / n_repeats if n_repeats > 1 else 0.0
    return float(difference.mean()), math.sqrt(over_images + over_seeds)
