"""Shares of examples that come in groups."""

from typing import Annotated

import numpy as np
from pydantic import Field

from sevenfold.records import Record
from sevenfold.statistics.groups import freedom, group_totals, left_out_variance, several
from sevenfold.statistics.levels import LEVEL
from sevenfold.statistics.proportions import Proportion, decimals, proportion


class GroupedProportion(Record):
    """A share of n examples in n_groups groups, with an interval for examples of other
    groups of the same kind.

    design_effect: how many times its variance is that of independent examples, 1 or
    more. independent: the Wilson interval, as if examples were independent.
    """

    value: Annotated[float, Field(ge=0.0, le=1.0)]
    ci_low: float
    ci_high: float
    n: int
    n_groups: int
    design_effect: Annotated[float, Field(ge=1.0)]
    independent: Proportion

    def __str__(self) -> str:
        places = decimals(self.n)
        return f"{self.percent} % [{100 * self.ci_low:.{places}f}, {100 * self.ci_high:.{places}f}]"

    @property
    def percent(self) -> str:
        """The share in percent, with the decimals that n supports."""
        return f"{100 * self.value:.{decimals(self.n)}f}"

    @property
    def n_effective(self) -> float:
        """The number of independent examples that would say as much."""
        return self.n / self.design_effect


def grouped_proportion(
    hits: np.ndarray, groups: np.ndarray | None, level: float = LEVEL
) -> GroupedProportion:
    """The share of `hits` (n,), true or 0 to 1, with an interval robust to `groups`
    (n,).

    Raises:
        DataError: there is one group only.
    """
    totals, sizes = group_totals(hits, groups)
    value, low, high, effect = ratio_interval(totals, sizes, level)
    n = len(hits)
    return GroupedProportion(
        value=float(value),
        ci_low=float(low),
        ci_high=float(high),
        n=n,
        n_groups=len(sizes),
        design_effect=float(effect),
        independent=proportion(float(np.sum(hits, dtype=np.float64)), n),
    )


Share = Proportion | GroupedProportion
"""A share with the interval that counts: robust to groups where these are known."""


def share(hits: np.ndarray, groups: np.ndarray | None) -> Share:
    """The share of `hits` (n,), true or 0 to 1, with an interval robust to `groups`
    (n,); Wilson's where these are not known or are one only.
    """
    if several(groups) is None:
        return proportion(float(np.sum(hits, dtype=np.float64)), len(hits))
    return grouped_proportion(hits, groups)


def ratio_interval(
    totals: np.ndarray, sizes: np.ndarray, level: float = LEVEL
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Shares, both ends of their intervals and their design effects, each of shape
    (...), from totals (..., n_groups) and sizes (n_groups,).

    Wilson's interval of n / design effect examples with Student's t over groups in
    place of the normal quantile (as Korn and Graubard 1998, "Confidence intervals for
    proportions with small expected number of positive counts estimated from survey
    data", do with Clopper and Pearson's; the form with Wilson's is compared by Franco
    et al. 2019, "Comparative study of confidence intervals for proportions in complex
    sample surveys"). A design effect below 1 is taken for chance: never narrower than
    independent examples would allow. Shares of 0 and 1 show no effect of groups, and
    get 1.
    """
    n = sizes.sum()
    value = totals.sum(axis=-1) / n
    variance = left_out_variance(totals - value[..., None] * sizes, sizes)
    low, high, effect = bounded_interval(value, variance, n, freedom(sizes), level)
    return value, low, high, effect


def bounded_interval(
    value: np.ndarray,
    variance: np.ndarray,
    n: float,
    degrees_of_freedom: float | np.ndarray,
    level: float = LEVEL,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ends and design effect of Wilson's interval for a share with this variance, with
    this number of examples and these degrees of freedom.
    """
    from scipy.stats import t

    alone = value * (1.0 - value) / n
    effect = np.maximum(1.0, np.divide(variance, alone, out=np.ones_like(alone), where=alone > 0))
    # z^2 / n of Wilson's formula, for the effective number of examples.
    weight = t.ppf(0.5 + level / 2, degrees_of_freedom) ** 2 * effect / n
    centre = (value + weight / 2) / (1 + weight)
    half = np.sqrt(weight * value * (1 - value) + weight**2 / 4) / (1 + weight)
    return np.maximum(0.0, centre - half), np.minimum(1.0, centre + half), effect
