"""Train one configuration under the evaluation protocol and score it on the validation
images.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sevenfold.engine import (
    Engine,
    FitData,
    FitResult,
    FitState,
    Job,
    TrainingSettings,
    fit_many,
    predict,
)
from sevenfold.networks import NetworkSpec
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.runs.seeds import SEEDS_PER_ROUND
from sevenfold.runs.writing import Run
from sevenfold.statistics import READING_WINDOW, Proportion, Spread, proportion, smooth, spread
from sevenfold.terminal import Advance

NO_STATE = FitState(0, (), ())


class Configuration(Record):
    """What is trained and how: everything that a fit needs but data and seed."""

    network: NetworkSpec
    training: TrainingSettings


@dataclass(frozen=True)
class Validation:
    """Curves and predictions of one configuration.

    A repeat is one seed in one round of the protocol; its losses and accuracies are
    means over the round's folds, and its predictions cover every scored image once (out
    of fold, under K-fold).

    train_loss, train_accuracy, val_loss, val_accuracy: shape (n_repeats, n_epochs),
    float64; the training curves are scored in inference mode without penalties, and
    empty unless asked for. labels: shape (n_scored,), unsigned. predictions: shape
    (n_repeats, n_epochs, n_scored), in the labels' dtype. diverged_at: the earliest
    epoch at which any fit diverged, or None. probabilities: of the last epoch's
    networks, shape (n_repeats, n_scored, n_classes), float32; None unless asked for.
    """

    train_loss: np.ndarray
    train_accuracy: np.ndarray
    val_loss: np.ndarray
    val_accuracy: np.ndarray
    predictions: np.ndarray
    labels: np.ndarray
    diverged_at: int | None
    probabilities: np.ndarray | None = None

    def correct(self, epoch: int) -> np.ndarray:
        """Whether each scored image was right after `epoch` (from 1): shape (n_repeats,
        n_scored), bool.
        """
        right: np.ndarray = self.predictions[:, epoch - 1] == self.labels
        return right

    def shares_right(self, epoch: int, window: int = READING_WINDOW) -> np.ndarray:
        """After how many of the `window` epochs around `epoch` (from 1) each scored
        image was right, as a share: shape (n_repeats, n_scored), float64.

        Beside the ends it is the first or the last `window` epochs that count, so that
        every reading is a mean over as many, if there are so many.
        """
        n_epochs = self.predictions.shape[1]
        first = max(0, min(epoch - 1 - window // 2, n_epochs - window))
        around = slice(first, first + window)
        shares: np.ndarray = (self.predictions[:, around] == self.labels).mean(axis=1)
        return shares

    def accuracy(self, epoch: int, window: int = 1) -> Proportion:
        """Accuracy after `epoch`, or the mean over the `window` epochs around it,
        averaged over repeats, with the interval for the number of images.
        """
        right = self.shares_right(epoch, window)
        return proportion(float(right.mean(axis=0).sum()), len(self.labels))

    def accuracy_spread(self, epoch: int, window: int = 1) -> Spread:
        """The same, repeat by repeat."""
        return spread(self.shares_right(epoch, window).mean(axis=1))

    def arrays(self) -> dict[str, np.ndarray]:
        """The curves and predictions by name, for `histories/`."""
        names = (
            "train_loss",
            "train_accuracy",
            "val_loss",
            "val_accuracy",
            "predictions",
            "labels",
        )
        return {name: getattr(self, name) for name in names}


def reading_epoch(val_accuracy: np.ndarray) -> int:
    """The epoch (from 1) of the best smoothed mean validation accuracy; `val_accuracy`
    has shape (n_repeats, n_epochs).
    """
    return int(smooth(val_accuracy, READING_WINDOW).mean(axis=0).argmax()) + 1


def n_fits(development: DevelopmentSet, n_seeds: int) -> int:
    """How many networks `cross_validate` trains."""
    return n_seeds * sum(len(splits) for splits in development.rounds)


def cross_validate(
    development: DevelopmentSet,
    configurations: Sequence[Configuration],
    seeds: tuple[int, ...],
    *,
    engine: Engine,
    score_training: bool = False,
    with_probabilities: bool = False,
    advance: Advance | None = None,
) -> list[Validation]:
    """Train every configuration once per seed, round and fold; gives one `Validation`
    per configuration.

    A seed stands for other initial weights and batches in each round, so that repeats
    share nothing but the images. All fits on one training part go to the engine
    together. `advance` is called after every epoch of every fit.
    """
    pairs = [(configuration, seed) for configuration in configurations for seed in seeds]
    by_split: list[list[list[FitResult]]] = []
    for r, splits in enumerate(development.rounds):
        by_split.append([])
        jobs = [
            Job(configuration.network, configuration.training, seed + r * SEEDS_PER_ROUND)
            for configuration, seed in pairs
        ]
        for split in splits:
            results = fit_many(
                jobs,
                FitData(development.images[split.train], development.images[split.validation]),
                engine=engine,
                score_training=score_training,
                on_epoch=advance,
            )
            # Nothing goes on from here; the optimizer's arrays of a hundred fits would
            # fill a small machine.
            by_split[-1].append([replace(result, state=NO_STATE) for result in results])
    validations = []
    for i, configuration in enumerate(configurations):
        # A repeat is a seed in a round; its folds stand in the order of the round's
        # splits.
        repeats = [
            [fold[i * len(seeds) + s] for fold in folds]
            for s in range(len(seeds))
            for folds in by_split
        ]
        validation = _gather(development, repeats, configuration.training.n_epochs)
        if with_probabilities:
            validation = replace(
                validation,
                probabilities=_probabilities(development, configuration.network, repeats, engine),
            )
        validations.append(validation)
    return validations


def _gather(
    development: DevelopmentSet, repeats: list[list[FitResult]], n_epochs: int
) -> Validation:
    """Average curves over folds and put out-of-fold predictions in the order of the
    scored images.
    """
    fits = [result for folds in repeats for result in folds]
    diverged = [result.diverged_at for result in fits if result.diverged_at is not None]
    if diverged:
        n_epochs = min(n_epochs, *(epoch - 1 for epoch in diverged))
    rounds = development.rounds

    def curve(name: str) -> np.ndarray:
        rows = [
            np.mean([getattr(result.history, name)[:n_epochs] for result in folds], axis=0)
            for folds in repeats
        ]
        return np.asarray(rows, dtype=np.float64)

    scored = development.scored
    labels = development.images.labels[scored]
    predictions = np.zeros((len(repeats), n_epochs, len(scored)), labels.dtype)
    for r, folds in enumerate(repeats):
        for split, result in zip(rounds[r % len(rounds)], folds, strict=True):
            columns = np.searchsorted(scored, split.validation)
            predictions[r][:, columns] = result.history.val_predictions[:n_epochs]
    return Validation(
        train_loss=curve("train_loss"),
        train_accuracy=curve("train_accuracy"),
        val_loss=curve("val_loss"),
        val_accuracy=curve("val_accuracy"),
        predictions=predictions,
        labels=labels,
        diverged_at=min(diverged) if diverged else None,
    )


def _probabilities(
    development: DevelopmentSet,
    network: NetworkSpec,
    repeats: list[list[FitResult]],
    engine: Engine,
) -> np.ndarray:
    scored = development.scored
    probabilities = np.zeros((len(repeats), len(scored), network.classes), np.float32)
    for r, folds in enumerate(repeats):
        for split, result in zip(
            development.rounds[r % len(development.rounds)], folds, strict=True
        ):
            images = development.images.pixels[split.validation]
            probabilities[r, np.searchsorted(scored, split.validation)] = predict(
                network, result.weights, images, engine=engine
            )
    return probabilities


class ScoredConfiguration(Record):
    """A configuration with its validation score after `epoch` epochs, or the mean over
    a window of epochs around that.

    accuracy carries the interval for the number of scored images; over_seeds the spread
    from repeat to repeat.
    """

    name: str
    configuration: Configuration
    n_parameters: int
    epoch: int
    accuracy: Proportion
    over_seeds: Spread
    val_loss: float
    history: str


def stored(run: Run, score: ScoredConfiguration) -> Validation:
    """The curves and predictions behind a score, as the run keeps them."""
    return Validation(**run.load_arrays(score.history), diverged_at=None)


def scored(
    name: str,
    configuration: Configuration,
    validation: Validation,
    epoch: int,
    history: str,
    window: int = 1,
) -> ScoredConfiguration:
    """Put a configuration and its score after `epoch` into one record; `history` names
    the stored curves. window: over how many epochs the accuracy is a mean.
    """
    return ScoredConfiguration(
        name=name,
        configuration=configuration,
        n_parameters=configuration.network.n_parameters,
        epoch=epoch,
        accuracy=validation.accuracy(epoch, window),
        over_seeds=validation.accuracy_spread(epoch, window),
        val_loss=float(validation.val_loss[:, epoch - 1].mean()),
        history=history,
    )
