"""Differences of two accuracies on the same examples, each taken to be independent of
the others.
"""

import math

import numpy as np

from sevenfold.records import Record
from sevenfold.statistics.levels import LEVEL, Z, t_quantile
from sevenfold.statistics.spreads import spread


class Difference(Record):
    """A difference of two accuracies on the same examples, with a 95 % interval."""

    value: float
    ci_low: float
    ci_high: float
    sd_over_seeds: float
    n: int
    n_seeds: int

    @property
    def detectable(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.ci_low > 0.0 or self.ci_high < 0.0


def paired_difference(first_correct: np.ndarray, second_correct: np.ndarray) -> Difference:
    """Accuracy of the first minus the second; both shape (n_seeds, n), row s of both
    trained with the same seed.

    The variance has two parts that are added: over the n examples, of the difference
    averaged over seeds (which images one happened to validate on), and over the seeds,
    of the difference averaged over examples, divided by their number (which initial
    weights one happened to draw), given this training set. Normal quantiles for the
    first, Student's t for the second, combined as the root of the sum of squares.
    """
    over_seeds = spread((first_correct.astype(np.float64) - second_correct).mean(axis=1))
    half_seeds = (
        t_quantile(0.5 + LEVEL / 2, over_seeds.n - 1) * over_seeds.sd / math.sqrt(over_seeds.n)
        if over_seeds.n > 1
        else 0.0
    )
    return _difference(first_correct, second_correct, half_seeds, over_seeds.sd, over_seeds.n)


def difference_of_networks(
    first_correct: np.ndarray, second_correct: np.ndarray, level: float = LEVEL
) -> Difference:
    """As `paired_difference`, of these trained networks alone: the interval, at this
    level, takes in the n examples and not what other seeds would have given.
    """
    from scipy.stats import norm

    over_seeds = spread((first_correct.astype(np.float64) - second_correct).mean(axis=1))
    z = float(norm.ppf(0.5 + level / 2))
    return _difference(first_correct, second_correct, 0.0, over_seeds.sd, over_seeds.n, z)


def unpaired_difference(first_correct: np.ndarray, second_correct: np.ndarray) -> Difference:
    """As `paired_difference`, on the same n examples but with seeds of their own:
    shapes (n_first, n) and (n_second, n).

    The spread over seeds is that of two independent means (Welch 1947). `n_seeds` of
    the result is the smaller of the two.
    """
    first, second = spread(first_correct.mean(axis=1)), spread(second_correct.mean(axis=1))
    parts = [s.sd**2 / s.n for s in (first, second)]
    squares = sum(part**2 / max(s.n - 1, 1) for part, s in zip(parts, (first, second), strict=True))
    half_seeds = (
        t_quantile(0.5 + LEVEL / 2, sum(parts) ** 2 / squares) * math.sqrt(sum(parts))
        if squares > 0.0
        else 0.0
    )
    return _difference(
        first_correct,
        second_correct,
        half_seeds,
        math.hypot(first.sd, second.sd),
        min(first.n, second.n),
    )


def _difference(
    first: np.ndarray,
    second: np.ndarray,
    half_seeds: float,
    sd_over_seeds: float,
    n_seeds: int,
    z: float = Z,
) -> Difference:
    by_example = first.mean(axis=0) - second.mean(axis=0)
    n = len(by_example)
    mean = float(by_example.mean())
    half = math.hypot(z * float(by_example.std(ddof=1)) / math.sqrt(n), half_seeds)
    return Difference(
        value=mean,
        ci_low=mean - half,
        ci_high=mean + half,
        sd_over_seeds=sd_over_seeds,
        n=n,
        n_seeds=n_seeds,
    )
