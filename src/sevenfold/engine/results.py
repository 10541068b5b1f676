"""What a fit gives: curves, weights, and the state from which it can go on."""

from dataclasses import dataclass, field

import numpy as np

from sevenfold.networks import Weights


@dataclass(frozen=True)
class History:
    """One value per trained epoch; every array has shape (n_epochs,), float64.

    loss, accuracy: as Keras reports them while training: means over the epoch's batches, dropout and penalties included.
    train_loss, train_accuracy: the training set scored after the epoch in inference mode without penalties; empty unless asked.
    val_loss, val_accuracy: the same for the validation set; empty without one.
    val_predictions: shape (n_epochs, n_validation), uint8, the predicted digits, so that any score can be had again.
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
    """A fit at the end of an epoch: everything that the next epoch depends on, as plain arrays.

    epoch: epochs already trained. weights: the raw weights. slots: the optimizer's arrays, in the engine's own order.
    averaged: the moving average of the weights, empty without one.
    """

    epoch: int
    weights: Weights
    slots: tuple[np.ndarray, ...]
    averaged: Weights = ()


@dataclass(frozen=True)
class FitResult:
    """The outcome of one fit.

    weights: of the last epoch (averaged where asked). diverged_at: the first epoch (from 1) whose loss was not finite, or None;
    the history then ends with the epoch before. compile_seconds is the part of `seconds` that compilation took (0 when unknown).
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
        self._rows: list[tuple[float, float, float, float, float, float]] = []
        self._predictions: list[np.ndarray] = []

    def add(
        self,
        trained: tuple[float, float],
        scored_training: tuple[float, float] | None,
        scored_validation: tuple[float, float, np.ndarray] | None,
    ) -> None:
        """Append an epoch: (loss, accuracy) while training, then of the two scorings that took place."""
        train = scored_training or (np.nan, np.nan)
        val_loss, val_accuracy, predictions = scored_validation or (np.nan, np.nan, np.zeros(0, np.uint8))
        self._scored = (True, scored_training is not None, scored_validation is not None)
        self._rows.append((*trained, *train, val_loss, val_accuracy))
        self._predictions.append(predictions)

    @property
    def is_finite(self) -> bool:
        """Whether every loss of the last epoch is a number."""
        losses = self._rows[-1][0::2]
        return all(np.isfinite(loss) for loss, scored in zip(losses, self._scored, strict=True) if scored)

    def drop_last(self) -> None:
        """Forget the last epoch."""
        self._rows.pop()
        self._predictions.pop()

    def finish(self, n_validation: int) -> History:
        """The history of the epochs collected; `n_validation` gives the width of the predictions of an empty one."""
        columns = np.array(self._rows, np.float64).reshape(len(self._rows), 6)
        empty = np.zeros(0)
        scored = self._scored if self._rows else (True, False, False)
        pairs = [(columns[:, 2 * i], columns[:, 2 * i + 1]) if done else (empty, empty) for i, done in enumerate(scored)]
        predictions = np.array(self._predictions, np.uint8).reshape(len(self._rows), n_validation)
        return History(*pairs[0], *pairs[1], *pairs[2], predictions)
