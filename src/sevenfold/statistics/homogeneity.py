"""Whether several disjoint sets of examples have one share in common."""

from collections.abc import Sequence

import numpy as np

from sevenfold.records import Record
from sevenfold.statistics.grouped_proportions import GroupedProportion
from sevenfold.statistics.proportions import independent_difference


class Homogeneity(Record):
    """Shares of disjoint sets, none of which holds a group of another.

    statistic: chi-square with one degree of freedom less than there are sets.
    difference, ci_low, ci_high: the first less the second, where there are two.
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float
    difference: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None


def homogeneity(sets: Sequence[GroupedProportion]) -> Homogeneity:
    """Test that these two or more shares are equal in the populations behind them.

    Pearson's chi-square of counts divided by each set's design effect (Rao and Scott
    1992, "A simple method for the analysis of clustered binary data"). Two intervals of
    95 % that overlap are no such test: they may while p is 0.01. The interval of a
    difference is that of `independent_difference`.
    """
    from scipy.stats import chi2

    assert len(sets) >= 2, "one set has nothing to be equal to"
    values = np.array([one.value for one in sets])
    weights = np.array([one.n_effective for one in sets])
    common = float(weights @ values / weights.sum())
    squares = float(weights @ (values - common) ** 2)
    statistic = squares / (common * (1.0 - common)) if squares > 0.0 else 0.0
    return Homogeneity(
        statistic=statistic,
        degrees_of_freedom=len(sets) - 1,
        p_value=float(chi2.sf(statistic, len(sets) - 1)),
        **(_difference(*sets) if len(sets) == 2 else {}),
    )


def _difference(first: GroupedProportion, second: GroupedProportion) -> dict[str, float]:
    names = ("difference", "ci_low", "ci_high")
    return dict(zip(names, independent_difference(first, second), strict=True))
