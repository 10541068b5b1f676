"""What a recipe reaches: another seed on other examples, not these networks on these.

Seeds and groups of examples are crossed: every network meets every example. Both are
drawn from many, so a mean has three variances: of seeds, of groups, and of what only
this seed makes of this group. This is the design of studies in which several readers
judge the same cases (Dorfman, Berbaum and Metz 1992, "Receiver operating
characteristic rating analysis"; Gallas, Pennello and Myers 2007, "Multireader multicase
variance analysis for binary data"), with seeds for readers.
"""

import math
from typing import NamedTuple

import numpy as np

from sevenfold.records import Record
from sevenfold.statistics.grouped_proportions import bounded_interval
from sevenfold.statistics.groups import freedom, group_totals, left_out_variance
from sevenfold.statistics.levels import LEVEL
from sevenfold.statistics.proportions import independent_difference


class Crossed(NamedTuple):
    """A mean over seeds and groups of examples, or several: each of shape (...).

    of_seeds, of_groups: their parts of its variance. of_both: what both parts hold of
    what only one seed makes of one group.
    """

    value: np.ndarray
    of_seeds: np.ndarray
    of_groups: np.ndarray
    of_both: np.ndarray


class RecipeAccuracy(Record):
    """The mean accuracy of n_seeds networks of one recipe on the same n examples in
    n_groups groups, with an interval for another seed's on examples of other groups.

    error_of_seeds, error_of_groups: standard errors of the mean, from either alone.
    With one seed nothing is known of others, and the interval speaks of that network.
    """

    value: float
    ci_low: float
    ci_high: float
    error_of_seeds: float
    error_of_groups: float
    degrees_of_freedom: float
    n: int
    n_groups: int
    n_seeds: int


class RecipeDifference(Record):
    """The mean accuracy of a first recipe less that of a second on the same n examples,
    with an interval for other seeds on examples of other groups, and a two-sided
    p-value.
    """

    value: float
    ci_low: float
    ci_high: float
    p_value: float
    error_of_seeds: float
    error_of_groups: float
    degrees_of_freedom: float
    n: int
    n_groups: int
    n_seeds: int

    @property
    def detectable(self) -> bool:
        """Whether the interval leaves zero out."""
        return not self.ci_low <= 0.0 <= self.ci_high


def recipe_accuracy(
    correct: np.ndarray, groups: np.ndarray | None, level: float = LEVEL
) -> RecipeAccuracy:
    """The accuracy of a recipe from (n_seeds, n) right or not, or 0 to 1, and groups
    (n,); the interval has the form of `ratio_interval`.

    Raises:
        DataError: there is one group only.
    """
    totals, sizes = group_totals(correct, groups)
    parts = crossed(totals, sizes)
    variance, df = combined(parts, [len(correct)], [parts.of_seeds], freedom(sizes))
    # All predictions, were they independent, are what the variance is not below.
    low, high, _ = bounded_interval(parts.value, variance, correct.size, df, level)
    return RecipeAccuracy(
        value=float(parts.value),
        ci_low=float(low),
        ci_high=float(high),
        error_of_seeds=math.sqrt(float(parts.of_seeds)),
        error_of_groups=math.sqrt(float(parts.of_groups)),
        degrees_of_freedom=float(df),
        n=correct.shape[1],
        n_groups=len(sizes),
        n_seeds=len(correct),
    )


def recipe_difference(
    first: np.ndarray,
    second: np.ndarray,
    groups: np.ndarray | None,
    *,
    paired: bool,
    level: float = LEVEL,
) -> RecipeDifference:
    """The accuracy of the first recipe less that of the second: shapes (n_first, n),
    (n_second, n), (n,).

    paired: row s of both was trained with the same seed; then what seeds do is read
    from the differences, else from either recipe alone (Welch 1947). `n_seeds` of the
    result is the smaller of the two.

    Raises:
        DataError: there is one group only.
    """
    from scipy.stats import t

    one, sizes = group_totals(first, groups)
    other, _ = group_totals(second, groups)
    if paired:
        parts, n_seeds = crossed(one - other, sizes), [len(first)]
        of_seeds = [parts.of_seeds]
    else:
        sides, n_seeds = [crossed(side, sizes) for side in (one, other)], [len(one), len(other)]
        of_seeds = [side.of_seeds for side in sides]
        parts = against(sides[0], sides[1], one.mean(axis=-2) - other.mean(axis=-2), sizes)
    variance, df = combined(parts, n_seeds, of_seeds, freedom(sizes))
    error, value = math.sqrt(float(variance)), float(parts.value)
    half = float(t.ppf(0.5 + level / 2, df)) * error
    return RecipeDifference(
        value=value,
        ci_low=value - half,
        ci_high=value + half,
        p_value=float(2 * t.sf(abs(value) / error, df)) if error > 0.0 else float(value == 0.0),
        error_of_seeds=math.sqrt(float(parts.of_seeds)),
        error_of_groups=math.sqrt(float(parts.of_groups)),
        degrees_of_freedom=float(df),
        n=first.shape[1],
        n_groups=len(sizes),
        n_seeds=min(n_seeds),
    )


class RecipeGap(Record):
    """The accuracy of a recipe on a first set of examples less that on a second set,
    which share neither groups nor trained networks. n: of the smaller set.
    """

    value: float
    ci_low: float
    ci_high: float
    n: int

    @property
    def detectable(self) -> bool:
        """Whether the interval leaves zero out."""
        return not self.ci_low <= 0.0 <= self.ci_high


def recipe_gap(first: RecipeAccuracy, second: RecipeAccuracy) -> RecipeGap:
    """Put two independent accuracies together as `independent_difference` does."""
    value, low, high = independent_difference(first, second)
    return RecipeGap(value=value, ci_low=low, ci_high=high, n=min(first.n, second.n))


def crossed(totals: np.ndarray, sizes: np.ndarray) -> Crossed:
    """The parts of the variance of a mean, from totals (..., n_seeds, n_groups)."""
    n_seeds, n = totals.shape[-2], sizes.sum()
    over_seeds = totals.mean(axis=-2)
    of_seed = totals.sum(axis=-1) / n
    value = of_seed.mean(axis=-1)
    of_groups = left_out_variance(over_seeds - value[..., None] * sizes, sizes)
    if n_seeds == 1:
        return Crossed(value, np.zeros_like(value), of_groups, np.zeros_like(value))
    # What is left of a total without its seed's and its group's part.
    rest = totals - over_seeds[..., None, :] - (of_seed - value[..., None])[..., None] * sizes
    of_both = left_out_variance(rest, sizes).sum(axis=-1) / (n_seeds * (n_seeds - 1))
    return Crossed(value, of_seed.var(axis=-1, ddof=1) / n_seeds, of_groups, of_both)


def against(first: Crossed, second: Crossed, difference: np.ndarray, sizes: np.ndarray) -> Crossed:
    """The parts of a difference of two means whose seeds have nothing in common.

    difference: shape (..., n_groups), totals of the first, mean over its seeds, less
    those of the second.
    """
    value = difference.sum(axis=-1) / sizes.sum()
    return Crossed(
        value,
        first.of_seeds + second.of_seeds,
        left_out_variance(difference - value[..., None] * sizes, sizes),
        first.of_both + second.of_both,
    )


def combined(
    parts: Crossed,
    n_seeds: list[int],
    of_seeds: list[np.ndarray],
    of_groups_freedom: float,
) -> tuple[np.ndarray, np.ndarray]:
    """The variance of a mean over seeds and groups, and its degrees of freedom.

    What both parts hold is counted once; no part is taken to be less than that, so the
    sum is never below the variance over groups alone. Degrees of freedom by
    Satterthwaite (1946, "An approximate distribution of estimates of variance
    components"), in the form of Hillis (2007, "A comparison of denominator degrees of
    freedom methods for multiple observer ROC analysis").
    """
    seeds = np.maximum(parts.of_seeds, parts.of_both)
    groups = np.maximum(parts.of_groups - parts.of_both, 0.0)
    variance = seeds + groups
    squares = groups**2 / of_groups_freedom
    # One seed has no degree of freedom, and its part is zero.
    squares = squares + sum(
        part**2 / max(n - 1, 1) for n, part in zip(n_seeds, of_seeds, strict=True)
    )
    df = np.divide(
        variance**2, squares, out=np.full_like(squares, of_groups_freedom), where=squares > 0
    )
    return variance, df
