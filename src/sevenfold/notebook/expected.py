"""What another training is expected to give: the run's own figure, and how far other
seeds may lie from it.
"""

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np

from sevenfold.runs import layout
from sevenfold.runs.reading import FinishedRun
from sevenfold.steps.final_result import FinalTest
from sevenfold.validation import ScoredConfiguration

N_SD = 3.0
"""Standard deviations between seeds that still count as chance."""
N_EPOCHS = 5
"""Over which the noise of seeds is averaged."""
UNKNOWN_SHARE = 0.5
"""By which the errors may change for what is left out and was not measured."""


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
    there are, since whole trainings go better or worse.
    """

    disagreement: float
    common: float

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
        return cls(disagreement, n_folds * max(0.0, variance))

    def pooled(self, n: int, other: "SeedNoise", n_other: int) -> "SeedNoise":
        """With what n_other further seeds show; this is of n."""
        share = (n_other - 1) / max(1, n + n_other - 2)
        return SeedNoise(
            (1.0 - share) * self.disagreement + share * other.disagreement,
            (1.0 - share) * self.common + share * other.common,
        )

    def sd_on(self, n: int) -> float:
        """Of accuracies on `n` images."""
        return math.sqrt(self.common + self.disagreement / (2.0 * n))


def around(run: float, centre: float, noise: SeedNoise, n: int, n_seeds: int) -> Expected:
    """Where one more training should lie, if `centre` is the mean of `n_seeds`; an
    image more or less is always possible.
    """
    half = N_SD * noise.sd_on(n) * math.sqrt(1.0 + 1.0 / n_seeds) + 1.0 / n
    return Expected(run, max(0.0, centre - half), min(1.0, centre + half))


def first_split(run: FinishedRun) -> np.ndarray:
    """The indices of the images that the first split validates on."""
    return np.asarray(run.arrays(layout.SPLIT)["round0_fold0_validation"])


def on_validation(run: FinishedRun, scored: ScoredConfiguration, epoch: int) -> Expected:
    """Accuracy after `epoch` epochs on the validation images of the first split."""
    right = _right_in_first_split(run, scored, epoch)
    mean, (n_seeds, n) = float(right.mean()), right.shape
    return around(mean, mean, seed_noise(run, scored, epoch), n, n_seeds)


def reference_on_test(run: FinishedRun, scored: ScoredConfiguration, accuracy: float) -> Expected:
    """Test accuracy of an earlier model, of which one seed was tested: its seeds differ
    there as they do on validation images.
    """
    assert run.final_test is not None
    noise = seed_noise(run, scored, scored.configuration.training.n_epochs)
    return around(accuracy, accuracy, noise, run.final_test.n_test, 1)


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
    stored = run.arrays(layout.TEST_PREDICTIONS)
    right = stored["final"].argmax(axis=2) == stored["labels"]
    n_seeds, n = right.shape
    noise = SeedNoise.of(right)
    if run.finalists:  # two or three seeds on test images tell too little
        fresh = run.finalists.winner.fresh
        on_validation_images = seed_noise(run, fresh, fresh.epoch)
        noise = noise.pooled(n_seeds, on_validation_images, fresh.over_seeds.n)
    expected = around(final.scores.accuracy.value, float(right.mean()), noise, n, n_seeds)
    if not left_out:
        return expected
    others = UNKNOWN_SHARE * (1.0 - float(right.mean()))
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
