"""What a table of variants against a base can find, and how many seeds it takes."""

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from sevenfold.records import Record
from sevenfold.statistics.levels import LEVEL
from sevenfold.statistics.rows import Rows

PROBABILITY = 0.8
"""With which a difference is found that the table is said to be able to find."""
MOST_SEEDS = 1_000
_N_QUANTILES = 2_000


class Design(Record):
    """A table of n_rows variants with n_seeds each, against a base with n_base_seeds.

    sd: standard deviation of accuracy over seeds, equal in all rows. error_of_groups:
    standard error that more seeds do not reduce (`Rows.error_of_groups`). freedom: the
    degrees of freedom of sd; without it, those of this table alone.
    """

    n_rows: Annotated[int, Field(ge=1)]
    n_seeds: Annotated[int, Field(ge=1)]
    n_base_seeds: Annotated[int, Field(ge=1)]
    sd: Annotated[float, Field(ge=0.0)]
    error_of_groups: Annotated[float, Field(ge=0.0)] = 0.0
    freedom: Annotated[int, Field(ge=0)] | None = None

    @property
    def error(self) -> float:
        """Standard error of a row's difference."""
        return math.hypot(self._error_of_seeds, self.error_of_groups)

    @property
    def degrees_of_freedom(self) -> float:
        """Satterthwaite's, with the error of groups taken as known."""
        freedom = self.freedom
        if freedom is None:
            freedom = self.n_rows * (self.n_seeds - 1) + self.n_base_seeds - 1
        if freedom == 0 or self._error_of_seeds == 0.0:
            return math.inf if freedom else 0.0
        return freedom * (self.error / self._error_of_seeds) ** 4

    @property
    def _error_of_seeds(self) -> float:
        return self.sd * math.sqrt(1 / self.n_seeds + 1 / self.n_base_seeds)


def power(design: Design, difference: float, level: float = LEVEL) -> float:
    """The probability that a row whose true difference this is leaves zero out of its
    simultaneous interval, at Sidak's level; 0 where seeds cannot tell their own spread.

    That of the non-central t distribution (Johnson and Welch 1940, "Applications of the
    non-central t-distribution"), as the mean over quantiles of the estimated error,
    because SciPy's `nct` is not a number for large shifts.
    """
    from scipy.stats import chi2, norm, t

    df = design.degrees_of_freedom
    if df == 0.0:
        return 0.0
    if design.error == 0.0:
        return float(difference != 0.0)
    each, shift = (1.0 - level ** (1.0 / design.n_rows)) / 2, difference / design.error
    estimated = np.ones(1)
    if df < math.inf:
        middles = (np.arange(_N_QUANTILES) + 0.5) / _N_QUANTILES
        estimated = np.sqrt(chi2.ppf(middles, df) / df)
    bound = float(t.isf(each, df)) * estimated
    return float(np.mean(norm.sf(bound - shift) + norm.cdf(-bound - shift)))


def detectable_difference(design: Design, level: float = LEVEL) -> float | None:
    """The true difference found with probability 0.8; None where there is none."""
    from scipy.optimize import brentq

    if design.degrees_of_freedom == 0.0:
        return None
    if design.error == 0.0:
        return 0.0
    widest = design.error
    while power(design, widest, level) < PROBABILITY:
        widest *= 2
    found = brentq(lambda d: power(design, d, level) - PROBABILITY, 0.0, widest, xtol=1e-9)
    return float(found)


def n_seeds_needed(design: Design, difference: float, level: float = LEVEL) -> int | None:
    """The fewest seeds a row, with as many of the base or what it has if that is more,
    that find this true difference with probability 0.8; None where no number of seeds
    does, because examples leave too much open.
    """

    def enough(n: int) -> bool:
        base = max(n, design.n_base_seeds)
        wider = design.model_copy(update={"n_seeds": n, "n_base_seeds": base})
        return power(wider, difference, level) >= PROBABILITY

    if not enough(MOST_SEEDS):
        return None
    low, high = 0, MOST_SEEDS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


class Reach(Record):
    """What a table can find with probability 0.8, as true differences of accuracy.

    least, most: between the row that examples leave least and most open. most_at_best:
    the latter with a thousand seeds a row, which is what the examples alone allow.
    """

    least: float
    most: float
    most_at_best: float


def reach(rows: Rows, level: float = LEVEL) -> Reach:
    """What this table, with its spread over seeds and its examples, can find."""
    errors = [row.error_of_groups for row in rows.rows]
    most = Design(
        n_rows=len(rows.rows),
        n_seeds=min(row.n_seeds for row in rows.rows),
        n_base_seeds=rows.n_base_seeds,
        sd=rows.deviation.value,
        error_of_groups=max(errors),
        freedom=rows.deviation.degrees_of_freedom,
    )
    of_many = {"n_seeds": MOST_SEEDS, "n_base_seeds": MOST_SEEDS, "freedom": None}
    least = most.model_copy(update={"error_of_groups": min(errors)})
    found = [
        detectable_difference(design, level) or 0.0
        for design in (least, most, most.model_copy(update=of_many))
    ]
    return Reach(least=min(found[:2]), most=max(found[:2]), most_at_best=found[2])
