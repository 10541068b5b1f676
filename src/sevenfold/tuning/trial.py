"""A trial's work: train a configuration from one rung to the next, a pure function of
its arguments.
"""

from dataclasses import dataclass

import numpy as np

from sevenfold.engine import Engine, FitData, FitState, Job, fit
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.terminal import Advance
from sevenfold.validation import Configuration


class RungScore(Record):
    """Validation accuracy and loss after `epoch` epochs, averaged over the folds of the
    first round.

    curve: the accuracy after each epoch since the rung before; its last value is
    `accuracy`.
    """

    epoch: int
    accuracy: float
    loss: float
    curve: tuple[float, ...] = ()
    diverged: bool = False

    @property
    def rank(self) -> tuple[float, float]:
        """Sorts the better score first: higher accuracy, then lower loss."""
        return (-self.accuracy, self.loss)


class TrialRecord(Record):
    """One trial: what was tried and its score at each rung that it reached."""

    number: int
    configuration: Configuration
    scores: tuple[RungScore, ...]

    @property
    def last(self) -> RungScore:
        """The score at the highest rung reached."""
        return self.scores[-1]

    @property
    def curve(self) -> tuple[float, ...]:
        """Validation accuracy after each epoch trained."""
        return tuple(accuracy for score in self.scores for accuracy in score.curve)

    @property
    def rank(self) -> tuple[int, float, float, int]:
        """Sorts the best trial first: higher rung, higher accuracy, lower loss, earlier
        trial.
        """
        return (-self.last.epoch, *self.last.rank, self.number)


@dataclass(frozen=True)
class TrialState:
    """Where a paused trial stands: the state of each fold's fit; empty before the first
    rung.
    """

    folds: tuple[FitState, ...] = ()


def train_to(
    development: DevelopmentSet,
    configuration: Configuration,
    seed: int,
    state: TrialState,
    epoch: int,
    *,
    engine: Engine,
    advance: Advance | None = None,
) -> tuple[RungScore, TrialState]:
    """Train every fold on to `epoch` and score it there; the same arguments give the
    same result, wherever it runs.

    Only the first round of the protocol is used: a search needs an order, not a final
    estimate. The score is that of the last epoch, never the best one along the way.
    """
    results = [
        fit(
            Job(
                configuration.network,
                configuration.training,
                seed,
                start=state.folds[i] if state.folds else None,
            ),
            FitData(development.images[split.train], development.images[split.validation]),
            engine=engine,
            until_epoch=epoch,
            on_epoch=advance,
        )
        for i, split in enumerate(development.rounds[0])
    ]
    if any(result.diverged_at is not None for result in results):
        return RungScore(epoch=epoch, accuracy=0.0, loss=1e9, diverged=True), TrialState()
    weights = [len(split.validation) / len(development.scored) for split in development.rounds[0]]
    curve = np.average([result.history.val_accuracy for result in results], axis=0, weights=weights)
    loss = sum(
        w * float(result.history.val_loss[-1]) for w, result in zip(weights, results, strict=True)
    )
    score = RungScore(
        epoch=epoch, accuracy=float(curve[-1]), loss=loss, curve=tuple(curve.tolist())
    )
    return score, TrialState(tuple(result.state for result in results))
