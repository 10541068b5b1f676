"""What is to be trained, on which images, and how the training goes."""

from collections.abc import Callable
from dataclasses import dataclass

from sevenfold.data import Images
from sevenfold.engine.results import FitState
from sevenfold.engine.settings import TrainingSettings
from sevenfold.networks import NetworkSpec


@dataclass(frozen=True)
class Job:
    """One network to train.

    seed: fixes the initial weights, the batch order (but for `hard_examples`) and the
    dropout masks. start: where a fit of the same job was stopped, to go on from there.
    """

    network: NetworkSpec
    training: TrainingSettings
    seed: int
    start: FitState | None = None

    @property
    def first_epoch(self) -> int:
        """Epochs that are trained already."""
        return self.start.epoch if self.start else 0


@dataclass(frozen=True)
class FitData:
    """What is trained on, and what is scored after every epoch."""

    train: Images
    validation: Images | None = None


@dataclass(frozen=True)
class Course:
    """How the fits of one call go: whether the training images are scored too, how far
    to train, and what is called after every epoch.
    """

    score_training: bool
    until_epoch: int | None
    on_epoch: Callable[[], None]

    def last_epoch(self, training: TrainingSettings) -> int:
        """The epoch after which to stop."""
        if self.until_epoch is None:
            return training.n_epochs
        return min(self.until_epoch, training.n_epochs)
