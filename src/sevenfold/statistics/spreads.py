"""A few repeated measurements: how far they lie apart, and how far that is known."""

import math
from collections.abc import Sequence

import numpy as np

from sevenfold.records import Record
from sevenfold.statistics.levels import LEVEL


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


class Deviation(Record):
    """A standard deviation and its interval, at the level that was asked for.

    degrees_of_freedom: n - 1 of one set of values, their sum over several.
    """

    value: float
    ci_low: float
    ci_high: float
    degrees_of_freedom: int


def deviation(groups: Sequence[Spread], level: float = LEVEL) -> Deviation | None:
    """The standard deviation within each of these sets of values, pooled over them,
    with its chi-square interval; None where no set has two values.

    Values are taken as normal, and as equally spread in every set (Cochran 1934, "The
    distribution of quadratic forms in a normal system"). From three values the upper
    bound is 6.3 times the deviation, from five 2.9, from ten 1.8.

    >>> deviation([spread([1.0, 2.0, 3.0])]).value
    1.0
    """
    freedom = sum(one.n - 1 for one in groups)
    if freedom == 0:
        return None
    return _deviation(sum((one.n - 1) * one.sd**2 for one in groups), freedom, level)


def joint_deviation(deviations: Sequence[Deviation], level: float = LEVEL) -> Deviation:
    """Standard deviations that are taken to be one, pooled by their degrees of freedom.

    >>> joint_deviation([deviation([spread([1.0, 2.0, 3.0])])] * 2).degrees_of_freedom
    4
    """
    squares = sum(one.degrees_of_freedom * one.value**2 for one in deviations)
    return _deviation(squares, sum(one.degrees_of_freedom for one in deviations), level)


def _deviation(squares: float, freedom: int, level: float) -> Deviation:
    from scipy.stats import chi2

    low, high = (
        math.sqrt(squares / float(chi2.ppf(at, freedom)))
        for at in (0.5 + level / 2, 0.5 - level / 2)
    )
    return Deviation(
        value=math.sqrt(squares / freedom), ci_low=low, ci_high=high, degrees_of_freedom=freedom
    )
