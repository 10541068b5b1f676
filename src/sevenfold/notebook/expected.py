"""What another training is expected to give: the run's own figure, and how far other
seeds may lie from it.
"""

import itertools
import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sevenfold.runs import layout
from sevenfold.runs.reading import FinishedRun
from sevenfold.statistics import t_quantile
from sevenfold.steps.final_result import FinalTest
from sevenfold.validation import ScoredConfiguration

N_SD = 3.0
"""Standard deviations between seeds that still count as chance."""
_CHANCE = 0.5 * math.erfc(-N_SD / math.sqrt(2.0))
"""How often a normal deviation is no greater than that."""
N_EPOCHS = 5
"""Over which the noise of seeds is averaged."""
UNKNOWN_SHARE = 0.5
"""By which the errors may change for what is left out and was not measured."""


Tested = Literal["final", "baseline", "overfit"]
"""Whose predictions on the test images a run stores, seed by seed."""


@dataclass(frozen=True)
class Expected:
    """An accuracy of the run, and between what a training with another seed should
    lie; all from 0 to 1.
    """

    run: float
    low: float
    high: float

    def moved(self, by: float, margin: float) -> "Expected":
        """For a training that is `by` better on average, known to `margin` on each
        side.
        """
        low, high = self.low + by - margin, self.high + by + margin
        return replace(self, low=max(0.0, low), high=min(1.0, high))


@dataclass(frozen=True)
class SeedNoise:
    """How far trainings of one recipe lie apart.

    disagreement: the share of images that one of two seeds reads correctly and the
    other does not. common: the variance of accuracies that remains however many images
    there are, since whole trainings go better or worse. degrees: of freedom, with which
    both are known; 0 where they are a bound and not measured.
    """

    disagreement: float
    common: float
    degrees: int = 0

    @classmethod
    def of(cls, right: np.ndarray, n_folds: int = 1) -> "SeedNoise":
        """From which images each seed reads correctly, at one epoch or at several:
        shape (n_seeds, n) or (n_seeds, n_epochs, n). n_folds: how many networks share
        the images of a seed. A single seed says nothing of others: then every image
        might be read anew.
        """
        right = right.reshape(len(right), -1, right.shape[-1])
        accuracies, n = right.mean(axis=2), right.shape[-1]
        if len(right) < 2:
            p = float(accuracies.mean())
            return cls(2.0 * p * (1.0 - p), 0.0)
        pairs = itertools.combinations(right, 2)
        disagreement = float(np.mean([(a != b).mean() for a, b in pairs]))
        # Of two that disagree on a share d of n images by chance alone, each has the
        # variance d / 2 n; a few seeds may agree by luck, but not on every image.
        variance = float(accuracies.var(axis=0, ddof=1).mean()) - disagreement / (2.0 * n)
        degrees = (len(right) - 1) * right.shape[1]
        return cls(disagreement, n_folds * max(0.0, variance), degrees)

    def pooled(self, n: int, other: "SeedNoise", n_other: int) -> "SeedNoise":
        """With what n_other further seeds show; this is of n."""
        share = (n_other - 1) / max(1, n + n_other - 2)
        return SeedNoise(
            (1.0 - share) * self.disagreement + share * other.disagreement,
            (1.0 - share) * self.common + share * other.common,
            self.degrees + other.degrees,
        )

    def sd_on(self, n: int) -> float:
        """Of accuracies on `n` images."""
        return math.sqrt(self.common + self.disagreement / (2.0 * n))


def around(run: float, centre: float, noise: SeedNoise, n: int, n_seeds: int) -> Expected:
    """Where one more training should lie, if `centre` is the mean of `n_seeds`; an
    image more or less is always possible.

    Trainings that go worse lie further off than those that go better: it is errors
    that are multiplied. So the range is symmetric in the logit, as in the mean it is
    not, and wider where few seeds say how far they lie apart (Student's t).
    """
    sd = noise.sd_on(n) * math.sqrt(1.0 + 1.0 / n_seeds)
    n_sd = t_quantile(_CHANCE, noise.degrees) if noise.degrees else N_SD
    inside = min(max(centre, 0.5 / n), 1.0 - 0.5 / n)  # a logit is of neither end
    half = n_sd * sd / (inside * (1.0 - inside))
    logit = math.log(inside / (1.0 - inside))
    low, high = (0.5 * (1.0 + math.tanh((logit + side * half) / 2.0)) for side in (-1.0, 1.0))
    return Expected(run, max(0.0, low - 1.0 / n), min(1.0, high + 1.0 / n))


def first_split(run: FinishedRun) -> np.ndarray:
    """The indices of the images that the first split validates on."""
    return np.asarray(run.arrays(layout.SPLIT)["round0_fold0_validation"])


def on_validation(run: FinishedRun, scored: ScoredConfiguration, epoch: int) -> Expected:
    """Accuracy after `epoch` epochs on the validation images of the first split."""
    right = _right_in_first_split(run, scored, epoch)
    mean, (n_seeds, n) = float(right.mean()), right.shape
    return around(mean, mean, seed_noise(run, scored, epoch), n, n_seeds)


def on_test(
    run: FinishedRun, name: Tested, scored: ScoredConfiguration | None, accuracy: float
) -> Expected:
    """Test accuracy of the model of this name, of whose first seed the run says
    `accuracy`. Two or three seeds on test images tell too little of how far seeds lie
    apart, so those of `scored`, its like on validation images, count too.
    """
    stored = run.arrays(layout.TEST_PREDICTIONS)
    right = stored[name].argmax(axis=2) == stored["labels"]
    n_seeds, n = right.shape
    noise = SeedNoise.of(right)
    if scored is not None:
        on_validation_images = seed_noise(run, scored, scored.epoch)
        noise = noise.pooled(n_seeds, on_validation_images, scored.over_seeds.n)
    return around(accuracy, float(right.mean()), noise, n, n_seeds)


def seed_noise(run: FinishedRun, scored: ScoredConfiguration, epoch: int) -> SeedNoise:
    """How far the trainings of a configuration lie apart on validation images, over the
    last few epochs up to `epoch`: at a constant learning rate a network's accuracy
    leaps from epoch to epoch, and a few seeds may all have leapt alike at the last.
    """
    assert run.evaluation_protocol is not None
    stored = run.arrays(scored.history)
    predictions = stored["predictions"][:, max(0, epoch - N_EPOCHS) : epoch]
    return SeedNoise.of(predictions == stored["labels"], run.evaluation_protocol.n_folds)


def final_on_test(run: FinishedRun, final: FinalTest, *, left_out: bool) -> Expected:
    """Test accuracy of the final network; left_out: trained without something that the
    run's own training had, for which there is more room, on the measured side where the
    run has measured what distortions are worth.
    """
    fresh = run.finalists.winner.fresh if run.finalists else None
    expected = on_test(run, "final", fresh, final.scores.accuracy.value)
    if not left_out:
        return expected
    others = UNKNOWN_SHARE * (1.0 - final.seed_accuracies.mean)
    undistorted = run.finalists.undistorted if run.finalists else None
    if undistorted is None:
        return expected.moved(0.0, others)
    difference = undistorted.difference
    margin = (difference.ci_high - difference.ci_low) / 2.0
    return expected.moved(difference.value, max(margin, others))


def _right_in_first_split(run: FinishedRun, scored: ScoredConfiguration, epoch: int) -> np.ndarray:
    """Which validation images of the first split each seed of the first round reads
    correctly: shape (n_seeds, n).
    """
    stored, split = run.arrays(scored.history), run.arrays(layout.SPLIT)
    validated = [split[n] for n in split if n.startswith("round0_") and n.endswith("_validation")]
    assert run.evaluation_protocol is not None
    places = np.searchsorted(np.sort(np.concatenate(validated)), first_split(run))
    predictions = stored["predictions"][:: run.evaluation_protocol.n_rounds, epoch - 1]
    return np.asarray(predictions[:, places] == stored["labels"][places])
