"""Section 6: scale up until the network overfits, and prove that it does (DLWP
4.5.6).
"""

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from sevenfold.engine import TrainingSettings
from sevenfold.executor.tasks import Executor
from sevenfold.executor.validations import validate
from sevenfold.networks import NetworkSpec, Width
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record, Settings
from sevenfold.runs import layout
from sevenfold.runs.writing import Run
from sevenfold.statistics import SMOOTHING_WINDOW, Spread, smooth, spread, t_quantile
from sevenfold.steps.baseline import Baseline
from sevenfold.validation import (
    Configuration,
    ScoredConfiguration,
    Validation,
    scored,
    stored,
)


class Stage(Record):
    """One size to try, and for how long."""

    hidden: Annotated[tuple[Width, ...], Field(min_length=1)]
    n_epochs: Annotated[int, Field(ge=5)]


class OverfitSettings(Settings):
    """The ladder of ever larger networks and longer trainings, climbed until validation
    loss turns.
    """

    stages: Annotated[tuple[Stage, ...], Field(min_length=1)] = (
        Stage(hidden=(256,), n_epochs=12),
        Stage(hidden=(256, 256), n_epochs=16),
        Stage(hidden=(512, 512), n_epochs=24),
        Stage(hidden=(1024, 1024), n_epochs=40),
    )
    """The ladder: hidden layers and epochs of each attempt."""
    batch_size: Annotated[int, Field(ge=1, le=65_536)] = 128
    """Images in each update."""
    # With five seeds chance alone passes for a turn in 4 to 5 % of stages; with three
    # the spread is too unsure to tell (docs/decisions.md).
    n_seeds: Annotated[int, Field(ge=2, le=50)] = 5
    """Trainings of each attempt, from different starts."""


class Turn(Record):
    """Whether validation loss has turned.

    epoch: of least smoothed validation loss of the mean over repeats. epochs: each
    repeat's own. rise: repeat by repeat, the loss at the end above that at the turning
    epoch, which is read from the other repeats so that it is not fitted to this one's
    noise. threshold: what the mean rise must exceed: the spread over repeats, as a
    one-sided 95 % bound of Student's t, and no less than one standard deviation.
    """

    reached: bool
    epoch: int
    epochs: Spread
    rise: Spread
    threshold: float


class Attempt(Record):
    """One stage of the ladder: its score at the turning point and at the end, and
    whether it turned.
    """

    at_turn: ScoredConfiguration
    at_end: ScoredConfiguration
    turn: Turn
    train_loss_at_end: float
    train_accuracy_at_end: float

    def validation(self, run: Run) -> Validation:
        """Its curves and predictions as the step stored them."""
        return stored(run, self.at_end)


class Overfit(Record):
    """The ladder as it was climbed; the last attempt is the overfitting model where
    `reached`.
    """

    reached: bool
    attempts: tuple[Attempt, ...]
    gap_to_baseline: float
    n_consultations: int

    @property
    def model(self) -> Attempt:
        """The overfitting model: the smallest that turned, or else the largest
        tried.
        """
        return self.attempts[-1]

    def __str__(self) -> str:
        turn, end = self.model.turn, self.model.at_end
        network = end.configuration.network
        if not self.reached:
            return f"not reached within the budget (largest tried: {network}, {end.epoch} epochs)"
        return (
            f"{network} overfits from epoch {turn.epoch} (sd {turn.epochs.sd:.1f} over"
            f" {turn.epochs.n} repeats): validation loss rises by {turn.rise.mean:.4f}, threshold"
            f" {turn.threshold:.4f}"
        )


def run_overfit(
    run: Run,
    development: DevelopmentSet,
    settings: OverfitSettings,
    baseline: Baseline,
    *,
    executor: Executor,
) -> Overfit:
    """Climb the ladder at `executor` until the rise of validation loss beyond its
    smoothed minimum exceeds the spread over seeds.
    """
    seeds = run.seeds("comparison", settings.n_seeds)
    attempts: list[Attempt] = []
    for number, stage in enumerate(settings.stages, start=1):
        attempt = _attempt(run, development, stage, settings.batch_size, number, seeds, executor)
        attempts.append(attempt)
        if attempts[-1].turn.reached:
            break
    last = attempts[-1]
    return Overfit(
        reached=last.turn.reached,
        attempts=tuple(attempts),
        gap_to_baseline=last.at_turn.accuracy.value - baseline.network.accuracy.value,
        n_consultations=len(attempts),
    )


def _attempt(
    run: Run,
    development: DevelopmentSet,
    stage: Stage,
    batch_size: int,
    number: int,
    seeds: tuple[int, ...],
    executor: Executor,
) -> Attempt:
    configuration = Configuration(
        network=NetworkSpec(
            inputs=development.images.n_inputs,
            classes=development.images.n_classes,
            hidden=stage.hidden,
        ),
        training=TrainingSettings(
            n_epochs=stage.n_epochs, batch_size=batch_size, precision=run.precision
        ),
    )
    name = str(configuration.network)
    (validation,) = validate(
        run,
        executor,
        development,
        (configuration,),
        seeds,
        f"Overfit: {name}",
        rounds="all",
        score_training=True,
    )
    history = layout.history(f"overfit_{number}_{name}")
    run.save_arrays(history, validation.arrays())
    turn = find_turn(validation.val_loss)
    n_epochs = validation.val_loss.shape[1]
    return Attempt(
        at_turn=scored(name, configuration, validation, turn.epoch, history),
        at_end=scored(name, configuration, validation, n_epochs, history),
        turn=turn,
        train_loss_at_end=float(validation.train_loss[:, -1].mean()),
        train_accuracy_at_end=float(validation.train_accuracy[:, -1].mean()),
    )


def find_turn(val_loss: np.ndarray) -> Turn:
    """Where validation loss turns; `val_loss` has shape (n_repeats, n_epochs), two
    repeats at least.

    The curves are smoothed by a centred mean over five epochs. A minimum over epochs
    lies below its neighbours by chance alone, so each repeat's rise is measured from
    the epoch that the other repeats point to. Overfitting counts as reached when every
    repeat has risen and the mean rise exceeds the spread over repeats (see
    `Turn.threshold`).
    """
    smoothed = smooth(val_loss, SMOOTHING_WINDOW)
    others = [turning_epoch(np.delete(val_loss, repeat, axis=0)) for repeat in range(len(val_loss))]
    rise = spread(
        [float(curve[-1] - curve[epoch - 1]) for curve, epoch in zip(smoothed, others, strict=True)]
    )
    threshold = max(rise.sd, t_quantile(0.95, rise.n - 1) * rise.sd / math.sqrt(rise.n))
    return Turn(
        reached=min(rise.values) > 0.0 and rise.mean > threshold,
        epoch=turning_epoch(val_loss),
        epochs=spread((smoothed.argmin(axis=1) + 1).astype(np.float64)),
        rise=rise,
        threshold=threshold,
    )


def turning_epoch(val_loss: np.ndarray) -> int:
    """The epoch (from 1) at which the mean over repeats of the smoothed validation loss
    is least.
    """
    return int(smooth(val_loss, SMOOTHING_WINDOW).mean(axis=0).argmin()) + 1
