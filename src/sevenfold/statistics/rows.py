"""Several variants against one base: what may be said of all rows at once."""

import math
from collections.abc import Sequence

import numpy as np

from sevenfold.records import Record
from sevenfold.statistics.groups import freedom, group_totals
from sevenfold.statistics.levels import LEVEL
from sevenfold.statistics.recipes import against, combined, crossed
from sevenfold.statistics.spreads import Deviation, deviation, joint_deviation, spread


class RowDifference(Record):
    """One variant's mean accuracy less the base's on the same examples.

    ci_low, ci_high: hold for all rows of the table together. p_value: of this row
    alone; p_adjusted: Holm's, for all rows. error: standard error; error_of_groups: the
    part of it that more seeds would not reduce.
    """

    value: float
    ci_low: float
    ci_high: float
    p_value: float
    p_adjusted: float
    error: float
    error_of_groups: float
    degrees_of_freedom: float
    n: int
    n_seeds: int

    @property
    def detectable(self) -> bool:
        """Whether the interval leaves zero out."""
        return not self.ci_low <= 0.0 <= self.ci_high


class Rows(Record):
    """A table of variants against one base.

    deviation: of accuracies over seeds, pooled over the base and all variants.
    error_of_groups: the largest standard error of a row that more seeds would not
    reduce.
    """

    rows: tuple[RowDifference, ...]
    deviation: Deviation
    error_of_groups: float
    n: int
    n_groups: int
    n_base_seeds: int


def rows_against_base(
    base: np.ndarray,
    variants: Sequence[np.ndarray],
    groups: np.ndarray | None,
    level: float = LEVEL,
    *,
    known: Deviation | None = None,
) -> Rows:
    """Every variant (n_seeds, n) against every seed of the base (n_base_seeds, n), on
    the same examples in groups (n,); entries are right or not, or 0 to 1 as a mean over
    neighbouring epochs.

    The spread over seeds is pooled over all rows (as in Dunnett 1955, "A multiple
    comparison procedure for comparing several treatments with a control"), which gives
    few seeds a row many degrees of freedom, at the price of one assumption: seeds
    spread equally far in all rows. What examples do is estimated row by row, as in
    `recipe_difference`. Simultaneous intervals by Sidak (1967, "Rectangular confidence
    regions for the means of multivariate normal distributions"), p-values by Holm.

    known: the spread over seeds of another table, pooled in by its degrees of freedom
    under the same assumption; it serves where rows have a seed or two.

    Raises:
        DataError: there is one group only.
    """
    from scipy.stats import t

    tables = [group_totals(table, groups) for table in (base, *variants)]
    sizes = tables[0][1]
    totals = [table for table, _ in tables]
    pooled = deviation([spread(table.sum(axis=1) / sizes.sum()) for table in totals])
    assert pooled is not None, "two seeds or more of one row"
    if known is not None:
        pooled = joint_deviation([pooled, known])
    first, *others = (crossed(table, sizes) for table in totals)
    n_base, each = len(base), 1.0 - (1.0 - level ** (1.0 / len(variants))) / 2
    found = []
    for own, table in zip(others, totals[1:], strict=True):
        parts = against(own, first, table.mean(axis=0) - totals[0].mean(axis=0), sizes)
        of_seeds = np.asarray(pooled.value**2 * (1 / len(table) + 1 / n_base))
        variance, df = combined(
            parts._replace(of_seeds=of_seeds),
            [pooled.degrees_of_freedom + 1],
            [of_seeds],
            freedom(sizes),
        )
        rest = math.sqrt(max(0.0, float(parts.of_groups - parts.of_both)))
        found.append((float(parts.value), math.sqrt(float(variance)), float(df), len(table), rest))
    alone = [
        float(2 * t.sf(abs(value) / error, df)) if error > 0.0 else float(value == 0.0)
        for value, error, df, _, _ in found
    ]
    halves = [float(t.ppf(each, df)) * error for _, error, df, _, _ in found]
    return Rows(
        rows=tuple(
            RowDifference(
                value=value,
                ci_low=value - half,
                ci_high=value + half,
                p_value=p,
                p_adjusted=adjusted,
                error=error,
                error_of_groups=rest,
                degrees_of_freedom=df,
                n=base.shape[1],
                n_seeds=n_seeds,
            )
            for (value, error, df, n_seeds, rest), half, p, adjusted in zip(
                found, halves, alone, holm(alone), strict=True
            )
        ),
        deviation=pooled,
        error_of_groups=max(rest for *_, rest in found),
        n=base.shape[1],
        n_groups=len(sizes),
        n_base_seeds=n_base,
    )


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """p-values that may each be read at the usual level, although there are several:
    the chance of one false alarm or more stays at it (Holm 1979, "A simple sequentially
    rejective multiple test procedure").

    >>> holm([0.04, 0.01, 0.03])
    (0.06, 0.03, 0.06)
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    steps = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    adjusted = np.empty_like(steps)
    adjusted[order] = steps
    return tuple(float(value) for value in adjusted)
