"""Intervals and tests for scores that are counts: thin over SciPy and scikit-learn."""

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from sevenfold.records import Record

LEVEL = 0.95
SIGNIFICANCE = 0.05
Z = 1.959963984540054
SMOOTHING_WINDOW = 5
"""Epochs over which curves are smoothed before a turning point is read from them."""


def decimals(n: int) -> int:
    """Decimals of a percentage that n examples support: one up to 2,000 examples, two
    beyond.

    >>> decimals(100), decimals(1_135), decimals(10_000)
    (1, 1, 2)
    """
    return 1 if n <= 2_000 else 2


class Proportion(Record):
    """k successes among n, with the Wilson interval (Wilson 1927) at 95 %.

    For repeated scorings of the same n examples (iterated K-fold) `k` is the mean
    count, so that n stays honest.
    """

    value: Annotated[float, Field(ge=0.0, le=1.0)]
    ci_low: float
    ci_high: float
    n: int

    def __str__(self) -> str:
        places = decimals(self.n)
        return f"{self.percent} % [{100 * self.ci_low:.{places}f}, {100 * self.ci_high:.{places}f}]"

    @property
    def percent(self) -> str:
        """The share in percent, with the decimals that n supports."""
        return f"{100 * self.value:.{decimals(self.n)}f}"


def proportion(k: float, n: int) -> Proportion:
    """The Wilson interval of k of n; `k` need not be whole, as in a mean over seeds."""
    p = k / n
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return Proportion(value=p, ci_low=max(0.0, centre - half), ci_high=min(1.0, centre + half), n=n)


class Spread(Record):
    """Repeated measurements: their mean, standard deviation (n - 1; 0 for a single
    value) and the raw values.
    """

    mean: float
    sd: float
    n: int
    values: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.mean:.4f} ± {self.sd:.4f} (n={self.n})"


def spread(values: np.ndarray | list[float] | tuple[float, ...]) -> Spread:
    """Mean and standard deviation of a few measured values."""
    array = np.asarray(values, dtype=np.float64)
    sd = float(array.std(ddof=1)) if len(array) > 1 else 0.0
    return Spread(mean=float(array.mean()), sd=sd, n=len(array), values=tuple(array.tolist()))


class PairedTest(Record):
    """The exact McNemar test (McNemar 1947) of two classifiers on the same n examples.

    only_first, only_second: examples that only this one gets right; under equal error
    rates they split like coin tosses.
    """

    n: int
    only_first: int
    only_second: int
    p_value: float


def mcnemar(first_correct: np.ndarray, second_correct: np.ndarray) -> PairedTest:
    """Exact two-sided McNemar test from two boolean arrays, shape (n,)."""
    from scipy.stats import binomtest

    only_first = int((first_correct & ~second_correct).sum())
    only_second = int((~first_correct & second_correct).sum())
    discordant = only_first + only_second
    p_value = float(binomtest(only_first, discordant, 0.5).pvalue) if discordant else 1.0
    return PairedTest(
        n=len(first_correct), only_first=only_first, only_second=only_second, p_value=p_value
    )


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
    weights one happened to draw; Nadeau and Bengio 2003 warn against leaving a source
    out). Normal quantiles for the first, Student's t for the second, combined as the
    root of the sum of squares.
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


def t_quantile(probability: float, degrees_of_freedom: float) -> float:
    """The quantile of Student's t distribution."""
    from scipy.stats import t

    return float(t.ppf(probability, degrees_of_freedom))


def smooth(values: np.ndarray, window: int = 3) -> np.ndarray:
    """Centred moving mean along the last axis; at the ends the window shrinks instead
    of reaching outside.
    """
    half = window // 2
    n = values.shape[-1]
    means = [values[..., max(0, i - half) : min(n, i + half + 1)].mean(axis=-1) for i in range(n)]
    return np.stack(means, axis=-1)
