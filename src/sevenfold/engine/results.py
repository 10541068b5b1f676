"""What a fit gives: curves, weights, and the state from which it can go on."""

import math
from dataclasses import dataclass, field

import numpy as np

from sevenfold.networks import Weights


@dataclass(frozen=True)
class History:
    """One value per trained epoch; every array has shape (n_epochs,), float64.

    loss, accuracy: as Keras reports them while training: means over the epoch's
    batches, dropout and penalties included, and hard examples as often as they were
    visited. train_loss, train_accuracy: the training set scored after the epoch in
    inference mode without penalties; empty unless asked. val_loss, val_accuracy: the
    same for the validation set; empty without one. val_predictions: shape (n_epochs,
    n_validation), uint8, the predicted digits, so that any score can be had again.
    """

    loss: np.ndarray
    accuracy: np.ndarray
    train_loss: np.ndarray
    train_accuracy: np.ndarray
    val_loss: np.ndarray
    val_accuracy: np.ndarray
    val_predictions: np.ndarray


@dataclass(frozen=True)
class FitState:
    """A fit at the end of an epoch: everything that the next epoch depends on, as plain
    arrays.

    epoch: epochs already trained. weights: the raw weights. slots: the optimizer's
    arrays, in the engine's own order. averaged: the moving average of the weights,
    empty without one. difficulty: one array of shape (n_examples,), float32, where hard
    examples are visited more often (see `hard_examples`), else empty.
    """

    epoch: int
    weights: Weights
    slots: tuple[np.ndarray, ...]
    averaged: Weights = ()
    difficulty: tuple[np.ndarray, ...] = ()


@dataclass(frozen=True)
class FitResult:
    """The outcome of one fit.

    weights: of the last epoch (averaged where asked). diverged_at: the first epoch
    (from 1) whose loss was not finite, or None; the history then ends with the epoch
    before. compile_seconds is the part of `seconds` that compilation took (0 when
    unknown).
    """

    weights: Weights
    history: History
    state: FitState
    seconds: float
    diverged_at: int | None = None
    compile_seconds: float = field(default=0.0, compare=False)


class HistoryWriter:
    """Collects one row per epoch and turns them into a `History`."""

    def __init__(self) -> None:
        self._rows: list[tuple[float, ...]] = []
        self._predictions: list[np.ndarray] = []
        self._has_train = self._has_validation = False

    def add(
        self,
        trained: tuple[float, float],
        train: tuple[float, float] | None,
        validation: tuple[float, float, np.ndarray] | None,
    ) -> bool:
        """Append an epoch's (loss, accuracy) while training and of the scorings that
        took place, if every loss is finite.

        Gives whether it was appended.
        """
        scores = [trained, train or (0.0, 0.0), validation[:2] if validation else (0.0, 0.0)]
        if not all(math.isfinite(loss) for loss, _ in scores):
            return False
        self._has_train, self._has_validation = train is not None, validation is not None
        self._rows.append(tuple(number for pair in scores for number in pair))
        if validation is not None:
            self._predictions.append(validation[2])
        return True

    def finish(self, n_validation: int) -> History:
        """The history of the epochs appended; `n_validation` is the width of
        `val_predictions`.
        """
        columns = np.array(self._rows, np.float64).reshape(-1, 6).T.copy()
        train = columns[2:4] if self._has_train else np.zeros((2, 0))
        validation = columns[4:6] if self._has_validation else np.zeros((2, 0))
        predictions = np.array(self._predictions, np.uint8).reshape(
            len(self._predictions), n_validation
        )
        return History(
            columns[0], columns[1], train[0], train[1], validation[0], validation[1], predictions
        )
