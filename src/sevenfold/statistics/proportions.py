"""Shares of examples, each taken to be independent of the others."""

import math
from typing import Annotated, Protocol

from pydantic import Field

from sevenfold.records import Record
from sevenfold.statistics.levels import Z


def decimals(n: int) -> int:
    """Decimals of a percentage that n examples support: one up to 2,000 examples, two
    beyond.

    >>> decimals(100), decimals(1_135), decimals(10_000)
    (1, 1, 2)
    """
    return 1 if n <= 2_000 else 2


class Interval(Protocol):
    """An estimate with the ends of its interval."""

    @property
    def value(self) -> float:
        """The estimate."""

    @property
    def ci_low(self) -> float:
        """The lower end."""

    @property
    def ci_high(self) -> float:
        """The upper end."""


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


def independent_difference(first: Interval, second: Interval) -> tuple[float, float, float]:
    """The first less the second, and the ends of its interval, put together from those
    of two independent estimates (Newcombe 1998, "Interval estimation for the difference
    between independent proportions", method 10; for other variances Zou and Donner
    2008, "Construction of confidence limits about effect measures").
    """
    value = first.value - second.value
    below = math.hypot(first.value - first.ci_low, second.ci_high - second.value)
    above = math.hypot(first.ci_high - first.value, second.value - second.ci_low)
    return value, value - below, value + above
