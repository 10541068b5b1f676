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
    n_validation), in the labels' dtype, the predicted classes, so that any score can be
    had again.
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

    epoch: epochs already trained. slots: the optimizer's arrays, in the engine's own
    order. difficulty: one array of shape (n_examples,), float32, where hard
    examples are visited more often (see `hard_examples`), else empty.
    """

    epoch: int
    weights: Weights
    slots: tuple[np.ndarray, ...]
    difficulty: tuple[np.ndarray, ...] = ()


@dataclass(frozen=True)
class FitResult:
    """The outcome of one fit.

    weights: of the last epoch. diverged_at: the first epoch
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


Scoring = tuple[float, float, np.ndarray]
"""Mean cross-entropy without penalties, accuracy, and the predicted classes (n,) in the
labels' dtype, all in inference mode.
"""


class HistoryWriter:
    """Collects one row per epoch and turns them into a `History`.

    labels: of the validation images, or None without them; predictions are kept in
    their shape and dtype.
    """

    def __init__(self, labels: np.ndarray | None) -> None:
        self._labels = np.zeros(0, np.uint8) if labels is None else labels
        self._rows: list[tuple[float, ...]] = []
        self._predictions: list[np.ndarray] = []
        self._has_train = self._has_validation = False

    def add(
        self,
        trained: tuple[float, float],
        train: Scoring | None,
        validation: Scoring | None,
    ) -> bool:
        """Append an epoch's (loss, accuracy) while training and of the scorings that
        took place, if every loss is finite.

        Gives whether it was appended.
        """
        nothing = (0.0, 0.0)
        scores = [trained, *(s[:2] if s else nothing for s in (train, validation))]
        if not all(math.isfinite(loss) for loss, _ in scores):
            return False
        self._has_train, self._has_validation = train is not None, validation is not None
        self._rows.append(tuple(number for pair in scores for number in pair))
        if validation is not None:
            self._predictions.append(validation[2])
        return True

    def finish(self) -> History:
        """The history of the epochs appended."""
        columns = np.array(self._rows, np.float64).reshape(-1, 6).T.copy()
        train = columns[2:4] if self._has_train else np.zeros((2, 0))
        validation = columns[4:6] if self._has_validation else np.zeros((2, 0))
        predictions = np.array(self._predictions, self._labels.dtype).reshape(
            len(self._predictions), len(self._labels)
        )
        return History(
            columns[0], columns[1], train[0], train[1], validation[0], validation[1], predictions
        )
